"""Attack the engine's door with hostile Programs and runs, under AddressSanitizer and UBSan.

python scripts/fuzz.py CASES [SEED]      prints how many were refused and how many ran

Half of the cases run in each float type. Good cases are networks that tests/drawn_networks.py
draws; tests/native/fuzz.c changes their bytes. The exit code is 0 if nothing was found. After a
finding, `FUZZ_SHOW=1` prints the number of each case; CASES = 1 with that number as SEED runs it alone.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import replay

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.drawn_networks import draw  # noqa: E402
from tests.engines.test_twins import rules  # noqa: E402

from chainrule.engines import native  # noqa: E402
from chainrule.engines.native import Native, hyper_names, rule_name  # noqa: E402
from chainrule.graph.byte_form import to_bytes  # noqa: E402
from chainrule.training.updates import Update, groups  # noqa: E402

DRAWN = 120  # networks; each gives a Program that trains, one that predicts, one that scores
TYPES = {"float32": 1, "float64": 2, "uint8": 3, "int32": 5, "int64": 6}  # as in engine.h
STEPS = 3
OPTIONS = {  # a plan that is too large is refused, as on a machine with little memory
    "ASAN_OPTIONS": "allocator_may_return_null=1:max_allocation_size_mb=64"
    ":detect_stack_use_after_return=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def written(array: object) -> bytes:
    """Return an array as tests/native/job.h reads it."""
    if array is None:
        return np.int64(-1).tobytes()
    data = array if isinstance(array, bytes) else np.ascontiguousarray(array).tobytes()
    return np.int64(len(data)).tobytes() + data


def update_of(program, rule):
    """Return the update of all parameters by one rule, and its numbers for each group."""
    update = Update(rule, groups(program))
    numbers = [float(getattr(rule, name)) for name in hyper_names(rule)]
    return update, np.array(numbers * len(update.groups), np.float64)


def case(drawn, dtype, mode, rule):
    """Return one good case: a Program of a network and all that its plan takes."""
    net = drawn.network(dtype)
    program, rows, train = getattr(net.programs, mode), min(len(drawn.X), 40), mode == "train"
    update, hyper = update_of(program, rule)
    groups_ = [(g.where.start, g.where.stop - g.where.start, g.born) for g in update.groups]
    slots = list(update.start(net.theta).values()) if train else []
    y = np.asarray(drawn.y)[:rows]
    data = Native(program, rows, dtype).data({"x": drawn.X[:rows], "y": y})
    wanted = np.zeros(len(program.values), np.uint8)
    wanted[[p.value for p in program.parameters]] = 1
    sizes = rows, len(slots), len(hyper_names(rule)) if train else 0, len(data)
    parts = [
        np.array([*sizes, mode == "predict", 1, 0, 5]),
        np.array([TYPES[a.dtype.name] for a in data], np.int64),
        to_bytes(program),
        wanted if train else None,
        rule_name(rule).encode() + b"\0" if train else None,
        np.array(groups_ if train else [], np.int32),
        np.array(list(program.defaults.values()), np.float64),
        net.theta,
        *slots,
        *data,
        np.random.default_rng(drawn.seed).permutation(rows).astype(np.int32),
        np.full(rows, 1 / rows, dtype),
        np.linspace(0, rows, 1 + min(rows, STEPS)).astype(np.int64),
        hyper if train else None,
    ]
    return b"".join(written(part) for part in parts)


def corpus(path, dtype):
    """Write the good cases of one dtype; networks with an op of a user's own are left out."""
    optimizers = [cls() for cls in rules() if rule_name(cls())]
    with path.open("wb") as file:
        for seed in range(DRAWN):
            drawn = draw(seed)
            for mode in ("train", "predict", "score"):
                file.write(case(drawn, dtype, mode, optimizers[seed % len(optimizers)]))


def main(cases: int, seed: int = 0) -> int:
    """Run half of the cases in each float type; return how many of the two found something."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        replay.main(folder, "memory", "fuzz")
        for dtype, bits in ((np.float32, "f32"), (np.float64, "f64")):
            file = folder / f"corpus_{bits}"
            corpus(file, np.dtype(dtype))
            command = [folder / f"fuzz_{bits}", file, str((cases + 1) // 2), str(seed)]
            failed += subprocess.run(command, env=os.environ | OPTIONS).returncode != 0
    return failed


if __name__ == "__main__":
    if not native.available():
        sys.exit("the native engine was not built")
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
