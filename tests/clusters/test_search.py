"""Searches and many seeds on joblib's back ends: equal scores, one thread in each worker."""

import io
import sys
import types
import warnings
from contextlib import redirect_stdout

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native, thread_count
from chainrule.engines.thread_count import threads_and_reason

joblib = pytest.importorskip("joblib")
pytest.importorskip("sklearn")
from sklearn.exceptions import FitFailedWarning  # noqa: E402
from sklearn.experimental import enable_halving_search_cv  # noqa: E402, F401
from sklearn.model_selection import (  # noqa: E402
    GridSearchCV,
    HalvingGridSearchCV,
    cross_val_score,
)

from chainrule.estimators import (  # noqa: E402
    ConvClassifier,
    MLPClassifier,
    NetworkClassifier,
    TableClassifier,
)

pytestmark = pytest.mark.slow
is_native = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(90, 64)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)


@pytest.fixture(scope="module", params=["loky", "dask", "ray"])
def workers(request):
    """Start the two workers of one back end; return its name for joblib."""
    if request.param == "loky":
        request.getfixturevalue("workers_environment")
    else:
        request.getfixturevalue(f"{request.param}_cluster")
    if request.param == "ray":
        from ray.util.joblib import register_ray

        register_ray()
    return request.param


def on(workers, function, arguments):
    """Return what a function gives for each argument, in two workers."""
    with joblib.parallel_config(workers):
        return joblib.Parallel(n_jobs=2)(joblib.delayed(function)(each) for each in arguments)


# ---------------------------------------------------------------- scores


def table():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({"a": X[:, 0], "b": X[:, 1], "city": np.where(Y > 0, "Rome", "Oslo")})


SEARCHES = {
    "network": (
        NetworkClassifier((cr.Dense(8), cr.ReLU()), optimizer=cr.Adam(), epochs=3, random_state=0),
        {"layers__0__units": [4, 8], "optimizer__lr": [0.01, 0.1]},
        lambda: X,
    ),
    "mlp": (
        MLPClassifier((8,), max_iter=2000, tol=0.01, solver="lbfgs", random_state=0),
        {"alpha": [0.001, 1.0]},
        lambda: X,
    ),
    "images": (
        ConvClassifier(epochs=1, random_state=0),
        {"batch_size": [16, 32]},
        lambda: X.reshape(-1, 8, 8),
    ),
    "table": (
        TableClassifier(max_iter=2, random_state=0),
        {"learning_rate_init": [0.01, 0.1]},
        table,
    ),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_finds_the_scores_of_one_process(name, workers):
    model, grid, rows = SEARCHES[name]
    alone = GridSearchCV(model, grid, cv=2, scoring="neg_log_loss", n_jobs=1).fit(rows(), Y)
    with joblib.parallel_config(workers):
        found = GridSearchCV(model, grid, cv=2, scoring="neg_log_loss", n_jobs=2).fit(rows(), Y)
    for split in ("split0_test_score", "split1_test_score"):
        assert found.cv_results_[split].tobytes() == alone.cv_results_[split].tobytes()
    expected = alone.predict_proba(rows()).tobytes()
    assert found.best_params_ == alone.best_params_
    assert found.predict_proba(rows()).tobytes() == expected


def test_cross_validation_gives_the_scores_of_one_process(workers):
    model = SEARCHES["network"][0]
    alone = cross_val_score(model, X, Y, cv=3)
    with joblib.parallel_config(workers):
        found = cross_val_score(model, X, Y, cv=3, n_jobs=2)
    assert found.tobytes() == alone.tobytes()


@pytest.mark.parametrize("resource", ["epochs", "n_samples"])
def test_halving_drops_the_candidates_that_one_process_drops(resource, workers):
    model = NetworkClassifier(
        (cr.Dense(8), cr.ReLU()), optimizer=cr.Adam(), epochs=2, random_state=0
    )
    most = {"max_resources": 8, "min_resources": 2} if resource == "epochs" else {}

    def halving(n_jobs):
        grid = {"optimizer__lr": [0.001, 0.01, 0.1, 1.0]}
        return HalvingGridSearchCV(
            model, grid, resource=resource, factor=2, cv=2, random_state=0, n_jobs=n_jobs, **most
        ).fit(X, Y)

    alone = halving(1)
    with joblib.parallel_config(workers):
        found = halving(2)
    assert found.n_candidates_ == alone.n_candidates_ and found.n_candidates_[:2] == [4, 2]
    assert found.best_params_ == alone.best_params_
    scores = found.cv_results_["mean_test_score"]
    assert scores.tobytes() == alone.cv_results_["mean_test_score"].tobytes()
    if resource == "epochs":
        assert found.n_resources_ == [2, 4, 8] and len(found.best_estimator_.loss_curve_) == 8


# ---------------------------------------------------------------- many seeds


def trained(seed):
    net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), seed=seed)
    shown = io.StringIO()
    with redirect_stdout(shown):
        net.fit(X, Y, epochs=2, batch_size=16)
    return net.theta.tobytes(), shown.getvalue()


