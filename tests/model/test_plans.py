"""What a model keeps between calls: the latest plans, and the last data."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import chainrule as cr
from chainrule.model.plans import PLANS, LastData, Plans

RNG = np.random.default_rng(0)


def test_threads_that_ask_one_network_for_its_first_predictions():
    X = RNG.normal(size=(5, 30, 3)).astype(np.float32)
    sizes = [int(n) for n in RNG.permutation(np.repeat(np.arange(1, 31), 4))]
    nets = [
        cr.Network(
            cr.Conv1D(2, kernel=1),
            cr.GlobalAveragePool(),
            cr.Dense(1),
            loss=cr.SquaredError(),
            inputs=(30, 3),
        )
        for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: nets[0].predict(X[:, :n]), sizes))
    assert all((p == nets[1].predict(X[:, :n])).all() for n, p in zip(sizes, found, strict=True))


def programs(count):
    """Programs of so many sizes."""
    return [
        cr.Network(cr.Dense(n + 1), loss=cr.SquaredError(), inputs=(2,)).programs.predict
        for n in range(count)
    ]


def test_the_oldest_plan_is_forgotten():
    plans, made = Plans(), programs(PLANS + 3)
    for program in made:
        plans.of(program, lambda: None)
    assert list(plans) == made[3:]


def test_a_plan_is_made_once_also_if_there_is_none():
    plans, (program,), calls = Plans(), programs(1), []
    for _ in range(3):
        assert plans.of(program, lambda: calls.append(0)) is None
    assert len(calls) == 1


def test_a_plan_that_cannot_be_made_is_not_kept_and_forgets_no_other():
    plans, (*made, last) = Plans(), programs(PLANS + 1)
    for program in made:
        plans.of(program, lambda: None)

    def full():
        raise cr.OutOfMemoryError("full")

    with pytest.raises(cr.OutOfMemoryError):
        plans.of(last, full)
    assert list(plans) == made


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))]
)
def test_copies_have_no_plans_and_no_data(again):
    plans = Plans()
    plans.of(*programs(1), lambda: None)
    assert again(plans) == {} and type(again(plans)) is Plans and len(plans) == 1
    assert again(LastData((np.ones(3), np.ones(3)))) is None


def test_the_last_data_stay_at_home():
    X, y = np.ones((4, 2)), np.ones(4)
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    net.fit(X, y, verbose=0)
    assert net.last_data[0] is X and net.sharpness() >= 0
    with pytest.raises(cr.NotBuiltError, match="fit first, or give X and y"):
        pickle.loads(pickle.dumps(net)).sharpness()
