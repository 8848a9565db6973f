"""Hopfield networks as files: they come back, and hostile files are refused."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy.hopfield import rules
from chainrule.files.container import read, write

RNG = np.random.default_rng(0)
PATTERNS = RNG.choice([-1, 1], (3, 12))
SETTINGS = [
    {},
    {"rule": rules.Perceptron(margin=0.5), "order": "fixed"},
    {"rule": "pseudo-inverse", "thresholds": np.linspace(-0.1, 0.1, 12), "order": "synchronous"},
    {"rule": "storkey", "temperature": 0.5, "thresholds": 0.2, "sweeps": 7, "seed": 3},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=repr)
@pytest.mark.parametrize("zero_one", [False, True])
def test_a_memory_comes_back(tmp_path, settings, zero_one):
    path = tmp_path / "memory.safetensors"
    network = cr.Hopfield(**settings).store((PATTERNS + 1) // 2 if zero_one else PATTERNS)
    network.save(path)
    found = cr.Hopfield.load(path)
    states = RNG.choice([-1, 1], (8, 12))
    assert repr(found) == repr(network) and (found.weights == network.weights).all()
    assert (found.patterns == network.patterns).all() and (
        found.thresholds == network.thresholds
    ).all()
    assert (found.predict(states) == network.predict(states)).all()
    network.add(states[0]), found.add(states[0])
    assert (found.weights == network.weights).all()
    if settings == {}:
        assert (found.remove(states[0]).weights == network.remove(states[0]).weights).all()


def test_weights_of_ones_own_come_back(tmp_path):
    path, W = tmp_path / "memory.safetensors", RNG.normal(size=(5, 5))
    cr.Hopfield.from_weights(W).save(path)
    found = cr.Hopfield.load(path)
    assert (found.weights == W).all() and len(found.patterns) == 0
    with pytest.raises(cr.DataError, match="weights of your own"):
        found.add(np.ones(5))


def test_what_a_file_cannot_hold_is_refused(tmp_path):
    path = tmp_path / "memory.safetensors"
    with pytest.raises(cr.NotBuiltError, match="nothing is stored"):
        cr.Hopfield().save(path)
    with pytest.raises(cr.FileError, match="a number as temperature"):
        cr.Hopfield(temperature=lambda sweep: 1 / sweep).store(PATTERNS).save(path)

    class Mine(rules.Rule):
        def learn(self, patterns):
            return np.zeros((12, 12))

    with pytest.raises(cr.FileError, match="a rule of"):
        cr.Hopfield(rule=Mine()).store(PATTERNS).save(path)
    assert not path.exists()


def test_hostile_memories_are_refused(tmp_path):
    path = tmp_path / "memory.safetensors"
    cr.Hopfield().store(PATTERNS).save(path)
    about, tensors = read(path)
    for changed, arrays, words in (
        ({"rule": ["Network", {}]}, tensors, "not complete"),
        ({"rule": ["Perceptron", {"margin": -1}]}, tensors, "margin must be"),
        ({"rule": ["Hebb", {"colour": 1}]}, tensors, "Hebb"),
        ({"order": "sideways"}, tensors, "order must be"),
        ({"sweeps": 0}, tensors, "sweeps must be"),
        ({"zero_one": 2}, tensors, "not complete"),
        ({}, tensors | {"more": np.zeros(2)}, "shapes"),
        ({}, tensors | {"weights": np.zeros((12, 11))}, "shapes"),
        ({}, tensors | {"weights": np.full((12, 12), np.inf)}, "finite float64"),
        ({}, tensors | {"patterns": 2 * tensors["patterns"]}, "patterns of ±1"),
        ({}, tensors | {"thresholds": np.full(12, np.nan)}, "thresholds must be"),
        ({"model": "rbm"}, tensors, "expected a Hopfield network"),
    ):
        write(path, arrays, about | changed)
        with pytest.raises(cr.FileError, match=words):
            cr.Hopfield.load(path)
