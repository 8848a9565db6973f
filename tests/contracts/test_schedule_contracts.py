"""What every schedule promises."""

import copy
import math
import pickle
from dataclasses import replace

import pytest

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    Adam,
    Constant,
    Cosine,
    CosineRestarts,
    Cyclic,
    Epochs,
    ExponentialDecay,
    InverseTimeDecay,
    LinearWarmup,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)
from chainrule.optimizers.schedules.epochs import RunLength

EVERY = [
    Constant(0.1),
    StepDecay(0.1, 3),
    ExponentialDecay(0.1, 3),
    InverseTimeDecay(0.1, 3),
    PolynomialDecay(0.1, 20, end=0.01),
    Cosine(0.1, 20),
    CosineRestarts(0.1, 5, growth=2),
    Cyclic(0.02, 0.1, 4, factor=0.5),
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


IN_EPOCHS = [
    StepDecay(0.1, Epochs(3)),
    ExponentialDecay(0.1, Epochs(3)),
    InverseTimeDecay(0.1, Epochs(3)),
    PolynomialDecay(0.1, Epochs(5), end=0.01),
    Cosine(0.1, Epochs(5)),
    CosineRestarts(0.1, Epochs(2), growth=2),
    Cyclic(0.02, 0.1, Epochs(2)),
    OneCycle(0.1, Epochs(4)),
    LinearWarmup(0.1, Epochs(2)),
    LinearWarmup(Cosine(0.1, Epochs(5)), Epochs(2)),
    LinearWarmup(Cosine(0.1, Epochs(5)), 3),
    LinearWarmup(LinearWarmup(0.1, Epochs(2)), 3),
]
WHOLE = [PolynomialDecay(0.1), Cosine(0.1, end=0.01), OneCycle(0.1), LinearWarmup(OneCycle(0.1), 3)]
NEVER = (Constant, ReduceOnPlateau)  # they have no length


def test_every_schedule_with_a_length_takes_epochs():
    classes = {type(schedule) for schedule in EVERY}
    assert classes == {type(schedule) for schedule in IN_EPOCHS} | set(NEVER)


@pytest.mark.parametrize("schedule", IN_EPOCHS, ids=repr)
def test_a_length_in_epochs_becomes_one_in_steps(schedule):
    assert schedule.needs_run and not schedule.lasts_one_run
    placed = schedule.over(RunLength(per_epoch=4, epochs=9))
    assert not placed.needs_run and "Epochs" not in repr(placed)
    in_steps = repr(schedule)
    for n in (2, 3, 4, 5):
        in_steps = in_steps.replace(f"Epochs({n})", str(4 * n))
    assert repr(placed) == in_steps
    assert [placed(step) for step in range(1, 40)]


@pytest.mark.parametrize("schedule", WHOLE, ids=repr)
def test_a_schedule_without_a_length_lasts_for_the_whole_run(schedule):
    assert schedule.needs_run and schedule.lasts_one_run
    placed = schedule.over(RunLength(per_epoch=4, epochs=9))
    values = [placed(step) for step in range(1, 50)]
    assert min(values[:35]) > values[36] == values[48]  # it ends with the run


@pytest.mark.parametrize("schedule", [*IN_EPOCHS, *WHOLE], ids=repr)
def test_outside_of_fit_such_a_length_is_unknown(schedule):
    with pytest.raises(ParameterError, match=r"outside of fit, got (the whole run|Epochs\(\d\))\."):
        [schedule(step) for step in range(1, 9)]


def test_the_root_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Schedule()
