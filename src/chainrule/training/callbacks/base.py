"""What can happen while a network trains."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...arrays import Array
from ...errors import ParameterError

if TYPE_CHECKING:
    from ..run import Run


class Callback:
    """Told at the begin and end of training, of each epoch and of each batch. Abstract: override what you need.

    A hook gets the run: `run.net`, `run.epoch`, `run.step`, `run.logs` (this epoch's numbers), `run.optimizer`. Returning True
    ends training. Where an error ends it, `on_exception` comes instead of `on_train_end`: close what is open. What a callback remembers belongs into `state` and `load`, so that a resumed run continues it.

    Examples
    --------
    >>> class Stop(Callback):
    ...     def on_epoch_end(self, run):
    ...         return run.logs["loss"] < 0.01
    """

    checkpoints: ClassVar[bool] = False
    """True: it writes files from which a run is resumed, so the rows must be there a second time."""

    only_writes: ClassVar[bool] = False
    """True: it shows or writes, and the run goes on alike without it; a resumed run may have others."""

    def on_train_begin(self, run: "Run") -> bool | None:
        """Before the first step of a call of `fit`."""

    def on_train_end(self, run: "Run") -> bool | None:
        """After its last step; not when an error ends it."""

    def on_epoch_begin(self, run: "Run") -> bool | None:
        """Before the first step of an epoch."""

    def on_epoch_end(self, run: "Run") -> bool | None:
        """After the last step of an epoch, when `run.logs` has its numbers."""

    def on_batch_begin(self, run: "Run") -> bool | None:
        """Before each step."""

    def on_batch_end(self, run: "Run") -> bool | None:
        """After each step."""

    def on_pause(self, run: "Run") -> None:
        """Called between steps, about every 50 ms: for what shows where a run is."""

    def on_exception(self, run: "Run", error: BaseException) -> None:
        """When an error or Ctrl-C ends the run; what was opened is closed here."""

    def state(self) -> dict[str, Array]:
        """What must survive an interruption, as named arrays."""
        return {}

    def load(self, state: dict[str, Array]) -> None:
        """The opposite of `state`."""

    @property
    def every_steps(self) -> int | None:
        """How often the batch hooks are told: after every step where one is overridden, else never."""
        told = type(self).on_batch_begin, type(self).on_batch_end
        return None if told == (Callback.on_batch_begin, Callback.on_batch_end) else 1

    @property
    def reason(self) -> str:
        """What `history.stopped` says when this callback ends training."""
        return type(self).__name__


class EveryEpoch(Callback):
    """A plain function of the run, told at the end of each epoch."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def on_epoch_end(self, run: "Run") -> bool | None:
        return self.function(run)  # type: ignore[no-any-return]

    @property
    def reason(self) -> str:
        return getattr(self.function, "__name__", "callback")


def as_callbacks(given: Any) -> list[Callback]:
    """Callbacks, and plain functions as such."""
    made: list[Callback] = []
    for callback in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(callback, type):
            raise ParameterError(
                "callbacks",
                "instances",
                f"the class {callback.__name__}",
                f"Write {callback.__name__}(...).",
            )
        if not isinstance(callback, Callback) and not callable(callback):
            raise ParameterError(
                "callbacks",
                "a Callback or a function of the run",
                repr(callback),
                "Subclass chainrule.Callback.",
            )
        if isinstance(callback, Callback):
            _check_hooks(callback)
        made.append(callback if isinstance(callback, Callback) else EveryEpoch(callback))
    return made


def _check_hooks(callback: Callback) -> None:
    """A hook by another name would never be told."""
    hooks = [name for name in dir(Callback) if name.startswith("on_")]
    for name in dir(type(callback)):
        if name.startswith("on_") and name not in hooks:
            close = get_close_matches(name.replace("train_batch", "batch"), hooks, 1)
            remedy = (
                f"Here it is called {close[0]}."
                if close
                else "Call what is no hook something else."
            )
            raise ParameterError(
                f"callbacks: {type(callback).__name__}", ", ".join(hooks), name, remedy
            )


def is_true(answer: Any) -> bool:
    """Whether a hook wants training to end: True, also NumPy's."""
    return isinstance(answer, (bool, np.bool_)) and bool(answer)
