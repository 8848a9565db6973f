"""Run: the data of a run, and what callbacks see of it."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.sources import Arrays, Nothing
from chainrule.training import FitOptions, Run, RunState
from chainrule.training.updates import Group, Update

ROWS = Arrays({"x": np.zeros((10, 2))})


def bowl(theta, batch, key, carry):
    return (theta**2).sum(), 2 * theta, carry


def run_of(source=ROWS, state=None, **options):
    if state is None:
        theta = np.ones(2)
        update = Update(cr.SGD(lr=0.1), (Group(slice(0, 2)),))
        state = RunState(theta, update.start(theta), update=update)
    return Run(bowl, state, source, FitOptions(**options))


@pytest.mark.parametrize(("asked", "size"), [(None, 10), (1, 1), (4, 4), (10, 10), (99, 10)])
def test_a_batch_has_at_most_all_rows(asked, size):
    assert run_of(batch_size=asked).batch_size == size


@pytest.mark.parametrize(
    ("drop_last", "batch_size", "n", "taken"),
    [(False, 4, 10, 10), (True, 4, 10, 8), (True, 5, 10, 10), (True, 99, 10, 10), (True, 4, 3, 3)],
)
def test_how_many_rows_an_epoch_takes(drop_last, batch_size, n, taken):
    """A last batch of fewer rows may be dropped, unless it is the only one."""
    assert run_of(drop_last=drop_last, batch_size=batch_size).rows_taken(n) == taken


def test_the_order_of_an_epoch_follows_seed_and_epoch():
    run = run_of(batch_size=4)
    first = run.rows_of_epoch(10)
    assert sorted(first) == list(range(10))
    run.state.epoch = 1
    assert first.tolist() != run.rows_of_epoch(10).tolist()
    run.state.epoch, run.state.seed = 0, 1
    assert first.tolist() != run.rows_of_epoch(10).tolist()
    assert run_of(batch_size=None).rows_of_epoch(10) is None


def test_the_users_order_is_checked():
    run = run_of(order=lambda epoch, n: [n - 1, epoch])
    assert run.rows_of_epoch(10).tolist() == [9, 0]
    with pytest.raises(cr.DataError, match="row numbers from 0 to 9"):
        run_of(order=lambda epoch, n: [n]).rows_of_epoch(10)


def test_epochs_are_counted_from_where_the_fit_began():
    state = run_of().state
    state.epoch = state.started = 7
    assert run_of(state=state, epochs=3).until == 10


def test_what_a_run_was_stopped_by_is_in_its_state():
    run = run_of()
    assert run.stopped == "" and run.best_epoch is None
    run.stopped, run.best_epoch = "enough", 4
    assert (run.state.stopped, run.state.best_epoch) == ("enough", 4)
    again = run_of(state=run.state)  # another run of the same state begins anew
    assert again.stopped == "" and again.best_epoch is None


def test_callbacks_that_only_write_have_no_memory_in_the_state(tmp_path):
    stop, log = cr.EarlyStopping(monitor="loss"), cr.CSVLog(tmp_path / "run.csv")
    run = run_of(callbacks=[log, stop])
    assert run.callbacks == [log, stop] and run.state.callbacks == (stop,)


class Batches:
    def stream(self, epoch, start):
        yield {}

    def fingerprint(self):
        return "batches"


def test_a_stream_has_batches_of_its_own():
    run = run_of(Batches())
    assert run.batch_size == 0 and run.stream is not None
    assert run_of(Nothing()).stream is None


def test_callbacks_see_the_run(tmp_path):
    seen = {}

    class Look(cr.Callback):
        def on_epoch_end(self, run):
            seen.update(
                epoch=run.epoch,
                step=run.step,
                logs=dict(run.logs),
                optimizer=run.optimizer,
                until=run.until,
                history={name: list(values) for name, values in run.history.items()},
                net=run.net,
                loss=run.loss,
                files=run.files,
                stopped=run.stopped,
                best=run.best_epoch,
                batch=run.batch_size,
            )

    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    history = net.fit(
        np.ones((10, 2)), np.ones((10, 1)), batch_size=5, callbacks=[Look()], verbose=0
    )
    assert (seen["epoch"], seen["step"], seen["until"], seen["batch"]) == (0, 2, 1, 5)
    assert seen["logs"] == {"loss": history.loss[0]} and seen["history"]["loss"] == [history.loss]
    assert seen["net"] is net and seen["optimizer"] == cr.Adam() and seen["files"] is not None
    assert (seen["stopped"], seen["best"]) == ("", None) and np.isfinite(seen["loss"])


def test_a_run_without_files_cannot_be_checkpointed(tmp_path):
    run = run_of(callbacks=[cr.Checkpoint(tmp_path / "run")])
    with pytest.raises(cr.FileError, match="this run cannot be written to a file"):
        run.callbacks[0].on_train_begin(run)
