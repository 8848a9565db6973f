"""`set_callbacks` before scikit-learn 1.9: the same hooks, called by this estimator alone.

A Pipeline or a search does not hand its callbacks on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Self

HOOKS = ("setup", "teardown", "on_fit_task_begin", "on_fit_task_end")


class Task:
    """A task of `fit`: the fit itself, or one of its epochs.

    Parameters
    ----------
    estimator : estimator
        The estimator that is fitted.
    task_name : str
        "fit" or "epoch".
    task_id : int
        The number of the task among those of its parent, from 0.
    max_subtasks : int or None
        The largest number of subtasks: 0 if there are none, None if it is unknown.
    parent : Task, optional
        The task that this one belongs to; "fit" has none.
    """

    def __init__(
        self,
        estimator: Any,
        task_name: str,
        task_id: int,
        max_subtasks: int | None,
        parent: Task | None = None,
    ) -> None:
        self.estimator_name = type(estimator).__name__
        self.task_name, self.task_id = task_name, task_id
        self.max_subtasks, self.parent = max_subtasks, parent
        self._callbacks: list[Any] = getattr(estimator, "_skl_callbacks", [])
        self._estimator, self._children = estimator, 0

    def subcontext(self, task_name: str = "", max_subtasks: int | None = 0) -> Task:
        """Return the next subtask."""
        self._children += 1
        return Task(self._estimator, task_name, self._children - 1, max_subtasks, self)

    def call_on_fit_task_begin(self, **given: Any) -> Self:
        """Tell the callbacks that the task begins."""
        self._tell("on_fit_task_begin", given)
        return self

    def call_on_fit_task_end(self, **given: Any) -> bool:
        """Tell the callbacks that the task has ended; return True if one wants its level to end."""
        return self._tell("on_fit_task_end", given)

    def propagate_callback_context(self, sub_estimator: Any) -> AbstractContextManager[None]:
        """Return a context that hands nothing on."""
        return nullcontext()

    def _tell(self, hook: str, given: dict[str, Any]) -> bool:
        """Call a hook of each callback with the arguments that it names."""
        stop, estimator = False, given["estimator"]
        for callback in self._callbacks:
            tell = getattr(callback, hook)
            named = [
                name
                for name, p in signature(tell).parameters.items()
                if p.kind == Parameter.KEYWORD_ONLY
            ]
            words = {name: given.get(name) for name in named if name != "fitted_estimator"}
            if "fitted_estimator" in named:
                words["fitted_estimator"] = _fitted(
                    estimator, given.get("reconstruction_attributes")
                )
            stop |= bool(tell(estimator, self, **words))
        return stop


def _fitted(estimator: Any, attributes: Any) -> Any:
    """Return a copy of the estimator with these attributes, or None without attributes."""
    if attributes is None:
        return None
    made = copy(estimator)
    for name, value in (attributes() if callable(attributes) else attributes).items():
        setattr(made, name, value)
    return made


class CallbackSupportMixin:
    """The methods of scikit-learn 1.9's class of this name."""

    def set_callbacks(self, *callbacks: Any) -> Self:
        """Set the callbacks of the next `fit`.

        Parameters
        ----------
        *callbacks
            Objects with setup, teardown, on_fit_task_begin and on_fit_task_end.
        """
        for callback in callbacks:
            if isinstance(callback, type) or not all(
                callable(getattr(callback, hook, None)) for hook in HOOKS
            ):
                raise TypeError("callbacks must be instances following the FitCallback protocol.")
        self.__dict__.pop("_skl_callbacks", None)
        if callbacks:
            self._skl_callbacks = list(callbacks)
        return self

    def _init_callback_context(self, task_name: str = "fit", max_subtasks: int | None = 0) -> Task:
        self._callback_fit_ctx = Task(self, task_name, 0, max_subtasks)
        self._set_up: list[Any] = []
        for callback in getattr(self, "_skl_callbacks", []):
            self._set_up.append(callback)
            callback.setup(estimator=self, context=self._callback_fit_ctx)
        return self._callback_fit_ctx

    def __sklearn_clone__(self) -> Self:
        """Return a clone with the same callbacks."""
        from sklearn.base import _clone_parametrized

        made: Self = _clone_parametrized(self)
        return made.set_callbacks(*getattr(self, "_skl_callbacks", ()))


def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]:
    """Make a method call `teardown` of each callback that was set up, even if it fails."""

    @wraps(method)
    def inside(estimator: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(estimator, *args, **kwargs)
        finally:
            if hasattr(estimator, "_callback_fit_ctx"):
                context, callbacks = estimator._callback_fit_ctx, estimator._set_up
                del estimator._callback_fit_ctx, estimator._set_up
                for callback in callbacks:
                    callback.teardown(estimator=estimator, context=context)

    return inside
