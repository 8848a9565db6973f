"""How much faster two processes train one network than one, each with one thread on its own core.

python bench/processes.py                            speed-up: 3 networks, batches of 4,096 and 256
python bench/processes.py --exchange                 milliseconds of one exchange alone
python bench/processes.py --gigabits 10 1            the same over TCP with a slower network
python bench/processes.py --sizes 670k --batches 256 --turns 5 --processes 2

One process trains alone, then all train together, in turn; the table has medians of the seconds of
an epoch, and the speed-up is the median over pairs of neighbors. While one trains,
the others sleep.

--gigabits: everything runs in a network of its own (unshare, needs root), whose loopback device is
limited (tc, tbf). All processes send through that one device, so it gets the rate of one link times
their number. Where that is not permitted, each exchange waits until its bytes would have passed.
The network ends with its processes: there is nothing to clean up.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

HERE = Path(__file__).resolve()
# Inputs and hidden layers, by the number of parameters.
NETWORKS = {"10k": (100, 64, 48), "670k": (784, 512, 512), "10m": (784, 2800, 2700)}
# Steps of an epoch: about a second on one core.
STEPS = {"10k": {4096: 50, 256: 600}, "670k": {4096: 4, 256: 48}, "10m": {4096: 1, 256: 6}}
NUMBERS = {"10k": 10_000, "670k": 670_000, "10m": 10_000_000}
CLASSES, EPOCHS = 10, 4  # the first epoch of a turn is not counted


# ---------------------------------------------------------------- in each process


def pin(comm):
    """Give each process a core of its own, from the last one of the mask on."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1 - comm.rank % len(cores)]})


def wait(comm):
    """Wait for all processes without using the core."""
    met = comm.Ibarrier()
    while not met.Test():
        sleep(0.002)


class Clock:
    """Notes when each epoch ends."""

    def __new__(cls):
        import chainrule as cr

        class Ends(cr.Callback):
            only_writes = True
            ends = ()

            def on_epoch_end(self, run):
                self.ends = (*self.ends, perf_counter())

        return Ends()


