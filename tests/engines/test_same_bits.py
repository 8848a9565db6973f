"""One SHA-256 of theta after 200 steps for each of six networks.

It is the same for any number of threads, instruction set, layout of memory, processor (Arm is
emulated), and after an interruption. The engine in a program of its own (tests/native/replay.c)
repeats the runs.
"""

import os
import shutil
import subprocess
import sys
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native, hyper_names, rule_name
from chainrule.graph.byte_form import to_bytes
from chainrule.training import objective as objectives

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)
X, LABELS, WEIGHTS = RNG.normal(size=(700, 9)), RNG.integers(0, 4, 700), RNG.uniform(0.1, 2, 700)
BATCH, EPOCHS = 600, 100  # batches of 600 rows (8 shards) and of 100 (one): 200 steps
HIDDEN = (cr.Dense(33), cr.Tanh())

# layers, settings of the network, arguments of fit
NETWORKS = {
    "dense": ((*HIDDEN, cr.Dense(17), cr.ReLU()), {}, {"optimizer": cr.Momentum(lr=0.05)}),
    "dropout": ((*HIDDEN, cr.Dropout(0.4)), {}, {"optimizer": cr.RMSprop(lr=0.002)}),
    "residual": (
        (cr.Dense(20), cr.Residual(cr.Dense(20), cr.SiLU()), cr.LayerNorm()),
        {},
        {"optimizer": cr.Nesterov(lr=0.05)},
    ),
    "weighted": (
        (cr.Dense(20, bias=False), cr.BatchNorm(), cr.GELU()),
        {},
        {"sample_weight": WEIGHTS},
    ),
    "float64": (
        (cr.Dense(20), cr.Sigmoid(), cr.Dense(20), cr.Softplus()),
        {"dtype": "float64"},
        {},
    ),
    # The sums of one matrix are more than 32 KiB: plans send them from their own places.
    "large sums": (
        (cr.Dense(64), cr.Tanh(), cr.Dense(65), cr.Tanh()),
        {"dtype": "float64"},
        {},
    ),
    "L2, Adam": (
        (cr.Dense(33, penalty=cr.L2(0.01)), cr.ELU()),
        {},
        {"optimizer": cr.Adam(lr=cr.Cosine(0.01, steps=200))},
    ),
}
networks = pytest.mark.parametrize("name", NETWORKS)


def network(name, threads=None):
    layers, settings, _ = NETWORKS[name]
    return cr.Network(
        *layers,
        cr.Dense(4),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(9,),
        engine="native",
        seed=2,
        threads=threads,
        **settings,
    )


def fitted(name, threads=None, epochs=EPOCHS, **options):
    net = network(name, threads)
    net.fit(X, LABELS, epochs=epochs, batch_size=BATCH, verbose=0, **NETWORKS[name][2], **options)
    return net


def digest(theta):
    return sha256(theta).hexdigest()


@cache
def the_hash(name):
    """Of the run on one thread, by the best instruction set."""
    net = fitted(name, threads=1)
    assert net.run_state.step == 200 and np.isfinite(net.theta).all()
    return digest(net.theta.tobytes())


# ---------------------------------------------------------------- in this process


@networks
@pytest.mark.parametrize("threads", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 8))])
def test_threads(name, threads):
    assert digest(fitted(name, threads).theta.tobytes()) == the_hash(name)


@networks
@pytest.mark.parametrize(
    "instructions", [s for s in native.instruction_sets()[:-1] if s != "plain"]
)
def test_instruction_sets(name, instructions, monkeypatch):
    expected = the_hash(name)
    monkeypatch.setattr(objectives, "Native", partial(Native, instructions=instructions))
    assert digest(fitted(name, threads=2).theta.tobytes()) == expected


@networks
def test_values_that_share_no_memory(name, monkeypatch):
    expected = the_hash(name)
    monkeypatch.setattr(objectives, "Native", partial(Native, keep=True))
    assert digest(fitted(name, threads=2).theta.tobytes()) == expected


@pytest.mark.slow
@networks
def test_an_interrupted_run(name, tmp_path):
    fitted(name, threads=2, epochs=31, callbacks=[cr.Checkpoint(tmp_path / "run", every_steps=7)])
    assert digest(fitted(name, threads=3, resume=tmp_path / "run").theta.tobytes()) == the_hash(
        name
    )


@networks
@pytest.mark.parametrize("threads", [1, 3])
def test_each_row_alone_is_that_row_among_others(name, threads):
    net = network(name, threads)
    whole = net.predict(X)
    assert all((net.predict(X[i : i + 1])[0] == whole[i]).all() for i in range(len(X)))


@networks
def test_no_two_networks_have_the_same(name):
    assert [the_hash(other) for other in NETWORKS].count(the_hash(name)) == 1


# ---------------------------------------------------------------- in programs of their own


class Recorded(Native):
    """A plan that keeps what it was asked."""

    def __init__(self, program, rows, dtype, *, wrt=None, update=None, threads=1):
        super().__init__(program, rows, dtype, wrt=wrt, update=update, threads=threads)
        self.asked, self.calls, self.start = (wrt, update), [], None

    def advance(self, theta, slots, steps, carry=None):
        if self.start is None:
            self.start = (theta.copy(), [slots[name].copy() for name in self.slots], steps.data)
        made = super().advance(theta, slots, steps, carry)
        starts, hyper = steps.starts, steps.hyper
        hyper = hyper[: made.done] if len(hyper) == len(starts) - 1 else hyper
        numbers = {"t": steps.t, "step": steps.step, "seed": steps.seed, "careful": steps.careful}
        numbers["steps"] = made.done
        self.calls.append(
            (steps.order, steps.c, starts[: made.done + 1].copy(), np.array(hyper), numbers)
        )
        return made


