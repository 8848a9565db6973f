"""What every lesson does: plain, narrow output, pictures, and one line for the list."""

import ast
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from tests.lessons.running import ROOT, environment, flat, lesson, run_as_typed

LESSONS = ("neuron", "ask", "two_layer", "backprop", "xor")
WITH_SVG = ("two_layer", "backprop")


@pytest.fixture(params=LESSONS)
def ran(request, lessons):
    return request.param, *lessons(request.param)


def test_lesson_is_narrow_and_plain(ran):
    _, _, output = ran
    assert max(map(len, output.splitlines())) <= 80
    assert "\x1b" not in output and "\r" not in output
    assert output.count("Notice: ") == 1


def test_lesson_writes_nothing_but_pictures(ran):
    name, folder, output = ran
    expected = {f"{name}.svg"} if name in WITH_SVG else set()
    expected |= {f"{name}.png"} if "No picture" not in output else set()
    assert {path.name for path in folder.iterdir()} <= {"pictures"}
    assert {path.name for path in (folder / "pictures").glob("*")} == expected


def test_picture_has_a_size_and_colours(ran):
    name, folder, _ = ran
    pytest.importorskip("matplotlib")
    image = pytest.importorskip("matplotlib.image").imread(folder / "pictures" / f"{name}.png")
    height, width = image.shape[:2]
    assert 600 <= width <= 2000 and 400 <= height <= 1200
    assert len(np.unique((image[..., :3].reshape(-1, 3) * 255).astype(np.uint8), axis=0)) > 20
    assert image[..., :3].std(axis=2).max() > 0.1  # more than shades of grey


def test_lesson_begins_with_what_it_is_about(ran):
    name, _, output = ran
    doc = ast.get_docstring(ast.parse((ROOT / "examples" / f"{name}.py").read_text("utf-8")))
    first, _, text = doc.partition("\n")
    lines = output.splitlines()
    assert lines[:4] == ["", first[:-1], "=" * len(first[:-1]), ""]
    assert flat(text) in flat(output)
    assert re.search(r"\((rolisz\.ro, )?20\d\d\)", text)  # the year of its article


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[pytest.mark.slow] if n in ("two_layer", "xor") else [])
        for n in LESSONS
    ],
)
def test_lesson_survives_ascii(name, tmp_path):
    code, output, complaint = run_as_typed(
        tmp_path, name, *(["1", "0", "0"] if name == "ask" else []), encoding="ascii"
    )
    assert (code, complaint) == (0, "")
    assert "Notice: " in output


def test_lesson_without_matplotlib(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('hidden by a test')\n")
    script = ROOT / "examples" / "backprop.py"
    paths = os.pathsep.join([str(tmp_path), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": paths},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"No picture: plots need matplotlib." in done.stdout
    assert (tmp_path / "pictures" / "backprop.svg").exists()


@pytest.mark.parametrize(("name", "pictures"), [("your_own_layer", 1), ("overfit", 2)])
def test_without_matplotlib(tmp_path, name, pictures):
    lesson(name, tmp_path, *map(str, range(pictures)), hidden=("matplotlib",))


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("[!_]*.py")), ids=lambda p: p.stem)
def test_first_line_says_what_the_lesson_is(path):
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith('"""') and first.endswith(".")
    assert len(first) <= len('"""') + 64  # `chainrule demo` prints it after the name, on one line
    assert "\n# %% " in text
    assert text.count("\nintroduce(__doc__)\n") == 1
    assert '"*"' not in text  # a star hides the examples below it
