"""Style and types: ruff, ruff format, mypy --strict on src. Stops at the first that complains."""

import subprocess
import sys

FOLDERS = ["src", "tests", "examples", "bench", "scripts"]
for command in (["ruff", "check", *FOLDERS], ["ruff", "format", "--check", *FOLDERS], ["mypy"]):
    print("$", " ".join(command), flush=True)
    if code := subprocess.call([sys.executable, "-m", *command]):
        sys.exit(code)
