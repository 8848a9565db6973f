"""Growth is measured with whole fits, and a large file is read as it lies."""

import growth
import numpy as np
import pytest

from chainrule.engines import native

needs_native = pytest.mark.skipif(not native.available(), reason="the native engine is not built")


def test_sides_take_turns():
    calls = []

    def turn(name):
        return lambda: calls.append(name) or len(calls)

    assert growth.turns({"a": turn("a"), "b": turn("b")}, 3) == {"a": 5, "b": 6}
    assert "".join(calls) == "abababab"


def test_a_file_of_pixels_is_mapped(tmp_path):
    X = growth.pixels_file(tmp_path, 10 * growth.PIXELS)
    assert isinstance(X, np.memmap) and X.shape == (10, growth.PIXELS) and X.dtype == np.uint8
    del X


@needs_native
def test_time_for_each_row(monkeypatch):
    monkeypatch.setattr(growth, "BATCHES", (1, 8))
    assert 0 < growth.fit_time("64-100-10", 4, 1, 1e-4)() < 1


@needs_native
def test_epochs_are_timed_without_the_start():
    X, y = np.ones((64, 784), np.uint8), np.zeros(64, np.int32)
    stack, inputs = growth.dense(784, 4, 10)
    loss = growth.cr.SoftmaxCrossEntropy()
    net = growth.cr.Network(*stack, loss=loss, inputs=inputs)
    assert 0 < growth.epoch_time(net, X, y, [np.arange(64)], 2) < 1
