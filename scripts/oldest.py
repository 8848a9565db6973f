"""The oldest versions that pyproject.toml allows, in `.venv-oldest`: the estimators and what they stand on, by the reference engine.

`python scripts/oldest.py`; `make test-all` runs it. Packages are asked for as `name>=version`; here each is exactly that version.
"""

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".venv-oldest"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TESTS = [
    "estimator",
    "mlp",
    "bernoulli_rbm",
    "fit_tasks",
    "table",
    "network",
    "training",
    "save",
    "metrics",
    "objectives",
]


def oldest():
    """The lower bounds of what runs and of what tests it, as exact versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    tools = [
        tool
        for tool in extras["test"]
        if tool.startswith(("pytest>", "pytest-xdist>", "hypothesis>"))
    ]
    return [
        each.replace(">=", "==") for each in (*project["dependencies"], *extras["sklearn"], *tools)
    ]


def main():
    stamp, wanted = HOME / "installed", "\n".join(oldest())
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        print(f"Making {HOME.name}:", *oldest(), flush=True)
        venv.create(HOME, with_pip=True, clear=True)
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *oldest()], check=True)
        stamp.write_text(wanted, "utf-8")
    files = sorted(
        str(f) for f in (ROOT / "tests").glob("test_*.py") if any(word in f.stem for word in TESTS)
    )
    environment = os.environ | {
        "CHAINRULE_ENGINE": "reference",
        "OPENBLAS_NUM_THREADS": "1",
    }
    environment.pop("PYTHONPATH", None)
    command = [
        PYTHON,
        "-m",
        "pytest",
        "-q",
        "-n",
        str(min(2, os.cpu_count() or 1)),
        "-m",
        "not slow and not peers",
    ]
    return subprocess.call([*command, "-p", "no:cacheprovider", *files], cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