def test_many_seeds_give_the_bits_of_one_process_and_print_nothing(workers):
    alone = [trained(seed) for seed in range(4)]
    found = on(workers, trained, range(4))
    assert [theta for theta, _ in found] == [theta for theta, _ in alone]
    assert all(shown == "" for _, shown in found) and all(shown for _, shown in alone)


SCRIPT = """
import chainrule as cr

@cr.op
def twice(z):
    '''a = 2 z'''
    return 2 * z

@twice.gradient
def twice_backward(da, a, z):
    '''dz = 2 da'''
    return (2 * da,)

class Twice(cr.Layer):
    def __call__(self, z):
        return twice(z)
"""


def test_layers_of_a_script_go_to_the_workers(workers, monkeypatch):
    script = types.ModuleType("__main__")
    exec(SCRIPT, vars(script))
    monkeypatch.setitem(sys.modules, "__main__", script)
    assert script.Twice.__module__ == "__main__"
    model = NetworkClassifier((cr.Dense(4), script.Twice()), epochs=2, random_state=0)
    alone = cross_val_score(model, X, Y, cv=2)
    with joblib.parallel_config(workers):
        assert cross_val_score(model, X, Y, cv=2, n_jobs=2).tobytes() == alone.tobytes()


# ---------------------------------------------------------------- what goes wrong


def test_an_error_in_a_worker_is_the_sentence_of_one_process(workers):
    wrong = NetworkClassifier((cr.Dense(4),), epochs=-1)
    with pytest.raises(ValueError) as alone:
        cross_val_score(wrong, X, Y, cv=2, error_score="raise")
    with joblib.parallel_config(workers), pytest.raises(type(alone.value)) as found:
        cross_val_score(wrong, X, Y, cv=2, error_score="raise", n_jobs=2)
    assert isinstance(found.value, cr.errors.ChainruleError)
    assert str(found.value) == str(alone.value)


def test_a_candidate_that_fails_is_named_with_its_sentence(workers):
    model = NetworkClassifier((cr.Dense(4),), random_state=0)
    grid = {"epochs": [1, -1]}
    with joblib.parallel_config(workers), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = GridSearchCV(model, grid, cv=2, n_jobs=2).fit(X, Y)
    assert np.isnan(found.cv_results_["mean_test_score"]).tolist() == [False, True]
    texts = [str(each.message) for each in said if issubclass(each.category, FitFailedWarning)]
    assert len(texts) == 1 and "-1" in texts[0] and "epochs" in texts[0]


# ---------------------------------------------------------------- threads


def threads_here(_):
    return threads_and_reason()


@is_native
def test_a_worker_takes_one_thread(workers):
    assert on(workers, threads_here, range(2)) == [(1, "by OMP_NUM_THREADS")] * 2


@is_native
def test_the_process_that_starts_a_cluster_keeps_its_threads(dask_cluster, monkeypatch):
    monkeypatch.setattr(thread_count, "OPENMP_AT_IMPORT", None)
    before = threads_and_reason()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as the nannies do
    assert threads_and_reason() == before


@is_native
def test_the_threads_of_a_dask_worker_take_one_thread_each(workers_environment):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster),
    ):
        assert on("dask", threads_here, range(2)) == [(1, "by OMP_NUM_THREADS")] * 2


@is_native
def test_a_task_of_ray_takes_as_many_threads_as_it_has_cpus(ray_cluster):
    def threads(cpus):
        return ray_cluster.get(ray_cluster.remote(num_cpus=cpus)(threads_here).remote(0))

    assert [threads(1), threads(2)] == [(n, "by OMP_NUM_THREADS") for n in (1, 2)]
