"""Estimators that several processes fit together: `fit(..., comm=...)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np
from sklearn.utils import check_random_state

from ..distributed.agreement import check_equal
from ..distributed.all_or_none import from_first, together
from ..distributed.processes import joined
from ..training.together import START_ALIKE
from .common import all_or_nothing, seed_of

F = TypeVar("F", bound=Callable[..., Any])
SAME = {  # what a network does not see, by the name in messages
    "labels": "classes_",
    "names of the columns": "feature_names_in_",
    "mean of the target": "mean_",
    "scale of the target": "scale_",
}
NAME = "_comm"  # the attribute of an estimator while it is fitted


class _Held:
    """A communicator that no copy of an estimator gets."""

    def __init__(self, comm: Any = None) -> None:
        self.comm = comm

    def __deepcopy__(self, memo: Any) -> _Held:
        return _Held()

    def __reduce__(self) -> Any:
        return _Held, ()


def in_processes(method: F) -> F:
    """Make a `fit` with comm=... end in all processes or fail in all; `comm_of` finds comm."""

    @wraps(method)
    def inside(self: Any, *args: Any, **kwargs: Any) -> Any:
        comm = kwargs.get("comm")
        if comm is None:
            return method(self, *args, **kwargs)
        with together(comm):
            vars(self)[NAME] = _Held(comm)
            try:
                return _alike(self, method, *args, **kwargs)
            finally:
                vars(self).pop(NAME, None)

    return cast(F, inside)


@all_or_nothing
def _alike(estimator: Any, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `fit`; raise ProcessError if labels, columns or units differ between processes.

    The numbers that the network sees may be the same nevertheless.
    """
    fitted = method(estimator, *args, **kwargs)
    with joined(comm_of(estimator)) as processes:
        if processes is not None:
            found = {name: _shown(getattr(estimator, own, ())) for name, own in SAME.items()}
            check_equal(processes, found, START_ALIKE)
            processes.leave()
    return fitted


def _shown(values: Any) -> str:
    """Return a number, an array, or a list of arrays, as text."""
    values = values if isinstance(values, list) else np.atleast_1d(values)
    return ", ".join(str(np.asarray(value).tolist()) for value in values)


def comm_of(estimator: Any) -> Any:
    """Return the communicator that `fit` was given; None outside of such a fit."""
    held = vars(estimator).get(NAME)
    return None if held is None else held.comm


def common_seed(estimator: Any) -> int:
    """Return a seed for a network, as `seed_of` does; of random_state=None all have one."""
    seed, comm = seed_of(estimator.random_state), comm_of(estimator)
    return from_first(comm, seed) if estimator.random_state is None else seed


def common_stream(estimator: Any) -> Any:
    """Return the stream of random_state, as scikit-learn does; of None all have one."""
    given = estimator.random_state
    if given is None and comm_of(estimator) is not None:
        given = common_seed(estimator)
    return check_random_state(given)


def is_first(estimator: Any) -> bool:
    """Return True if this process is alone, or the one of several that prints."""
    comm = comm_of(estimator)
    return comm is None or comm.Get_rank() == 0
