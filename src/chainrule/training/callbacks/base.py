"""The base class of callbacks, and the parts of a run that they may use."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any, ClassVar, Protocol

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ..run_state import Numbers, RunState
from ..updates import Update


class RunFiles(Protocol):
    """Reads and writes the checkpoints of a run. The fit hands it to the run."""

    kind: str
    """What files call the model."""

    def described_part(self) -> Any:
        """Return what else makes the run, as JSON; FileError if a file cannot hold it."""

    def with_run(
        self, run: Any, conditions: dict[str, str]
    ) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return the arrays and the JSON of a checkpoint."""

    def state_in(self, run: Any, tensors: dict[str, Array], watched: list[Any]) -> RunState:
        """Return the state that the arrays of a file hold; it fits the run."""

    def update_for(self, update: Update, born: dict[str, int]) -> Update:
        """Return the update list for parameters that were thawed at these steps."""

    def conditions(self, run: Any) -> dict[str, str]:
        """Return the settings that must be the same when the run continues, by name."""

    def save(self, run: Any, path: Any, conditions: dict[str, str]) -> None:
        """Write a checkpoint."""

    def restore(self, run: Any, path: Any) -> None:
        """Put the run back to where a checkpoint was written."""


class Run(Protocol):
    """The parts of a run that callbacks may use; they may set `stopped` and `best_epoch`.

    `net` is the network, `source` has the rows, `logs` has the numbers of the current epoch,
    `loss` is the loss of the last step, `until` is the epoch at which the run ends. `after_epoch`
    is called once, when all callbacks have seen the end of an epoch.
    """

    net: Any
    source: Any
    state: RunState
    logs: dict[str, float]
    loss: float
    until: int
    batch_size: int
    after_epoch: list[Callable[[], object]]
    files: RunFiles | None

    @property
    def epoch(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def history(self) -> dict[str, Numbers]: ...
    @property
    def optimizer(self) -> Any: ...
    @property
    def stopped(self) -> str: ...
    @stopped.setter
    def stopped(self, why: str) -> None: ...
    @property
    def best_epoch(self) -> int | None: ...
    @best_epoch.setter
    def best_epoch(self, epoch: int | None) -> None: ...


class Callback:
    """Called at the beginning and the end of training, of each epoch and of each batch.

    Abstract: override the hooks that you need. A hook gets the run: `run.net`, `run.epoch`,
    `run.step`, `run.logs` (the numbers of this epoch), `run.optimizer`. Returning True ends
    training. If an error ends it, `on_exception` is called instead of `on_train_end`: close what
    is open. `state` and `load` hold what a callback remembers, so that a resumed run continues it.

    Examples
    --------
    >>> class Stop(Callback):
    ...     def on_epoch_end(self, run):
    ...         return run.logs["loss"] < 0.01
    """

    checkpoints: ClassVar[bool] = False
    """True if it writes files from which a run is resumed: then the rows must be there twice."""

    only_writes: ClassVar[bool] = False
    """True if it shows or writes and does not change the run; a resumed run may have others."""

    in_all_processes: ClassVar[bool] = False
    """True if a fit with `comm` calls its hooks in every process, not in the first one alone.

    Then it must do the same in all of them, and write nothing.
    """

    pauses_only: ClassVar[bool] = False
    """True if it can do without the hooks of epochs, as it reads the history of the run on pauses.

    Then many small epochs are made in one call of C, and only `on_pause` is called after it.
    """

    shows_progress: ClassVar[bool] = False
    """True if it shows how far the run is; then there is no progress bar beside it."""

    def __repr__(self) -> str:
        """Return its class and its settings: the public attributes that are words or numbers."""
        plain = (str, int, float, bool, PurePath)
        shown = [
            f"{name}={str(value) if isinstance(value, PurePath) else value!r}"
            for name, value in vars(self).items()
            if not name.startswith("_") and isinstance(value, plain)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def check_path(self) -> None:
        """Raise FileError if it writes a file that cannot be written; a fit asks beforehand."""

    def on_train_begin(self, run: Run) -> bool | None:
        """Called before the first step of a call of `fit`."""

    def on_train_end(self, run: Run) -> bool | None:
        """Called after the last step of a call of `fit`; not if an error ends the call."""

    def on_epoch_begin(self, run: Run) -> bool | None:
        """Called before the first step of an epoch."""

    def on_epoch_end(self, run: Run) -> bool | None:
        """Called after the last step of an epoch, when `run.logs` has its numbers."""

    def on_batch_begin(self, run: Run) -> bool | None:
        """Called before each step."""

    def on_batch_end(self, run: Run) -> bool | None:
        """Called after each step."""

    def on_pause(self, run: Run) -> None:
        """Called between steps, about every 50 ms, to show the progress of a run."""

    def on_exception(self, run: Run, error: BaseException) -> None:
        """Called when an error or Ctrl-C ends the run; close open files and figures here."""

    def state(self) -> dict[str, Array]:
        """Return what must survive an interruption, as named arrays."""
        return {}

    def load(self, state: dict[str, Array]) -> None:
        """Set what `state` returned."""

    @property
    def every_steps(self) -> int | None:
        """1 if a batch hook is overridden: then the hooks are called at each step. None: never."""
        hooks = type(self).on_batch_begin, type(self).on_batch_end
        return None if hooks == (Callback.on_batch_begin, Callback.on_batch_end) else 1

    @property
    def reason(self) -> str:
        """The value of `history.stopped` if this callback ends training."""
        return type(self).__name__


class EveryEpoch(Callback):
    """A plain function of the run, called at the end of each epoch."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def on_epoch_end(self, run: Run) -> bool | None:
        """Call the function."""
        return self.function(run)  # type: ignore[no-any-return]

    @property
    def reason(self) -> str:
        """The name of the function."""
        return getattr(self.function, "__name__", "callback")


def as_callbacks(given: Any) -> list[Callback]:
    """Return callbacks, with plain functions made into callbacks.

    Raises
    ------
    ParameterError
        A class instead of an instance, something else, or a callback with an unknown hook.
    """
    made: list[Callback] = []
    for callback in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(callback, type):
            name = callback.__name__
            raise ParameterError(
                "callbacks", "instances", f"the class {name}", f"Write {name}(...)."
            )
        if not isinstance(callback, Callback) and not callable(callback):
            rule = "a Callback or a function of the run"
            raise ParameterError("callbacks", rule, repr(callback), "Subclass chainrule.Callback.")
        if isinstance(callback, Callback):
            _check_hooks(callback)
        made.append(callback if isinstance(callback, Callback) else EveryEpoch(callback))
    return made


def taking_part(callbacks: list[Callback]) -> list[Callback]:
    """Return the callbacks that a resumed run must have too; others only show or write."""
    return [callback for callback in callbacks if not callback.only_writes]


def can_wait(callbacks: list[Callback]) -> bool:
    """Return True if no callback needs the beginnings and the ends of epochs, or steps."""
    return all(callback.pauses_only and callback.every_steps is None for callback in callbacks)


def can_change(callback: Callback) -> bool:
    """Return True for a callback of the user's, which may change the weights of a run."""
    if isinstance(callback, EveryEpoch):
        return True
    return not is_ours(callback) and not callback.only_writes


def is_ours(thing: Any) -> bool:
    """Return True for an object or a function of chainrule's."""
    return str(thing.__module__).partition(".")[0] == __name__.partition(".")[0]


def _check_hooks(callback: Callback) -> None:
    """Refuse a hook with another name: it would never be called."""
    hooks = [name for name in dir(Callback) if name.startswith("on_")]
    for name in dir(type(callback)):
        if name.startswith("on_") and name not in hooks:
            close = get_close_matches(name.replace("train_batch", "batch"), hooks, 1)
            other = "Call what is no hook something else."
            remedy = f"Here it is called {close[0]}." if close else other
            where = f"callbacks: {type(callback).__name__}"
            raise ParameterError(where, ", ".join(hooks), name, remedy)


def is_true(answer: Any) -> bool:
    """Return True if a hook wants training to end: it returned True, or NumPy's True."""
    return isinstance(answer, (bool, np.bool_)) and bool(answer)
