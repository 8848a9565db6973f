"""Settings: frozen, compared and printed as what was written, and refused with words."""

import math
from dataclasses import KW_ONLY, FrozenInstanceError
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.settings import Settings, is_number, is_whole


class Spring(Settings):
    """An example of anything with settings."""

    stiffness: float
    length: float = 1.0
    _: KW_ONLY
    name: str = ""
    ends: tuple[int, ...] = (0, 0)
    other: Any = None

    def check(self):
        self.require_number("stiffness", "> 0", lambda v: v > 0, 2)
        self.require_number("length", "", lambda v: True, 1)
        self.require(
            "name",
            "a word",
            lambda v: isinstance(v, str) and (v == "" or v.isidentifier()),
            "Write name='left'.",
        )


class Coil(Settings):
    """An example with one size."""

    turns: int

    def check(self):
        self.require_size("turns", "Coil(5) has 5 turns.")


# ---------------------------------------------------------------- what they are


def test_frozen_equal_and_hashable():
    spring = Spring(2.0, name="left")
    assert spring == Spring(2.0, name="left") and hash(spring) == hash(Spring(2.0, name="left"))
    assert spring != Spring(2.0) and spring != Coil(2)
    with pytest.raises(FrozenInstanceError):
        spring.length = 3
    with pytest.raises(FrozenInstanceError):
        del spring.length


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: Spring(2.0), "Spring(2.0)"),
        (lambda: Spring(2.0, 1.0), "Spring(2.0)"),
        (lambda: Spring(2.0, 3.0), "Spring(2.0, length=3.0)"),
        (lambda: Spring(stiffness=2.0, name="left"), "Spring(2.0, name='left')"),
        (lambda: Spring(2, ends=(1, 0), other=Coil(3)), "Spring(2, ends=(1, 0), other=Coil(3))"),
        (lambda: cr.Dense(4), "Dense(4)"),
        (lambda: cr.Dense(4, bias=False, name="hidden"), "Dense(4, name='hidden', bias=False)"),
        (lambda: cr.Dense(4, penalty=cr.L2(0.1)), "Dense(4, penalty=L2(0.1))"),
        (lambda: cr.Adam(), "Adam()"),
        (lambda: cr.Adam(lr=0.1, beta1=0.5), "Adam(lr=0.1, beta1=0.5)"),
        (lambda: cr.initializers.Normal(0.1, mean=1.0), "Normal(std=0.1, mean=1.0)"),
        (
            lambda: cr.Sequential(cr.Dense(2), cr.ReLU(), name="block"),
            "Sequential(Dense(2), ReLU(), name='block')",
        ),
        (lambda: cr.Reshape(2, 3), "Reshape(2, 3)"),
    ],
)
def test_it_prints_what_one_would_write(made, text):
    known = vars(cr.layers) | vars(cr.losses) | vars(cr.optimizers) | vars(cr.initializers)
    assert repr(made()) == text
    assert eval(text, known | {"Spring": Spring, "Coil": Coil}) == made()


@given(
    stiffness=st.floats(1e-300, 1e300),
    length=st.floats(allow_nan=False, allow_infinity=False),
    name=st.sampled_from(["", "left"]),
    ends=st.tuples(st.integers(), st.integers()),
    other=st.sampled_from([None, True, 1, "word", Coil(2)]),
)
def test_any_settings_survive_their_own_text(stiffness, length, name, ends, other):
    spring = Spring(stiffness, length, name=name, ends=ends, other=other)
    again = eval(repr(spring), {"Spring": Spring, "Coil": Coil})
    assert again == spring and repr(again) == repr(spring)


def test_a_bool_is_not_shown_as_the_number_it_equals():
    assert repr(Spring(2.0, other=True)) == "Spring(2.0, other=True)"
    assert repr(Spring(2.0, 1)) == "Spring(2.0, length=1)"  # 1 is not the default 1.0


