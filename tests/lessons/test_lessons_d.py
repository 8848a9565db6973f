"""The lessons on convolutions, as a reader runs them; MNIST is a small set of the same form, made on the spot."""

import re
import struct

import numpy as np
import pytest
from tests.lessons.test_lessons_b import lesson, rows
from tests.lessons.test_lessons_c import flat

import chainrule as cr

# --------------------------------------------------------------------------------------------------- convolution

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
    printed = convolution[convolution.index("6 x 6 places") : convolution.index("Any cell of")]
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


# ----------------------------------------------------------------------------------------------------------- cnn

CNN = ("cnn-kernels", "cnn-maps", "cnn-worst", "cnn-where")


def write_idx(path, array):
    path.write_bytes(
        struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        + array.astype(np.uint8).tobytes()
    )


@pytest.mark.slow
def test_cnn_without_mnist(tmp_path, monkeypatch):
    monkeypatch.delenv("CHAINRULE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = lesson("cnn", tmp_path, *CNN, encoding="utf-8")
    found = {
        name: [float(share) for share in row[1:]] for name, row in rows(text, "network ").items()
    }
    dense, old, today = found["no convolution"], found["LeNet, smaller"], found["of today"]
    assert min(dense[0], old[0]) > 0.95 and today[0] > 0.97
    assert dense[1] < 0.6 and today[1] > dense[1] + 0.15  # moved by a pixel
    assert abs(dense[2] - dense[0]) < 0.015 and old[2] < old[0] - 0.01  # pixels shuffled
    assert "Nothing was downloaded" in flat(text)


@pytest.mark.slow
def test_cnn_on_mnist(tmp_path, monkeypatch):
    X, y = cr.datasets.digits()
    images = np.pad(np.kron(X.reshape(-1, 8, 8), np.ones((3, 3))) * 15, ((0, 0), (2, 2), (2, 2)))
    (tmp_path / "mnist").mkdir()
    for part, chosen in (("train", slice(0, 1500)), ("t10k", slice(1500, None))):
        write_idx(tmp_path / "mnist" / f"{part}-images-idx3-ubyte", images[chosen])
        write_idx(tmp_path / "mnist" / f"{part}-labels-idx1-ubyte", y[chosen])
    monkeypatch.setenv("CHAINRULE_DATA", str(tmp_path))
    text = lesson("cnn", tmp_path, *CNN, "cnn-mnist-worst", "cnn-mnist-where", encoding="utf-8")
    table = rows(text[text.index("One look at each of 1,500") :], "network ")
    assert list(table) == ["LeNet-5", "of today"]
    for _, _, wrong, accuracy in table.values():
        assert accuracy == f"{1 - int(wrong) / 297:.4f}"
    assert float(table["of today"][-1]) > 0.6  # thirty steps
