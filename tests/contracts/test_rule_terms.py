"""Every optimizer, clip, constraint and average says terms that add up to the numbers it makes.

It runs over all classes that exist, in the library's own forms too.
"""

import importlib
import inspect
import pkgutil
import re
from dataclasses import fields, replace

import numpy as np
import pytest
from tests.recording.adding_up import TOLERANCES, misses

import chainrule.optimizers
from chainrule.optimizers import SGD, Adam
from chainrule.optimizers.averages import Average
from chainrule.optimizers.base import Optimizer
from chainrule.optimizers.clipping import Clip
from chainrule.optimizers.constraints import Constraint
from chainrule.recording.stages.explained import Explained
from chainrule.recording.stages.one_update import OneUpdate
from chainrule.recording.stages.rule_stages import rule_stages
from chainrule.training.updates import Group, Update

W1, B1, W2 = slice(0, 12), slice(12, 15), slice(15, 27)
MOVED = slice(27, 29)  # state
SIZE = 29


def every(base):
    """Return all concrete classes of one kind, exported or not."""
    found = set()
    for module in pkgutil.walk_packages(chainrule.optimizers.__path__, "chainrule.optimizers."):
        for thing in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(thing) and issubclass(thing, base) and not inspect.isabstract(thing):
                found.add(thing)
    return sorted(found, key=lambda cls: cls.__name__)


RULES = [cls for cls in every(Optimizer) if not cls.full_batch]
# Settings of clips, constraints and averages whose defaults do nothing or do not exist.
SETTINGS = {"limit": 0.3, "decay": 0.5, "start": 2, "every": 3}
# Settings of rules that are off by default.
ON = {"weight_decay": 0.1, "momentum": 0.8, "centered": True, "initial_accumulator": 0.1}


def made(cls):
    known = {f.name: SETTINGS[f.name] for f in fields(cls) if f.name in SETTINGS}
    return cls(**known)


class Wavy:
    """Gradients with exact zeros, small and large entries and changing signs."""

    def tensors(self):
        names = {"W1": (W1, (4, 3)), "b1": (B1, (3,)), "W2": (W2, (3, 4)), "mean1": (MOVED, (2,))}
        places = np.arange(SIZE)
        return {name: places[where].reshape(shape) for name, (where, shape) in names.items()}

    def __call__(self, theta, batch, key, carry):
        rng = np.random.default_rng(int(key[1]))
        g = rng.standard_normal(SIZE) * 10.0 ** rng.integers(-4, 2, SIZE)
        g[0], g[rng.random(SIZE) < 0.1] = 0, 0
        return 1.0, g.astype(theta.dtype), carry


def groups(by_tensor, lr=1.0):
    """W1 and b1 together, W2 with its own rate and age; a hidden matrix for rules that want one."""
    if by_tensor:
        return Group(W1, rows=4), Group(B1), Group(W2, lr=lr, born=1)
    return Group(slice(0, 15)), Group(W2, lr=lr, born=1)


def updates(update, dtype, steps=(1, 2, 5)):
    """Yield some updates of a run; t = 2 is the first of the group that is one younger."""
    theta = np.random.default_rng(1).standard_normal(SIZE).astype(dtype)
    slots, wavy = update.start(theta), Wavy()
    for t in range(1, max(steps) + 1):
        one = OneUpdate(wavy, update, theta, slots, {}, t, t - 1, seed=0)
        if t == 1:  # a group that is not born yet has no t of its own: begin with the next
            one = replace(one, update=replace_groups(update))
        if t in steps:
            yield one
        theta, slots = one.after.theta, one.after.slots


def replace_groups(update):
    return update.with_groups(tuple(replace(group, born=0) for group in update.groups))


both = pytest.mark.parametrize("dtype", TOLERANCES)


