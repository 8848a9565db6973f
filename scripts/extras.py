"""Install the packages of some extras of pyproject.toml, without compiling chainrule again.

`python scripts/extras.py mpi,dask,ray` is what `make test-all` runs before the tests.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def packages(names):
    """Return the requirements of these extras, as pyproject.toml states them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [each for name in names for each in project["optional-dependencies"][name]]


def main():
    wanted = packages(sys.argv[1].split(","))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.call([*pip, *wanted])


if __name__ == "__main__":
    sys.exit(main())
