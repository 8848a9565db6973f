"""The scripts of bench/ import each other by name, as when they are run."""

import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench"
collect_ignore_glob = [] if BENCH.exists() else ["test_*.py"]
sys.path.append(str(BENCH))
