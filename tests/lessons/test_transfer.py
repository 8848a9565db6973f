"""The lesson `transfer`: each claim, by the numbers that it prints."""

import re

import numpy as np
import pytest
from tests.lessons.running import lesson, rows


def numbers(cells):
    """Return the first number of each cell: 0.912 of 0.912±0.015."""
    return [float(re.match(r"[+-]?[\d.]+(?:e[+-]?\d+)?", cell)[0]) for cell in cells]


@pytest.mark.slow
def test_transfer(tmp_path):
    text = lesson("transfer", tmp_path, "transfer-kernels", "transfer-images", encoding="utf-8")
    taken = rows(text, "net.take_weights(")
    assert taken == {
        "matched": ["conv2d1, conv2d2, conv2d3"],
        "missing": ["new_digits"],
        "left_over": ["old_digits"],
    }
    written, askew = (
        {
            way: np.array(numbers(row))
            for way, row in rows(text[text.index(head) :], "images of each").items()
        }
        for head in ("digits, as they were", "digits, askew")
    )
    frozen, tuned, scratch = "kernels kept, frozen", "kept, all move", "from scratch"
    assert (askew[frozen] - askew["random, frozen"]).mean() > 0.03
    assert (askew[tuned] - askew[scratch]).mean() > 0.01
    assert all(
        values.shape == (3,) and values[-1] > values[0] for values in written.values()
    )  # more images, more read
    assert (askew["scratch, bent copies"] - askew[tuned]).mean() > 0.03
    kept = dict(re.findall(r"^  (ke[\w ,]+?)\s+(\d\.\d{3})$", text, re.MULTILINE))
    assert float(kept[frozen]) == 0 < float(kept["kept, a tenth of lr"]) < float(kept[tuned])
