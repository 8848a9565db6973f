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
SMALL_BATCHES = 6_400  # images of an epoch of batches of 32
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
    X, y = kept("images")
    count = SMALL_BATCHES if batch < 64 else IMAGES
    return Task(X[:count], y[:count], (784, 512, 512, 10), batch, 1)


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


# ---------------------------------------------------------------- a residual network, float32, Adam

SIDE, WIDTHS, BLOCKS, CLASSES = 32, (32, 64, 128), 2, 10  # pixels, channels, blocks of each width
RESIDUAL_BATCH, RESIDUAL_ROWS, RESIDUAL_PREDICTED, RESIDUAL_STRIP = 64, 128, 384, 64
BATCH_NORM = {"momentum": 0.9, "eps": 1e-5}  # of all sides


@dataclass
class ResidualTask:
    """A convolution, six residual blocks of two convolutions, the mean of each channel, ten units.

    BatchNorm follows each convolution. A block that widens halves height and width, and has a
    convolution 1×1 on its shortcut. The images are noise: only time matters.
    """

    count: int
    batch: int = RESIDUAL_BATCH
    epochs: int = 1

    def __post_init__(self):
        rng = np.random.default_rng(0)
        self.X = rng.standard_normal((self.count, SIDE, SIDE, 3), np.float32)
        self.y = rng.integers(0, CLASSES, self.count)

    @property
    def steps(self) -> int:
        """Return the steps of an epoch."""
        return self.count // self.batch

    @property
    def blocks(self) -> list[tuple[int, int, int]]:
        """Return (channels that come in, channels that go out, stride) of each block."""
        found, C = [], WIDTHS[0]
        for k, width in enumerate(WIDTHS):
            for block in range(BLOCKS):
                found.append((C, width, 2 if k and not block else 1))
                C = width
        return found

    @property
    def kernels(self) -> list[tuple[int, int, int, int]]:
        """Return (k, k, C, filters): the first, then each block's two and its shortcut's."""
        shapes = [(3, 3, 3, WIDTHS[0])]
        for C, filters, _ in self.blocks:
            shapes += [(3, 3, C, filters), (3, 3, filters, filters)]
            shapes += [(1, 1, C, filters)] if filters != C else []
        return shapes

    def start(self) -> list[np.ndarray]:
        """Return the kernels, He normal, then W and b of the last layer."""
        rng = np.random.default_rng(0)
        weights = [
            rng.standard_normal(s, np.float32) * np.float32(np.sqrt(2 / np.prod(s[:3])))
            for s in self.kernels
        ]
        W = rng.standard_normal((WIDTHS[-1], CLASSES), np.float32) / np.float32(WIDTHS[-1] ** 0.5)
        return [*weights, W, np.zeros(CLASSES, np.float32)]


def residual(count: int = RESIDUAL_ROWS) -> ResidualTask:
    """Return the residual network, one epoch."""
    return ResidualTask(count)


# ------------------------------------------------------- scikit-learn's own words, and a memory

CLASSIFIED, CLASSIFIED_EPOCHS = 10_000, 5
UNITS, PATTERNS, PROBES, FLIPPED = 1000, 50, 20, 0.1


def classified() -> tuple[np.ndarray, np.ndarray, dict]:
    """Return X, y and the settings of MLPClassifier, 784-256-10; float64, its default."""
    rng = np.random.default_rng(0)
    X, y = rng.random((CLASSIFIED, 784)), rng.integers(0, 10, CLASSIFIED)
    return X, y, {"hidden_layer_sizes": 256, "max_iter": CLASSIFIED_EPOCHS, "random_state": 0}


def memory() -> tuple[np.ndarray, np.ndarray]:
    """Return the patterns of a Hopfield network, ±1, and the probes, some units of each flipped."""
    rng = np.random.default_rng(0)
    patterns = rng.choice([-1.0, 1.0], (PATTERNS, UNITS))
    return patterns, np.where(rng.random((PROBES, UNITS)) < FLIPPED, -1, 1) * patterns[:PROBES]


# ---------------------------------------------------------------- what every side shares


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


CHAINS = {"digits": digits} | {f"images {n}": lambda n=n: images(n) for n in (32, 128, 256)}
CONVOLUTIONAL = {"lenet": lenet, "convnet": convnet}
TASKS = CHAINS | CONVOLUTIONAL


def predicted(name: str) -> Task:
    """Return the network of "forward lenet" or "forward convnet", with the images to predict."""
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
