"""Many terms, whose words are written when they are read."""

import numpy as np
import pytest

from chainrule.graph.entries import Part
from chainrule.recording.stages.stage import Term
from chainrule.recording.stages.term_list import Block, TermList, agrees, block, single, tolerance


def test_terms_of_several_blocks_are_one_sequence():
    many = Block(np.array([1.0, 2.0]), lambda k: (f"a{k}", str(k)), np.array([4, 5]))
    terms = TermList([many, single("b", "3", 3.0)])
    assert list(terms) == [Term("a0", "0", 1.0, 4), Term("a1", "1", 2.0, 5), Term("b", "3", 3.0)]
    assert terms[-1] == terms[2] and terms[1:] == [terms[1], terms[2]]
    assert terms.rows.tolist() == [4, 5, -1]
    with pytest.raises(IndexError):
        terms[3]


def test_no_terms():
    assert len(TermList([])) == 0 and TermList([]).values.sum() == 0


def test_a_part_is_written_in_the_symbols_of_the_network():
    arrays = {"x": np.array([[0.5, -2.0]]), "W": np.array([[3.0], [4.0]])}
    part = Part("x·W", {"x": (0, np.arange(2)), "W": (np.arange(2), 0)})
    found = block(part, {"x": "a1", "W": "W2"}, arrays, {})
    assert found.values.tolist() == [1.5, -8.0]
    assert found.words(1) == ("a1[0, 1]·W2[1, 0]", "(−2)·4")


def test_what_a_letter_stands_for_is_written_with_its_index():
    part = Part("s", {"s": (2,)}, 0.5, "", {"s": 0.5}, {"s": "softmax(z)"})
    assert block(part, {"z": "z3"}, {}, {}).words(0) == ("softmax(z3)[2]", "0.5")


def test_agreement_is_relative_to_the_sizes_of_the_terms():
    limit = tolerance(np.zeros(1))
    assert limit == 1e-6 and tolerance(np.zeros(1, np.float32)) == 1e-5
    assert agrees([1e6, -1e6], 1.0, limit) and not agrees([1.0, 1.0], 2.1, limit)
    assert agrees([np.nan], np.nan, limit) and not agrees([1.0], np.nan, limit)
