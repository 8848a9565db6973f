"""The lesson `convolution`: every number that it works out."""

import re

import numpy as np
import pytest
from tests.lessons.running import flat, lesson, rows

import chainrule as cr

CONVOLUTION = (
    "convolution-cell",
    "convolution-kernels",
    "convolution-fields",
    "convolution-learned",
)


@pytest.fixture(scope="module")
def convolution(tmp_path_factory):
    return lesson(
        "convolution", tmp_path_factory.mktemp("convolution"), *CONVOLUTION, encoding="utf-8"
    )


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", text)]


def test_convolution_writes_one_cell_out(convolution):
    x, kernel = (
        cr.datasets.digits()[0][4].reshape(8, 8).astype(int),
        np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    )
    z = [[(x[i : i + 3, j : j + 3] * kernel).sum() for j in range(6)] for i in range(6)]
    printed = convolution[
        convolution.index("6 x 6 places") : convolution.index("To write out any cell")
    ]
    np.testing.assert_array_equal(
        np.reshape(numbers(printed.split("\n\n")[1].replace("[", "").replace("]", "")), (6, 6)), z
    )
    assert numbers(re.search(r"the sum of the three rows +(\S+)", convolution)[1]) == [np.max(z)]
    assert f"  = {np.max(z)}\n" in convolution  # as inspect.cell writes it
    assert "yes, number by number" in flat(convolution)


def test_convolution_says_how_large_the_output_is(convolution):
    sizes = [
        line.split()
        for line in convolution[convolution.index("kernel  stride") :].splitlines()[2:10]
    ]
    for k, _, _, stride, padding, dilation, height, *_ in sizes:
        k, stride, dilation = int(k), int(stride), int(dilation)
        zeros = {"valid": 0, "same": k // 2}.get(padding, 1)
        first = range(
            -zeros, 8 + zeros, stride
        )  # where the first cell of the kernel may lie, if the last one fits too
        assert int(height) == len([p for p in first if p + dilation * (k - 1) < 8 + zeros])


def test_convolution_counts_weights_and_fields(convolution):
    assert "216 of its weights are not 0 and they are only 4 different numbers" in flat(convolution)
    assert rows(convolution, "picture  ")["28 x 28"] == ["6", "4,056", "60", "3,183,960"]
    fields = rows(convolution, "layer     stride")
    assert [row[2] for row in fields.values()] == [row[3] for row in fields.values()]
    assert [row[3] for row in fields.values()] == ["3 x 3", "5 x 5", "7 x 7", "11 x 11", "15 x 15"]
    assert "they differ by 0 and 0." in flat(convolution)


def test_convolution_finds_the_hidden_kernel(convolution):
    text = flat(convolution)
    assert float(re.search(r"the worst weight is wrong by (\S+)\. ", text)[1]) < 1e-3
    assert float(re.search(r"its outer ring is (\S+)\. ", text)[1]) < 2e-3
    sums = convolution[: convolution.index("    Sobel's: -4 0 4")].splitlines()[-1]
    np.testing.assert_allclose(numbers(sums), [-4, 0, 4], atol=0.02)
    assert float(re.search(r"its loss is (\S+): in stripes", text)[1]) < 1e-6
