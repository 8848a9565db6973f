"""The tests: `python scripts/test.py` (quick), `--all` (slow ones too, with coverage of src)."""

import os
import subprocess
import sys

all_of_them = "--all" in sys.argv
options = ["-n", str(min(2, os.cpu_count() or 1))]
options += (
    ["--cov=src/chainrule", "--cov-report=term", "--cov-fail-under=95"]
    if all_of_them
    else ["-m", "not slow and not peers"]
)
environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
sys.exit(subprocess.call([sys.executable, "-m", "pytest", "-q", *options], env=environment))
