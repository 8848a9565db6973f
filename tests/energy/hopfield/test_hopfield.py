"""The classical network: the demo of three digits to the last number, patterns, spellings."""

import numpy as np
import pytest
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.rules import Perceptron, Unlearning

DIGITS = naive.digits()
SIGNS = 2 * DIGITS - 1


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


@pytest.mark.parametrize(
    ("rule", "energies"),
    [
        ("hebb", [-13.5, -14.1, -14.1]),
        ("storkey", [-15.400444, -14.805778, -14.869778]),
        ("pseudo-inverse", [-13.5, -13.5, -13.5]),
        ("delta", [-13.5, -13.5, -13.5]),
    ],
)
def test_energies_of_the_three_digits(rule, energies):
    found = network(rule)
    np.testing.assert_allclose(found.energy(DIGITS), energies, atol=5e-7)
    assert found.stable(DIGITS).all()
    assert (np.diag(found.weights) == 0).all()


def test_hebbs_energies_are_exact():
    assert network().energy(DIGITS).tolist() == [-13.5, -14.1, -14.1]


@pytest.mark.parametrize(
    ("twice", "energies"),
    [(False, [-16.962222, -16.367556, -16.431556]), (True, [-17.0667, -16.472, -16.536])],
)
def test_a_kept_diagonal_is_the_users_own(twice, energies):
    W = naive.storkey(SIGNS, keep_diagonal=True, twice=twice)
    own = cr.Hopfield.from_weights(W, patterns=DIGITS)
    np.testing.assert_allclose(own.energy(DIGITS), energies, atol=5e-5 if twice else 5e-7)


def test_smallest_fields():
    W = network().weights
    assert np.allclose((SIGNS @ W.T * SIGNS).min(axis=1), [0.9, 0.7, 0.7])


@pytest.mark.parametrize(
    ("rule", "share"), [("hebb", 0.886), ("pseudo-inverse", 0.916), ("storkey", 0.910)]
)
def test_recall_after_eight_random_flips(rule, share):
    rng = np.random.RandomState(0)
    found = network(rule, seed=3)
    back = 0
    for k in range(60):  # an order of units for every 15 starts
        starts = np.repeat(SIGNS, 5, axis=0)
        for s in starts:
            s[rng.permutation(30)[:8]] *= -1
        found.seed = k
        back += (found.predict(starts) == np.repeat(DIGITS, 5, axis=0)).all(axis=1).sum()
    assert abs(back / 900 - share) < 0.045  # three standard errors of either


@pytest.mark.parametrize(
    "rule", ["hebb", "storkey", "pseudo-inverse", "perceptron", "delta", Unlearning(dreams=5)]
)
def test_adding_is_storing_together(rule):
    later = network(rule, DIGITS[:2]).add(DIGITS[2])
    np.testing.assert_array_equal(later.weights, network(rule).weights)
    np.testing.assert_array_equal(later.patterns, DIGITS)
    fewer = network(rule).remove(DIGITS[1])
    np.testing.assert_array_equal(fewer.weights, network(rule, DIGITS[[0, 2]]).weights)
    np.testing.assert_array_equal(fewer.patterns, DIGITS[[0, 2]])


def test_adding_to_nothing_stores_and_removing_all_leaves_zero():
    one = cr.Hopfield().add([1, -1, 1])
    assert (one.remove([1, -1, 1]).weights == 0).all()
    assert one.patterns.shape == (0, 3)


@pytest.mark.parametrize("order", ["random", "fixed", "synchronous"])
def test_predict_is_the_end_of_recall_alone_or_among_others(order):
    rng = np.random.RandomState(0)
    found = network(order=order, seed=4)
    starts = rng.randint(0, 2, (12, 30))
    ends = found.predict(starts)
    for start, end in zip(starts, ends, strict=True):
        np.testing.assert_array_equal(found.predict(start), end)
        np.testing.assert_array_equal(found.recall(start).state, end)


def test_a_threshold_pushes_units_down():
    W = np.zeros((3, 3))
    found = cr.Hopfield.from_weights(W, thresholds=[1.0, -1.0, 0.0])
    assert found.predict([1, -1, -1]).tolist() == [-1, 1, -1]  # the third has no reason to move
    assert found.energy([1, -1, -1]) == 2.0
    assert found.recall([1, -1, -1]).energies.tolist() in ([2, 0, -2], [2, 0, -2])


def test_both_spellings_are_one_network():
    zero_one, plus_minus = network(), network(patterns=SIGNS)
    np.testing.assert_array_equal(zero_one.weights, plus_minus.weights)
    np.testing.assert_array_equal(zero_one.predict(SIGNS), DIGITS)
    np.testing.assert_array_equal(plus_minus.predict(DIGITS == 1), SIGNS)
    assert plus_minus.energy(DIGITS[0]) == zero_one.energy(SIGNS[0])


@pytest.mark.parametrize(
    "what", ["energy", "predict", "recall", "stable", "overlaps", "add", "remove"]
)
def test_states_of_another_length(what):
    with pytest.raises(cr.ShapeError, match="expected rows of 30 units, got 4"):
        getattr(network(), what)([1, 0, 1, 1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rule": "hebian"}, "rule must be one of 'hebb'"),
        ({"rule": Perceptron}, "rule must be one of"),
        ({"order": "sync"}, "order must be one of"),
        ({"temperature": -1}, "temperature must be a number"),
        ({"sweeps": 0}, "sweeps must be a whole number"),
        ({"seed": -1}, "seed must be"),
        ({"engine": "torch"}, "engine must be"),
        ({"thresholds": [[1.0]]}, "thresholds must be"),
        ({"thresholds": np.inf}, "thresholds must be"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(cr.ParameterError, match=message):
        cr.Hopfield(**settings)


def test_questions_that_come_too_early_or_do_not_fit():
    with pytest.raises(cr.NotBuiltError, match="store"):
        cr.Hopfield().predict([1, -1])
    with pytest.raises(cr.ShapeError, match="one number, or 30"):
        network(thresholds=[1.0, 2.0])
    with pytest.raises(cr.ShapeError, match="one state"):
        network().recall(DIGITS)
    with pytest.raises(cr.DataError, match="one pattern"):
        network().add(DIGITS)
    with pytest.raises(cr.DataError, match="a stored pattern"):
        network().remove(1 - DIGITS[0])
    own = cr.Hopfield.from_weights(np.eye(2))
    for what in (own.add, own.remove):
        with pytest.raises(cr.DataError, match="weights of your own"):
            what([1, -1])
    with pytest.raises(cr.ShapeError, match="finite numbers"):
        cr.Hopfield.from_weights(np.ones((2, 3)))
    assert "nothing stored" in repr(cr.Hopfield())
    assert "3 patterns of 30 units" in repr(network())
