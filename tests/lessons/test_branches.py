"""The lesson `branches`: two futures from one past, and what is chance."""

import re

import pytest
from tests.lessons.running import flat, lesson, rows


@pytest.mark.slow
def test_branches(tmp_path):
    text = lesson("branches", tmp_path, "branches", "branches-compared", encoding="utf-8")
    assert "equal to run up to step 300, different from step 301 on" in flat(text)
    table = rows(text, "end of epoch")
    high = [float(v) for v in table["lr 0.5"]]
    low = [float(v) for v in table["lr 0.05 from 300"]]
    assert high[0] == low[0] and high[4] == low[4]  # one run up to the end of epoch 4
    assert low[1] < 0.8 * high[1] and high[3] < 0.5 * low[3]  # a gain at once, and slower later

    def range_of(cell):
        return [float(v) for v in re.findall(r"\d\.\d+", cell)]

    chance = rows(text, "five orders of rows")
    (fast, slow) = ([range_of(cell) for cell in chance[f"loss, lr {lr}"]] for lr in ("0.5", "0.05"))
    assert slow[0][1] < fast[0][0] and fast[2][1] < slow[2][0]  # the ranges do not overlap
    held = [range_of(cell) for cell in chance["val_loss, lr 0.05"]]
    assert all(b - a < 0.01 for a, b in held)
    tree = text[text.index("More futures") :]
    assert tree.count("SGD(lr=") == 4 and "no change" in tree
    dead = int(re.search(r"(\d+)% of its hidden units", flat(tree))[1])
    assert dead > 50
    assert "ends with the same bits as the run" in flat(tree)