# How engine.h numbers the types of arrays.
TYPES = {"float32": 1, "float64": 2, "uint8": 3, "int32": 5, "int64": 6}


def written(array):
    if array is None:
        return np.int64(-1).tobytes()
    data = array if isinstance(array, bytes) else np.ascontiguousarray(array).tobytes()
    return np.int64(len(data)).tobytes() + data


def job(plan):
    """The file that replay.c reads."""
    wrt, update = plan.asked
    theta, slots, data = plan.start
    wanted = np.zeros(len(plan.program.values), np.uint8)
    wanted[wrt] = 1
    groups = [(g.where.start, g.where.stop - g.where.start, g.born) for g in update.groups]
    parts = [
        np.array([plan.rows, len(slots), len(hyper_names(update.optimizer)), len(plan.calls)]),
        np.array([TYPES[array.dtype.name] for array in data]),
        to_bytes(plan.program),
        wanted,
        rule_name(update.optimizer).encode() + b"\0",
        np.array(groups, np.int32),
        np.array(list(plan.program.defaults.values()), np.float64),
        theta,
        *slots,
        *data,
    ]
    for order, c, starts, hyper, numbers in plan.calls:
        named = ("t", "step", "seed", "careful", "steps")
        parts += [np.array([int(numbers[n]) for n in named]), order, c, starts, hyper]
    return b"".join(written(part) for part in parts)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    """{network: the file of its run}."""
    folder, files = tmp_path_factory.mktemp("jobs"), {}
    for name in NETWORKS:
        plans, expected = [], the_hash(name)

        def recorded(*given, plans=plans, **options):
            plans.append(Recorded(*given, **options))
            return plans[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(objectives, "Native", recorded)
            assert digest(fitted(name, threads=2).theta.tobytes()) == expected
        assert len(plans) == 1
        files[name] = folder / name.replace(", ", "_")
        files[name].write_bytes(job(plans[0]))
    return files


def missing(how):
    """What this machine lacks for it: names, or nothing."""
    tools = {
        "arm": ("aarch64-linux-gnu-gcc", "qemu-aarch64"),
        "windows": ("x86_64-w64-mingw32-gcc",),
    }
    if how in tools:
        return ", ".join(tool for tool in tools[how] if not shutil.which(tool))
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        return "cc, gcc or clang"
    needed = "avx2" if how in ("memory", "races") else how
    return "" if needed in native.instruction_sets() else f"a processor with {needed}"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["avx2", "arm", "memory", "races"])
def test_replayed(how, jobs, tmp_path):
    """The engine alone has the same hash, and the sanitizers (ASan, UBSan, TSan) find nothing."""
    if lacking := missing(how):
        pytest.skip(f"{how} needs {lacking}")
    subprocess.run([sys.executable, ROOT / "scripts/replay.py", tmp_path, how], check=True)
    emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"] if how == "arm" else []
    environment = os.environ | {"ASAN_OPTIONS": "detect_stack_use_after_return=0"}
    for name, file in jobs.items():
        dtype = "f64" if network(name).dtype == np.float64 else "f32"
        for threads, keep, *processes in ((1, 0), (3, 1), (8, 0), (1, 0, 3), (2, 1, 2)):
            options = map(str, (threads, keep, *processes))
            command = [*emulator, tmp_path / f"replay_{dtype}", file, *options]
            done = subprocess.run(command, capture_output=True, env=environment, timeout=300)
            assert done.returncode == 0 and not done.stderr, (name, threads, done.stderr.decode())
            assert digest(done.stdout) == the_hash(name), (name, threads, keep, processes)


@pytest.fixture
def for_windows(tmp_path):
    """The engine alone as programs for Windows, {dtype: path}."""
    if lacking := missing("windows"):
        pytest.skip(f"windows needs {lacking}")
    subprocess.run([sys.executable, ROOT / "scripts/replay.py", tmp_path, "windows"], check=True)
    return {dtype: tmp_path / f"replay_{dtype}.exe" for dtype in ("f32", "f64")}


@pytest.mark.slow
def test_it_compiles_for_windows(for_windows):
    """Windows has other threads, locks and clocks. Nothing runs here."""
    assert all(path.read_bytes()[:2] == b"MZ" for path in for_windows.values())


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("wine"), reason="programs for Windows need wine")
def test_windows_has_the_same_bits(for_windows, jobs, tmp_path):
    """The threads, locks and clocks of Windows, as wine has them, change no bit."""
    environment = os.environ | {"WINEDEBUG": "-all", "WINEPREFIX": str(tmp_path / "wine")}
    for name, file in jobs.items():
        dtype = "f64" if network(name).dtype == np.float64 else "f32"
        for threads, keep in ((1, 0), (3, 1)):
            command = ["wine", for_windows[dtype], file, str(threads), str(keep)]
            done = subprocess.run(command, capture_output=True, env=environment, timeout=300)
            assert done.returncode == 0, (name, threads, done.stderr.decode())
            assert digest(done.stdout) == the_hash(name), (name, threads, keep)
