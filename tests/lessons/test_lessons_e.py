"""The lessons augmentation, batch_norm and transfer, as a reader runs them: each claim of theirs, by the numbers that they print."""

import re

import numpy as np
import pytest
from tests.lessons.test_lessons_b import lesson, rows


def numbers(cells):
    """The first number of each cell: 0.912 of 0.912±0.015."""
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


@pytest.mark.slow
def test_batch_norm(tmp_path):
    pictures = ("batch-norm-inside", "batch-norm-gradients", "batch-norm-rates")
    text = lesson("batch_norm", tmp_path, *pictures, encoding="utf-8")
    for equation in (
        "μ2 = Σₙ z1 / N",
        "v2 = Σₙ (z1 − μ2)² / N",
        "u2 = γ2 (z1 − μ2) / √(v2 + 1e-05) + β2",
    ):
        assert f"  {equation}\n" in text
    spread, gradient = (
        np.array([numbers(row) for row in rows(text, head).values()])
        for head in ("spread, layer", "|dW|, layer")
    )
    assert spread[0, 0] > 1000 * spread[-1, 0] and gradient[-1, 0] > 1000 * gradient[0, 0]
    np.testing.assert_allclose(spread[:, 2], 1, atol=0.05)
    assert gradient[:, 2].max() < 5 * gradient[:, 2].min()
    without, with_it = numbers(re.search(r"accuracy: (\S+) without, (\S+) with", text).groups())
    assert with_it > without + 0.5
    assert numbers(rows(text, "W1 made ")["with"])[1:] == [0.1, 1.0]
    trains = dict(
        re.findall(r"^  ((?:sigmoid|ReLU), \w+, with(?:out)?): (.+)$", text, re.MULTILINE)
    )
    assert [trains[name] for name in ("sigmoid, Glorot, without", "ReLU, He, without")] == [
        "none",
        "none",
    ]
    assert all(
        "0.1" in trains[name].split(", ") for name in ("sigmoid, Glorot, with", "ReLU, He, with")
    )
    lag = np.array([numbers(row[1:]) for row in rows(text, "steps  0.9").values()])
    assert (lag[:4, 1] - lag[:4, 0]).mean() > 0.01 and abs(lag[-1, 1] - lag[-1, 0]) < 0.03
    small = {name: numbers(row) for name, row in rows(text, "rows in a batch").items()}
    assert (
        small["BatchNorm"][0]
        < min(row[0] for name, row in small.items() if name != "BatchNorm") - 0.1
    )
    assert small["BatchNorm"][-1] > 0.85
    before, after = rows(text, "accuracy, 18 epochs").values()
    assert numbers(before)[0] > numbers(after)[0] + 0.03
    folded = rows(text, "network   ")
    assert folded["with BatchNorm"][1] == folded["folded, without"][1]
    assert float(re.search(r"probabilities: (\S+)", text)[1]) < 1e-4


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
