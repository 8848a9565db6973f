"""What every schedule promises."""

import copy
import math
import pickle
from dataclasses import replace

import pytest

from chainrule.optimizers import (
    Adam,
    Constant,
    Cosine,
    CosineRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LinearWarmup,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)

EVERY = [
    Constant(0.1),
    StepDecay(0.1, 3),
    ExponentialDecay(0.1, 3),
    InverseTimeDecay(0.1, 3),
    PolynomialDecay(0.1, 20, end=0.01),
    Cosine(0.1, 20),
    CosineRestarts(0.1, 5, growth=2),
    OneCycle(0.1, 20),
    LinearWarmup(0.1, 4),
    LinearWarmup(Cosine(0.1, 20), 4),
    ReduceOnPlateau(0.1),
]


every = pytest.mark.parametrize("schedule", EVERY, ids=repr)


@every
def test_a_schedule_is_a_number_of_its_step_alone(schedule):
    forwards = [schedule(step) for step in range(1, 60)]
    backwards = [schedule(step) for step in range(59, 0, -1)]
    assert forwards == backwards[::-1]
    assert all(type(value) is float and value >= 0 and math.isfinite(value) for value in forwards)
    assert max(forwards) <= 0.1


@every
def test_a_schedule_drives_an_optimizer(schedule):
    rule = Adam(lr=schedule)
    assert rule.schedules == {"lr": schedule}
    assert rule.at(3) == Adam(lr=schedule(3))


@every
def test_copies_and_pickles(schedule):
    for other in (pickle.loads(pickle.dumps(schedule)), copy.deepcopy(schedule), replace(schedule)):
        assert other == schedule and repr(other) == repr(schedule) and other(5) == schedule(5)


@every
def test_settings_are_frozen(schedule):
    with pytest.raises(AttributeError):
        schedule.start = 1.0


def test_the_root_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Schedule()
