"""A thread makes the next items of an iterator: same items, same order, no thread is left."""

import threading
from contextvars import ContextVar

import pytest

from chainrule.data import read_ahead
from chainrule.data.read_ahead import ReadAhead


def test_items_come_in_their_order_and_then_none():
    ahead = ReadAhead(iter(range(100)), depth=3)
    assert [ahead.next() for _ in range(101)] == [*range(100), None]
    assert ahead.next() is None
    ahead.close()


def test_no_more_items_are_made_than_may_wait():
    made, second = [], threading.Event()

    def items():
        for k in range(10):
            made.append(k)
            if k == 2:
                second.set()
            yield k

    ahead = ReadAhead(items(), depth=1)
    assert ahead.next() == 0
    assert second.wait(10)  # item 1 waits, and item 2 is made
    assert made == [0, 1, 2]
    ahead.close()
    assert made == [0, 1, 2]


def test_an_exception_comes_after_the_items_before_it():
    def items():
        yield from "ab"
        raise OSError("the disk is gone")

    ahead = ReadAhead(items(), depth=5)
    assert ahead.next() + ahead.next() == "ab"
    with pytest.raises(OSError, match="the disk is gone"):
        ahead.next()
    assert ahead.next() is None
    ahead.close()


def test_closing_ends_the_thread():
    before = threading.active_count()
    for taken in range(3):
        ahead = ReadAhead(iter(range(100)))
        for _ in range(taken):
            ahead.next()
        ahead.close()
        ahead.close()
        assert ahead.next() is None
    assert threading.active_count() == before


def test_closing_does_not_wait_for_an_item_that_does_not_come(monkeypatch):
    monkeypatch.setattr(read_ahead, "GRACE", 0.01)
    go, ended = threading.Event(), threading.Event()

    def items():
        try:
            go.wait(30)
            yield 1
        finally:
            ended.set()

    ahead = ReadAhead(items())
    ahead.close()
    go.set()
    assert ended.wait(10)


def test_the_thread_has_the_callers_context():
    number = ContextVar("number", default=0)
    number.set(7)
    ahead = ReadAhead(number.get() for _ in range(1))
    assert ahead.next() == 7
    ahead.close()
