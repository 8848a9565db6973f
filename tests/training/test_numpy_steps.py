"""NumpySteps: any objective over any source, step by step."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.sources import Arrays
from chainrule.training import FitOptions, Run, RunState
from chainrule.training.loop import run_to_end, steps_of
from chainrule.training.native_steps import NativeSteps
from chainrule.training.numpy_steps import NumpySteps
from chainrule.training.updates import Group, Update

X = np.arange(20.0).reshape(10, 2)


class Mean:
    """½ |θ − mean of the batch|²; remembers the rows that it saw."""

    def __init__(self):
        self.rows = []

    def __call__(self, theta, batch, key, carry):
        self.rows.append(batch["row"].tolist())
        difference = theta - batch["x"].mean(axis=0)
        return 0.5 * (difference**2).sum(), difference, carry


def steps_for(objective, rule=None, **options):
    theta = np.zeros(2)
    update = Update(rule or cr.SGD(lr=0.5), (Group(slice(0, 2)),))
    state = RunState(theta, update.start(theta), update=update)
    run = Run(objective, state, Arrays({"x": X}, dtype=np.float64), FitOptions(**options))
    return NumpySteps(run), run


def test_one_step_is_the_rule():
    steps, run = steps_for(Mean(), batch_size=None)
    steps.begin_epoch()
    assert steps.advance(1) == 1
    assert run.state.theta.tolist() == [4.5, 5.0]  # lr (mean − 0)
    assert (run.state.t, run.state.step, run.state.position) == (1, 1, 10)
    assert run.state.sums == [10 * 0.5 * (9.0**2 + 10.0**2), 10] and run.loss == 90.5


def test_an_epoch_ends_when_its_rows_are_over():
    objective = Mean()
    steps, run = steps_for(objective, batch_size=4)
    steps.begin_epoch()
    assert steps.advance(0) == 3 and run.epoch_is_over
    assert sorted(row for rows in objective.rows for row in rows) == list(range(10))
    assert [len(rows) for rows in objective.rows] == [4, 4, 2]


def test_up_to_k_steps():
    steps, run = steps_for(Mean(), batch_size=3)
    steps.begin_epoch()
    assert steps.advance(2) == 2 and not run.epoch_is_over
    assert steps.advance(9) == 2 and run.epoch_is_over
    assert steps.advance(1) == 0


def test_it_returns_when_the_time_is_over():
    steps, run = steps_for(Mean(), batch_size=1)
    steps.begin_epoch()
    assert steps.advance(0, budget=-1.0) == 1 and not run.epoch_is_over


def test_asking_for_more_loses_no_batch():
    objective = Mean()
    steps, _ = steps_for(objective, batch_size=5)
    steps.begin_epoch()
    assert steps.has_more() and steps.has_more() and objective.rows == []
    assert steps.advance(0) == 2 and not steps.has_more()
    assert sorted(row for rows in objective.rows for row in rows) == list(range(10))


def test_an_epoch_goes_on_at_its_position():
    whole, half = Mean(), Mean()
    steps, _ = steps_for(whole, batch_size=4)
    steps.begin_epoch()
    steps.advance(0)
    steps, run = steps_for(half, batch_size=4)
    run.state.position = 4
    steps.begin_epoch()
    steps.advance(0)
    assert half.rows == whole.rows[1:]


def test_whole_epochs_are_for_others():
    steps, _ = steps_for(Mean())
    assert steps.whole_epochs() == 0


@pytest.mark.parametrize(
    ("loss", "g", "words"),
    [
        (np.nan, 1.0, "the loss became NaN at epoch 1, step 1"),
        (np.inf, 1.0, "the loss became infinite at epoch 1, step 1"),
        (1.0, np.nan, "finite with a gradient that is not"),
    ],
)
def test_numbers_that_are_not_finite_are_named_and_change_nothing(loss, g, words):
    steps, run = steps_for(lambda theta, batch, key, carry: (loss, np.full(2, g), carry))
    steps.begin_epoch()
    with pytest.raises(cr.TrainingError, match=words):
        steps.advance(1)
    assert run.state.theta.tolist() == [0, 0] and run.state.step == 0


def test_an_update_that_overflows_is_undone():
    steps, run = steps_for(
        lambda theta, batch, key, carry: (1.0, np.full(2, -1e308), carry), cr.Momentum(lr=1e300)
    )
    steps.begin_epoch()
    with pytest.raises(cr.TrainingError, match="theta after this update"):
        steps.advance(1)
    assert run.state.theta.tolist() == [0, 0] and run.state.slots["v"].tolist() == [0, 0]


def test_an_objective_may_have_a_limit():
    class Bounded(Mean):
        limit = 3.0

        def run_away(self):
            return "it ran away"

    steps, run = steps_for(Bounded())
    steps.begin_epoch()
    with pytest.raises(cr.TrainingError, match=r"it ran away\. It happened at epoch 1, step 1"):
        steps.advance(1)
    assert run.state.theta.tolist() == [0, 0]


def test_a_plain_function_is_trained_by_numpy_steps():
    _, run = steps_for(Mean(), batch_size=5, epochs=3)
    assert isinstance(steps_of(run), NumpySteps)
    history = run_to_end(run)
    assert len(history) == 3 and run.state.step == 6 and run.state.epoch == 3


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("rule", [cr.SGD(lr=0.1), cr.Adam(), cr.Adam(lr=cr.Cosine(0.01, steps=9))])
def test_both_kinds_of_steps_make_the_same_run(engine, rule):
    if engine == "native":
        pytest.importorskip("chainrule.engines._native")
    thetas = []
    for kind in (NumpySteps, None):
        net = cr.Network(
            cr.Dense(3),
            cr.Tanh(),
            cr.Dense(1),
            loss=cr.SquaredError(),
            dtype="float64",
            engine=engine,
        )
        run = next(net.train(X / 20, X[:, :1] / 20, optimizer=rule, batch_size=4, epochs=5))
        steps = kind(run) if kind else steps_of(run)
        assert isinstance(steps, NativeSteps) is (kind is None and engine == "native")
        run.epoch_is_over = False
        steps.begin_epoch()
        assert steps.has_more()
        steps.advance(0)
        assert run.epoch_is_over and run.state.position == 10
        thetas.append(net.theta.copy())
    np.testing.assert_allclose(*thetas, rtol=1e-12, atol=1e-14)