@pytest.mark.parametrize("cls", RULES, ids=lambda cls: cls.__name__)
@both
def test_every_optimizer_adds_up(cls, dtype):
    plain = cls()
    on = {f.name: ON[f.name] for f in fields(cls) if f.name in ON}
    on |= {"lr": lambda step: 0.1 / step} if hasattr(plain, "lr") else {}
    for rule in [plain, cls(**on)]:
        update = Update(rule, groups(cls.by_tensor, 0.5 if hasattr(rule, "lr") else 1.0))
        for one in updates(update, dtype):
            stages = rule_stages(one)
            wrong, count = misses(stages, TOLERANCES[dtype], 4, np.random.default_rng(one.step))
            assert not wrong, wrong[0]
            assert count == 11 * (len(cls.slots) + 1)
            assert [q.symbol for q in stages[-1].quantities] == ["new.W1", "new.b1", "new.W2"]
            assert "change" not in stages[-1].quantities[0].equation, "terms() is missing"
            new = np.concatenate([q.array.ravel() for q in stages[-1].quantities])
            assert new.tobytes() == one.after.theta[:27].tobytes()


@pytest.mark.parametrize("cls", RULES, ids=lambda cls: cls.__name__)
def test_every_formula_can_be_set(cls):
    """LaTeX has a name for each of its signs, and no sign has two exponents."""
    one = next(updates(Update(cls(), groups(cls.by_tensor)), "float64", (3,)))
    for stage in rule_stages(one):
        for q in stage.quantities:
            if not q.given:
                told = Explained(q, tuple(0 for _ in q.shape))
                text = told.latex()
                assert text.isascii() or "\\text{" in text, text
                assert not re.search(r"\^\{[^}]*\}\^", text), text
                assert '<mo stretchy="false">\u0302' not in told._repr_html_()


@pytest.mark.parametrize("cls", every(Clip), ids=lambda cls: cls.__name__)
@both
def test_every_clip_adds_up(cls, dtype):
    tensors = [W1, B1, W2]
    clips = (made(cls), made(cls), replace(made(cls), limit=1e9))
    update = Update(SGD(0.1), groups(False), clips, tensors)
    for one in updates(update, dtype):
        stages = rule_stages(one)
        wrong, _ = misses(stages, TOLERANCES[dtype])
        assert not wrong, wrong[0]
        assert [stage.name for stage in stages] == ["clips", "new weights"]
        assert made(cls).terms(one.after.g, tensors) is not None
        clipped = one.after.g
        for clip in clips:
            clipped = clip.clip(clipped, tensors)
        assert stages[0]["clipped3.dW2"].tobytes() == clipped[W2].tobytes()
        assert "clipped3.dW2" in stages[1].quantities[-1].equation


@pytest.mark.parametrize("cls", every(Constraint), ids=lambda cls: cls.__name__)
@both
def test_every_constraint_adds_up(cls, dtype):
    held = [(W1, (4, 3)), (W2, (3, 4))]
    update = Update(
        Adam(0.1), groups(False), constraints=[(made(cls), held), (made(cls), held[:1])]
    )
    for one in updates(update, dtype):
        stages = rule_stages(one)
        wrong, _ = misses(stages, TOLERANCES[dtype])
        assert not wrong, wrong[0]
        names = [[q.symbol for q in stage.quantities] for stage in stages[1:]]
        assert names == [["free.W1", "new.b1", "free.W2"], ["free2.W1", "new.W2", "new.W1"]]
        assert stages[2]["new.W1"].tobytes() == one.after.theta[W1].tobytes()
        assert stages[2]["new.W2"].tobytes() == one.after.theta[W2].tobytes()
        assert made(cls).terms(np.ones((2, 2))) is not None


@pytest.mark.parametrize("cls", every(Average), ids=lambda cls: cls.__name__)
@both
def test_every_average_adds_up(cls, dtype):
    update = Update(Adam(0.1), groups(False), average=made(cls), moves=[(MOVED, 0.1)])
    for one in updates(update, dtype):
        stages = rule_stages(one)
        wrong, _ = misses(stages, TOLERANCES[dtype])
        assert not wrong, wrong[0]
        assert [s.name for s in stages] == ["slots", "new weights", "average", "running statistics"]
        assert stages[2]["average.W2"].tobytes() == one.after.slots["average"][15:].tobytes()
        assert stages[3]["new.mean1"].tobytes() == one.after.theta[MOVED].tobytes()
