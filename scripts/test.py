"""The tests: `python scripts/test.py` (quick), `--all` (on the reference engine, on the oldest packages, then all with coverage)."""

import os
import subprocess
import sys
from pathlib import Path

QUICK = ["-m", "not slow and not peers"]
COVERED = ["--cov=src/chainrule", "--cov-report=term", "--cov-fail-under=95"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", str(min(2, os.cpu_count() or 1))]
oldest = [sys.executable, str(Path(__file__).with_name("oldest.py"))]
runs = [([*PYTEST, *QUICK], {})]
if "--all" in sys.argv:
    runs = [
        ([*PYTEST, *QUICK], {"CHAINRULE_ENGINE": "reference"}),
        (oldest, {}),
        ([*PYTEST, *COVERED, "-m", "not long"], {}),
    ]
for command, engine in runs:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"} | engine
    if code := subprocess.call(command, env=environment):
        sys.exit(code)
