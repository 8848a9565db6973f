"""`set_callbacks` before scikit-learn 1.9: the same hooks, told by this estimator alone; no Pipeline or search hands them on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from functools import wraps
from inspect import Parameter, signature
from typing import Any, Self

HOOKS = ("setup", "teardown", "on_fit_task_begin", "on_fit_task_end")


class Task:
    """A task of `fit`: what it is called, which of its parent's it is, and how many it may have.

    Parameters
    ----------
    estimator : estimator
        Whose task it is.
    task_name : str
        "fit" or "epoch".
    task_id : int
        Its place among its siblings, from 0.
    max_subtasks : int or None
        0: it has none. None: nobody knows.
    parent : Task, optional
        None for "fit".
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
        self.task_name, self.task_id, self.max_subtasks, self.parent = (
            task_name,
            task_id,
            max_subtasks,
            parent,
        )
        self._callbacks: list[Any] = getattr(estimator, "_skl_callbacks", [])
        self._estimator, self._children = estimator, 0

    def subcontext(self, task_name: str = "", max_subtasks: int | None = 0) -> Task:
        """The next task of this one."""
        self._children += 1
        return Task(self._estimator, task_name, self._children - 1, max_subtasks, self)

    def call_on_fit_task_begin(self, **given: Any) -> Self:
        self._tell("on_fit_task_begin", given)
        return self

    def call_on_fit_task_end(self, **given: Any) -> bool:
        """Whether a callback wants this level to end."""
        return self._tell("on_fit_task_end", given)

    def propagate_callback_context(self, sub_estimator: Any) -> AbstractContextManager[None]:
        """Nothing is handed on."""
        return nullcontext()

    def _tell(self, hook: str, given: dict[str, Any]) -> bool:
        """Each callback gets what its hook names; what is a function is called where it is named."""
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
    """A copy of the estimator with these attributes."""
    if attributes is None:
        return None
    made = copy(estimator)
    for name, value in (attributes() if callable(attributes) else attributes).items():
        setattr(made, name, value)
    return made


class CallbackSupportMixin:
    """What scikit-learn 1.9's class of this name gives an estimator."""

    def set_callbacks(self, *callbacks: Any) -> Self:
        """Set the callbacks that the next `fit` tells.

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
        """A clone hears what the original was told to."""
        from sklearn.base import _clone_parametrized

        made: Self = _clone_parametrized(self)
        return made.set_callbacks(*getattr(self, "_skl_callbacks", ()))


def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method after which, however it ends, each callback that was set up hears `teardown`."""

    @wraps(method)
    def told(estimator: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(estimator, *args, **kwargs)
        finally:
            if hasattr(estimator, "_callback_fit_ctx"):
                context, callbacks = estimator._callback_fit_ctx, estimator._set_up
                del estimator._callback_fit_ctx, estimator._set_up
                for callback in callbacks:
                    callback.teardown(estimator=estimator, context=context)

    return told
