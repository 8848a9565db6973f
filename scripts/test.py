"""The tests: `python scripts/test.py` (quick), `--all` (slow ones too, with coverage of src, then again on the other engine)."""

import os
import subprocess
import sys

QUICK = ["-m", "not slow and not peers"]
COVERED = ["--cov=src/chainrule", "--cov-report=term", "--cov-fail-under=95"]
runs = [(QUICK, {})] if "--all" not in sys.argv else [(QUICK, {"CHAINRULE_ENGINE": "reference"}), (COVERED, {})]
for options, engine in runs:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"} | engine
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(min(2, os.cpu_count() or 1)), *options]
    if code := subprocess.call(command, env=environment):
        sys.exit(code)
