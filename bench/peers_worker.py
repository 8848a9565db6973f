"""One side of the race as a process: it prepares a workload and runs it when its turn comes.

python bench/peers_worker.py SIDE CORES [cpu ...]

Questions come on stdin and answers go to stdout, one JSON object a line.
"""

import importlib
import json
import os
import sys
import warnings
from statistics import median
from time import perf_counter

SIDES = {  # its module, and the word for one of two forms of a library
    "chainrule": ("peers_chainrule", {}),
    "numpy": ("peers_numpy", {}),
    "scikit-learn": ("peers_sklearn", {}),
    "torch": ("peers_torch", {"compiled": False}),
    "torch-compiled": ("peers_torch", {"compiled": True}),
    "jax": ("peers_jax", {}),
    "tensorflow": ("peers_tensorflow", {"xla": False}),
    "tensorflow-xla": ("peers_tensorflow", {"xla": True}),
}
SHORT = 0.05  # seconds; a shorter run warms up in each turn: the others emptied the caches


def timed(before, run):
    before()
    start = perf_counter()
    result = run()
    return perf_counter() - start, result


def turn(before, run, seconds, last):
    """Return the median of as many runs as fit into the seconds; at least one."""
    if last < SHORT:
        timed(before, run)
    times = [timed(before, run)[0]]
    while sum(times) + times[-1] < seconds:
        times.append(timed(before, run)[0])
    return median(times)


def peak_memory():
    """Return the peak bytes of the process, from Linux. (getrusage starts at the parent's peak.)"""
    if not os.path.exists("/proc/self/status"):
        return None
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main():
    side, cores, cpus = sys.argv[1], int(sys.argv[2]), set(map(int, sys.argv[3:]))
    if cpus:
        os.sched_setaffinity(0, cpus)  # before a library counts the cores
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    warnings.simplefilter("ignore")

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    module, options = SIDES[side]
    try:
        version, workloads = importlib.import_module(module).load(cores, **options)
    except ImportError as error:
        return answer(absent=str(error))
    answer(version=version)
    before = run = last = None
    for line in sys.stdin:
        question = json.loads(line)
        if question["ask"] == "prepare":
            before = run = None  # frees the previous workload
            name = question["workload"]
            make = workloads.get(name) or workloads.get(name.split()[0])
            if make is None:
                answer(first=None)
                continue
            start = perf_counter()
            before, run = make(name)
            _, result = timed(before, run)
            first = perf_counter() - start
            last, _ = timed(before, run)
            answer(first=first, loss=None if result is None else float(result))
        elif question["ask"] == "turn":
            last = turn(before, run, question["seconds"], last)
            answer(time=last)
        elif question["ask"] == "memory":
            answer(bytes=peak_memory())
    return None


if __name__ == "__main__":
    main()
