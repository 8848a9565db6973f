"""The lesson `augmentation`: each claim, by the numbers that it prints."""

import re

import numpy as np
import pytest
from tests.lessons.running import lesson, rows


def numbers(cells):
    """Return the first number of each cell: 0.912 of 0.912±0.015."""
    return [float(re.match(r"[+-]?[\d.]+(?:e[+-]?\d+)?", cell)[0]) for cell in cells]


@pytest.mark.slow
def test_augmentation(tmp_path):
    text = lesson(
        "augmentation", tmp_path, "augmentation-copies", "augmentation-images", encoding="utf-8"
    )
    assert [row[0] for row in rows(text, "the bent digit ").values()] == ["yes", "yes", "no"]
    table = rows(text, "augment=              as written")
    plain = numbers(table.pop("nothing"))
    written = {name: numbers(row)[0] - plain[0] for name, row in table.items()}
    askew = {name: numbers(row)[3] - plain[1] for name, row in table.items()}
    gentle = ["Affine(rotate=20)", "Affine(shift=0.5)", "Elastic(0.4)", "Noise(0.1)"]
    assert np.mean([written[name] for name in gentle]) > 0.003
    assert written["Elastic(0.4)"] > 0.01 and askew["Elastic(0.4)"] > 0.08
    assert all(askew[name] > 0.01 for name in gentle[:3])  # noise knows nothing of shifts
    assert written["Flip()"] < -0.01
    assert written["Affine(shift=3)"] < -0.1 and written["Affine(rotate=180)"] < -0.1
    digits = {
        name: numbers(row)
        for name, row in rows(text[text.index("Accuracy of each digit") :], "augment=").items()
    }
    lost = np.subtract(digits["nothing"], digits["Affine(rotate=180)"])
    assert lost[[6, 9]].mean() > 0.2 > 0.15 > lost.min()
    sizes = {int(size): numbers(row) for size, row in rows(text, "images  written").items()}
    gains = {size: row[1] - row[0] for size, row in sizes.items()}
    assert gains[50] > 0.02 and gains[50] > gains[500] + 0.02
    assert all(row[3] > row[2] + 0.05 for row in sizes.values())
    longer = {
        name: numbers(row)
        for name, row in rows(text[text.index("once more") :], "augment=").items()
    }
    bent = longer["with Elastic(0.4)"]
    assert bent[0] > sizes[500][1] and bent[1] > longer["without"][1] + 0.1  # copies take time
