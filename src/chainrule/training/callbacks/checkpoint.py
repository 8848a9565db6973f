"""Write the whole run while it trains, so that it can go on after any interruption."""

import os
from pathlib import Path
from typing import Any

from ...errors import FileError, ParameterError
from ...files.writing import check_target, remove_leftovers
from ...settings import is_whole
from .base import Callback, Run, RunFiles
from .file_names import FileNames
from .monitor import Mode, Monitor


class Checkpoint(Callback):
    """Writes θ, slots, history and the memories of callbacks and schedules to a file.

    `fit(..., resume=path)` continues from it, bit for bit as without a stop; `Network.load(path)`
    reads the network. A file is replaced in one step: at every moment there is either the old or
    the new one, complete. The file holds the last state only; with fields in its name, such as
    "run-{epoch}.safetensors", there are many files.

    Parameters
    ----------
    path : str or path
        The file. Its name may have the fields {epoch} (from 1, counted over all calls of `fit`),
        {step} and the names of the history, each with a format: {epoch:03d}, {val_loss:.3f}.
    every : int, optional
        Write after this number of epochs, ≥ 1; None: not after epochs.
    every_steps : int, optional
        Write after this number of steps, ≥ 1; None: not after steps.
    best_only : bool
        True: write only after an epoch that is better than all before it in this call of `fit`.
    monitor : str
        The name of the history that `best_only` compares.
    mode : {"auto", "min", "max"}
        "min": smaller is better; "max": larger is better; "auto" follows the name, as in
        EarlyStopping.
    keep : int, optional
        With fields in the name: how many of the last files are kept, ≥ 1; None: all.

    Raises
    ------
    ParameterError
        A number outside its range, a field that cannot be, or, after the first epoch, a name that
        is not in the history.
    FileError
        When training begins, if the file cannot be written there; while training, if it cannot be
        written. The file before stays.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.Checkpoint("run.safetensors", every=5).every
    5
    >>> best = cr.Checkpoint("best-{epoch:03d}.safetensors", best_only=True, keep=3)
    """

    checkpoints = True
    only_writes = True

    def __init__(
        self,
        path: Any,
        every: int | None = 1,
        every_steps: int | None = None,
        *,
        best_only: bool = False,
        monitor: str = "val_loss",
        mode: Mode = "auto",
        keep: int | None = None,
    ) -> None:
        numbers = {"every": every, "every_steps": every_steps, "keep": keep}
        for name, value in numbers.items():
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
        if not isinstance(best_only, bool):
            raise ParameterError(
                f"Checkpoint(best_only={best_only!r}): best_only must be True or False."
            )
        self._names = FileNames("Checkpoint", str(path))
        self._monitor = Monitor("Checkpoint", monitor, mode)
        if every_steps is not None and (best_only or self._names.numbers):
            what = "best_only" if best_only else f"{{{self._names.numbers[0]}}}"
            raise ParameterError(
                f"Checkpoint(every_steps={every_steps}): {what} needs the numbers of a whole "
                "epoch. Leave out every_steps, or one of the two."
            )
        if keep is not None and not self._names.fields:
            raise ParameterError(
                f"Checkpoint({str(path)!r}, keep={keep}): there is one file only. "
                "Write a field into its name: run-{epoch}.safetensors."
            )
        self.path, self.every, self._every_steps = path, every, every_steps
        self.best_only, self.monitor, self.mode, self.keep = best_only, monitor, mode, keep
        self._files: RunFiles | None = None
        self._conditions: dict[str, str] = {}
        self._written: list[str] = []

    @property
    def every_steps(self) -> int | None:
        """The number of steps from one file to the next."""
        return self._every_steps

    def check_path(self) -> None:
        """Raise FileError if the file cannot be written; a fit asks before it begins."""
        check_target(self._names.name(dict.fromkeys(self._names.fields, 0)))

    def last_file(self) -> str | None:
        """Return the file that was written last, by this object or by another; None if none was."""
        if self._names.fields:
            return next((path for path, _ in reversed(self._names.existing())), None)
        path = self._names.name({})
        return path if Path(path).exists() else None

    def on_train_begin(self, run: Run) -> None:
        """Check the path now, not after the first epoch; note what a resumed run must share."""
        self.check_path()
        if run.files is None:
            raise FileError(
                f"Checkpoint({str(self.path)!r}): this run cannot be written to a file. "
                "Use Network.fit."
            )
        if self._names.fields:
            self._names.remove_leftovers()
        else:
            remove_leftovers(self._names.name({}))
        # A resumed run counts the files that it wrote before.
        before = self._names.existing() if self.keep is not None and run.history else []
        self._written = [path for path, at in before if at.get("epoch", 0) <= run.epoch + 1]
        self._files = run.files
        self._conditions = run.files.conditions(run)  # reads all data, so only once

    def on_epoch_end(self, run: Run) -> None:
        """Write once all callbacks have seen the end of the epoch: the file has their memories."""
        if self.best_only:
            self._monitor.value(run.logs)  # it must be there in the first epoch already
        counted = run.epoch + 1 - run.state.started
        if self.every is None or counted % self.every or (self.best_only and not self._best(run)):
            return
        numbers = run.logs | {"epoch": run.epoch + 1, "step": run.step}
        path = self._names.name(numbers)
        run.after_epoch.append(lambda: self._write(run, path))

    def _best(self, run: Run) -> bool:
        """Return True if this epoch is better than all before it at which a file could be."""
        assert self.every is not None
        *before, now = run.history[self.monitor][self.every - 1 :: self.every]
        best = self._monitor.worst
        for value in before:
            best = value if self._monitor.better(value, best) else best
        return self._monitor.better(now, best)

    def on_batch_end(self, run: Run) -> None:
        """Write."""
        self._write(run, self._names.name({"epoch": run.epoch + 1, "step": run.step}))

    def _write(self, run: Run, path: str) -> None:
        assert self._files is not None
        self._files.save(run, path, self._conditions)
        if self.keep is None:
            return
        self._written = [other for other in self._written if other != path] + [path]
        while len(self._written) > self.keep:
            self._remove(self._written.pop(0))

    def _remove(self, path: str) -> None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise FileError(
                f"{path}: Checkpoint(keep={self.keep}) cannot remove it ({error.strerror}). "
                "Allow it, or leave out keep."
            ) from None
