"""How the tests run a lesson: as a reader does, in an empty folder, with its output in a file."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule import lessons

ROOT = Path(__file__).parents[2]
SOURCE = Path(cr.__file__).parents[1]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "seeds.json").read_text(encoding="utf-8"))


def environment(encoding="utf-8"):
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONIOENCODING": encoding,
        "MPLBACKEND": "agg",
    }


def run_as_typed(folder, name, *arguments, answers="", encoding="utf-8"):
    """Return exit code, standard output and standard error of a lesson, as a reader types it."""
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py"), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(encoding),
        input=answers.encode(),
        capture_output=True,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding, "replace")


def run(name, folder, *arguments, encoding="utf-8", hidden=()):
    """Run a lesson in an empty folder in which the `hidden` packages cannot be imported."""
    blocked = folder / "blocked"
    for package in hidden:
        blocked.mkdir(exist_ok=True)
        (blocked / f"{package}.py").write_text(f"raise ImportError('{package} is hidden')")
    here = folder / "here"
    here.mkdir()
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("FORCE_COLOR", "PYTHONWARNINGS")
    }
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(blocked), str(SOURCE)]),
        "PYTHONIOENCODING": encoding,
        "OPENBLAS_NUM_THREADS": "1",
    }
    script = lessons.folder() / f"{name}.py"
    command = [sys.executable, "-W", "error", str(script), *map(str, arguments)]
    return subprocess.run(
        command, cwd=here, env=environment, capture_output=True, timeout=120, check=False
    )


def lesson(name, folder, *pictures, **options):
    """Return what a lesson prints, after checking that it is plain, narrow and has its pictures."""
    encoding = options.setdefault("encoding", "ascii")
    ended = run(name, folder, **options)
    assert ended.returncode == 0, ended.stderr.decode(encoding)
    assert ended.stderr == b""
    text = ended.stdout.decode(encoding).replace("\r\n", "\n")
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text  # no colors, no moving cursor
    assert "Notice: " in text and "Try:    " in text
    drawn = find_spec("matplotlib") is not None and "matplotlib" not in options.get("hidden", ())
    written = sorted(path.stem for path in folder.glob("here/pictures/*.png"))
    assert written == (sorted(pictures) if drawn else [])
    if drawn:
        check_pictures(folder)
    else:
        assert text.count("No picture: plots need matplotlib") == len(pictures)
    return text


def check_pictures(folder):
    from matplotlib.image import imread

    for path in folder.glob("here/pictures/*.png"):
        image = imread(path)
        assert min(image.shape[:2]) >= 300 and max(image.shape[:2]) <= 2000, path
        assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 10, path


def rows(text, head):
    """Return the table that begins with this head: its rows as words, by the first one."""
    lines = text[re.search(rf"^{re.escape(head)}.*\n-+$", text, re.MULTILINE).start() :]
    lines = lines.splitlines()[2:]
    table = [
        re.split(r"\s{2,}", line.strip())
        for line in lines[: lines.index("") if "" in lines else None]
    ]
    return {row[0]: row[1:] for row in table}


def flat(text):
    """Return the text in one line."""
    return " ".join(text.split())


def numbers(line):
    """Return the numbers with a decimal point."""
    return [float(number) for number in re.findall(r"-?\d+\.\d+", line)]


def line_with(output, words):
    return next(line for line in output.splitlines() if line.startswith(words))
