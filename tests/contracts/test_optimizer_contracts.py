"""What every optimizer promises. It runs over all classes that exist."""

import copy
import importlib
import inspect
import pickle
import pkgutil
from dataclasses import fields, replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule.optimizers
from chainrule.errors import ParameterError
from chainrule.optimizers.base import Library, Optimizer


def every_class():
    """Return all concrete optimizers of the package, exported or not."""
    found = set()
    for module in pkgutil.walk_packages(chainrule.optimizers.__path__, "chainrule.optimizers."):
        for thing in vars(importlib.import_module(module.name)).values():
            if (
                inspect.isclass(thing)
                and issubclass(thing, Optimizer)
                and not inspect.isabstract(thing)
            ):
                found.add(thing)
    return sorted(found, key=lambda cls: cls.__name__)


EVERY = every_class()
STEPPING = [cls for cls in EVERY if not cls.full_batch]
every = pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
stepping = pytest.mark.parametrize("cls", STEPPING, ids=lambda cls: cls.__name__)
rated = pytest.mark.parametrize(
    "cls", [cls for cls in EVERY if hasattr(cls, "lr")], ids=lambda cls: cls.__name__
)
NUMBERS = ("lr", "momentum", "rho", "beta1", "beta2", "eps", "weight_decay")


def gradients(size, steps, dtype="float64"):
    """Return gradients with exact zeros, small and large entries and changing signs."""
    rng = np.random.default_rng(0)
    g = rng.standard_normal((steps, size)) * 10.0 ** rng.integers(-4, 2, (steps, size))
    g[:, 0] = 0
    g[rng.random((steps, size)) < 0.1] = 0
    return g.astype(dtype)


def run(rule, theta, gs, first=1, slots=None):
    slots = rule.start(theta) if slots is None else slots
    for t, g in enumerate(gs, first):
        rule.at(t).step(t, theta, g, *slots.values())
    return slots


def test_there_are_optimizers():
    assert len(EVERY) >= 13


@every
def test_concrete_classes_are_final(cls):
    assert getattr(cls, "__final__", False)
    assert [sub for sub in EVERY if sub is not cls and issubclass(sub, cls)] == []


@every
def test_start_gives_the_slots_fresh_each_time(cls):
    theta = np.arange(5.0)
    one, two = cls().start(theta), cls().start(theta)
    assert tuple(one) == cls.slots
    assert (theta == np.arange(5.0)).all()
    for name in cls.slots:
        assert isinstance(one[name], np.ndarray) and one[name].flags.writeable
        assert not np.shares_memory(one[name], two[name]) and not np.shares_memory(one[name], theta)
        assert (one[name] == two[name]).all()


@stepping
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_step_works_in_place_and_keeps_the_dtype(cls, dtype):
    theta, gs = np.linspace(-1, 1, 7).astype(dtype), gradients(7, 6, dtype)
    rule, before = cls(), gs.copy()
    slots = rule.start(theta)
    where, held = theta, dict(slots)
    for t, g in enumerate(gs, 1):
        g.flags.writeable = False
        assert rule.step(t, theta, g, *slots.values()) is None
    assert theta is where and theta.dtype == dtype
    assert (gs == before).all()
    assert np.isfinite(theta).all() and (theta != np.linspace(-1, 1, 7).astype(dtype)).any()
    for name, slot in slots.items():
        assert (
            slot is held[name]
            and slot.dtype == dtype
            and slot.shape == (7,)
            and np.isfinite(slot).all()
        )


@stepping
def test_float32_follows_float64(cls):
    wide, narrow = np.linspace(-1, 1, 7), np.linspace(-1, 1, 7).astype("float32")
    gs = gradients(7, 6, "float32")
    run(cls(), wide, gs.astype("float64"))
    run(cls(), narrow, gs)
    assert np.abs(wide - narrow).max() < 1e-4


@stepping
def test_numpy_numbers_are_python_numbers(cls):
    numbers = {f.name: np.float64(getattr(cls(), f.name)) for f in fields(cls) if f.name in NUMBERS}
    rule = cls(**numbers)
    assert rule == cls() and all(type(getattr(rule, name)) is float for name in numbers)


@stepping
def test_two_runs_give_the_same_bytes(cls):
    one, two = np.linspace(-1, 1, 7), np.linspace(-1, 1, 7)
    slots, others = run(cls(), one, gradients(7, 20)), run(cls(), two, gradients(7, 20))
    assert one.tobytes() == two.tobytes()
    assert all(slots[name].tobytes() == others[name].tobytes() for name in slots)


