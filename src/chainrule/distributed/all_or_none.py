"""What several processes do around a fit: all end it, or none does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .processes import joined, telling

T = TypeVar("T")


@contextmanager
def together(comm: Any) -> Iterator[None]:
    """Enter in all processes; leave when all are done. An error of one of them is raised in all.

    Parameters
    ----------
    comm : communicator or None
        Its processes do the same things in the same order; None: this process is alone.
    """
    with telling(comm):
        yield
        from_first(comm, None)


def from_first(comm: Any, value: T) -> T:
    """Return the value that the first process of a communicator gives; all of them call this.

    Parameters
    ----------
    comm : communicator or None
        None: this process is alone.
    value : Any
        The value of this process.
    """
    with joined(comm) as processes:
        if processes is not None:
            value = processes.from_first(value)
            processes.leave()
    return value
