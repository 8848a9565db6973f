"""Names of entries as people write them."""

import numpy as np
import pytest
from tests.recording.updates import classifier_stages

from chainrule.errors import ParameterError
from chainrule.recording.stages.names import entry_of, find
from chainrule.recording.stages.stage import Quantity, Stage


@pytest.fixture(scope="module")
def stages():
    return classifier_stages()


@pytest.mark.parametrize(
    ("where", "symbol", "at"),
    [
        ("dW1[2,0]", "dW1", (2, 0)),
        (" z1 [ 3 , 1 ] ", "z1", (3, 1)),
        ("dγ2[1]", "dgamma2", (1,)),
        ("dgamma2[1]", "dgamma2", (1,)),
        ("dense1/W[0, 0]", "W1", (0, 0)),
        ("dense1/dW[0, 0]", "dW1", (0, 0)),
        ("ℓ[2]", "l", (2,)),
        ("loss", "L", ()),
        ("L", "L", ()),
        ("L[]", "L", ()),
    ],
)
def test_an_entry_is_found(stages, where, symbol, at):
    found, index = entry_of(stages, where)
    assert (found.symbol, index) == (symbol, at)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("dW1", r"has the shape \(3, 4\), got all of it\. Write explain\(\"dW1\[0, 0\]\"\)"),
        ("z1[6, 0]", r"from z1\[0, 0\] to z1\[5, 3\], got \[6, 0\]\. Count from 0\."),
        ("z1[0]", r"from z1\[0, 0\] to z1\[5, 3\], got \[0\]"),
        ("z1[-1, 0]", r"got \[-1, 0\]\. Count from 0\."),
        ("z1[a, 0]", r"got \[a, 0\]"),
        ("L[0]", r"expected L alone, got \[0\]"),
        ("gama2[0]", r"Did you mean γ2 or dγ2"),
        ("nothing[0]", r"a name among row, x, W1, b1, z1, .*, got 'nothing'"),
        ("w1[0, 0]", r"a name of this update, got 'w1'\. Did you mean W1\?"),
        ("DW1[0, 0]", r"Did you mean dW1\?"),
        ("dW1[0][1]", r'Write "dW1\[0, 0\]"'),
        ("", r"the name of an entry"),
        (3, r"the name of an entry, got 3"),
    ],
)
def test_what_is_no_entry_is_refused_with_words(stages, where, words):
    with pytest.raises(ParameterError, match=words):
        entry_of(stages, where)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (0, r"the name of a value, got 0\. Write"),
        (None, "the name of a value, got None"),
        ("W1[0, 1]", r'Write \["W1"\]\[0, 1\], or explain\("W1\[0, 1\]"\)'),
        ("X", r"Did you mean x\?"),
    ],
)
def test_what_is_no_value_is_refused_with_words(stages, name, words):
    with pytest.raises(ParameterError, match=words):
        find(stages, name)


def test_of_two_with_one_name_the_computed_one_is_meant():
    old = Quantity("W1", "given", np.zeros(2), given=True)
    new = Quantity("W1", "W1 = W1 − dW1", np.ones(2))
    assert find([Stage("a", (old,)), Stage("b", (new,))], "W1") is new
    assert find([Stage("a", (new,)), Stage("b", (old,))], "W1") is new


def test_an_array_without_entries_has_none():
    empty = [Stage("a", (Quantity("q", "q = 0", np.zeros((0, 2))),))]
    with pytest.raises(ParameterError, match="an entry of q, which has none"):
        entry_of(empty, "q[0, 0]")
