"""What every side trains on: the same rows, starting weights and numbers of steps."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# ---------------------------------------------------------------- four rows, float64, SGD with lr 1

X4 = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], float)
NEURON_Y = np.array([[0, 1, 1, 0]], float).T  # the first column
NEURON_W = 2 * np.random.RandomState(1).random_sample((3, 1)) - 1
NEURON_STEPS = 10_000

XOR_Y = np.array([[0, 0, 1, 1]], float).T
XOR_W1 = np.random.RandomState(1).random_sample((3, 4))
XOR_W2 = np.random.RandomState(2).random_sample((4, 1))
XOR_STEPS = 1_500

# ---------------------------------------------------------------- chains of layers, float32, Adam
# Dense and ReLU; in convnets, Conv2D, ReLU and MaxPool2D(2) before them.

DIGITS, DIGITS_EPOCHS, IMAGES, CONVOLVED, PREDICTED = 1_600, 25, 12_800, 1_280, 10_000
STRIP = 250  # images that the peers predict at once: faster for all than 10,000
KEPT = "CHAINRULE_BENCH_ROWS"  # every side gets the folder of the rows
ADAM_SIZE = 10_000_000
COPY_BYTES = 256_000_000
LR, BETA1, BETA2, EPS = 0.001, 0.9, 0.999, 1e-8


@dataclass
class Task:
    """Rows, the network's sizes, and the length of a `fit`. All batches are full."""

    X: np.ndarray  # (N, D) or (N, H, W, C), float32
    y: np.ndarray  # (N,) int64
    sizes: tuple[int, ...]  # of the chain of Dense
    batch: int
    epochs: int
    convolutions: tuple[tuple[int, int, str], ...] = ()  # filters, kernel, padding

    @property
    def steps(self) -> int:
        """Return the steps of an epoch."""
        return len(self.X) // self.batch

    def start(self) -> list[np.ndarray]:
        """Return [W1, b1, W2, b2, ...], Glorot uniform; the kernels are (k, k, C, filters)."""
        rng, weights = np.random.default_rng(0), []
        shapes, C = [], self.X.shape[-1]
        for filters, k, _ in self.convolutions:
            shapes.append((k, k, C, filters))
            C = filters
        shapes += zip(self.sizes, self.sizes[1:], strict=False)
        for *window, inputs, outputs in shapes:
            limit = np.sqrt(6 / (np.prod(window) * (inputs + outputs)))
            weights.append(
                rng.uniform(-limit, limit, (*window, inputs, outputs)).astype(np.float32)
            )
            weights.append(np.zeros(outputs, np.float32))
        return weights

    @property
    def paddings(self) -> tuple[str, ...]:
        """Of each convolution."""
        return tuple(padding for _, _, padding in self.convolutions)


def digits() -> Task:
    """Return 64-100-10 on 1,600 of the 1,797 scanned digits."""
    return Task(*kept("digits"), (64, 100, 10), 200, DIGITS_EPOCHS)


def images(batch: int) -> Task:
    """Return 784-512-512-10, one epoch."""
    return Task(*kept("images"), (784, 512, 512, 10), batch, 1)


def pictures(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first images, as (N, 28, 28, 1)."""
    X, y = kept("images")
    return X[:count].reshape(count, 28, 28, 1), y[:count]


def lenet(count: int = CONVOLVED) -> Task:
    """Return LeNet-5 with ReLU and maxima: 6 and 16 kernels 5×5, 120-84-10.

    The first convolution pads, since the paper had 32×32 pixels.
    """
    return Task(*pictures(count), (400, 120, 84, 10), 128, 1, ((6, 5, "same"), (16, 5, "valid")))


def convnet(count: int = CONVOLVED) -> Task:
    """32 and 64 kernels 3×3, then 10 units."""
    return Task(*pictures(count), (1600, 10), 128, 1, ((32, 3, "valid"), (64, 3, "valid")))


def keep_rows(folder: str) -> str:
    """Write the rows for every side; return where the images come from.

    So no side's memory contains the making of them.

    They are MNIST if its files are found (CHAINRULE_DATA), else random rows of the same shape.
    """
    import chainrule as cr

    home, rng = Path(os.environ.get("CHAINRULE_DATA", ".")), np.random.default_rng(0)
    try:
        # downloads nothing
        X, y, _, _ = cr.datasets.mnist(home / "mnist" if (home / "mnist").is_dir() else home)
        X, y, whose = X[:IMAGES].reshape(IMAGES, 784) / 255, y[:IMAGES], "MNIST"
    except cr.FileError:
        X, y, whose = (
            rng.random((IMAGES, 784)),
            rng.integers(0, 10, IMAGES),
            "random, of MNIST's shape",
        )
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


CHAINS = {"digits": digits, "images 128": lambda: images(128), "images 256": lambda: images(256)}
CONVOLUTIONAL = {"lenet": lenet, "convnet": convnet}
TASKS = CHAINS | CONVOLUTIONAL


def predicted(name: str) -> Task:
    """Return the network of "predict lenet" or "predict convnet", with the images to predict."""
    return CONVOLUTIONAL[name.split()[1]](PREDICTED)


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
