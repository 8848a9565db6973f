"""Write the whole run while it trains, so that it can go on after any interruption."""

from pathlib import Path
from typing import Any

from ...errors import FileError, ParameterError
from ...files.writing import check_target, remove_leftovers
from ...settings import is_whole
from .base import Callback, Run, RunFiles


class Checkpoint(Callback):
    """Writes θ, slots, history and the memories of callbacks and schedules to one file.

    The file holds the last state only. `fit(..., resume=path)` continues from it, bit for bit as
    without a stop; `Network.load(path)` reads the network. A file is replaced in one step:
    at every moment there is either the old or the new one, complete.

    Parameters
    ----------
    path : str or path
        The file, used as given.
    every : int, optional
        Write after this number of epochs, ≥ 1; None: not after epochs.
    every_steps : int, optional
        Write after this number of steps, ≥ 1; None: not after steps.

    Raises
    ------
    ParameterError
        A number outside its range.
    FileError
        When training begins, if there is no folder for the file; while training, if it cannot be
        written. The file before stays.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.Checkpoint("run.safetensors", every=5).every
    5
    """

    checkpoints = True
    only_writes = True

    def __init__(self, path: Any, every: int | None = 1, every_steps: int | None = None) -> None:
        for name, value in (("every", every), ("every_steps", every_steps)):
            if value is not None and (not is_whole(value) or value < 1):
                raise ParameterError(
                    f"Checkpoint({name}={value!r}): {name} must be a whole number ≥ 1, or None."
                )
        if every is None and every_steps is None:
            raise ParameterError(
                "Checkpoint(every=None): then give every_steps, such as every_steps=1000."
            )
        if not isinstance(path, (str, Path)):
            raise FileError(
                f"Checkpoint({path!r}): expected the name of a file. "
                "Write Checkpoint('run.safetensors')."
            )
        self.path, self.every, self._every_steps = path, every, every_steps
        self._files: RunFiles | None = None
        self._conditions: dict[str, str] = {}

    @property
    def every_steps(self) -> int | None:
        """The number of steps from one file to the next."""
        return self._every_steps

    def check_path(self) -> None:
        """Raise FileError if the file cannot be written; a fit asks before it begins."""
        check_target(self.path)

    def on_train_begin(self, run: Run) -> None:
        """Check the path now, not after the first epoch; note what a resumed run must share."""
        self.check_path()
        if run.files is None:
            raise FileError(
                f"Checkpoint({str(self.path)!r}): this run cannot be written to a file. "
                "Use Network.fit."
            )
        remove_leftovers(self.path)
        self._files = run.files
        self._conditions = run.files.conditions(run)  # reads all data, so only once

    def on_epoch_end(self, run: Run) -> None:
        """Write once all callbacks have seen the end of the epoch: the file has their memories."""
        if self.every is not None and (run.epoch + 1 - run.state.started) % self.every == 0:
            run.after_epoch.append(lambda: self._write(run))

    def on_batch_end(self, run: Run) -> None:
        """Write."""
        self._write(run)

    def _write(self, run: Run) -> None:
        assert self._files is not None
        self._files.save(run, self.path, self._conditions)
