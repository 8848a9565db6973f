"""Write the whole run while it trains, so that it can go on after anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import FileError, ParameterError
from ...settings import is_whole
from .base import Callback

if TYPE_CHECKING:
    from ..run import Run


class Checkpoint(Callback):
    """Writes θ, slots, history and what every callback and schedule remembers to one file, the last state only.

    `fit(..., resume=path)` goes on from it, bit for bit as if nothing had happened; `Network.load(path)` reads the network.
    A file is replaced in one step: at every moment the old or the new one is there, whole.

    Parameters
    ----------
    path : str or path
        The file, used as given.
    every : int, optional
        Epochs from one writing to the next, ≥ 1; None: not after epochs.
    every_steps : int, optional
        Steps from one writing to the next, ≥ 1; None: not after steps.

    Raises
    ------
    ParameterError
        A number outside its range.
    FileError
        When training begins, without a folder for the file; while training, when it cannot be written. The one before stays.

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
                f"Checkpoint({path!r}): expected the name of a file. Write Checkpoint('run.safetensors')."
            )
        self.path, self.every, self._every_steps = path, every, every_steps
        self._conditions: dict[str, str] = {}

    @property
    def every_steps(self) -> int | None:
        return self._every_steps

    def on_train_begin(self, run: "Run") -> None:
        from ...files import container
        from ...model import run_file as resume

        folder = Path(self.path).absolute().parent
        if not folder.is_dir() or Path(self.path).is_dir():  # said now, not after the first epoch
            wrong = "it is a folder" if folder.is_dir() else f"there is no folder {folder}"
            raise FileError(
                f"{self.path}: it cannot be written ({wrong}). Make the folder, or choose another path."
            )
        container.remove_leftovers(self.path)
        self._conditions = resume.conditions(run)  # the data are read once, not at every writing

    def on_epoch_end(self, run: "Run") -> None:
        if self.every is not None and (run.epoch + 1 - run.state.started) % self.every == 0:
            run.after_epoch.append(lambda: self._write(run))

    def on_batch_end(self, run: "Run") -> None:
        self._write(run)

    def _write(self, run: "Run") -> None:
        from ...model.network_file import save_run

        save_run(run, self.path, self._conditions)
