"""A recorded recall is the recall itself, decision by decision."""

import numpy as np
import pytest
from tests.recording.adding_up import misses

from chainrule.energy import Hopfield, rules
from chainrule.errors import ParameterError, ShapeError

RNG = np.random.default_rng(4)
PATTERNS = np.where(RNG.random((3, 20)) < 0.5, 1, -1)
PROBE = np.where(RNG.random(20) < 0.25, -PATTERNS[0], PATTERNS[0])
ASYMMETRIC = RNG.standard_normal((12, 12))
ANNEAL = {"temperature": lambda sweep: max(0.0, 1 - sweep / 3), "sweeps": 6}
NETWORKS = {
    "random": {},
    "fixed": {"order": "fixed"},
    "synchronous": {"order": "synchronous"},
    "storkey": {"rule": rules.Storkey(), "seed": 3},
    "thresholds": {"thresholds": 0.2, "seed": 1},
    "one sweep": {"sweeps": 1},
    "reference": {"rule": "pseudo-inverse", "engine": "reference"},
    "warm": {"temperature": 0.8, "sweeps": 5},
    "warm, fixed": {"temperature": 0.4, "order": "fixed", "sweeps": 5},
    "warm, synchronous": {"temperature": 0.8, "order": "synchronous", "sweeps": 5},
    "annealed": ANNEAL,
    "annealed, synchronous": {**ANNEAL, "order": "synchronous"},
}
networks = pytest.mark.parametrize("settings", NETWORKS.values(), ids=NETWORKS)


def same(one, other):
    assert one.ended == other.ended and one.sweeps == other.sweeps
    for name in ("state", "states", "energies", "overlaps", "flips"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None and b is None) or a.tobytes() == b.tobytes(), name


@networks
def test_it_is_the_recall_decision_by_decision(settings):
    network = Hopfield(**settings).store(PATTERNS)
    recorded, recall = network.record(PROBE), network.recall(PROBE)
    same(recorded.recall, recall)
    assert (recorded.at("start").state == PROBE).all()
    assert recorded.at("end").state.tobytes() == recall.state.tobytes()
    assert (
        recorded.energies[-1] == recall.energies[-1] and len(recorded.energies) == recorded.last + 1
    )
    state, changed = recall.states[0].copy(), [recall.states[0]]
    for moment in recorded.moments():
        assert (moment.state == state).all()
        if moment.is_last:
            break
        new = moment["new.s"]
        waiting = np.arange(20) != moment.unit if moment.unit >= 0 else np.zeros(20, bool)
        assert (new[waiting] == state[waiting]).all()
        assert moment.flips == (new != state).any()
        state = new.astype(np.int8)
        if moment.flips:
            changed.append(state)
    if settings.get("order") != "synchronous":  # a synchronous path also has the steps at rest
        assert np.array(changed).tobytes() == recall.states.tobytes()
    flips = [recorded.units[k] for k in recorded.changes]
    if len(recall.flips):
        assert flips == recall.flips.tolist()


@networks
def test_decisions_follow_their_fields(settings):
    """The rule once more, by hand: field by field from the weights."""
    network = Hopfield(**settings).store(PATTERNS)
    recorded, W, theta = network.record(PROBE), network.weights, network.thresholds
    for moment in recorded.moments():
        if moment.is_last:
            break
        s = moment.state.astype(float)
        fields = np.array([sum(W[i, j] * s[j] for j in range(20)) - theta[i] for i in range(20)])
        assert np.abs(moment["field"] - fields).max() < 1e-12
        if moment.unit >= 0:
            assert moment["field"][moment.unit] == moment.field
        units = range(20) if moment.unit < 0 else [moment.unit]
        for i in units:
            if moment.visit.T > 0:
                p = 1 / (1 + np.exp(-2 * fields[i] / moment.visit.T))
                expected = 1 if moment["u"][i] < p else -1
            else:
                expected = s[i] if abs(fields[i]) < 1e-12 else np.sign(fields[i])
            assert moment["new.s"][i] == expected


