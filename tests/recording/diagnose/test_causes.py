"""Causes that need two cures, causes before consequences, names and rows in findings."""

import warnings

import numpy as np
import pytest
from tests.recording.diagnose.setups import RARE, RNG, WRONG, X, Y, classes, fit
from tests.recording.diagnose.test_detectors import evidence

import chainrule as cr
from chainrule.recording.diagnose.detectors import columns, imbalance, learning, rate

HOUSES = np.c_[RNG.uniform(40, 250, 200), RNG.uniform(1900, 2020, 200), RNG.uniform(0.2, 30, 200)]
PRICES = HOUSES @ [2000, 800, -3000] - 1.4e6 + 2e4 * RNG.normal(size=200)


def houses(*first):
    return cr.Network(*first, cr.Dense(16), cr.ReLU(), cr.Dense(1), loss=cr.SquaredError())


def test_two_cures_that_help_only_together_are_tried_together():
    found = houses().diagnose(HOUSES, PRICES, **fit(0.001, epochs=40))
    assert [f.kind for f in found] == ["targets_not_scaled", "inputs_not_scaled"]
    assert all(f.confirmed for f in found)
    assert "Together with the advice for inputs not scaled it does" in found[0].advice
    before, after = found[1].followed(3)
    assert after < 0.5 * before


@pytest.mark.slow
def test_a_cure_that_helps_after_another_one_says_so():
    rng = np.random.default_rng(0)
    rows = [rng.uniform(low, high, 400) for low, high in ((40, 250), (1900, 2020), (0.2, 30))]
    prices = np.transpose(rows) @ [2000, 800, -3000] - 1.45e6 + 2e4 * rng.normal(size=400)
    net = cr.Network(cr.Dense(32), cr.ReLU(), cr.Dense(1), loss=cr.SquaredError())
    found = net.diagnose(np.transpose(rows), prices, **fit(0.01, epochs=50))
    assert [f.kind for f in found] == ["targets_not_scaled", "inputs_not_scaled"]
    assert "after the advice for targets not scaled" in found[1].advice
    assert found[1].trial.validation[0] == found[0].trial.validation[1]


def test_scaled_inputs_and_raw_prices():
    found = houses(cr.Standardize()).diagnose(HOUSES, PRICES, **fit(0.01, epochs=40))
    assert [f.kind for f in found] == ["targets_not_scaled"]
    assert "guessing" in " ".join(found[0].also)


def test_units_that_long_steps_kill_are_a_consequence_of_the_rate():
    X, y = cr.datasets.digits()
    net = cr.Network(cr.Dense(32), cr.ReLU(), cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=2)
    found = net.diagnose(X[:400] / 16, y[:400], **fit(0.3))
    assert [f.kind for f in found] == ["learning_rate_too_high"]
    assert "dead units in relu1" in " ".join(found[0].also)


def test_a_diagnosis_warns_of_nothing_that_it_says_itself():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = classes().diagnose(X * [1, 1, 1, 4e4], Y, **fit(epochs=6))
    assert found[0].kind == "inputs_not_scaled"


@pytest.mark.parametrize("epochs", [5, 6, 7, 8, 9])
def test_few_epochs_come_to_rest_or_not(epochs):
    class Short:
        loss = np.linspace(3.0, 1.0, epochs)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert learning._at_rest(Short, 0.01) == (epochs < 6)
        Short.loss = np.r_[3.0, np.ones(epochs - 1)]
        assert learning._at_rest(Short, 0.01)


def test_two_words_are_no_copies_and_true_copies_are():
    words = (X[:, 0] > 0.2).astype(int)
    rows = np.c_[X, words, 1 - words]
    assert columns.duplicated(evidence(lambda: (classes(), rows, Y, fit(epochs=3)))) == []
    again = np.c_[rows, words]
    (found,) = columns.duplicated(evidence(lambda: (classes(), again, Y, fit(epochs=3))))
    assert found.place == "column 6 of X"


def test_columns_have_the_names_of_the_user():
    run = classes().record(np.c_[X, np.full(len(X), 2.5)], Y, verbose=0, **fit(epochs=5))
    found = run.diagnose(["a", "b", "c", "d", "color = red"])
    assert found[-1].place == "color = red"
    assert found[-1].text.startswith("color = red is constant in the training rows")
    with pytest.raises(cr.errors.ParameterError, match="names: expected 5 names"):
        run.diagnose(["a"])


def test_a_simple_network_that_nearly_fits_is_a_choice():
    y = (X[:, 0] + 0.2 * X[:, 1] ** 2 > 0.3).astype(int)
    simple = cr.Network(cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    found = evidence(lambda: (simple, X, y, fit(0.1, epochs=40)))
    assert found.learned < learning.FITTED
    assert learning.capacity(found) == []


def test_a_linear_network_need_not_learn_overlapping_rows_by_heart():
    rows = np.c_[Y + 3 * RNG.normal(size=len(Y)), RNG.normal(size=len(Y))]
    found = evidence(lambda: (classes(cr.Dense(3)), rows, Y, fit(0.05)))
    assert found.learned < 0.3
    assert learning.one_batch(found) == []


def test_a_loss_that_jumped_is_said_although_early_stopping_went_back():
    X, y = cr.datasets.moons(300, noise=0.2)
    options = {"optimizer": cr.Momentum(1.0), "epochs": 60, "validation_fraction": 0.2}
    net = cr.Network(cr.Dense(32), cr.ReLU(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
    stop = [cr.EarlyStopping(patience=5)]
    found = evidence(lambda: (net, X, y, {**options, "callbacks": stop}))
    (seen,) = rate.too_high(found)
    assert seen.certain and "jumped up" in seen.text


def test_weights_that_do_not_help_are_no_finding():
    noise = (np.arange(len(X)) % 24 == 5).astype(int)
    small = classes(cr.Dense(8), cr.ReLU(), cr.Dense(2))
    assert imbalance.imbalance(evidence(lambda: (small, X, noise, fit(0.005)))) == []
    assert imbalance.imbalance(evidence(lambda: (small, X, RARE, fit(0.005))))


def test_rows_in_doubt_are_rows_of_the_user():
    found = classes().diagnose(X, WRONG, **fit())
    finding = next(f for f in found if f.kind == "suspicious_labels")
    wrong = np.flatnonzero(np.arange(len(Y)) % 9 == 0)
    assert np.isin(finding.rows, wrong).mean() > 0.8
    assert all(f.rows is None for f in found if f.kind != "suspicious_labels")


def test_rows_that_leak_are_rows_of_the_validation_set():
    held = np.r_[X[180:], X[:20]], np.r_[Y[180:], Y[:20]]
    found = classes().diagnose(X[:180], Y[:180], **fit(validation_data=held))
    finding = next(f for f in found if f.kind == "leaked_validation")
    assert np.array_equal(finding.rows, np.arange(60, 80))
