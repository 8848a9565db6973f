"""The work of a workload, counted, and the least time for it."""

import numpy as np
import peers_limits
import pytest
from peers_workloads import ADAM_SIZE, ResidualTask, Task


def lenet():
    X, y = np.zeros((128, 28, 28, 1), np.float32), np.zeros(128, int)
    return Task(X, y, (400, 120, 84, 10), 128, 1, ((6, 5, "same"), (16, 5, "valid")))


def test_the_products_of_lenet():
    first = 2 * 28 * 28 * 25 * 6
    second = 2 * 10 * 10 * 25 * 6 * 16
    rest = [2 * 400 * 120, 2 * 120 * 84, 2 * 84 * 10]
    assert peers_limits.products(lenet()) == [first, second, *rest]


def test_places_that_no_maximum_sees_are_not_needed():
    X, y = np.zeros((1, 28, 28, 1), np.float32), np.zeros(1, int)
    task = Task(X, y, (1600, 10), 1, 1, ((32, 3, "valid"), (64, 3, "valid")))
    first, second = 2 * 26 * 26 * 9 * 32, 2 * 10 * 10 * 9 * 32 * 64  # not 11 × 11
    assert peers_limits.products(task) == [first, second, 2 * 1600 * 10]


def test_training_is_three_products_without_the_first_dx():
    assert peers_limits.training([5, 7]) == 5 + 7 + 7 + 5 + 7


def test_products_of_the_residual_network_are_those_of_its_kernels():
    task = ResidualTask(64)
    work, kept = peers_limits.residual_products(task)
    assert len(work) == len(task.kernels) + 1
    pixels = [32 * 32] * 5 + [16 * 16] * 5 + [8 * 8] * 5
    expected = [2 * p * np.prod(k) for p, k in zip(pixels, task.kernels, strict=True)]
    assert work == [*expected, 2 * 128 * 10]
    # result and relu of each convolution of the main path; the results alone of the shortcuts
    assert kept == 10 * 32 * 32 * 32 + 9 * 16 * 16 * 64 + 9 * 8 * 8 * 128


def test_weights_fit_the_kernels():
    *kernels, W, b = ResidualTask(1).start()
    assert [k.shape for k in kernels] == ResidualTask(1).kernels
    assert W.shape == (128, 10) and b.shape == (10,)


def test_the_slowest_of_three_limits_counts():
    machine = {"fma": 1e9, "chain": 1e9, "copy": 1e9}
    seconds, what = peers_limits.least("adam", machine, 1 << 20)
    assert seconds == pytest.approx(28 * ADAM_SIZE / 1e9) and what == "memory"
    assert peers_limits.least("neuron", machine, 1 << 20)[1] == "order"
    assert peers_limits.least("forward residual", machine, 1 << 20)[1] == "arithmetic"


def test_without_a_compiler_there_is_no_limit():
    assert peers_limits.least("adam", {}, 1 << 20) is None
    assert peers_limits.least("gemm 2x2x2", {"fma": 1.0}, 1 << 20) is None
