"""A training process is killed and a new one resumes it: θ is that of an undisturbed run.

No test waits for a time. The child announces every step and goes on when it gets a byte; the
parent gives the byte and kills, so the child dies somewhere between two steps. For a death during
a write, the child announces that point and stays there.
"""

import os
import random
import subprocess
import sys

import pytest

CHILD = '''
import os, sys, warnings
from hashlib import sha256
import numpy as np
import chainrule as cr

path, point, count = sys.argv[1], sys.argv[2], int(sys.argv[3])  # die at this point of this writing
writes = 0

def announce(line):
    os.write(1, (line + "\\n").encode())
    if not os.read(0, 1):
        os._exit(3)

def here(name):
    if name == point and writes == count:
        announce("point")

class HalfWritten:
    """A file that stops in the middle."""
    def __init__(self, file):
        self.file = file
    def __enter__(self):
        return self
    def __exit__(self, *error):
        self.file.close()
    def write(self, data):
        global writes
        writes += 1
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        here("half")
        self.file.write(data[len(data) // 2 :])
    def flush(self):
        self.file.flush()
    def fileno(self):
        return self.file.fileno()

fdopen, fsync, replace = os.fdopen, os.fsync, os.replace
os.fdopen = lambda descriptor, mode: HalfWritten(fdopen(descriptor, mode))
def announced_fsync(descriptor):
    fsync(descriptor)
    here("flushed")
def announced_replace(old, new):
    here("before")
    replace(old, new)
    here("after")
os.fsync, os.replace = announced_fsync, announced_replace

class Steps(cr.Callback):
    """Announces, and remembers something of its own."""
    def __init__(self):
        self.sum = 0.0
    def on_batch_end(self, run):
        self.sum += float(run.state.theta.sum())
        announce(f"step {run.step}")
    def state(self):
        return {"sum": np.array(self.sum)}
    def load(self, state):
        self.sum = float(state["sum"])

def each_epoch(run):
    assert run.logs["val_loss"] > 0

warnings.filterwarnings("ignore", "fit: a last batch of")  # on purpose: a last step with one row
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 5))
y = (X[:, :2].sum(axis=1) > 0).astype(int)
layers = cr.Dense(6), cr.BatchNorm(), cr.Tanh(), cr.Dropout(0.25), cr.Dense(2)
net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=7)
steps = Steps()
stopping = cr.EarlyStopping(patience=3)
history = net.fit(
    X, y, epochs=9, batch_size=10, verbose=0,
    optimizer=cr.Adam(lr=cr.optimizers.ReduceOnPlateau(0.05, patience=1)),
    validation_fraction=0.2, metrics=[cr.metrics.accuracy], resume=True,
    callbacks=[
        steps, stopping, each_epoch, cr.Checkpoint(path),
        cr.Checkpoint(path, every=None, every_steps=4),
    ],
)
digest = sha256(net.theta.tobytes())
for name, a in sorted(net.run_state.arrays().items()):
    digest.update(name.encode() + a.tobytes())
digest.update(repr((history.stopped, history.best_epoch, steps.sum, len(history))).encode())
os.write(1, f"done {net.theta.tobytes().hex()} {digest.hexdigest()}\\n".encode())
'''
STEPS = 54  # 9 epochs of 51 rows in steps of 10
FIRST = 4  # the step of the first checkpoint


class Child:
    """The training process."""

    def __init__(self, path, point="none", count=0):
        paths = os.pathsep.join(p for p in sys.path if p)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CHILD, str(path), point, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": paths},
        )

    def run(self, until):
        """Read and answer until the line, which is not answered; return the last line."""
        line = ""
        for raw in self.process.stdout:
            line = raw.decode().strip()
            if line == until or line.startswith("done"):
                return line
            self.go_on()
        raise AssertionError(self.process.stderr.read().decode() or line)

    def go_on(self):
        self.process.stdin.write(b".")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        self.process.communicate()
        assert self.process.returncode == -9

    def finish(self):
        line = self.run("never")
        self.process.communicate()
        assert self.process.returncode == 0
        return line


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    line = Child(tmp_path_factory.mktemp("undisturbed") / "run").finish()
    assert line.startswith("done ")
    return line


def die_at_step(path, step):
    child = Child(path)
    assert child.run(f"step {step}") == f"step {step}"
    child.go_on()
    child.kill()


def die_in_write(path, point, count):
    child = Child(path, point, count)
    assert child.run("point") == "point"
    child.kill()


MOMENTS = random.Random(20).sample(range(FIRST + 1, STEPS - 8), 15)
POINTS = [("half", 1), ("half", 6), ("flushed", 3), ("before", 4), ("after", 7), ("half", 12)]
KEPT = (MOMENTS[0], POINTS[1], POINTS[3])  # also in the short version
KILLS = [*MOMENTS, 1, *POINTS]


@pytest.mark.parametrize(
    "kill", [k if k in KEPT else pytest.param(k, marks=pytest.mark.slow) for k in KILLS], ids=str
)
def test_killed_and_resumed(kill, undisturbed, tmp_path):
    path = tmp_path / "run"
    if isinstance(kill, tuple):
        die_in_write(path, *kill)
    else:
        die_at_step(path, kill)
    assert path.exists() == (kill not in (1, ("half", 1)))
    assert Child(path).finish() == undisturbed
    assert os.listdir(tmp_path) == ["run"]  # what the killed writing left is gone


@pytest.mark.slow
def test_killed_again_and_again(undisturbed, tmp_path):
    """One run that dies five times on its way."""
    path = tmp_path / "run"
    for step in (6, 13, 21, 30, 38):
        die_at_step(path, step)
    assert Child(path).finish() == undisturbed


def test_there_are_enough_kills():
    assert sum(isinstance(kill, int) and kill > FIRST for kill in KILLS) >= 15
    assert sum(isinstance(kill, tuple) for kill in KILLS) >= 5