@pytest.mark.parametrize(
    ("made", "plain"),
    [
        (lambda: cr.Dropout(np.float64(0.5)), "Dropout(0.5)"),
        (lambda: cr.Dropout(np.float32(0.5)), "Dropout(0.5)"),
        (lambda: cr.Dense(np.int64(3)), "Dense(3)"),
        (lambda: cr.Adam(lr=np.float32(0.5)), "Adam(lr=0.5)"),
        (lambda: cr.L2(np.float64(0.1)), "L2(0.1)"),
    ],
)
def test_a_numpy_scalar_is_kept_as_the_number_it_is(made, plain):
    """Otherwise a repr would need `np`, and JSON could not hold the setting."""
    assert repr(made()) == plain


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    "value", [0, 1, -2.5, np.float32(0.5), np.float64(2), np.int8(3), Fraction(1, 2), 2**70]
)
def test_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.True_,
        math.nan,
        math.inf,
        -math.inf,
        np.float64("nan"),
        np.float32("inf"),
        "1",
        None,
        1j,
        [1],
        np.ones(1),
        np.ones(()),
    ],
)
def test_no_numbers(value):
    assert not is_number(value)
    with pytest.raises(
        cr.ParameterError, match=r"stiffness must be a number > 0. The usual value is 2.$"
    ):
        Spring(value)


def test_a_whole_number_beyond_every_float_is_refused_in_words():
    with pytest.raises(cr.ParameterError, match=r"rate must be a number"):
        cr.Dropout(10**400)


def test_whole_numbers():
    assert is_whole(3) and is_whole(np.int32(-3)) and is_whole(np.uint8(0))
    for value in (True, np.False_, 3.0, np.float64(3), "3", None):
        assert not is_whole(value)
    assert Coil(np.int64(2)) == Coil(2)
    for value in (0, -1, 2.0, True, "2", None):
        with pytest.raises(
            cr.ParameterError, match=r"turns must be a whole number ≥ 1. Coil\(5\) has 5 turns.$"
        ):
            Coil(value)


# ---------------------------------------------------------------- refused with words


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Spring(), r"^Spring\(\): stiffness is missing. Write Spring\(stiffness\).$"),
        (
            lambda: Spring(0),
            r"^Spring\(stiffness=0\): stiffness must be a number > 0. The usual value is 2.$",
        ),
        (lambda: Spring("a"), r"^Spring\(stiffness='a'\): stiffness must be a number > 0"),
        (lambda: Spring(1, name=3), r"^Spring\(name=3\): name must be a word. Write name='left'.$"),
        (
            lambda: Spring(1, nme="a"),
            r"^Spring\(nme=...\): there is no setting 'nme'. Here it is called name.$",
        ),
        (
            lambda: Spring(1, zzzzz=1),
            r"there is no setting 'zzzzz'. Known settings: stiffness, length, name, ends, other.$",
        ),
        (
            lambda: Spring(1, 2, 3),
            r"^Spring\(1, 2, 3\): only stiffness, length may be given by place. Write "
            r"Spring\(1, 2, ends=3\).$",
        ),
        (lambda: cr.ReLU(1), r"^ReLU\(1\): every setting is given by name. Write ReLU\(\).$"),
        (
            lambda: cr.Conv2D(8, 3),
            r"only filters may be given by place. Write Conv2D\(8, kernel=3\).$",
        ),
        (
            lambda: cr.BatchNorm(momentum=0.9),
            r"there is no setting 'momentum'. Here it is called rate: what the new value counts",
        ),
        (lambda: cr.UpSample(scale_factor=2), r"Here it is called size.$"),
        (
            lambda: cr.Adam(learning_rate=0.1),
            r"^Adam\(learning_rate=...\): there is no setting 'learning_rate'. Here it is "
            r"called lr.$",
        ),
        (lambda: cr.Dense(3, kernel_initializer=1), r"Here it is called init.$"),
        (lambda: cr.Dense(3, unit=1), r"there is no setting 'unit'. Here it is called units.$"),
        (lambda: Spring(1, stiffness=2), r"Spring\(.*stiffness.*"),
        (lambda: cr.Dense(3, units=4), r"Dense\(.*units.*"),
        (
            lambda: cr.Sequential(cr.ReLU(), nme="a"),
            r"^Sequential\(nme=...\): there is no setting 'nme'. Here it is called name.$",
        ),
        (
            lambda: cr.Residual(cr.ReLU(), nme="a"),
            r"^Residual\(nme=...\): there is no setting 'nme'",
        ),
        (lambda: cr.Reshape(2, nme="a"), r"^Reshape\(nme=...\): there is no setting 'nme'"),
    ],
)
def test_wrong_settings(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_a_rule_that_cannot_be_asked_does_not_hold():
    class Odd(Settings):
        value: Any = 0

        def check(self):
            self.require("value", "longer than 1", lambda v: len(v) > 1, "")

    assert Odd("ab").value == "ab"
    for value in (3, None, "a"):
        with pytest.raises(
            cr.ParameterError, match=r"^Odd\(value=.*\): value must be longer than 1.\s*$"
        ):
            Odd(value)
