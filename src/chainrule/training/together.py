"""What a fit and its loop do so that several processes make the same run.

Hooks of callbacks, metrics and validation belong to the first process. What they change, all
processes get before they go on.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..arrays import Array
from ..distributed.agreement import check_equal
from ..errors import ParameterError
from ..version import NUMERICS, __version__
from .callbacks.checkpoint import Checkpoint
from .resuming import go_on_from
from .run import Run
from .run_state import RunState

START_ALIKE = "Start every process with the same script, data and versions."


def check_agreement(run: Run) -> None:
    """Raise ProcessError unless all processes are about to make the same run.

    Before that, let the objective know of the other processes.
    """
    processes = run.processes
    if processes is None:
        return
    if run.update.optimizer.full_batch:
        raise ParameterError(
            "fit(comm=...)",
            "an optimizer that makes a step from a gradient",
            repr(run.update.optimizer),
            "Use Adam(), or leave out comm.",
        )
    objective: Any = run.objective
    objective.join(processes)
    assert run.files is not None
    facts = {
        "version of chainrule": f"{__version__}, numerics {NUMERICS}",
        "version of NumPy": np.__version__,
        **run.files.conditions(run),
        "number of epochs": str(run.until - run.state.started),
        "weights at the beginning": hash_of(run.state.theta),
        "state of the optimizer": fingerprint(run.state),
        "callbacks": ", ".join(type(callback).__name__ for callback in run.callbacks),
        "resume": str(run.options.resumes),
    }
    check_equal(processes, facts, START_ALIKE)


def resume(run: Run, path: Any) -> None:
    """Put the run to where a checkpoint was written; all processes read that of the first one."""
    if run.processes is None:
        go_on_from(run, path)
        return
    found = run.processes.only_first(lambda: _bytes_of(run, path))
    if found is None:
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "run.safetensors"
        copy.write_bytes(found)
        with run.one_sided():
            go_on_from(run, path if run.processes.is_first else copy)
        run.processes.share(None)


def _bytes_of(run: Run, path: Any) -> bytes | None:
    """Return the bytes of a checkpoint; None if there is none yet to go on from."""
    if path is True:
        checkpoint = next((c for c in run.callbacks if isinstance(c, Checkpoint)), None)
        path = None if checkpoint is None else checkpoint.last_file()
        if checkpoint is not None and path is None:
            return None
    return b"" if path is None or path is True else Path(path).read_bytes()


def is_stopped(run: Run) -> bool:
    """Return True if the run is to end; the first reason that a process has counts in all."""
    if run.processes is not None:
        reasons = run.processes.share(run.stopped)
        run.stopped = next(filter(None, reasons), "")
    return bool(run.stopped)


def follow_first(run: Run, before: str) -> None:
    """Take over what the callbacks of the first process have changed.

    Parameters
    ----------
    run : Run
        One whose hooks have just been called.
    before : str
        The fingerprint of its state before the hooks.
    """
    processes = run.processes
    if processes is None or all(callback.only_writes for callback in run.callbacks):
        return
    changed = processes.from_first(fingerprint(run.state) != before)
    if not changed:
        return
    arrays, stopped, best = processes.from_first((run.state.arrays(), run.stopped, run.best_epoch))
    if not processes.is_first:
        taken = RunState.from_arrays(arrays)
        taken.update, taken.stopped, taken.best_epoch = run.update, stopped, best
        run.state.restore(taken)


def fingerprint(state: RunState) -> str:
    """Return a hash of θ, the slots and the counters."""
    digest = sha256(f"{state.t} {state.step} {state.epoch} {state.position}".encode())
    for name, array in state.vectors().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def hash_of(theta: Array) -> str:
    """Return a hash of θ."""
    return sha256(np.ascontiguousarray(theta).data).hexdigest()


def check_theta(run: Run) -> None:
    """Raise ProcessError unless all processes have the same θ at the end of an epoch."""
    if run.processes is not None:
        check_equal(
            run.processes,
            {f"θ after epoch {run.epoch + 1}": hash_of(run.state.theta)},
            "Look for a callback, an op or a source that does not do the same in all of them.",
        )
