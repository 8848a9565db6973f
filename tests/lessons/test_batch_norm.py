"""The lesson `batch-norm`: each claim, by the numbers that it prints."""

import re

import numpy as np
import pytest
from tests.lessons.running import lesson, rows


def numbers(cells):
    """Return the first number of each cell: 0.912 of 0.912±0.015."""
    return [float(re.match(r"[+-]?[\d.]+(?:e[+-]?\d+)?", cell)[0]) for cell in cells]


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
