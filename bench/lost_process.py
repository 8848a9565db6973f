"""Kill one of several processes of a fit at random moments: `python bench/lost_process.py`.

It prints, for runs with and without Open MPI's fault tolerance: whether θ has the bits of an
undisturbed run, how long after the kill the next step was over, and whether a run hung.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from threading import Timer

import numpy as np

import chainrule as cr

PATIENCE = 60.0  # seconds after which a run counts as hung
EPOCHS, BATCH = 60, 512


class Clock(cr.Callback):
    """Writes when each step was over; as it looks at each, a call of the engine makes one."""

    in_all_processes = True
    only_writes = True

    def __init__(self, path: str) -> None:
        self.file = open(path, "w", buffering=1)  # noqa: SIM115

    def on_batch_end(self, run):
        print(run.step, time.time(), file=self.file)


def train(folder: str, victim: int, after: float, looks: bool) -> None:
    """Train in one of the processes; kill the victim some seconds after its fit has begun."""
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    rank = comm.Get_rank()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8192, 50)).astype(np.float32)
    y = X[:, :10].argmax(axis=1)
    net = cr.Network(
        cr.Dense(100),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Dense(10),
        loss=cr.SoftmaxCrossEntropy(),
        seed=1,
        threads=1,
    )

    def die() -> None:
        Path(folder, "killed").write_text(repr(time.time()))
        os.kill(os.getpid(), signal.SIGKILL)

    timer = Timer(after, die)
    if rank == victim:
        timer.start()
    callbacks = [Clock(f"{folder}/steps{rank}")] if looks else []
    callbacks.append(cr.Checkpoint(f"{folder}/run.safetensors"))
    options = {"epochs": EPOCHS, "batch_size": BATCH, "verbose": 0, "resume": True}
    net.fit(X, y, comm=comm if comm.Get_size() > 1 else None, callbacks=callbacks, **options)
    timer.cancel()
    Path(folder, f"theta{rank}").write_text(sha256(net.theta.tobytes()).hexdigest())


def launch(size: int, folder: str, victim: int, after: float, ulfm: bool, looks: bool) -> str:
    """Run the processes; return "ended", or "hung" if they had to be stopped."""
    beside = shutil.which("mpiexec", path=str(Path(sys.executable).parent))
    command = [beside or "mpiexec", "--oversubscribe", "--mca", "btl", "self,sm"]
    command += ["--with-ft", "ulfm"] if ulfm else []
    command += ["-n", str(size), sys.executable, __file__, "--in", folder]
    command += ["--victim", str(victim), "--after", str(after)] + ["--looks"] * looks
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    job = subprocess.Popen(command, env=os.environ | allowed, start_new_session=True, **quiet)
    try:
        job.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        return "hung"
    return "ended"


def thetas(folder: str, size: int) -> list[str]:
    """Return the hashes of θ that processes have written."""
    files = [Path(folder, f"theta{rank}") for rank in range(size)]
    return [file.read_text() for file in files if file.exists()]


def milliseconds_to_next_step(folder: str, victim: int, size: int) -> float | None:
    """Return the time from the kill to the end of the next step of the slowest survivor."""
    killed = Path(folder, "killed")
    if not killed.exists():
        return None
    at, found = float(killed.read_text()), []
    for rank in set(range(size)) - {victim}:
        times = [
            float(line.split()[1]) for line in Path(folder, f"steps{rank}").read_text().splitlines()
        ]
        # a step that was under way may still end without the lost process: the one after it counts
        later = [t for t in times if t > at]
        gaps = np.diff([at, *later])
        if len(later) < 2:
            return None
        found.append(1000 * float(later[int(gaps.argmax())] - at))
    return max(found)


def measure(kills: int, size: int, ulfm: bool, seconds: float, expected: str) -> None:
    """Kill processes at random moments, and print what came of it."""
    draw, same, hung, waits, ends = random.Random(1), 0, 0, [], []
    for k in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            victim = k % size
            answer = launch(size, folder, victim, draw.uniform(0.05, seconds), ulfm, ulfm)
            ended = time.time()
            hung += answer == "hung"
            killed = Path(folder, "killed")
            if ulfm:
                wait = milliseconds_to_next_step(folder, victim, size)
                waits += [] if wait is None else [wait]
                left = size - killed.exists()
            else:
                ends += [ended - float(killed.read_text())] if killed.exists() else []
                left = 1 + k % 3  # go on with another number of processes
                launch(left, folder, -1, 0, False, False)
            found = thetas(folder, size)
            same += answer == "ended" and set(found) == {expected} and len(found) >= left
    kind = "with" if ulfm else "without"
    print(f"{kind} fault tolerance: {kills} kills, {same} with the same θ, {hung} hung")
    if waits:
        middle, most = statistics.median(waits), max(waits)
        print(f"  from the kill to the next step: median {middle:.0f} ms, most {most:.0f} ms")
    if ends:
        print(f"  from the kill to the end: median {statistics.median(ends):.2f} s, ", end="")
        print(f"most {max(ends):.2f} s; then resumed on 1, 2 or 3 processes")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--in", dest="folder")
    parser.add_argument("--victim", type=int, default=-1)
    parser.add_argument("--after", type=float, default=0.0)
    parser.add_argument("--looks", action="store_true")
    given = parser.parse_args()
    if given.folder:
        train(given.folder, given.victim, given.after, given.looks)
        return
    with tempfile.TemporaryDirectory() as folder:
        launch(1, folder, -1, 0, False, False)
        (expected,) = thetas(folder, 1)
    with tempfile.TemporaryDirectory() as folder:
        launch(given.processes, folder, -1, 0, True, True)
        first, *_, last = Path(folder, "steps0").read_text().splitlines()
        seconds = float(last.split()[1]) - float(first.split()[1])
    for ulfm in (True, False):
        measure(given.kills, given.processes, ulfm, seconds, expected)


if __name__ == "__main__":
    main()
