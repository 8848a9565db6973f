"""How far a run is within an epoch, and what is left of it."""

import types

import pytest

from chainrule.training.callbacks.pace import Pace, Place, clock


def run(position=0, rows=100, epoch=0):
    source = types.SimpleNamespace() if rows is None else range(rows)
    state = types.SimpleNamespace(position=position)
    return types.SimpleNamespace(source=source, state=state, epoch=epoch)


def test_the_rest_of_an_epoch_follows_from_its_pace():
    pace = Pace()
    pace.begin(run(), 100.0)
    place = pace.place(run(25), 110.0)
    assert (place.part, place.left, place.long) == (0.25, pytest.approx(30.0), True)
    assert place.words() == "25 % done, 00:30 left"
    assert place.texts() == (" + 25 % (00:30 left)", " + 25 %", "")


def test_an_epoch_that_is_continued_is_measured_from_there():
    pace = Pace()
    pace.begin(run(50), 0.0)
    assert pace.place(run(75), 10.0).left == pytest.approx(10.0)
    assert Pace().place(run(50), 3.0).left is None  # seen for the first time


def test_short_epochs_are_not_worth_a_word():
    pace = Pace()
    pace.begin(run(), 0.0)
    assert pace.place(run(50), 1.0).texts() == ("",)


def test_a_stream_counts_batches_until_its_length_is_known():
    pace = Pace()
    pace.begin(run(rows=None), 0.0)
    place = pace.place(run(1200, rows=None), 60.0)
    assert place.part is None and place.left is None and place.texts()[0] == " + 1,200 batches"
    assert place.words() == "1,200 batches done"
    pace.end(run(2000, rows=None))
    pace.begin(run(0, rows=None, epoch=1), 100.0)
    place = pace.place(run(500, rows=None, epoch=1), 110.0)
    assert (place.part, place.left) == (0.25, pytest.approx(30.0))


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "00:00"), (59.6, "01:00"), (95, "01:35"), (5000, "1:23:20")]
)
def test_a_clock(seconds, words):
    assert clock(seconds) == words


def test_one_batch():
    assert Place(None, 1).words() == "1 batch done"
