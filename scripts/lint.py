"""Check style and types: ruff, ruff format, clang-format and mypy. Stops at the first complaint."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ["src", "tests", "examples", "bench", "scripts", "docs"]


def commands():
    python = [sys.executable, "-m"]
    yield [*python, "ruff", "check", *FOLDERS]
    yield [*python, "ruff", "format", "--check", *FOLDERS]
    files = [p for folder in ("src", "tests") for p in (ROOT / folder).rglob("*.[ch]")]
    names = [path.relative_to(ROOT).as_posix() for path in sorted(files)]
    yield [Path(sys.executable).with_name("clang-format"), "--dry-run", "-Werror", *names]
    yield [*python, "mypy"]


def main():
    for command in commands():
        shown = " ".join(map(str, command))
        print("$", shown if len(shown) < 200 else f"{shown[:100]} ...", flush=True)
        if code := subprocess.call(command, cwd=ROOT):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
