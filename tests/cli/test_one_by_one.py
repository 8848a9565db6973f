"""Calls made one after another by a thread: in order, none after an error."""

import threading

import pytest

from chainrule.cli.one_by_one import MOST, OneByOne


def test_calls_are_made_in_order_while_the_caller_goes_on():
    made, gate = [], threading.Event()
    with OneByOne() as behind:
        behind(gate.wait, 60)
        for k in range(MOST - 1):
            behind(made.append, k)
        assert made == []
        gate.set()
        for k in range(MOST - 1, 20):
            behind(made.append, k)
        behind.wait()
        assert made == list(range(20)) and behind.settle()


@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_after_an_error_nothing_more_is_done(kind):
    made = []

    def fails():
        raise kind("the disk is full")

    with OneByOne() as behind:
        behind(made.append, 1)
        behind(fails)
        with pytest.raises(kind, match="the disk is full"):
            for _ in range(MOST + 1):
                behind(made.append, 2)
        assert not behind.settle() and made == [1]
        with pytest.raises(kind, match="the disk is full"):
            behind.wait()
