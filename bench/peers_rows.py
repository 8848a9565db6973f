"""The rows of the table: the workload, what is measured, and how many times as fast we must be."""

from dataclasses import dataclass, replace

import numpy as np
from peers_turns import Setting
from peers_workloads import (
    ADAM_SIZE,
    CONVOLVED,
    COPY_BYTES,
    DIGITS,
    DIGITS_EPOCHS,
    IMAGES,
    NEURON_STEPS,
    PREDICTED,
    PROBES,
    RESIDUAL_BATCH,
    RESIDUAL_PREDICTED,
    RESIDUAL_ROWS,
    SMALL_BATCHES,
    UNITS,
    XOR_STEPS,
)

SIZES = (1, 3, 10, 64, 100, 128, 288, 512, 784, 1024)
ADAM_BYTES = 7 * 4 * ADAM_SIZE  # reads theta, g, m, v; writes theta, m, v
ONE, TWO, AVX2 = Setting(1), Setting(2), Setting(1, "avx2")
SLACK = 0.9  # of a goal, with AVX2


@dataclass
class Row:
    """One line of the table."""

    title: str
    workload: str
    goal: float | None = None  # times as fast (or as small) as the peer below
    against: str | None = None  # a peer; None: the best one
    per: int = 1  # the time of a run is divided by this
    kind: str = (
        "time"  # or first, memory, import, size, flops (per = operations of a run), bandwidth
    )
    setting: Setting = ONE
    scaling: float | None = None  # from one core to two, ours must be so many times as fast
    limit: float | None = None  # ours must be at most that


def products():
    """Return (m, n, k): the two products of the table, then forty that were drawn once."""
    drawn = np.random.default_rng(0).choice(SIZES, (40, 3))
    return list(dict.fromkeys([(128, 512, 784), (1024, 1024, 1024), *map(tuple, drawn.tolist())]))


def product_rows():
    rows = []
    for i, (m, n, k) in enumerate(products()):
        title, workload, work = f"GEMM {m}×{k}×{n}", f"gemm {m}x{k}x{n}", 2 * m * k * n
        rows.append(Row(title, workload, 0.95, "numpy", work, "flops"))
        if i < 2:
            rows.append(Row(title, workload, (0.95, 0.93)[i], "torch", work, "flops"))
    return rows


def step_rows():
    """Return the rows of training and predicting, on one core."""
    steps = CONVOLVED // 128
    return [
        Row(f"neuron, {NEURON_STEPS:,} steps", "neuron", 1.0),
        Row(f"two-layer, {XOR_STEPS:,} steps", "two-layer", 1.7),
        Row("digits 64-100-10, batch 200", "digits", 1.8, per=DIGITS // 200 * DIGITS_EPOCHS),
        Row("784-512-512-10, batch 32", "images 32", per=SMALL_BATCHES // 32),
        Row("784-512-512-10, batch 128", "images 128", 1.2, per=IMAGES // 128),
        Row("784-512-512-10, batch 256", "images 256", per=IMAGES // 256),
        Row("Adam, 10 million parameters", "adam", 1.1),
        Row("LeNet-5, batch 128", "lenet", 2.2, per=steps),
        Row("32c3-64c3, batch 128", "convnet", 2.2, per=steps),
        Row(f"LeNet-5, predict {PREDICTED:,} images", "forward lenet", 2.0),
        Row(f"32c3-64c3, predict {PREDICTED:,} images", "forward convnet", 1.3),
        Row(
            f"residual network, batch {RESIDUAL_BATCH}",
            "residual",
            1.3,
            per=RESIDUAL_ROWS // RESIDUAL_BATCH,
        ),
        Row(f"residual network, predict {RESIDUAL_PREDICTED} images", "forward residual", 1.5),
        Row(f"Hopfield recall, {UNITS} units, {PROBES} probes", "recall", 40),
        Row("MLPClassifier 784-256-10, 5 epochs", "classifier", 2.2),
    ]


def two_core_rows():
    """Return the rows of two cores: workload, goal against the best peer, goal from one to two."""
    goals = {
        "images 32": (1.1, 1.5),
        "images 128": (None, None),
        "images 256": (1.1, 1.7),
        "lenet": (2.0, 1.7),
        "convnet": (2.2, 1.7),
        "forward lenet": (None, None),
        "forward convnet": (None, None),
        "residual": (None, None),
        "forward residual": (None, None),
    }
    return [
        replace(row, setting=TWO, goal=goals[row.workload][0], scaling=goals[row.workload][1])
        for row in step_rows()
        if row.workload in goals
    ]


def avx2_rows():
    """Return the rows in which every side is held to AVX2."""
    names = ("digits", "images 128", "lenet", "residual", "forward residual")
    return [
        replace(row, setting=AVX2, goal=round(SLACK * row.goal, 3))
        for row in step_rows()
        if row.workload in names
    ]


def other_rows():
    """Return what a user notices beside the time of a step."""
    return [
        Row("neuron against NumPy", "neuron", 30, "numpy"),
        Row("neuron, first fit (traced, compiled)", "neuron", 5, "jax", kind="first"),
        Row("predict one row, digits network", "predict", 4, "torch", per=1000),
        Row("predict one row, peers by bare functions", "bare", per=1000),
        Row(
            "the bytes of Adam by a 256 MB copy (in NumPy's column)",
            "adam",
            0.85,
            "numpy",
            kind="bandwidth",
        ),
        Row("import", "", 1 / 1.3, "numpy", kind="import"),
        Row("installed beyond NumPy, in all", "", kind="size", limit=10e6),
        Row("peak memory, 784-512-512-10, batch 128", "images 128", 2, "torch", kind="memory"),
        Row("peak memory, 32c3-64c3, batch 128", "convnet", 2, kind="memory"),
    ]


def all_rows():
    """Return all rows, those of one setting together."""
    return [*step_rows(), *other_rows(), *product_rows(), *two_core_rows(), *avx2_rows()]


def bandwidth_time(copy):
    """Return the time of Adam if it moved its bytes as fast as a copy does."""
    return copy * ADAM_BYTES / (2 * COPY_BYTES)


def shown(value, kind, per=1):
    """Return a value with its unit."""
    if value is None:
        return "–"
    if kind == "flops":
        return f"{per / value / 1e9:.3g} GF/s"
    if kind in ("size", "memory"):
        return f"{value / 1e6:.1f} MB"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size or unit == "µs":
            digits = f"{value / size:.3g}" if value < 1000 * size else f"{value / size:.0f}"
            return f"{digits} {unit}"
    return ""
