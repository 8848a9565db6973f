"""Run the tests.

`python scripts/test.py` runs the quick ones. `--all` runs the quick ones on the reference engine,
the estimators on the oldest packages, and then all but the long ones, with coverage. `--long` runs
the long ones, the C tests under wine and some tests on the wheel for aarch64 under emulation,
where these can be had.
"""

import os
import subprocess
import sys
from pathlib import Path

QUICK = ["-m", "not slow and not peers and not long"]
COVERED = ["--cov=src/chainrule", "--cov-report=term", "--cov-fail-under=95"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", str(min(2, os.cpu_count() or 1))]
PYTEST += ["--dist", "loadfile"]  # tests of a file share pages of a browser, and other fixtures


def beside(script):
    """Return the command that runs a script of this folder."""
    return [sys.executable, str(Path(__file__).with_name(script))]


def runs(arguments):
    """Return the commands to run, each with the variables that it needs."""
    if "--long" in arguments:
        return [
            ([*PYTEST, "-m", "long"], {}),
            (beside("wine.py"), {}),
            (beside("arm_python.py"), {}),
        ]
    if "--all" in arguments:
        on_reference = ([*PYTEST, *QUICK], {"CHAINRULE_ENGINE": "reference"})
        return [
            on_reference,
            (beside("oldest.py"), {}),
            ([*PYTEST, "-m", "not long", *COVERED], {}),
        ]
    return [([*PYTEST, *QUICK], {})]


def main():
    for command, variables in runs(sys.argv):
        # NumPy's threads would take the cores of the other test process.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"} | variables
        if code := subprocess.call(command, env=environment):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
