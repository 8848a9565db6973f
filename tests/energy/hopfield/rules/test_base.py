"""Learning rules: settings that are refused, and a rule of one's own."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy.hopfield.rules import Delta, Hebb, Perceptron, Rule, Unlearning
from chainrule.energy.hopfield.rules.base import without_diagonal


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


class Ones(Rule):
    """All weights 1: the smallest rule of one's own."""

    def learn(self, patterns):
        return without_diagonal(np.ones((patterns.shape[1],) * 2))


def test_a_rule_of_ones_own_learns_adds_and_removes():
    network = cr.Hopfield(rule=Ones()).store([[1, 1, -1]])
    assert network.add([1, -1, -1]).weights.tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert network.remove([1, -1, -1]).weights.any()  # the other pattern is learned again
    assert not network.remove([1, 1, -1]).weights.any()
    assert repr(network) == "<Hopfield: Ones(), random, 0 patterns of 3 units>"


def test_whole_rules_give_whole_numbers():
    assert [rule.whole for rule in (Hebb, Perceptron, Delta, Unlearning)] == [
        True,
        True,
        False,
        False,
    ]
