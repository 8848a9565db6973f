"""A thread that makes the next items of an iterator while the last one is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextvars import copy_context
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
GRACE = 2.0  # seconds that `close` waits for the item which is being made


class ReadAhead(Generic[T]):
    """The items of an iterator, some of which a thread makes before they are asked for.

    The thread asks for one item after another, as a loop would. An exception comes in its place:
    after the items that were made before it.

    Parameters
    ----------
    items : iterator
        Only the thread uses it.
    depth : int
        How many items may wait, ≥ 1. One more is being made meanwhile.

    Examples
    --------
    >>> ahead = ReadAhead(iter("ab"))
    >>> ahead.next(), ahead.next(), ahead.next()
    ('a', 'b', None)
    >>> ahead.close()
    """

    def __init__(self, items: Iterator[T], depth: int = 1) -> None:
        self._items, self._depth = items, depth
        self._ready: deque[T] = deque()
        self._error: BaseException | None = None
        self._ended = self._closed = False
        self._changed = Condition()
        work = copy_context()  # NumPy's error state, decimal's precision and so on are the caller's
        self._thread = Thread(target=work.run, args=(self._work,), daemon=True)
        self._thread.start()

    def next(self) -> T | None:
        """Return the next item, or None at the end. Raise what making it raised."""
        with self._changed:
            while not (self._ready or self._ended):
                self._changed.wait()
            if self._ready:
                item = self._ready.popleft()
                self._changed.notify_all()
                return item
        error, self._error = self._error, None
        if error is not None:
            raise error
        return None

    def close(self) -> None:
        """Drop the items that wait and end the thread.

        It waits up to 2 seconds for the item that is being made; if that takes longer, the thread
        ends after it.
        """
        with self._changed:
            self._closed = True
            self._ready.clear()
            self._changed.notify_all()
        self._thread.join(GRACE)

    def _work(self) -> None:
        items, self._items = self._items, iter(())
        try:
            for item in items:
                if not self._put(item):
                    break
        except BaseException as error:  # also an exit: it ends the run, as without a thread
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, item: T) -> bool:
        """Let an item wait as soon as there is room; False: nobody wants it."""
        with self._changed:
            while len(self._ready) >= self._depth and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            self._ready.append(item)
            self._changed.notify_all()
            return True
