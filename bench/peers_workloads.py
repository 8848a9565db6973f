"""What every side trains on: the same rows, the same starting weights, the same numbers of steps."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# ---------------------------------------------------------------- four rows, float64, plain gradient descent with lr 1

X4 = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], float)
NEURON_Y = np.array([[0, 1, 1, 0]], float).T  # the first column
NEURON_W = 2 * np.random.RandomState(1).random_sample((3, 1)) - 1
NEURON_STEPS = 10_000

XOR_Y = np.array([[0, 0, 1, 1]], float).T
XOR_W1 = np.random.RandomState(1).random_sample((3, 4))
XOR_W2 = np.random.RandomState(2).random_sample((4, 1))
XOR_STEPS = 1_500

# ---------------------------------------------------------------- a chain of Dense and ReLU, float32, Adam

DIGITS, DIGITS_EPOCHS, IMAGES = 1_600, 25, 12_800
KEPT = "CHAINRULE_BENCH_ROWS"  # the folder of the rows, told to every side
ADAM_SIZE = 10_000_000
COPY_BYTES = 256_000_000
LR, BETA1, BETA2, EPS = 0.001, 0.9, 0.999, 1e-8


@dataclass
class Task:
    """Rows, the network's sizes, and how long one `fit` lasts. All batches are full: nobody has to pad."""

    X: np.ndarray  # (N, D) float32
    y: np.ndarray  # (N,) int64
    sizes: tuple[int, ...]
    batch: int
    epochs: int

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return len(self.X) // self.batch

    def start(self) -> list[np.ndarray]:
        """[W1, b1, W2, b2, ...], Glorot uniform."""
        rng, weights = np.random.default_rng(0), []
        for inputs, outputs in zip(self.sizes, self.sizes[1:], strict=False):
            limit = np.sqrt(6 / (inputs + outputs))
            weights.append(rng.uniform(-limit, limit, (inputs, outputs)).astype(np.float32))
            weights.append(np.zeros(outputs, np.float32))
        return weights


def digits() -> Task:
    """64-100-10, 1,600 of the 1,797 scanned digits."""
    return Task(*kept("digits"), (64, 100, 10), 200, DIGITS_EPOCHS)


def images(batch: int) -> Task:
    """784-512-512-10, one epoch."""
    return Task(*kept("images"), (784, 512, 512, 10), batch, 1)


def keep_rows(folder: str) -> str:
    """Write the rows for every side, so that no side's memory holds their making; returns where the images are from.

    MNIST where its files lie (CHAINRULE_DATA), else random rows of the same shape.
    """
    import chainrule as cr

    home, rng = Path(os.environ.get("CHAINRULE_DATA", ".")), np.random.default_rng(0)
    try:
        X, y, _, _ = cr.datasets.mnist(home / "mnist" if (home / "mnist").is_dir() else home)  # downloads nothing
        X, y, whose = X[:IMAGES].reshape(IMAGES, 784) / 255, y[:IMAGES], "MNIST"
    except cr.FileError:
        X, y, whose = rng.random((IMAGES, 784)), rng.integers(0, 10, IMAGES), "random, of MNIST's shape"
    X64, y64 = cr.datasets.digits()
    for name, rows, labels in (("images", X, y), ("digits", X64[:DIGITS] / 16, y64[:DIGITS])):
        np.save(Path(folder) / f"{name}_X.npy", rows.astype(np.float32))
        np.save(Path(folder) / f"{name}_y.npy", labels.astype(np.int64))
    os.environ[KEPT] = folder
    return whose


def kept(name: str) -> tuple[np.ndarray, np.ndarray]:
    """What `keep_rows` wrote."""
    folder = Path(os.environ[KEPT])
    return np.load(folder / f"{name}_X.npy"), np.load(folder / f"{name}_y.npy")


TASKS = {"digits": digits, "images 128": lambda: images(128), "images 256": lambda: images(256)}


def one_row() -> np.ndarray:
    """(1, 64) float32."""
    return digits().X[:1].copy()


def adam_vectors() -> tuple[np.ndarray, np.ndarray]:
    """theta and g."""
    rng = np.random.default_rng(0)
    return rng.random(ADAM_SIZE, np.float32), rng.random(ADAM_SIZE, np.float32)


def product(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A (m, k) and B (k, n) of "gemm MxKxN"."""
    m, k, n = map(int, name.split()[1].split("x"))
    rng = np.random.default_rng(0)
    return rng.random((m, k), np.float32), rng.random((k, n), np.float32)
