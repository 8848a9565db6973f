"""Check style and types: ruff, clang-format and mypy; tsc, eslint and prettier for the page.

Stops at the first complaint. The page is checked where node and npm are; the programs for it are
installed from package-lock.json into node_modules/.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ["src", "tests", "examples", "bench", "scripts", "docs"]
NODE = (20, 19)  # the oldest node that eslint takes
PAGE = [
    "src/chainrule/page/web",
    "src/chainrule/page/templates/*.{js,css}",
    "tests/page",
    "*.json",
    "*.js",
]  # what prettier formats
MODULES, LOCK = ROOT / "node_modules", ROOT / "package-lock.json"


def commands():
    """Yield the commands that check Python and C."""
    python = [sys.executable, "-m"]
    yield [*python, "ruff", "check", *FOLDERS]
    yield [*python, "ruff", "format", "--check", *FOLDERS]
    files = [p for folder in ("src", "tests") for p in (ROOT / folder).rglob("*.[ch]")]
    names = [path.relative_to(ROOT).as_posix() for path in sorted(files)]
    yield [Path(sys.executable).with_name("clang-format"), "--dry-run", "-Werror", *names]
    yield [*python, "mypy"]


def page_commands():
    """Yield the commands that check the page; first the one that installs them, if it is needed."""
    installed = MODULES / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < LOCK.stat().st_mtime:
        yield ["npm", "ci", "--no-fund", "--no-audit"]
    programs = MODULES / ".bin"
    yield [programs / "tsc"]
    yield [programs / "eslint", "."]
    yield [
        programs / "prettier",
        "--check",
        "--log-level",
        "warn",
        "--no-error-on-unmatched-pattern",
        *PAGE,
    ]


def missing():
    """Return why the page cannot be checked here, or an empty text."""
    lost = [name for name in ("node", "npm") if shutil.which(name) is None]
    if lost:
        return f"{' and '.join(lost)} not found"
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    version = tuple(map(int, re.findall(r"\d+", said)))[:2]
    return "" if version >= NODE else f"node {said.strip()} is older than {NODE[0]}.{NODE[1]}"


def run(command):
    """Print a command and run it; return its exit code."""
    shown = " ".join(map(str, command)).replace(f"{ROOT}/", "")
    print("$", shown if len(shown) < 200 else f"{shown[:100]} ...", flush=True)
    return subprocess.call(command, cwd=ROOT)


def main():
    """Run all checks; return the exit code of the first that complains, or 0."""
    why = missing()
    for command in commands():
        if code := run(command):
            return code
    if why:
        print(f"The page's JavaScript was not checked: {why}. Install Node.js and npm.")
        return 0
    for command in page_commands():
        if code := run(command):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
