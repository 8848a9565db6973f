"""The lesson `cnn`, without MNIST, and with a small set of the same form."""

import struct

import numpy as np
import pytest
from tests.lessons.running import flat, lesson, rows

import chainrule as cr

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
    looked = rows(text, "digit  heat on ink")
    assert list(looked) == list("01234567") and all(float(row[2]) > 0 for row in looked.values())
    assert "It is an estimate. The picture shows it on ink only" in flat(text)


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
