"""Write event files that TensorBoard shows."""

from pathlib import Path
from typing import Any

from ...errors import DependencyError, FileError, ParameterError
from ...settings import is_number
from .base import Callback, Run


class TensorBoardLog(Callback):
    """Writes the numbers of each epoch as TensorBoard's event files.

    It also writes the learning rate and, on request, histograms of the parameters. It needs the
    package tensorboardX (`pip install "chainrule[tensorboard]"`); `tensorboard --logdir FOLDER`
    shows the files. Steps are epochs, from 1, counted over all calls of `fit`; a resumed run
    replaces what was written after its checkpoint.

    Parameters
    ----------
    folder : str or path
        The folder of this run; it is made if it is missing.
    histograms : bool
        True: also write a histogram of each parameter in each epoch, by its symbol.

    Raises
    ------
    DependencyError
        When training begins, if tensorboardX is not installed.
    FileError
        When training begins, if the folder cannot be made.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.TensorBoardLog("runs/first").folder
    'runs/first'
    """

    only_writes = True

    def __init__(self, folder: Any, *, histograms: bool = False) -> None:
        if not isinstance(folder, (str, Path)):
            raise FileError(
                f"TensorBoardLog({folder!r}): expected the name of a folder, such as 'runs/first'."
            )
        if not isinstance(histograms, bool):
            raise ParameterError(
                f"TensorBoardLog(histograms={histograms!r}): histograms must be True or False."
            )
        self.folder, self.histograms = folder, histograms
        self._writer: Any = None

    def on_train_begin(self, run: Run) -> None:
        """Open the event file."""
        try:
            from tensorboardX import SummaryWriter
        except ImportError:
            raise DependencyError(
                "TensorBoardLog",
                "the package tensorboardX",
                "none",
                'Install it: pip install "chainrule[tensorboard]".',
            ) from None
        resumed = {"purge_step": run.epoch + 1} if run.history else {}
        try:
            self._writer = SummaryWriter(str(self.folder), **resumed)
        except OSError as error:
            raise FileError(
                f"{self.folder}: it cannot be written ({error.strerror}). Choose another folder."
            ) from None

    def on_epoch_end(self, run: Run) -> None:
        """Write the numbers of the epoch."""
        epoch, lr = run.epoch + 1, getattr(run.optimizer.at(max(run.state.t, 1)), "lr", None)
        for name, value in run.logs.items():
            self._writer.add_scalar(name, value, epoch)
        if is_number(lr):
            self._writer.add_scalar("lr", lr, epoch)
        if self.histograms:
            for name, values in run.net.parameters.items():
                self._writer.add_histogram(name, values.copy(), epoch)
        self._writer.flush()

    def on_train_end(self, run: Run) -> None:
        """Close the event file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def on_exception(self, run: Run, error: BaseException) -> None:
        """Close the event file."""
        self.on_train_end(run)