@stepping
@settings(max_examples=15, deadline=None)
@given(cut=st.integers(0, 12))
def test_a_run_goes_on_from_copies_of_its_slots(cls, cut):
    gs = gradients(4, 12)
    whole, parts = np.ones(4), np.ones(4)
    run(cls(), whole, gs)
    slots = run(cls(), parts, gs[:cut])
    run(cls(), parts, gs[cut:], cut + 1, {name: slot.copy() for name, slot in slots.items()})
    assert whole.tobytes() == parts.tobytes()


@stepping
@settings(max_examples=15, deadline=None)
@given(cut=st.integers(0, 6))
def test_weights_do_not_see_each_other(cls, cut):
    """The rule on two slices is the rule on the whole, so layers can have their own groups."""
    if cls.by_tensor:
        return  # it is called for each tensor
    gs = gradients(6, 8)
    whole, parts = np.linspace(-1, 1, 6), np.linspace(-1, 1, 6)
    run(cls(), whole, gs)
    run(cls(), parts[:cut], gs[:, :cut])
    run(cls(), parts[cut:], gs[:, cut:])
    assert np.abs(whole - parts).max() <= 1e-15


@stepping
def test_a_weight_without_gradient_stays(cls):
    theta = np.array([1.0, -2.0])
    run(cls(weight_decay=0) if hasattr(cls, "weight_decay") else cls(), theta, np.zeros((5, 2)))
    assert (theta == [1, -2]).all()


@stepping
def test_it_descends_a_convex_bowl(cls):
    curvature = np.array([1.0, 0.3, 2.0])
    theta = np.array([1.0, -1.0, 0.5])
    rule = cls(lr=0.05) if hasattr(cls, "lr") and "Adadelta" not in cls.__name__ else cls()
    slots, start = rule.start(theta), (curvature * theta**2).sum()
    for t in range(1, 301):
        rule.step(t, theta, 2 * curvature * theta, *slots.values())
    assert (curvature * theta**2).sum() < 0.7 * start


@every
@pytest.mark.parametrize(
    "value", [-1, float("nan"), float("inf"), "much", None, True, [0.1]], ids=repr
)
def test_bad_numbers_are_named(cls, value):
    for f in fields(cls):
        if f.name == "centered":
            continue
        with pytest.raises(
            ParameterError, match=rf"^{cls.__name__}\({f.name}=.*: {f.name} must be .*\. \w"
        ):
            cls(**{f.name: value})


@rated
def test_zero_learning_rate_is_refused(cls):
    with pytest.raises(ParameterError, match=r"lr must be a number > 0\. The usual value is "):
        cls(lr=0)


@every
def test_unknown_settings_are_named_in_our_words(cls):
    with pytest.raises(ParameterError, match=r"learning_rate.*Here it is called lr"):
        cls(learning_rate=0.1)
    with pytest.raises(ParameterError, match="there is no setting 'speed'"):
        cls.like("paper", speed=1)


@stepping
def test_any_number_can_be_a_schedule(cls):
    for f in fields(cls):
        if f.name not in NUMBERS:
            continue
        number = getattr(cls(), f.name)
        rule = cls(**{f.name: lambda step, number=number: number / step})
        assert list(rule.schedules) == [f.name]
        for step in (1, 2, 5):
            assert rule.at(step) == replace(cls(), **{f.name: number / step}), f.name
            now = rule.at(step)
            assert now.at(9) is now
        assert callable(getattr(rule, f.name))  # the rule itself still has its schedule


@every
def test_without_schedules_at_is_itself(cls):
    rule = cls()
    assert rule.at(7) is rule


@stepping
@pytest.mark.parametrize(
    "value", [-0.1, float("nan"), float("inf"), "0.1", None, np.ones(1)], ids=repr
)
def test_bad_values_of_a_schedule_are_named(cls, value):
    name = next(f.name for f in fields(cls) if f.name in NUMBERS)
    rule = cls(**{name: lambda step: value})
    with pytest.raises(
        ParameterError, match=rf"(?s)^{cls.__name__}\({name}=.*for {name} at step 3, got "
    ):
        rule.at(3)


@rated
def test_a_schedule_may_reach_zero(cls):
    assert cls(lr=lambda step: 0).at(1).lr == 0.0


@rated
def test_a_schedule_class_is_refused(cls):
    with pytest.raises(ParameterError, match=r"Write Cosine\(\.\.\.\)"):
        cls(lr=chainrule.optimizers.Cosine)


