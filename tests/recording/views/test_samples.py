"""What samples.py promises: which moments and rows a picture is made of."""

import numpy as np
import pytest
from tests.recording.runs import CLASSES, X5, Batches, images, net, record, stream, table

import chainrule as cr
from chainrule.recording.views.samples import Loss, ends_of_epochs, some_rows, spaced


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 1), (3, 5), (0, 100), (7, 4000)])
@pytest.mark.parametrize("early", [1.0, 1.7])
def test_steps_are_different_and_reach_both_ends(first, last, early):
    steps = spaced(first, last, 20, early)
    assert steps == sorted(set(steps))
    assert len(steps) == min(20, last - first + 1)
    assert (steps[0], steps[-1]) == (first, last)


def test_some_rows_are_rows_of_the_run_and_always_the_same():
    run = table()
    some = some_rows(run, 25)
    assert some.words == "25 of 60 training rows"
    assert np.array_equal(some.batch["x"], X5[some.batch["row"]])
    assert np.array_equal(some.batch["row"], some_rows(table(), 25).batch["row"])
    assert np.isclose(some.batch["c"].sum(), 1)
    assert some_rows(run, 999).words == "all 60 training rows"
    assert some_rows(stream(), 999).words == "30 training rows"


def test_the_loss_is_that_of_evaluate():
    run = table()
    loss = Loss(run, some_rows(run, 999))
    assert loss(run.at(5).theta) == pytest.approx(
        run.at(5).net.evaluate(X5, CLASSES)["loss"], rel=1e-6
    )


def test_batch_normalization_takes_the_statistics_of_the_rows():
    run = images()
    loss = Loss(run, some_rows(run, 999))
    theta = run.at(3).theta
    other = theta.copy()
    other[-8:] = 5.0  # the running statistics
    assert loss.of_batch
    assert loss(theta) == loss(other)


def test_epochs_end_where_the_run_ended_them():
    run = table(epochs=4)
    assert ends_of_epochs(run).tolist() == [4, 8, 12, 16]
    assert ends_of_epochs(run.branch(at=6)).tolist() == [4, 8, 12, 16]
    assert ends_of_epochs(run.branch(at=8, batch_size=20, epochs=1)).tolist() == [4, 8, 11]
    assert ends_of_epochs(record(net(cr.Dense(3)), Batches())).tolist() == [2, 4, 6]
