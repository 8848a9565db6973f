"""Write one line for each epoch to a file that every table program reads."""

import csv
from pathlib import Path
from typing import Any

from ...errors import FileError
from ...files.writing import check_target, checked
from .base import Callback, Run


class CSVLog(Callback):
    """Writes the numbers of each epoch to a CSV file.

    The columns are epoch (from 1, counted over all calls of `fit`), loss, and what else is
    watched. The file holds this call of `fit`, as its history does; a resumed run first writes the
    epochs before it. Each line is on disk when its epoch is over.

    Parameters
    ----------
    path : str or path
        The file, used as given; an existing file is replaced.

    Raises
    ------
    FileError
        When training begins, or while it goes on, if the file cannot be written.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.CSVLog("run.csv").path
    'run.csv'
    """

    only_writes = True

    def __init__(self, path: Any) -> None:
        if not isinstance(path, (str, Path)):
            raise FileError(
                f"CSVLog({path!r}): expected the name of a file. Write CSVLog('run.csv')."
            )
        self.path = path

    def check_path(self) -> None:
        """Raise FileError if the file cannot be written; a fit asks before it begins."""
        check_target(self.path)

    def on_train_begin(self, run: Run) -> None:
        """Begin the file; write the epochs of a resumed run."""
        self._write("w", [])
        if before := list(zip(*run.history.values(), strict=True)):
            begin = run.epoch - len(before) + 1
            rows = [[begin + k, *row] for k, row in enumerate(before)]
            self._write("a", [["epoch", *run.history], *rows])

    def on_epoch_end(self, run: Run) -> None:
        """Append a line."""
        head = [["epoch", *run.logs]] if len(run.history["loss"]) == 1 else []
        self._write("a", [*head, [run.epoch + 1, *run.logs.values()]])

    def _write(self, mode: str, rows: list[list[Any]]) -> None:
        target, _ = checked(self.path)  # never a pipe, which would wait for a reader
        try:
            with open(target, mode, newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        except OSError as error:
            raise FileError(
                f"{self.path}: it cannot be written ({error.strerror}). Choose another path."
            ) from None