@every
def test_scaled_multiplies_the_learning_rate_and_nothing_else(cls):
    rule = cls()
    assert rule.scaled(1) is rule
    if not hasattr(rule, "lr"):
        with pytest.raises(
            ParameterError, match="an optimizer with a learning rate, got one without"
        ):
            rule.scaled(0.5)
        return
    assert rule.scaled(0.5) == replace(rule, lr=rule.lr * 0.5)
    assert type(rule.scaled(np.float64(0.5)).lr) is float
    for bad in (-1, float("nan"), None):
        with pytest.raises(ParameterError, match="expected a number ≥ 0"):
            rule.scaled(bad)
    with pytest.raises(ParameterError, match=r"Call at\(step\) first"):
        replace(rule, lr=lambda step: 0.1).scaled(0.5)


@every
def test_copies_and_pickles_are_equal(cls):
    rule = cls.like("paper") if cls.paper is None else cls()
    assert rule.schedules == {}
    for other in (
        pickle.loads(pickle.dumps(rule)),
        copy.copy(rule),
        copy.deepcopy(rule),
        replace(rule),
    ):
        assert other == rule and hash(other) == hash(rule) and repr(other) == repr(rule)
        assert type(other) is cls


@every
def test_settings_are_frozen(cls):
    with pytest.raises(AttributeError):
        cls().lr = 0.5


@every
def test_the_docstring_begins_with_the_rule_and_names_every_setting(cls):
    text = inspect.getdoc(cls)
    assert "θ ← " in text.split("\n\n")[0]
    words = text.split("Parameters\n----------")[1].split("\n\n")[0] if fields(cls) else ""
    named = {
        name.strip()
        for line in words.splitlines()
        if " : " in line
        for name in line.split(" : ")[0].split(",")
    }
    assert named == {f.name for f in fields(cls)}


@every
@pytest.mark.parametrize("library", get_args(Library))
def test_like(cls, library):
    known = (cls.paper or cls).profiles()
    if library not in known:
        with pytest.raises(
            ParameterError, match=rf"{cls.__name__}\.like\('{library}'\): expected one of 'paper'"
        ):
            cls.like(library)
        return
    rule = cls.like(library)
    assert isinstance(rule, Optimizer)
    assert rule == cls.like(library) == (cls.paper or cls).like(library)
    assert type(rule) is (cls.paper or cls) or type(rule).paper is (cls.paper or cls)
    if hasattr(rule, "lr"):
        assert cls.like(library, lr=0.25) == replace(rule, lr=0.25)


@every
def test_like_an_unknown_library(cls):
    for word in ("jax", "mine", None):
        with pytest.raises(
            ParameterError, match=r"expected one of 'paper', .*The paper's form is 'paper'\."
        ):
            cls.like(word)
    with pytest.raises(ParameterError, match=r"expected one of 'paper', .*Write 'paper'\."):
        cls.like("papers")


@every
def test_the_paper_s_form_is_its_own(cls):
    if cls.paper is None:
        assert cls.like("paper") == cls()
        assert cls().differences() == f"{cls.__name__}: the paper's form with the paper's numbers."
    else:
        assert cls.__name__ not in chainrule.optimizers.__all__
        text = cls().differences()
        assert text.startswith(f"{cls.paper.__name__} differs from the paper:\n  paper:  ")
        assert "\n  here:   " in text
        assert any(type(rule) is cls for rule in cls.paper.profiles().values()), (
            "no library uses this rule"
        )


@every
@pytest.mark.parametrize("library", get_args(Library))
def test_differences_name_every_number_that_differs(cls, library):
    known = (cls.paper or cls).profiles()
    if library not in known:
        return
    rule, paper = known[library], known["paper"]
    text = rule.differences()
    assert isinstance(text, str)
    for f in fields(rule):
        there = getattr(paper, f.name, None)
        said = f"{f.name} = {getattr(rule, f.name)!r} (paper: " in text
        assert said == (getattr(rule, f.name) != there), f.name
    assert ("here:" in text) == (type(rule) is not type(paper))
    assert text.splitlines() == [line for line in text.splitlines() if line.strip()]


def test_an_optimizer_of_one_s_own_is_checked_too():
    class Plain(Optimizer):
        """θ ← θ − lr g."""

        lr: float

        def step(self, t, theta, g):
            theta -= self.lr * g

    with pytest.raises(ParameterError, match=r"Plain\(lr=-1\): lr must be a number > 0"):
        Plain(-1)
    theta = np.ones(2)
    assert run(Plain(lambda step: 1 / step), theta, np.ones((2, 2))) == {}
    assert (theta == -0.5).all()

    class Sign(Optimizer):
        """θ ← θ − lr sign(g)."""

        lr: float = 0.1

        def step(self, t, theta, g):
            theta -= self.lr * np.sign(g)

    assert (
        Sign.like("paper") == Sign()
        and Sign().differences() == "Sign: the paper's form with the paper's numbers."
    )


def test_an_optimizer_without_a_rule_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        Optimizer()
