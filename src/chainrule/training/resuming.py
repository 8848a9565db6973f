"""Checkpoints at the beginning of a run: whether they can be written, going on from one."""

from collections.abc import Iterable
from typing import Any

from ..errors import ParameterError
from .callbacks.base import Callback
from .callbacks.checkpoint import Checkpoint
from .run import Run


def check_paths(callbacks: Iterable[Callback]) -> None:
    """Raise FileError if a callback writes a file that cannot be written."""
    for callback in callbacks:
        callback.check_path()


def go_on_from(run: Run, resume: Any) -> None:
    """Put the run to where a checkpoint was written.

    Parameters
    ----------
    run : Run
        One that has not begun; it has `files`.
    resume : path, or True
        The checkpoint; True: the last file of the Checkpoint among the callbacks, if there is one.
    """
    path = resume
    if resume is True:
        checkpoint = next((c for c in run.callbacks if isinstance(c, Checkpoint)), None)
        if checkpoint is None:
            raise ParameterError(
                "fit(resume=True): there is no Checkpoint among the callbacks. Give resume= a path."
            )
        path = checkpoint.last_file()
        if path is None:
            return
    assert run.files is not None
    epochs = run.until - run.state.started
    run.files.restore(run, path)
    run.until = run.state.started + epochs
    run.resumed()
