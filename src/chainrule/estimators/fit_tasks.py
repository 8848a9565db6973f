"""scikit-learn 1.9's callbacks: `fit` is a task, and each of its epochs is a subtask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from ..training.callbacks.base import Callback, Run

try:
    from sklearn.callback import CallbackSupportMixin
    from sklearn.callback import with_callbacks as _with_callbacks
except ImportError:  # before 1.9
    from .fit_tasks_before_1_9 import CallbackSupportMixin
    from .fit_tasks_before_1_9 import with_callbacks as _with_callbacks

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["CallbackSupportMixin", "EpochTasks", "FitTasks", "with_callbacks"]


def with_callbacks(method: F) -> F:
    """Decorate a method so that its callbacks are torn down when it returns or raises."""
    return cast(F, _with_callbacks(method))


class FitTasks:
    """One call of `fit`, for the callbacks that `set_callbacks` was given.

    Parameters
    ----------
    estimator : CallbackSupportMixin
        The estimator that is fitted.
    X, y : arrays
        The rows and targets as `fit` got them.
    sample_weight : array, optional
        The weight of each row.
    epochs : int or None
        The largest number of epochs; None if it is unknown, 0 if there are none.
    fitted : function, optional
        It returns the current fitted attributes. With them, a copy of the estimator can predict.
    """

    def __init__(
        self,
        estimator: Any,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        epochs: int | None = 0,
        fitted: Callable[[], dict[str, Any]] | None = None,
    ) -> None:
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self.fit = estimator._init_callback_context(max_subtasks=epochs)
        self.fitted = fitted
        # Without callbacks, an epoch does no extra work.
        self.heard = bool(getattr(estimator, "_skl_callbacks", ()))
        self.fit.call_on_fit_task_begin(**self.given)

    def epoch_begins(self) -> None:
        """Tell the callbacks that an epoch begins."""
        if self.heard:
            self.epoch = self.fit.subcontext(task_name="epoch")
            self.epoch.call_on_fit_task_begin(**self.given)

    def epoch_ends(self, fitted: Callable[[], dict[str, Any]] | None = None) -> bool:
        """Tell the callbacks that an epoch ends. Return True if one of them wants fit to end.

        Parameters
        ----------
        fitted : function, optional
            Used instead of the constructor's `fitted`. It is called only if a callback asks for it.
        """
        return self.heard and self.epoch.call_on_fit_task_end(
            **self.given, reconstruction_attributes=fitted or self.fitted
        )

    @contextmanager
    def of(self, inner: Any) -> Iterator[None]:
        """Return the context in which another estimator is fitted, as the only subtask.

        Parameters
        ----------
        inner : estimator
            The estimator that is fitted; callbacks that propagate are handed on to it.
        """
        task = self.fit.subcontext(task_name="estimator").call_on_fit_task_begin(**self.given)
        with task.propagate_callback_context(inner):
            yield
        task.call_on_fit_task_end(**self.given)

    def ends(self) -> None:
        """Tell the callbacks that fit has ended and that the estimator has all its attributes."""
        self.fit.call_on_fit_task_end(**self.given, reconstruction_attributes={})


class EpochTasks(Callback):
    """A callback that makes each epoch of `Network.fit` or `RBM.fit` a task.

    Parameters
    ----------
    tasks : FitTasks
        The fit that the epochs belong to.
    fitted : function of the run, optional
        It takes the run and returns the fitted attributes of the estimator at this point.
    """

    only_writes = True

    def __init__(
        self, tasks: FitTasks, fitted: Callable[[Run], dict[str, Any]] | None = None
    ) -> None:
        self.tasks, self.fitted = tasks, fitted

    def on_epoch_begin(self, run: Run) -> None:
        self.tasks.epoch_begins()

    def on_epoch_end(self, run: Run) -> bool:
        fitted = self.fitted
        return self.tasks.epoch_ends(None if fitted is None else lambda: fitted(run))
