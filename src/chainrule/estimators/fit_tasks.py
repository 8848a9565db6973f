"""scikit-learn 1.9's callbacks: `fit` is a task, and each of its epochs a task of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..callbacks.base import Callback

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # before 1.9
    from .fit_tasks_alone import CallbackSupportMixin, with_callbacks

if TYPE_CHECKING:
    from ..training import Run

__all__ = ["CallbackSupportMixin", "FitTasks", "ToldEpochs", "with_callbacks"]


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
        self, estimator: Any, X: Any, y: Any = None, sample_weight: Any = None, epochs: int | None = 0
    ) -> None:
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self.fit = estimator._init_callback_context(max_subtasks=epochs)
        self.heard = bool(getattr(estimator, "_skl_callbacks", ()))  # without a listener an epoch costs nothing
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
        return self.heard and self.epoch.call_on_fit_task_end(**self.given, reconstruction_attributes=fitted)

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

    def __init__(self, tasks: FitTasks, fitted: Callable[[Run], dict[str, Any]] | None = None) -> None:
        self.tasks, self.fitted = tasks, fitted

    def on_epoch_begin(self, run: Run) -> None:
        self.tasks.epoch_begins()

    def on_epoch_end(self, run: Run) -> bool:
        fitted = self.fitted
        return self.tasks.epoch_ends(None if fitted is None else lambda: fitted(run))
