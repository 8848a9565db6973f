"""What the machine can do, what a workload must do, and so the least time that it can take."""

import subprocess
import sys
import tempfile
from pathlib import Path

from peers_rows import ADAM_BYTES
from peers_turns import HERE, processors
from peers_workloads import (
    CLASSIFIED,
    CLASSIFIED_EPOCHS,
    NEURON_STEPS,
    PROBES,
    RESIDUAL_PREDICTED,
    SIDE,
    TASKS,
    UNITS,
    WIDTHS,
    XOR_STEPS,
    ResidualTask,
    predicted,
    residual,
)

# Operations of a step that must wait for each other, as multiply-adds in a row. One row of the
# neuron: 3 for x·w, 4 to reduce and scale, 6 for the polynomial of exp (two halves), 4 for
# 1 / (1 + e), 4 for (o − y) o (1 − o), 2 + 1 for Σₙ over four rows, and the step.
NEURON_CHAIN = 24
TWO_LAYER_CHAIN = 2 * 17 + 4 + 2 * 4 + 5  # two layers forward; back by one more product


def compiled(folder, instructions):
    """Return limits.c as a program for this processor, or None without a compiler."""
    flags = ["-march=haswell", "-DLANES=8"] if instructions == "avx2" else ["-march=native"]
    program = Path(folder) / f"limits_{instructions}"
    command = ["cc", "-O2", *flags, "-o", program, HERE / "limits.c"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return program


def measured(setting):
    """Return operations, dependent operations and copied bytes in a second, or {}."""
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(folder, setting.instructions)
        if program is None:
            return {}
        cores = list(map(str, processors(setting.cores)))
        return {
            what: float(subprocess.check_output([program, what, *cores], text=True))
            for what in ("fma", "chain", "copy")
        }


def dense(inputs, outputs):
    """Return the operations of a row."""
    return 2 * inputs * outputs


def convolution(shape, filters, kernel, padding="same", stride=1):
    """Return the operations of an image, and the shape that comes out."""
    H, W, C = shape
    if padding == "valid":
        H, W = H - kernel + 1, W - kernel + 1
    H, W = -(-H // stride), -(-W // stride)
    return 2 * H * W * kernel * kernel * C * filters, (H, W, filters)


def products(task):
    """Return the operations of each matrix product or convolution of one row, forward."""
    found, shape = [], task.X.shape[1:]
    for filters, kernel, padding in task.convolutions:
        work, (H, W, C) = convolution(shape, filters, kernel, padding)
        shape = H // 2, W // 2, C  # the maxima; places that they do not see are not needed
        found.append(work * 4 * shape[0] * shape[1] // (H * W))
    return found + [dense(*pair) for pair in zip(task.sizes, task.sizes[1:], strict=False)]


def residual_products(task):
    """Return the operations of each product of one image, forward, and the numbers it keeps."""
    work, shape = convolution((SIDE, SIDE, 3), WIDTHS[0], 3)
    found, kept = [work], 2 * SIDE * SIDE * WIDTHS[0]  # a convolution's result, and relu's
    for C, filters, stride in task.blocks:
        first, out = convolution(shape, filters, 3, stride=stride)
        found += [first, convolution(out, filters, 3)[0]]
        size = out[0] * out[1] * filters
        kept += 4 * size
        if filters != C:
            found.append(convolution(shape, filters, 1, stride=stride)[0])
            kept += size
        shape = out
    return [*found, dense(WIDTHS[-1], 10)], kept


def training(forward):
    """Return operations: forward, dx and dW are one product each; nobody asks for the first dx."""
    return 3 * sum(forward) - forward[0]


def needed(workload, cache):
    """Return what a run of a workload needs: operations, float64 ones, bytes, a chain; or {}.

    `cache` is the size of the last cache. What fits there need not move; training rows must.
    """
    name = workload.split()[0]
    if workload in TASKS:
        task = TASKS[workload]()
        rows = task.steps * task.batch * task.epochs
        return {"flops": rows * training(products(task)), "bytes": fresh(rows, task, cache)}
    if workload == "residual":
        task = residual()
        forward, kept = residual_products(task)
        moved = 2 * 4 * kept * task.batch  # written once, read once
        moved = moved if moved > 2 * cache else 0
        return {"flops": task.count * training(forward), "bytes": task.steps * moved}
    if workload == "forward residual":
        task = ResidualTask(RESIDUAL_PREDICTED)
        return {"flops": task.count * sum(residual_products(task)[0])}
    if name == "forward":
        task = predicted(workload)
        return {"flops": len(task.X) * sum(products(task)), "bytes": fresh(len(task.X), task, 0)}
    if name == "adam":
        return {"bytes": ADAM_BYTES}
    if name == "neuron":
        return {"chain": NEURON_STEPS * NEURON_CHAIN}
    if name == "two-layer":
        return {"chain": XOR_STEPS * TWO_LAYER_CHAIN}
    if name == "recall":  # the fields of every unit, once for each probe
        return {"flops": 2 * PROBES * UNITS * UNITS}
    if name == "classifier":
        rows = CLASSIFIED * CLASSIFIED_EPOCHS
        work = training([dense(784, 256), dense(256, 10)])
        return {"wide": rows * work, "bytes": rows * 784 * 8}
    return {}


def fresh(rows, task, cache):
    """Return the bytes of the rows that are read, if the data set is larger than the cache."""
    return rows * task.X[0].nbytes if task.X.nbytes > cache else 0


def least(workload, machine, cache):
    """Return (seconds, what limits): the least time of a run, or None."""
    need = needed(workload, cache)
    if not need or not machine:
        return None
    times = {
        "arithmetic": need.get("flops", 0) / machine["fma"]
        + need.get("wide", 0) * 2 / machine["fma"],
        "memory": need.get("bytes", 0) / machine["copy"],
        "order": need.get("chain", 0) / machine["chain"],
    }
    what = max(times, key=times.get)
    return times[what], what


def last_cache():
    """Return the bytes of the last cache."""
    folder = Path("/sys/devices/system/cpu/cpu0/cache")
    sizes = [int(p.read_text().strip()[:-1]) * 1024 for p in folder.glob("index*/size")]
    return max(sizes, default=32 << 20)


if __name__ == "__main__":
    sys.exit("peers.py measures these")
