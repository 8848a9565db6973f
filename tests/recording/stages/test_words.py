"""Numbers, indices and equations in words."""

import pytest

from chainrule.recording.stages.words import attribute, entry_number, factor, folded, put, unwrapped


@pytest.mark.parametrize(
    ("form", "words", "expected"),
    [
        ("x W", {"x": "x[0, 1]", "W": "W1[1, 2]"}, "x[0, 1]·W1[1, 2]"),
        ("scale Σₖ (p − y)²", {"scale": "", "p": "2", "y": "1"}, "Σₖ (2 − 1)²"),
        ("a + by", {"a": "a1[0]", "by": ""}, "a1[0] + 1"),
        ("−gamma softplus(z)", {"gamma": "2", "z": "(−1)"}, "−2·softplus(−1)"),
        ("max(z, 0)", {"z": "(−1)"}, "max(−1, 0)"),
        ("(z − m)²", {"z": "(−1)", "m": "(−2)"}, "(−1 − (−2))²"),
        ("dz (z > 0)", {"dz": "(−1)", "z": "(−2)"}, "(−1)·(−2 > 0)"),
        ("(z y)", {"z": "(−1)", "y": "2"}, "((−1)·2)"),
        ("alpha if y else 1 − alpha", {"alpha": "0.3", "y": "1"}, "0.3 if 1 else 1 − 0.3"),
        ("½ da z", {"da": "2", "z": "3"}, "½·2·3"),
        ("scale |p − y|", {"scale": "0.5", "p": "1", "y": "2"}, "0.5·|1 − 2|"),
        ("scale |p|", {"scale": "", "p": "1"}, "|1|"),
        ("|a| |b|", {"a": "1", "b": "2"}, "|1|·|2|"),
        ("exp(z)   (z + 1)", {"z": "2"}, "exp(2)·(2 + 1)"),
        ("log Σₖ exp(z)", {"z": "z1"}, "log Σₖ exp(z1)"),
        ("du / sqrt(v + eps)³", {"du": "1", "v": "4", "eps": "0.1"}, "1 / √(4 + 0.1)³"),
    ],
)
def test_words_are_put_into_an_equation(form, words, expected):
    assert put(form, words) == expected


def test_negative_factors_have_brackets_and_zero_has_no_sign():
    assert (factor(-2.0), factor(-0.0), factor(0.25)) == ("(−2)", "0", "0.25")


def test_an_attribute_of_one_is_left_out():
    assert (attribute(1.0), attribute(-0.5), attribute((2, 2))) == ("", "(−0.5)", "(2, 2)")


def test_whole_numbers_stay_whole():
    assert entry_number(123456789) == "123456789"


def test_only_brackets_around_all_of_it_go():
    assert unwrapped("(a)·(b)") == "(a)·(b)"


def test_a_long_line_is_not_broken_inside_an_index():
    lines = folded("x[0, 1]·W1[1, 2] + " * 9, "  ", 40)
    assert max(map(len, lines)) <= 40
    assert all(line.count("[") == line.count("]") for line in lines)
