"""Measure a grid search on joblib's back ends: one process, loky, Dask, Ray.

    python bench/search.py

Each search fits the same candidates, with the threads that chainrule takes by itself ("limited":
one in each worker) and with two forced by CHAINRULE_THREADS=2 ("not limited"). The workers are as
many as the cores, and are started before the clock is. The table shows the fastest of three runs in
seconds. A back end that is not installed is left out.
"""

import importlib.util
import logging
import os
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from time import perf_counter

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV

import chainrule as cr
from chainrule.engines.thread_count import cores
from chainrule.estimators import NetworkClassifier

REPEATS = 3
PACKAGES = {"loky": "joblib", "dask": "distributed", "ray": "ray"}
GRID = {"optimizer__lr": [0.0003, 0.001, 0.003, 0.01]}


def rows():
    """Return 4,096 rows of 256 numbers, and their classes."""
    random = np.random.default_rng(0)
    X = random.normal(size=(4096, 256)).astype(np.float32)
    return X, (X[:, :3] ** 2).sum(1).astype(int) % 10


def searched(X, y, workers):
    """Run the search; return its scores."""
    layers = cr.Dense(512), cr.ReLU(), cr.Dense(256), cr.ReLU()
    model = NetworkClassifier(layers, optimizer=cr.Adam(), epochs=5, batch_size=512, random_state=0)
    search = GridSearchCV(model, GRID, cv=2, n_jobs=workers, refit=False, error_score="raise")
    return search.fit(X, y).cv_results_["mean_test_score"]


@contextmanager
def dask(workers):
    """Start Dask workers on 127.0.0.1."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            silence_logs=logging.ERROR,
        ) as cluster,
        Client(cluster),
    ):
        yield


@contextmanager
def ray(workers):
    """Start Ray on 127.0.0.1."""
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # keeps it off the other interfaces
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.util.joblib import register_ray

    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        ray.init(
            address="local",
            num_cpus=workers,
            _node_ip_address="127.0.0.1",
            include_dashboard=False,
            _temp_dir=folder,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
        register_ray()
        try:
            yield
        finally:
            ray.shutdown()


def measured(name, workers, limited):
    """Return the seconds of the fastest search, and the scores."""
    X, y = rows()
    with ExitStack() as stack:
        if not limited:  # before the workers start, which inherit it
            os.environ["CHAINRULE_THREADS"] = "2"
            stack.callback(os.environ.pop, "CHAINRULE_THREADS")
        if name in ("dask", "ray"):
            stack.enter_context({"dask": dask, "ray": ray}[name](workers))
        if name != "n_jobs=1":
            stack.enter_context(joblib.parallel_config(name))
        seconds = []
        for _ in range(REPEATS + 1):  # the first one warms the workers up
            begin = perf_counter()
            scores = searched(X, y, 1 if name == "n_jobs=1" else workers)
            seconds.append(perf_counter() - begin)
    if name == "loky":
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown()
    return min(seconds[1:]), scores


def main():
    """Print the table; return 1 if some scores differ."""
    workers, expected, same = cores(), None, True
    print(f"{workers} workers, {len(GRID['optimizer__lr'])} candidates, 2 folds")
    print(f"{'':10}{'limited':>10}{'not limited':>14}   seconds")
    for name in ("n_jobs=1", *PACKAGES):
        if name in PACKAGES and importlib.util.find_spec(PACKAGES[name]) is None:
            print(f"{name:10}{PACKAGES[name]} is not installed")
            continue
        found = [measured(name, workers, limited) for limited in (True, False)]
        expected = found[0][1] if expected is None else expected
        same = same and all(scores.tobytes() == expected.tobytes() for _, scores in found)
        print(f"{name:10}{found[0][0]:10.2f}{found[1][0]:14.2f}", flush=True)
    print("The scores are the same bits." if same else "The scores differ.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
