"""HopfieldNetwork for scikit-learn: the network's own answers, spellings, scores, check_estimator."""

import inspect

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.sklearn_checks import failures

import chainrule as cr
from chainrule.energy.hopfield import rules
from chainrule.engines import native
from chainrule.estimators import HopfieldNetwork

RNG = np.random.default_rng(0)
PATTERNS = RNG.choice([-1, 1], (4, 60))
NOISY = PATTERNS * RNG.choice([1, 1, 1, 1, 1, 1, -1], (4, 60))


@pytest.mark.parametrize(
    "engine",
    [
        pytest.param(
            "native", marks=pytest.mark.skipif(not native.available(), reason="not built")
        ),
        "reference",
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_check_estimator(engine):
    assert failures(HopfieldNetwork(engine=engine)) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "settings", [{"order": "synchronous"}, {"rule": "storkey", "binarize": 0.5}], ids=repr
)
def test_check_estimator_with_other_settings(settings):
    assert failures(HopfieldNetwork(**settings)) == []


def test_its_words_are_those_of_the_network():
    ours, core = (set(inspect.signature(cls).parameters) for cls in (HopfieldNetwork, cr.Hopfield))
    assert ours - core == {"binarize", "random_state"} and core - ours == {"seed"}
    defaults = inspect.signature(cr.Hopfield).parameters
    assert all(getattr(HopfieldNetwork(), name) == defaults[name].default for name in ours & core)


@pytest.mark.parametrize(
    "rule",
    [
        "hebb",
        "storkey",
        "pseudo-inverse",
        "perceptron",
        "delta",
        "unlearning",
        rules.Perceptron(margin=0.5),
    ],
    ids=str,
)
@pytest.mark.parametrize("order", ["random", "synchronous"])
def test_it_answers_as_the_network(rule, order):
    model = HopfieldNetwork(rule, order=order, random_state=3).fit(PATTERNS)
    core = cr.Hopfield(rule=rule, order=order, seed=model.network_.seed).store(PATTERNS)
    assert (model.weights_ == core.weights).all() and (model.patterns_ == PATTERNS).all()
    assert (model.predict(NOISY) == core.predict(NOISY)).all() and model.predict(
        NOISY
    ).dtype == np.int8
    assert (model.transform(NOISY) == model.predict(NOISY)).all() and model.transform(
        NOISY
    ).dtype == np.float64
    assert (model.stable(NOISY) == core.stable(NOISY)).all()
    assert (model.overlaps(NOISY) == core.overlaps(NOISY)).all()
    assert model.recall(NOISY[0]).ended == core.recall(NOISY[0]).ended
    if core.couplings.symmetric:
        assert (model.energy(NOISY) == core.energy(NOISY)).all()
    else:
        with pytest.raises(cr.ParameterError, match="not symmetric"):
            model.energy(NOISY)


def test_memories_are_recalled_and_scored():
    model = HopfieldNetwork("pseudo-inverse", random_state=0).fit(PATTERNS)
    assert (model.predict(NOISY) == PATTERNS).all()
    assert model.score(PATTERNS) == 1
    assert model.score(NOISY, PATTERNS) == 1
    assert model.score(NOISY) == pytest.approx((NOISY * PATTERNS).mean())
    assert model.score(NOISY, np.arange(4)) == model.score(NOISY)  # labels
    with pytest.raises(cr.ShapeError, match=r"score\(y\): expected shape \(4, 60\)"):
        model.score(NOISY, PATTERNS[:3])


def test_spellings_and_binarize():
    zero_one = (PATTERNS > 0).astype(int)
    signs, bits = (
        HopfieldNetwork(random_state=1).fit(PATTERNS),
        HopfieldNetwork(random_state=1).fit(zero_one),
    )
    assert (signs.weights_ == bits.weights_).all()
    assert (bits.predict(NOISY) == (signs.predict(NOISY) > 0)).all()
    pictures = np.where(PATTERNS > 0, 200.0, 90.0)
    grey = HopfieldNetwork(binarize=128, random_state=1).fit(pictures)
    assert (grey.weights_ == signs.weights_).all() and set(np.unique(grey.predict(pictures))) == {
        0,
        1,
    }
    strict = HopfieldNetwork(binarize=None).fit(PATTERNS)
    assert (strict.weights_ == signs.weights_).all()
    with pytest.raises(cr.DataError, match="−1 and 1, or 0 and 1"):
        strict.predict(pictures)
    with pytest.raises(cr.DataError, match="−1 and 1, or 0 and 1"):
        HopfieldNetwork(binarize=None).fit(pictures)
    with pytest.raises(cr.ParameterError, match="binarize must be a number, or None"):
        HopfieldNetwork(binarize="middle").fit(pictures)


@given(st.integers(1, 6), st.sampled_from(["hebb", "pseudo-inverse", "storkey"]))
def test_partial_fit_adds(cut, rule):
    patterns = np.random.default_rng(5).choice([-1, 1], (7, 40))
    parts = (
        HopfieldNetwork(rule, random_state=0)
        .partial_fit(patterns[:cut])
        .partial_fit(patterns[cut:])
    )
    whole = HopfieldNetwork(rule, random_state=0).fit(patterns)
    np.testing.assert_allclose(parts.weights_, whole.weights_, atol=1e-12)
    assert (parts.patterns_ == patterns).all()


def test_a_pattern_that_cannot_be_added_changes_nothing():
    model = HopfieldNetwork("pseudo-inverse").fit(PATTERNS)
    before = model.weights_.copy()
    with pytest.raises(cr.DataError):
        model.partial_fit(
            np.concatenate([-NOISY[:1], PATTERNS[:1]])
        )  # the second one depends on what is there
    assert (model.weights_ == before).all() and len(model.patterns_) == 4


def test_weights_that_are_put_in_are_obeyed():
    model = HopfieldNetwork(random_state=0).fit(PATTERNS)
    model.weights_ = np.zeros((60, 60))
    assert (model.predict(NOISY) == NOISY).all() and (model.energy(NOISY) == 0).all()
    model.weights_[:] = cr.Hopfield().store(PATTERNS[:1]).weights
    assert (model.predict(PATTERNS[:1] * 1) == PATTERNS[:1]).all()


def test_it_is_one_among_others():
    rows = RNG.normal(size=(30, 8))
    pipe = make_pipeline(StandardScaler(), HopfieldNetwork(random_state=0)).fit(rows)
    assert pipe.transform(rows).shape == (30, 8)
    search = GridSearchCV(HopfieldNetwork(random_state=0), {"rule": ["hebb", "storkey"]}, cv=2).fit(
        PATTERNS
    )
    assert search.best_params_["rule"] in ("hebb", "storkey")
    model = HopfieldNetwork(random_state=0).set_output(transform="default").fit(PATTERNS)
    assert list(model.get_feature_names_out())[:2] == ["x0", "x1"]
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(cr.ShapeError, match="one row"):
        model.recall(PATTERNS)


def test_the_seed_is_drawn_once():
    model = HopfieldNetwork(random_state=np.random.RandomState(4)).fit(PATTERNS)
    assert (model.predict(NOISY) == model.predict(NOISY)).all()
    assert model.network_.seed == np.random.RandomState(4).randint(2**31 - 1)
