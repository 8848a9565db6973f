"""Calls that a thread makes one after another, while the caller goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

MOST = 3  # calls that wait or run


class OneByOne:
    """Make calls in order, a few behind the caller; use it as a context.

    If one fails, all that follow are left out, and its error is raised where the next call is
    given.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._calls: deque[Future[None]] = deque()
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._thread.shutdown()

    def __call__(self, function: Callable[..., Any], *args: Any) -> None:
        """Give a call; wait if too many are waiting."""
        while len(self._calls) >= MOST:
            self._calls.popleft().result()
        self._raise()
        self._calls.append(self._thread.submit(self._make, function, args))

    def wait(self) -> None:
        """Wait until all calls are made."""
        self.settle()
        self._raise()

    def settle(self) -> bool:
        """Wait until no call is left, without raising an error; return True if none failed."""
        while self._calls:
            self._calls.popleft().result()
        return self._error is None

    def _make(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if self._error is None:
            try:
                function(*args)
            except BaseException as error:
                self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
