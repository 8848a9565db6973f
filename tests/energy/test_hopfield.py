"""The classical network: rules against loops, the demo of three digits to the last number, updates, spellings, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.rules import Delta, Perceptron, Unlearning

DIGITS = naive.digits()
SIGNS = 2 * DIGITS - 1


def signs(rng, *shape):
    return np.where(rng.random_sample(shape) < 0.5, 1, -1)


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


# ---------------------------------------------------------------- the demo: digits 0, 1, 2 on 30 units


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


# ---------------------------------------------------------------- rules


@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 10**6))
def test_hebb_and_storkey_are_their_loops(M, N, seed):
    x = signs(np.random.RandomState(seed), M, N)
    np.testing.assert_allclose(network("hebb", x).weights, naive.hebb(x), atol=1e-15)
    np.testing.assert_allclose(network("storkey", x).weights, naive.storkey(x), atol=1e-13)


@given(st.integers(0, 10**6))
def test_the_pseudo_inverse_projects_onto_the_patterns(seed):
    x = signs(np.random.RandomState(seed), 5, 40).astype(float)
    W = network("pseudo-inverse", x).weights
    projection = x.T @ np.linalg.pinv(x.T)
    np.testing.assert_allclose(W, projection - np.diag(np.diag(projection)), atol=1e-12)
    np.testing.assert_allclose(network("delta", x).weights, W, atol=1e-8)


def test_the_delta_rule_takes_dependent_patterns_and_says_so_when_stopped():
    x = np.array([[1, 1, 1, -1], [1, 1, 1, -1], [-1, -1, -1, 1]])
    assert network("delta", x).stable(x).all()
    stopped = network(Delta(lr=0.3, sweeps=1), signs(np.random.RandomState(0), 3, 20))
    with pytest.raises(cr.ParameterError, match="not symmetric"):
        stopped.energy(np.ones(20))


@pytest.mark.parametrize(("margin", "load"), [(0.0, 70), (0.5, 40)])
def test_the_perceptron_learns_beyond_hebb(margin, load):
    x = signs(np.random.RandomState(1), load, 100)
    found = network(Perceptron(margin=margin), x)
    W = found.weights
    assert found.stable(x).all()
    assert ((x @ W.T * x) > margin * np.linalg.norm(W, axis=1)).all()
    assert not network("hebb", x).stable(x).any()
    np.testing.assert_allclose(100 * W, np.rint(100 * W), atol=1e-12)  # whole numbers over N


@pytest.mark.slow
@pytest.mark.parametrize(("N", "load"), [(400, 0.5), (400, 0.9), (200, 1.2), (200, 1.5)])
def test_the_perceptron_below_gardners_bound(N, load):
    x = signs(np.random.RandomState(2), int(load * N), N)
    assert network("perceptron", x).stable(x).all()


def test_the_perceptron_has_no_energy_and_says_why():
    found = network("perceptron")
    with pytest.raises(
        cr.ParameterError, match=r"there is no energy, since the weights are not symmetric \(w\[\d"
    ):
        found.energy(DIGITS)
    path = found.recall(DIGITS[0])
    assert path.energies is None
    assert path.ended == "fixed point"


def test_unlearning_makes_spurious_states_rarer():
    x = signs(np.random.RandomState(5), 12, 100)

    def back(rule):
        found = network(rule, x)
        starts = x.copy()
        starts[:, :10] *= -1
        return (found.predict(starts) == x).all(axis=1).mean()

    assert back(Unlearning(dreams=200)) > back("hebb")
    np.testing.assert_array_equal(
        network(Unlearning(dreams=0), x).weights, network("hebb", x).weights
    )


# ---------------------------------------------------------------- patterns come and go


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


def test_many_adds_and_removes_leave_no_rounding():
    x = signs(np.random.RandomState(0), 6, 7)
    found = network("hebb", x[:3])
    before = found.weights
    for _ in range(50):
        found.add(x[4]).remove(x[4])
    np.testing.assert_array_equal(found.weights, before)


# ---------------------------------------------------------------- paths


def test_a_recall_tells_its_path():
    start = DIGITS[0].copy()
    start[:6] ^= 1
    found = network()
    path = found.recall(start)
    assert path.ended == "fixed point"
    np.testing.assert_array_equal(path.state, DIGITS[0])
    np.testing.assert_array_equal(path.states[0], start)
    assert (np.abs(np.diff(path.states, axis=0)).sum(axis=1) == 1).all()  # one flip each
    assert [
        int(np.argmax(step)) for step in np.abs(np.diff(path.states, axis=0))
    ] == path.flips.tolist()
    np.testing.assert_array_equal(path.energies, found.energy(path.states))
    np.testing.assert_allclose(path.overlaps, (2 * path.states - 1) @ SIGNS.T / 30)
    assert path.overlaps[-1].tolist() == [1, 0, 0]
    assert "fixed point after 6 changes" in repr(path)


def test_all_at_once_may_end_in_a_cycle_of_two():
    swap = cr.Hopfield.from_weights([[0, 1], [1, 0]], order="synchronous")
    path = swap.recall([1, -1])
    assert path.ended == "2-cycle"
    assert path.states.tolist() == [[1, -1], [-1, 1], [1, -1]]
    assert path.energies.tolist() == [1, 1, 1]
    assert cr.Hopfield.from_weights([[0, 1], [1, 0]]).recall([1, -1]).ended == "fixed point"
    assert network(order="synchronous").recall(DIGITS[1]).ended == "fixed point"


def test_all_at_once_with_other_weights_may_reach_the_limit():
    rotate = cr.Hopfield.from_weights(np.roll(np.eye(3), 1, axis=1), order="synchronous", sweeps=8)
    path = rotate.recall([1, -1, -1])
    assert (path.ended, path.sweeps, path.energies) == ("limit", 8, None)


def test_one_sweep_is_too_few_to_know():
    assert network(sweeps=1).recall(1 - DIGITS[0] ^ np.eye(30, dtype=int)[3]).ended == "limit"


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


# ---------------------------------------------------------------- temperature


def test_glauber_comes_to_boltzmanns_distribution():
    W = np.array([[0, 0.6, -0.3], [0.6, 0, 0.2], [-0.3, 0.2, 0]])
    theta = np.array([0.1, -0.2, 0.0])
    warm = cr.Hopfield.from_weights(W, thresholds=theta, temperature=0.8, sweeps=30, order="fixed")
    ends = warm.predict(np.ones((20_000, 3)))
    states = naive.every_state(3)
    counts = np.array([(ends == s).all(axis=1).mean() for s in states])
    p = np.exp([-naive.energy(W, theta, s) / 0.8 for s in states])
    np.testing.assert_allclose(counts, p / p.sum(), atol=0.012)


def test_annealing_follows_its_schedule_and_comes_to_rest():
    asked = []

    def cooling(sweep):
        asked.append(sweep)
        return max(0.0, 1.0 - sweep / 10)

    path = network(temperature=cooling, sweeps=15).recall(DIGITS[0])
    assert asked == list(range(1, 16))
    assert path.ended == "fixed point"
    assert network().stable(path.state)
    assert network(temperature=0.5, sweeps=5).recall(DIGITS[0]).ended == "limit"
    assert network(temperature=cr.ExponentialDecay(1.0, steps=1, factor=0.5), sweeps=5).predict(
        DIGITS
    ).shape == (3, 30)


def test_all_units_at_once_can_be_warm():
    ends = network(temperature=0.3, order="synchronous", sweeps=20).predict(DIGITS)
    assert set(np.unique(ends)) <= {0, 1}
    cold = network(temperature=lambda sweep: 0.0, sweeps=5, order="synchronous")
    np.testing.assert_array_equal(cold.predict(DIGITS), DIGITS)


def test_a_negative_temperature_is_refused_when_it_comes():
    with pytest.raises(cr.ParameterError, match="temperature of sweep 2"):
        network(temperature=lambda sweep: 1.5 - sweep).recall(DIGITS[0])


# ---------------------------------------------------------------- spellings and refusals


def test_both_spellings_are_one_network():
    zero_one, plus_minus = network(), network(patterns=SIGNS)
    np.testing.assert_array_equal(zero_one.weights, plus_minus.weights)
    np.testing.assert_array_equal(zero_one.predict(SIGNS), DIGITS)
    np.testing.assert_array_equal(plus_minus.predict(DIGITS == 1), SIGNS)
    assert plus_minus.energy(DIGITS[0]) == zero_one.energy(SIGNS[0])


@pytest.mark.parametrize(
    ("patterns", "error", "message"),
    [
        ([[1, 2, 1]], cr.DataError, "expected −1 and 1, or 0 and 1, got the value 2"),
        ([[1, 0.5, 1]], cr.DataError, "the value 0.5"),
        ([[1, np.nan, 1]], cr.DataError, "the value nan"),
        ([[1, 0, -1]], cr.DataError, "−1, 0 and 1 together"),
        ([[1, 1], [1]], cr.ShapeError, "2 units in row 0 and 1 in row 1"),
        ([], cr.DataError, "at least one row"),
        (np.ones((0, 5)), cr.DataError, "at least one row"),
        (np.ones((2, 3, 3)), cr.ShapeError, "Flatten"),
        ([["a", "b"]], cr.DataError, "expected numbers"),
    ],
)
def test_patterns_that_are_none(patterns, error, message):
    found = network()
    before = found.weights
    with pytest.raises(error, match=message):
        found.store(patterns)
    np.testing.assert_array_equal(found.weights, before)  # a refused call changes nothing


@pytest.mark.parametrize(
    "what", ["energy", "predict", "recall", "stable", "overlaps", "add", "remove"]
)
def test_states_of_another_length(what):
    with pytest.raises(cr.ShapeError, match="expected rows of 30 units, got 4"):
        getattr(network(), what)([1, 0, 1, 1])


def test_more_than_the_rank_allows():
    with pytest.raises(cr.DataError, match="5 patterns of 4 units with rank 4"):
        network("pseudo-inverse", signs(np.random.RandomState(3), 50, 4)[[0, 1, 2, 3, 7]])
    found = network("pseudo-inverse")
    with pytest.raises(cr.DataError, match="rank 3"):
        found.add(1 - DIGITS[0])
    np.testing.assert_array_equal(found.patterns, DIGITS)


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


@pytest.mark.parametrize(
    "make",
    [
        lambda: Perceptron(margin=-1),
        lambda: Delta(lr=2.5),
        lambda: Unlearning(dreams=-1),
        lambda: Unlearning(dreams="many"),
        lambda: Unlearning(rate=0),
        lambda: Unlearning(seed=1.5),
    ],
)
def test_rules_that_cannot_be(make):
    with pytest.raises(cr.ParameterError):
        make()


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
