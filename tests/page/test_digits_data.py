"""The page's digits: the packed data are current, and drawings are read as Python reads them."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src/chainrule/page/web"
node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def test_the_packed_digits_are_current(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import page_digits

    text = page_digits.TARGET.read_text(encoding="utf-8")
    data, rows, held_out = page_digits.contents()
    assert page_digits.unpacked(text) == data, "run scripts/page_digits.py"
    assert f"ROWS = {rows};" in text and f"HELD_OUT = {held_out};" in text
    assert f"FAR = {page_digits.far()};" in text
    sys.modules.pop("page_digits")


@pytest.fixture(scope="module")
def drawings():
    script = ROOT / "tests/page/node/digits_ink.mjs"
    done = subprocess.run(["node", script, WEB], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@node
def test_a_drawing_is_read_as_python_reads_its_picture(drawings, tmp_path):
    image = pytest.importorskip("PIL.Image")
    read = refused = 0
    for k, drawing in enumerate(drawings["results"]):
        ink = np.frombuffer(base64.b64decode(drawing["ink"]), np.uint8).reshape(160, 160)
        path = tmp_path / f"{k}.png"
        image.fromarray(255 - ink).save(path)
        if "key" in drawing:
            with pytest.raises(cr.FileError) as error:
                cr.datasets.read_picture(path, 8, 8, 16)
            words = "empty" if drawing["key"] == "digits.draw.empty" else "beside each other"
            assert words in str(error.value)
            refused += 1
        else:
            for pixels, (side, levels), tie in zip(
                (drawing["pixels"], drawing["large"]),
                ((8, 16), (28, 255)),
                drawing["ties"],
                strict=True,
            ):
                if not tie:
                    wanted = cr.datasets.read_picture(path, side, side, levels)
                    off = np.abs(np.reshape(pixels, (side, side)) - wanted).max()
                    assert off <= (side == 28), k  # one of 255 levels, where a half is rounded
                    read += 1
    assert read > 80 and refused >= 2


@pytest.mark.slow
@node
def test_strokes_survive_the_link_and_wrong_ones_are_refused(drawings):
    assert all(drawing["same"] for drawing in drawings["results"])
    assert drawings["points"] < 40
    assert set(drawings["refused"]) == {"digits.link.drawing"}
    assert drawings["strange"] == [False] * 7
