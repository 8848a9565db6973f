"""The lesson `digits`: three recipes, five splits, and pictures of your own."""

import re

import numpy as np
import pytest
from tests.lessons.running import lesson, rows, run

import chainrule as cr

DIGITS = ("digits-weights", "digits-confusion", "digits-mistakes")


@pytest.mark.slow
def test_digits(tmp_path):
    text = lesson("digits", tmp_path, *DIGITS)
    (numbers,) = re.findall(r"accuracy on the held-out (\d+), mean of (\d+) splits: ([\d.]+)", text)
    assert numbers[:2] == ("450", "5")
    assert 0.97 <= float(numbers[2]) <= 0.99
    recipes = rows(text, "recipe ")
    assert (
        float(recipes["logistic, lr 0.2 (the course)"][1]) > 0.95
    )  # measured elsewhere: 0.964 +- 0.012
    assert (
        0.6 < float(recipes["tanh, lr 0.2 (the article)"][1]) < 0.92
    )  # measured elsewhere: 0.843 +- 0.051, never 0.956
    assert float(recipes["tanh, lr 0.02"][1]) > 0.95
    matrix = np.array(
        [
            [int(count.replace(".", "0")) for count in row]
            for row in rows(text, "    0   1   2").values()
        ]
    )
    assert matrix.shape == (10, 10) and matrix.sum() == 450
    assert f"{np.trace(matrix)} of 450" in " ".join(text.split())
    assert "weighted avg" in text
    assert "Its worst mistakes" in text


@pytest.mark.slow
def test_digits_reads_a_picture_of_ones_own(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    X, y = cr.datasets.digits()
    k = int(np.flatnonzero(y == 6)[0])
    ink_on_paper = 255 - X[k].reshape(8, 8).astype(float) * 255 / 16  # dark on white, as one draws
    Image.fromarray(ink_on_paper.round().astype(np.uint8)).resize((80, 80)).save(
        tmp_path / "my.png"
    )
    ended = run("digits", tmp_path, tmp_path / "my.png", hidden=("matplotlib",))
    text = ended.stdout.decode()
    assert ended.returncode == 0, ended.stderr.decode()
    assert "as the network sees it" in text
    assert "It reads a 6." in text
    assert text.count("No picture: plots need matplotlib") == len(DIGITS)


@pytest.mark.parametrize("hidden", [(), ("PIL",)], ids=["no such file", "no pillow"])
def test_digits_says_at_once_what_is_wrong_with_a_picture(tmp_path, hidden):
    if not hidden:
        pytest.importorskip("PIL")
    else:
        (tmp_path / "missing.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ended = run("digits", tmp_path, tmp_path / "missing.png", hidden=hidden)
    assert ended.returncode == 2
    assert ended.stdout == b""
    message = ended.stderr.decode()
    assert len(message.splitlines()) == 1
    assert ("pip install" if hidden else "missing.png") in message