@networks
def test_every_entry_adds_up(settings):
    network = Hopfield(**settings).store(PATTERNS)
    recorded = network.record(PROBE)
    for step in sorted({0, *recorded.changes[:1].tolist(), recorded.last - 1}):
        assert not misses(recorded.at(step).stages(), 1e-9, 8, np.random.default_rng(step))[0]


def test_weights_of_ones_own_may_have_a_diagonal_and_no_energy():
    network = Hopfield.from_weights(ASYMMETRIC, sweeps=3, engine="reference")
    recorded = network.record(PROBE[:12])
    assert recorded.energies is None and recorded.at(0).energy is None
    assert [stage.name for stage in recorded.at(0).stages()] == ["field", "flip"]
    assert not misses(recorded.at(int(recorded.changes[0])).stages(), 1e-9)[0]
    symmetric = Hopfield.from_weights(ASYMMETRIC + ASYMMETRIC.T, seed=2)
    recorded = symmetric.record(PROBE[:12])
    same(recorded.recall, symmetric.recall(PROBE[:12]))
    stages = recorded.at(int(recorded.changes[0])).stages()
    assert stages[-1].name == "energy" and not misses(stages, 1e-9)[0]
    new = stages[-1].quantities[-1]
    assert [t.formula.split("[")[0] for t in new.terms(()).terms] == ["E", "2·s", "−2·w"]


def test_states_are_spelled_as_the_patterns_are():
    network = Hopfield(order="fixed").store((PATTERNS + 1) // 2)
    recorded = network.record((PROBE + 1) // 2)
    assert set(np.unique(recorded.at(0).state)) == {0, 1}
    assert set(np.unique(recorded.at(0)["s"])) == {-1.0, 1.0}


def test_forwards_and_back():
    recorded = Hopfield().store(PATTERNS).record(PROBE)
    moment = recorded.at(3)
    assert moment.next().step == 4 and moment.next().back().step == 3 and moment.back(3).step == 0
    assert repr(moment).startswith("<RecallMoment: step 3, sweep 1, unit ")
    for call in (lambda: recorded.at(recorded.last + 1), lambda: recorded.at(0).back()):
        with pytest.raises(ParameterError, match=r"expected a step from 0 to \d+"):
            call()
    with pytest.raises(ParameterError, match="expected a moment with a decision after it"):
        recorded.at("end").stages()
    with pytest.raises(ParameterError, match="Take one of these"):
        moment["z"]
    with pytest.raises(ShapeError, match="expected one state"):
        Hopfield().store(PATTERNS).record(PATTERNS)


def test_it_can_be_read():
    recorded = Hopfield().store(PATTERNS).record(PROBE)
    lines = str(recorded).splitlines()
    assert lines[0] == repr(recorded)[1:-1]
    assert len(lines) == 2 + len(recorded.changes)
    assert "<table" in recorded._repr_html_() and "<svg" in recorded._repr_html_()
    first = int(recorded.changes[0])
    assert (
        "so the unit flips"
        in recorded.at(first).stages()[1].quantities[0].terms((recorded.at(first).unit,)).note
    )
    assert "energy: The energy falls by" in str(recorded.at(first))
    assert "the end: fixed point" in str(recorded.at("end"))


@pytest.mark.slow
def test_large_networks_are_recalled_alike():
    rng = np.random.default_rng(6)
    patterns = np.where(rng.random((15, 200)) < 0.5, 1, -1)
    for rule in ("hebb", "storkey", "pseudo-inverse"):
        for seed in range(3):
            network = Hopfield(rule=rule, seed=seed).store(patterns)
            probe = np.where(rng.random(200) < 0.3, -patterns[seed], patterns[seed])
            recorded = network.record(probe)
            assert [recorded.units[k] for k in recorded.changes] == recorded.recall.flips.tolist()
            for step in rng.choice(recorded.last, 5, replace=False):
                assert not misses(recorded.at(int(step)).stages(), 1e-9, 10, rng)[0]
