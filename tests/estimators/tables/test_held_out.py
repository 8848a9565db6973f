"""What rows held out say: temperatures, intervals, validation rows of one's own, class weights."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy.optimize import minimize_scalar
from tests.estimators.tables.model_cases import KIND, MODELS, PRICE, SMALL, TABLE, answers

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.held_out import Errors, temperature
from chainrule.files.container import read, write

QUICK = {"hidden_layer_sizes": (16,), "n_estimators": 2, "max_iter": 30, "random_state": 0}


# ---------------------------------------------------------------- temperatures


@pytest.mark.parametrize("true", [0.7, 1.0, 3.0])
def test_the_temperature_is_that_of_the_least_loss(true):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(2000, 3)) * 2

    def softmax(v):
        e = np.exp(v - v.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    y = np.array([rng.choice(3, p=p) for p in softmax(z / true)])
    rows = np.arange(2000)
    best = minimize_scalar(
        lambda t: -np.log(softmax(z / t)[rows, y]).mean(), bounds=(0.5, 10), method="bounded"
    ).x
    found = temperature(softmax(z), y)
    assert found == pytest.approx(best, rel=1e-3) and found == pytest.approx(true, rel=0.15)
    weights = rng.integers(0, 3, 2000)
    again = temperature(softmax(np.repeat(z, weights, axis=0)), np.repeat(y, weights))
    assert temperature(softmax(z), y, weights) == pytest.approx(again, rel=1e-3)


@pytest.mark.parametrize("networks", [1, 2])
def test_the_network_divides_by_the_temperature(networks):
    model = TableClassifier(**SMALL | {"n_estimators": networks}).fit(TABLE, KIND)
    assert 0.7 < model.temperature_ < 3.2 and model.temperature_ != 1
    assert MODELS["classifier"].temperature_ > 0
    without = TableClassifier(**SMALL, validation_fraction=0).fit(TABLE, KIND)
    assert without.temperature_ == 1


# ---------------------------------------------------------------- intervals


def uneven(n, seed):
    """A target whose noise grows with its size and leans to one side."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, n)
    return {"x": x}, 3 * x + (0.2 + x / 4) * rng.exponential(1, n)


@pytest.mark.parametrize("coverage", [0.5, 0.9])
def test_intervals_hold_as_many_targets_as_they_say(coverage):
    model = TableRegressor(**QUICK).fit(*uneven(1500, 0))
    X, y = uneven(2000, 1)
    low, high = model.predict_interval(X, coverage).T
    inside = (low <= y) & (y <= high)
    assert inside.mean() == pytest.approx(coverage, abs=0.04)
    for part in (X["x"] < 3, X["x"] > 7):  # small and large predictions
        assert inside[part].mean() == pytest.approx(coverage, abs=0.12)
    assert np.median((high - low)[X["x"] > 7]) > 1.7 * np.median((high - low)[X["x"] < 3])


def test_an_interval_by_hand():
    errors = Errors.measure(np.arange(1.0, 20.0), np.zeros(19))
    assert errors.edges == [] and errors.groups == [[*range(1, 20)]]
    assert errors.interval(np.array([0.0, 5.0]), 0.9).tolist() == [[1, 19], [6, 24]]
    assert errors.interval(np.array([0.0]), 0.5).tolist() == [[5, 15]]
    with pytest.raises(cr.DataError, match=r"at most 0\.9 from 19 rows held out, got 0\.95"):
        errors.interval(np.zeros(1), 0.95)
    many = Errors.measure(np.arange(5000.0) % 7, np.arange(5000.0))
    assert len(many.edges) == 4 and all(len(group) == 400 for group in many.groups)


def test_intervals_are_saved_and_old_files_say_so(tmp_path):
    model = MODELS["regressor"]
    model.save(tmp_path / "m")
    again = TableRegressor.load(tmp_path / "m")
    assert (again.predict_interval(TABLE) == model.predict_interval(TABLE)).all()
    about, arrays = read(tmp_path / "m")
    good = about["table"].pop("errors")
    write(tmp_path / "old", arrays, about)
    old = TableRegressor.load(tmp_path / "old")
    assert (old.predict(TABLE) == model.predict(TABLE)).all()
    with pytest.raises(cr.DataError, match="older version has to be made again"):
        old.predict_interval(TABLE)
    for bad in (3, {}, good | {"edges": [1, 0]}, good | {"groups": [[2, 1]]}, {"edges": []}):
        about["table"]["errors"] = bad
        write(tmp_path / "bad", arrays, about)
        with pytest.raises(cr.FileError, match="form"):
            TableRegressor.load(tmp_path / "bad")


