"""Compare asynchronous recall with a plain NumPy loop, and with `hopfieldnetwork` if installed.

    OPENBLAS_NUM_THREADS=1 taskset -c 0 python bench/hopfield.py

1000 units, 50 random patterns, 20 probes with 10 % of the units flipped. All sides take turns in
one process; each line is the best of many repeats. Then all energies and attractors of a network
of 20 units.
"""

import contextlib
import io
import time
from collections.abc import Callable

import numpy as np
from peers_numpy import plain_loop

from chainrule import energy
from chainrule.energy.hopfield.asynchronous import visits
from chainrule.energy.landscape.capacity import random_patterns, with_noise

N, M, PROBES, REPEATS = 1000, 50, 20, 15


def package(patterns: np.ndarray, probes: np.ndarray) -> Callable[[], np.ndarray] | None:
    """Run `hopfieldnetwork`: two sweeps for each probe.

    After one sweep some probes are not recalled. Ours and the loop go on until a sweep changes
    nothing.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        from hopfieldnetwork import HopfieldNetwork
    except ImportError:
        return None
    network = HopfieldNetwork(N=N)
    for x in patterns.astype(int):
        network.train_pattern(x)

    def run() -> np.ndarray:
        found = []
        for probe in probes.astype(int):
            network.set_initial_neurons_state(probe.copy())
            with contextlib.redirect_stdout(io.StringIO()):
                network.update_neurons(2, "async")
            found.append(np.array(network.S))
        return np.array(found)

    return run


def main() -> None:
    patterns = random_patterns(M, N, (0, 0))
    probes = with_noise(patterns[:PROBES], 0.1, (0, 0))
    network = energy.Hopfield(order="random", seed=1).store(patterns)
    counts = np.rint(N * network.weights)  # whole numbers: the loop's sums are as exact as ours
    order = list(visits("random", 1, 0, 4, N))
    sides: dict[str, Callable[[], np.ndarray]] = {
        "chainrule": lambda: network.predict(probes),
        "plain NumPy loop": lambda: plain_loop(counts, probes, order),
    }
    if (other := package(patterns, probes)) is not None:
        sides["hopfieldnetwork, two sweeps"] = other
    best, ends = dict.fromkeys(sides, np.inf), {}
    for _ in range(REPEATS):
        for name, run in sides.items():
            start = time.perf_counter()
            ends[name] = run()
            best[name] = min(best[name], time.perf_counter() - start)
    for name, seconds in best.items():
        back = (ends[name] == patterns[:PROBES]).all(axis=1).mean()
        print(
            f"{name:28s} {1e3 * seconds:8.2f} ms "
            f"{seconds / best['chainrule']:7.1f} times   {back:.0%} recalled"
        )
    print("the same bits as the loop:", bool((ends["chainrule"] == ends["plain NumPy loop"]).all()))

    small, seconds = energy.Hopfield().store(random_patterns(3, 20, (0, 1))), np.inf
    for _ in range(5):
        start = time.perf_counter()
        found = energy.landscape(small)
        seconds = min(seconds, time.perf_counter() - start)
    print(f"2**20 energies, {len(found.names)} attractors and their basins: {seconds:.2f} s")


if __name__ == "__main__":
    main()
