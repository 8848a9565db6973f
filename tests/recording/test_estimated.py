"""Recordings that estimators make: with labels as words, in searches and pipelines."""

from copy import deepcopy

import numpy as np
import pytest
from tests.recording.kept import same_bits

import chainrule as cr

pytest.importorskip("sklearn")

from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chainrule import estimators

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = np.array(["low", "middle", "high"])[np.digitize(X[:, 0], [-0.5, 0.5])]
NUMBERS = 100 * X[:, 0] + X[:, 1]
FEW = {"random_state": 0, "batch_size": 16}
EPOCHS, ITERATIONS = {"epochs": 4} | FEW, {"max_iter": 4} | FEW
LAYERS = (cr.Dense(5), cr.Tanh(), cr.Dropout(0.2))

ESTIMATORS = {
    "NetworkClassifier": (Y, {"layers": LAYERS, "early_stopping": True, **EPOCHS}),
    "NetworkRegressor": (
        NUMBERS,
        {"layers": LAYERS, "optimizer": cr.Adam(cr.OneCycle(0.01)), **EPOCHS},
    ),
    "MLPClassifier": (Y, ITERATIONS),
    "MLPRegressor": (NUMBERS, {"solver": "sgd", "momentum": 0.5, **ITERATIONS}),
}


@pytest.mark.filterwarnings("ignore:.*did not converge|.*has not converged|.*reached")
@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_a_run_inside_an_estimator(name, tmp_path):
    y, settings = ESTIMATORS[name]
    cls, path = getattr(estimators, name), tmp_path / "run.safetensors"
    plain = cls(callbacks=[cr.Callback()], **settings).fit(X, y)
    est = cls(callbacks=[cr.Record(path)], **settings)
    est.fit(X, y)
    assert np.array_equal(est.predict(X), plain.predict(X))
    run = cr.Recording.load(path, X, y, estimator=est)
    assert run.last > 0
    other = cr.Recording.load(path, X, y, estimator=est)
    for step in (0, 5, run.last):
        assert same_bits(run.at(step).theta, other.at(step).theta)
    made = getattr(est, "callbacks_", est.callbacks)[0].recording
    assert same_bits(run.at(run.last // 2).theta, made.at(run.last // 2).theta)
    with pytest.raises(cr.DataError, match="expected the data of the recorded run"):
        cr.Recording.load(path, X[::-1], y, estimator=est)


@pytest.mark.filterwarnings("ignore:.*did not converge|.*has not converged|.*reached")
def test_a_late_epoch_may_be_visited_first(tmp_path):
    path = tmp_path / "run.safetensors"
    est = estimators.MLPRegressor(callbacks=[cr.Record(path)], **ITERATIONS).fit(X, NUMBERS)
    made = est.callbacks[0].recording
    for epoch in (3, 1):
        run = cr.Recording.load(path, X, NUMBERS, estimator=est)
        order = run.recorded.origin.run.options.order
        assert np.array_equal(order(epoch, 60), made.recorded.origin.run.options.order(epoch, 60))


@pytest.mark.filterwarnings("ignore:.*did not converge|.*has not converged|.*reached")
@pytest.mark.parametrize(
    "name, wrong", [("MLPRegressor", cr.FileError), ("NetworkRegressor", cr.DataError)]
)
def test_without_its_estimator_the_error_asks_for_it(name, wrong, tmp_path):
    path, settings = tmp_path / "run.safetensors", ESTIMATORS[name][1]
    getattr(estimators, name)(callbacks=[cr.Record(path)], **settings).fit(X, NUMBERS)
    with pytest.raises(wrong, match="estimator="):
        cr.Recording.load(path, X, NUMBERS)


def test_a_search_and_a_pipeline(tmp_path):
    record = cr.Record(tmp_path / "run-{id}.safetensors", keep_data=True)
    est = estimators.NetworkClassifier(layers=LAYERS, callbacks=[record], **EPOCHS)
    grid = {"networkclassifier__optimizer": [cr.Adam(), cr.SGD(0.1)]}
    search = GridSearchCV(make_pipeline(StandardScaler(), est), grid, cv=2).fit(X, Y)
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 5
    assert {cr.Recording.load(path).last for path in paths} == {8, 16}
    best = search.best_estimator_
    whole = next(p for p in paths if cr.Recording.load(p).last == 16)
    run = cr.Recording.load(whole, X, Y, estimator=best)
    assert same_bits(run.at("end").theta, best[-1].network_.theta)
    assert deepcopy(search).predict(X).shape == (60,)


@pytest.mark.filterwarnings("ignore:.*has not converged|.*reached")
def test_a_rate_that_a_callback_moves_is_named():
    record = cr.Record()
    rates = {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.1}
    estimators.MLPClassifier(callbacks=[record], **rates, **ITERATIONS).fit(X, Y)
    with pytest.raises(cr.DataError, match="Something is not what it was"):
        record.recording.at(5)


def test_estimators_without_callbacks_are_named(tmp_path):
    path = tmp_path / "run.safetensors"
    estimators.NetworkClassifier(layers=LAYERS, callbacks=[cr.Record(path)], **EPOCHS).fit(X, Y)
    for other in (estimators.TableClassifier(), StandardScaler(), 3):
        with pytest.raises(cr.ParameterError, match="an estimator that takes callbacks"):
            cr.Recording.load(path, X, Y, estimator=other)
