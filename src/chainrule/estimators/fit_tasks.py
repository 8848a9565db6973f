"""scikit-learn 1.9's callbacks: `fit` is a task, and each of its epochs a task of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..training.callbacks.base import Callback

try:
    from sklearn.callback import CallbackSupportMixin
    from sklearn.callback import with_callbacks as _with_callbacks
except ImportError:  # before 1.9
    from .fit_tasks_before_1_9 import CallbackSupportMixin
    from .fit_tasks_before_1_9 import with_callbacks as _with_callbacks

if TYPE_CHECKING:
    from ..training.callbacks.base import Run

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["CallbackSupportMixin", "FitTasks", "ToldEpochs", "with_callbacks"]


def with_callbacks(method: F) -> F:
    """After the method, however it ends, each callback that was set up is torn down."""
    return cast(F, _with_callbacks(method))


class FitTasks:
    """One call of `fit`, as the callbacks that `set_callbacks` was given hear of it.

    Parameters
    ----------
    estimator : CallbackSupportMixin
        Whose fit this is.
    X, y : arrays
        The rows and targets as `fit` got them.
    sample_weight : array, optional
        What each row counts.
    epochs : int or None
        The most that there will be; None where nobody knows, 0 where there are none.
    """

    def __init__(
        self,
        estimator: Any,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        epochs: int | None = 0,
    ) -> None:
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self.fit = estimator._init_callback_context(max_subtasks=epochs)
        self.heard = bool(
            getattr(estimator, "_skl_callbacks", ())
        )  # without a listener an epoch costs nothing
        self.fit.call_on_fit_task_begin(**self.given)

    def epoch_begins(self) -> None:
        if self.heard:
            self.epoch = self.fit.subcontext(task_name="epoch")
            self.epoch.call_on_fit_task_begin(**self.given)

    def epoch_ends(self, fitted: Callable[[], dict[str, Any]] | None = None) -> bool:
        """Whether a callback wants fit to end here.

        Parameters
        ----------
        fitted : function, optional
            The attributes with which a copy of the estimator predicts as it would after this epoch; called where one asks.
        """
        return self.heard and self.epoch.call_on_fit_task_end(
            **self.given, reconstruction_attributes=fitted
        )

    @contextmanager
    def of(self, inner: Any) -> Iterator[None]:
        """The fit of an estimator inside of this one, as the only task.

        Parameters
        ----------
        inner : estimator
            Which is fitted; it hears what is handed on.
        """
        task = self.fit.subcontext(task_name="estimator").call_on_fit_task_begin(**self.given)
        with task.propagate_callback_context(inner):
            yield
        task.call_on_fit_task_end(**self.given)

    def ends(self) -> None:
        """After everything that `fit` gives the estimator is there."""
        self.fit.call_on_fit_task_end(**self.given, reconstruction_attributes={})


class ToldEpochs(Callback):
    """The epochs of a run of `Network.fit` or `RBM.fit` as tasks.

    Parameters
    ----------
    tasks : FitTasks
        Which are told.
    fitted : function of the run, optional
        The attributes of an estimator that is fitted as far as this.
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