@pytest.mark.parametrize("coverage", [0, 1, 90, "0.9", None, np.nan])
def test_a_coverage_is_between_0_and_1(coverage):
    with pytest.raises(cr.ParameterError, match="coverage must be a number > 0 and < 1"):
        MODELS["regressor"].predict_interval(TABLE, coverage)


def test_without_rows_held_out_there_is_no_interval():
    model = TableRegressor(**SMALL, validation_fraction=0).fit(TABLE, PRICE)
    with pytest.raises(cr.DataError, match="none held out"):
        model.predict_interval(TABLE)


# ---------------------------------------------------------------- validation rows


@pytest.mark.parametrize("name", MODELS)
def test_validation_rows_of_ones_own_decide_when_to_stop(name):
    y = {"classifier": np.array(KIND), "regressor": PRICE}[name]
    train = {k: v[:90] for k, v in TABLE.items()}
    held = {k: v[90:] for k, v in TABLE.items()}
    model = type(MODELS[name])(**SMALL)
    model.fit(train, y[:90], validation_data=(held, y[90:]))
    assert all("val_loss" in history for history in model.histories_)
    by_name = type(model)(**SMALL).fit(
        train | {"y": y[:90]}, "y", validation_data=held | {"y": y[90:]}
    )
    assert (answers(by_name, held) == answers(model, held)).all()
    net = model.network_
    expected = net.evaluate(
        model.encoder_.transform(held).astype(np.float32), model._known_target(y[90:])
    )
    assert np.isfinite(expected["loss"])
    for bad in (held, (held,), (held, y[90:], None, 3), (held, y[:3])):
        with pytest.raises(ValueError):
            model.fit(train, y[:90], validation_data=bad)
    assert (answers(by_name, held) == answers(model, held)).all()


def test_an_unknown_class_among_validation_rows_is_named():
    with pytest.raises(cr.DataError, match="validation_data: expected the classes cheap, dear"):
        TableClassifier(**SMALL).fit(TABLE, KIND, validation_data=(TABLE, ["x"] * len(KIND)))


# ---------------------------------------------------------------- class weights


def rare(n=400):
    rng = np.random.default_rng(0)
    y = (rng.random(n) < 0.1).astype(int)
    return {"a": rng.normal(y, 1), "b": rng.normal(y, 1)}, np.where(y, "rare", "usual")


def test_balanced_classes_find_more_of_the_rare_one(tmp_path):
    X, y = rare()
    plain = TableClassifier(**QUICK).fit(X, y)
    model = TableClassifier(**QUICK, class_weight="balanced").fit(X, y)
    found = [np.mean(m.predict(X)[y == "rare"] == "rare") for m in (plain, model)]
    assert found[1] > found[0] + 0.2
    np.testing.assert_allclose(model.class_weight_ * [(y == c).sum() for c in model.classes_], 200)
    by_rows = TableClassifier(**QUICK).fit(
        X, y, model.class_weight_[np.searchsorted(model.classes_, y)]
    )
    assert np.abs(by_rows.predict_proba(X) - model.predict_proba(X)).mean() < 0.08
    given = {"rare": 5, "usual": 0.5}
    weighted = TableClassifier(**QUICK, class_weight=given).fit(X, y)
    weighted.save(tmp_path / "m")
    again = TableClassifier.load(tmp_path / "m")
    assert again.class_weight == given and again.get_params() == weighted.get_params()
    model.save(tmp_path / "b")
    assert TableClassifier.load(tmp_path / "b").class_weight == "balanced"


@pytest.mark.parametrize("bad", ["even", 3, {"rare": -1}, {"rare": "x"}, [1, 2]])
def test_a_wrong_class_weight_is_refused(bad):
    with pytest.raises(cr.ParameterError, match="class_weight must be None, 'balanced'"):
        TableClassifier(class_weight=bad).fit(*rare())


def test_a_class_weight_for_an_unknown_class_is_refused():
    with pytest.raises(cr.DataError, match="expected the classes rare, usual, got 'seldom'"):
        TableClassifier(class_weight={"seldom": 3}).fit(*rare())
