"""The rows of the table: the workload, what is measured, and how many times as fast we must be."""

from dataclasses import dataclass

import numpy as np
from peers_workloads import (
    ADAM_SIZE,
    CONVOLVED,
    COPY_BYTES,
    DIGITS,
    DIGITS_EPOCHS,
    IMAGES,
    NEURON_STEPS,
    PREDICTED,
    XOR_STEPS,
)

SIZES = (1, 3, 10, 64, 100, 128, 288, 512, 784, 1024)
ADAM_BYTES = 7 * 4 * ADAM_SIZE  # reads theta, g, m, v; writes theta, m, v


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
    cores: int | None = None  # the goal holds for so many cores only
    limit: float | None = None  # ours must be at most that


def products():
    """Return (m, n, k): the two products of the table, then forty that were drawn once."""
    drawn = np.random.default_rng(0).choice(SIZES, (40, 3))
    return [(128, 512, 784), (1024, 1024, 1024), *map(tuple, drawn.tolist())]


def product_rows():
    rows = []
    for i, (m, n, k) in enumerate(products()):
        title, workload, work = f"GEMM {m}×{k}×{n}", f"gemm {m}x{k}x{n}", 2 * m * k * n
        rows.append(Row(title, workload, 0.95, "numpy", work, "flops"))
        if i < 2:
            rows.append(Row(title, workload, (0.95, 0.93)[i], "torch", work, "flops", cores=1))
    return rows


def all_rows():
    return [
        Row(f"neuron, {NEURON_STEPS:,} steps", "neuron", 30, "numpy"),
        Row(f"neuron, {NEURON_STEPS:,} steps", "neuron", 1.0, "jax"),
        Row("neuron, first fit (traced, compiled)", "neuron", 5, "jax", kind="first"),
        Row(f"two-layer, {XOR_STEPS:,} steps", "two-layer", 1.0, "jax"),
        Row(
            "digits 64-100-10, batch 200, a step", "digits", 1.5, per=DIGITS // 200 * DIGITS_EPOCHS
        ),
        Row("784-512-512-10, batch 128, a step", "images 128", 1.1, per=IMAGES // 128),
        Row("784-512-512-10, batch 256, a step", "images 256", 1.0, per=IMAGES // 256, cores=2),
        Row("LeNet-5, batch 128, a step", "lenet", 2.0, per=CONVOLVED // 128),
        Row("convnet, batch 128, a step", "convnet", 1.4, per=CONVOLVED // 128),
        Row(f"LeNet-5, predict {PREDICTED:,} images", "forward lenet", 1.2),
        Row(f"convnet, predict {PREDICTED:,} images", "forward convnet", 1.0),
        Row("predict one row, digits network", "predict", 4, "torch", per=1000),
        Row("the same, peers by bare functions", "bare", per=1000),
        Row("Adam, 10 million parameters, a step", "adam", 1.0, "torch"),
        Row(
            "the same bytes by a 256 MB copy (in NumPy's column)",
            "adam",
            0.85,
            "numpy",
            kind="bandwidth",
        ),
        Row("import", "", 1 / 1.3, "numpy", kind="import"),
        Row("installed beyond NumPy, in all", "", kind="size", limit=10e6),
        Row("peak memory, 784-512-512-10, batch 128", "images 128", 2, "torch", kind="memory"),
        Row("peak memory, convnet, batch 128", "convnet", 2, kind="memory"),
        *product_rows(),
    ]


def bandwidth_time(copy):
    """Return the time of Adam if it moved its bytes as fast as a copy does."""
    return copy * ADAM_BYTES / (2 * COPY_BYTES)


def shown(value, row):
    """Return a value with its unit."""
    if value is None:
        return "–"
    if row.kind == "flops":
        return f"{row.per / value / 1e9:.3g} GF/s"
    if row.kind in ("size", "memory"):
        return f"{value / 1e6:.1f} MB"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size or unit == "µs":
            return (
                f"{value / size:.3g} {unit}"
                if value < 1000 * size
                else f"{value / size:.0f} {unit}"
            )
    return ""