def seconds(size, batch, comm):
    """Return the seconds of each epoch but the first one, in the first process."""
    import chainrule as cr

    inputs, *hidden = NETWORKS[size]
    steps = STEPS[size].get(batch, max(1, STEPS[size][4096] * 4096 // batch))
    rng, clock = np.random.default_rng(0), Clock()
    X = rng.normal(size=(steps * batch, inputs)).astype(np.float32)
    y = rng.integers(0, CLASSES, len(X))
    layers = [layer for units in hidden for layer in (cr.Dense(units), cr.ReLU())]
    loss = cr.SoftmaxCrossEntropy()
    net = cr.Network(*layers, cr.Dense(CLASSES), loss=loss, seed=1, threads=1)
    net.fit(X, y, batch_size=batch, epochs=EPOCHS, callbacks=[clock], verbose=0, comm=comm)
    return np.diff(clock.ends).tolist() or [0.0]  # only the first process has a clock


def race(comm, size, batch, turns):
    """Return the medians of one process and of all, and the speed-up."""
    alone, together = [], []
    for _ in range(turns):
        wait(comm)
        if comm.rank == 0:
            alone.append(statistics.median(seconds(size, batch, None)))
        wait(comm)
        together.append(statistics.median(seconds(size, batch, comm)))
    if comm.rank:
        return None
    gains = [a / b for a, b in zip(alone, together, strict=True)]
    medians = map(statistics.median, (alone, together, gains))
    steps = STEPS[size].get(batch, 1)
    return [size, batch, steps, *medians, min(gains), max(gains)]


def exchange_alone(comm, size, turns):
    """Return the milliseconds in which the sums of one gradient travel, as C asks for it."""
    from chainrule.distributed.exchange import ALL_SUMS, SLICES, TOTALS
    from chainrule.distributed.processes import join

    n, W, rank = NUMBERS[size], comm.size, comm.rank
    sent, received = np.zeros(n, np.float32), np.zeros((W + 1) * n, np.float32)
    counts = np.zeros((4, W), np.int32)
    move, times = join(comm).exchange(sent, received, counts), []
    cuts = np.array([n // 16 * k // W * 16 for k in range(W)] + [n])
    length = np.diff(cuts)
    for _ in range(max(5, turns * 20)):
        comm.Barrier()
        begun = perf_counter()
        if n * 4 <= 32 << 10:
            counts[:] = n, 0, n, 0
            counts[3] = np.arange(W) * n
            move(ALL_SUMS, None)
        else:
            counts[0], counts[1] = length, cuts[:-1]
            counts[2], counts[3] = length[rank], np.arange(W) * length[rank]
            counts[0, rank] = counts[2, rank] = 0
            move(SLICES, memoryview(sent).cast("B"))
            counts[2], counts[3] = length, cuts[:-1]
            move(TOTALS, memoryview(sent).cast("B"))
        times.append(1000 * (perf_counter() - begun))
    return [size, statistics.median(times), min(times)] if rank == 0 else None


def throttle(gigabits):
    """Let each exchange last as long as its bytes need, without sleeping."""
    from chainrule.distributed.exchange import SLICES, TOTALS, Exchange

    original = Exchange.__call__

    def slower(self, what, *rest):
        begun, counts = perf_counter(), self.counts.copy()
        original(self, what, *rest)
        rank, W = self.comm.Get_rank(), self.comm.Get_size()
        given = counts[0].sum() if what == SLICES else counts[2 if what == TOTALS else 0, rank]
        copies = 1 if what == SLICES else W - 1
        end = begun + 8e-9 * int(given) * copies * self.sent.itemsize / gigabits
        while perf_counter() < end:
            pass

    Exchange.__call__ = slower


def work(options):
    """Do what is asked, with the other processes; the first one prints a line for each result."""
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    pin(comm)
    sys.excepthook = lambda *error: (sys.__excepthook__(*error), comm.Abort(1))
    if options.throttled:
        throttle(options.throttled)
    for size in options.sizes:
        for batch in [0] if options.exchange else options.batches:
            if options.exchange:
                found = exchange_alone(comm, size, options.turns)
            else:
                found = race(comm, size, batch, options.turns)
            if found:
                print("RESULT", json.dumps(found), flush=True)


# ---------------------------------------------------------------- the start


def limited(gigabits, processes):
    """Return a command that runs another one in a network of this rate; None if it is refused."""
    if not all(map(shutil.which, ("unshare", "ip", "tc"))):
        return None
    rate = f"{gigabits * processes * 1000:g}mbit"
    shaped = f"tc qdisc add dev lo root tbf rate {rate} burst 256k limit 200m"
    inside = ["unshare", "-n", "sh", "-c", f'ip link set lo up && {shaped} && exec "$@"', "sh"]
    tried = subprocess.run([*inside, "true"], capture_output=True)
    return inside if tried.returncode == 0 else None


def start(options, gigabits):
    """Run all processes, and return their results and the way in which the rate was limited."""
    words = [sys.executable, HERE, "--worker", "--turns", options.turns]
    words += ["--sizes", *options.sizes, "--batches", *options.batches]
    words += ["--exchange"] if options.exchange else []
    own = Path(sys.executable).with_name("mpiexec")
    launch = [own if own.exists() else "mpiexec", "--oversubscribe", "--bind-to", "none"]
    tcp = ["--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "lo"]
    before, way = [], "shared memory"
    if options.tcp or gigabits:
        launch, way = [*launch, *tcp], "TCP, as fast as the loopback is"
    if gigabits:
        before, way = limited(gigabits, options.processes), f"TCP, {gigabits:g} Gbit/s (tbf)"
        if before is None:
            before, way = [], f"each exchange waits for {gigabits:g} Gbit/s"
            words += ["--throttled", gigabits]
    command = [*before, *launch, "-n", options.processes, *words]
    settings = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    settings |= {"OMPI_MCA_pml": "ob1"} if options.tcp or gigabits else {}
    done = subprocess.run(
        list(map(str, command)), env=os.environ | settings, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"the processes failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    lines = [line.partition(" ")[2] for line in done.stdout.splitlines() if line[:6] == "RESULT"]
    return [json.loads(line) for line in lines], way


def show(options, found, way):
    """Print a table."""
    print(f"\n{options.processes} processes, one thread each; {way}")
    if options.exchange:
        print(f"{'numbers':>8} {'median ms':>10} {'least ms':>10}")
        for size, median, least in found:
            print(f"{size:>8} {median:10.3f} {least:10.3f}")
        return
    print(f"{'network':>8} {'batch':>6} {'alone':>11} {'together':>11} {'gain':>6} {'least':>6}")
    for size, batch, steps, alone, together, gain, least, _ in found:
        each = [f"{1000 * t / steps:8.3f} ms" for t in (alone, together)]
        print(f"{size:>8} {batch:6} {each[0]:>11} {each[1]:>11} {gain:6.2f} {least:6.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--batches", nargs="+", type=int, default=[4096, 256])
    parser.add_argument("--turns", type=int, default=5, help="pairs of runs")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--exchange", action="store_true", help="the exchange alone")
    parser.add_argument("--tcp", action="store_true", help="over TCP, not in shared memory")
    parser.add_argument("--gigabits", nargs="+", type=float, default=[], help="of each link")
    parser.add_argument("--throttled", type=float, default=0.0, help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options)
        return
    for gigabits in options.gigabits or [0.0]:
        show(options, *start(options, gigabits))


if __name__ == "__main__":
    main()
