"""What a fit and its loop do so that several processes make the same run.

Hooks of callbacks, metrics and validation belong to the first process. What they change, all
processes get before they go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.checks import warn_user
from ..distributed.agreement import check_equal
from ..distributed.recovery import Loss
from ..errors import ParameterError
from ..files.checksum import checksum
from ..version import NUMERICS, __version__
from .callbacks.base import Callback
from .callbacks.checkpoint import Checkpoint
from .resuming import go_on_from
from .run import Run
from .run_state import RunState

ROWS, MOST = 64, 64  # rows of a shard at least, and shards of a batch at most
FIRST = 32  # rows of a source that are compared
START_ALIKE = (
    "Start every process with the same script, data and versions; draw random data with a seed."
)


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
    assert run.files is not None
    conditions = run.files.conditions(run)
    facts = {
        "version of chainrule": f"{__version__}, numerics {NUMERICS}",
        "version of NumPy": np.__version__,
        "engine": "native" if getattr(objective, "native", True) else "reference",
        "shape of the data": _shapes(run.source),
        "optimizer": repr(run.update.optimizer),
        "settings of the optimizer": conditions.get("optimizer", ""),
        **{name: text.strip() for name, text in conditions.items() if name != "optimizer"},
        "first rows of the source": _first_rows(run.source),
        "number of epochs": str(run.until - run.state.started),
        "weights at the beginning": checksum([run.state.theta]),
        "state of the optimizer": fingerprint(run.state),
        "callbacks": ", ".join(_names(run.callbacks)) or "none",
        "resume": str(run.options.resumes),
    }
    check_equal(processes, facts, START_ALIKE)
    objective.join(processes)
    if processes.is_first:
        _warn_of_few_rows(run.batch_size, processes.size)


def _first_rows(source: Any) -> str:
    """Return a checksum of some rows of a user's source, which may say no more of its data."""
    source = getattr(source, "source", source)  # below augmentation
    given = getattr(source, "given", None)
    if given is None or not hasattr(given, "rows"):
        return ""
    batch = source.rows(slice(0, min(len(source), FIRST)))
    return checksum([batch[name] for name in sorted(batch) if np.ndim(batch[name])])


def _names(callbacks: list[Callback]) -> list[str]:
    """Return the names of callbacks; only the first process shows the progress."""
    return [type(callback).__name__ for callback in callbacks if not callback.shows_progress]


def _shapes(source: Any) -> str:
    """Return the shapes of arrays, or how many rows a source has."""
    inputs = getattr(source, "inputs", None)
    if not isinstance(inputs, dict):
        return f"{len(source)} rows" if hasattr(source, "__len__") else "a stream"
    arrays = inputs | ({} if source.y is None else {"y": source.y})
    return ", ".join(f"{name} {np.shape(array)}" for name, array in arrays.items())


def _warn_of_few_rows(batch_size: int, processes: int) -> None:
    """Warn if batches are not divided, so that more processes are not faster than one."""
    needed = ROWS * 2 ** math.ceil(math.log2(processes))
    if processes > MOST:
        warn_user(
            f"fit(comm=...): a batch is divided among at most {MOST} processes, and there are "
            f"{processes}. Each of them computes whole batches, as one would. Start {MOST}."
        )
    elif 0 < batch_size < needed:
        warn_user(
            f"fit(comm=...): batches of {batch_size} rows are too small for {processes} processes. "
            "Each of them computes whole batches, as one would. "
            f"Take batch_size={needed} or more, or fewer processes."
        )


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
        with run.one_sided():
            take_over(run)
        reasons = run.processes.share(run.stopped)
        run.stopped = next(filter(None, reasons), "")
    return bool(run.stopped)


def follow_first(run: Run, call: Callable[[list[Callback]], None]) -> None:
    """Call hooks, and take over what the callbacks of the first process have changed.

    Parameters
    ----------
    run : Run
        One whose hooks are due.
    call : function
        Calls the hooks of a list of callbacks.
    """
    processes = run.processes
    if processes is None:
        call(run.callbacks)
        return
    led: list[bool] = []

    def lead() -> tuple[Any, ...]:
        led.append(True)
        take_over(run)
        changes = not all(callback.only_writes for callback in run.callbacks)
        before = fingerprint(run.state) if changes else ""
        call(run.callbacks)
        changed = changes and fingerprint(run.state) != before
        arrays = run.state.arrays() if changed else None
        return arrays, run.stopped, run.best_epoch, run.logs, _memories(run)

    arrays, stopped, best, logs, run.memories = processes.only_first(lead)
    if led:
        return
    run.logs = logs
    with run.one_sided():
        call(run.acting)
    run.stopped = run.stopped or stopped
    if arrays is not None:
        taken = RunState.from_arrays(arrays)
        taken.update, taken.stopped, taken.best_epoch = run.update, run.stopped, best
        run.state.restore(taken)


def _memories(run: Run) -> dict[str, dict[str, Array]]:
    """Return what the callbacks remember that only the first process calls."""
    own = {
        f"callback/{k}"
        for k, callback in enumerate(run.state.callbacks)
        if getattr(callback, "in_all_processes", False)
    }
    found = run.state.memories()
    return {
        name: memory
        for name, memory in found.items()
        if name.startswith("callback/") and name not in own and memory
    }


def take_over(run: Run) -> None:
    """Begin the callbacks, if the process that called their hooks before was lost.

    They begin like those of a run that is resumed: with what they remember, and with the history
    of the epochs that are over.
    """
    if run.leads or run.processes is None or not run.processes.is_first:
        return
    run.leads = True
    remembering = run.state.remembering()
    for name, memory in run.memories.items():
        remembering[name].load({key: np.array(a) for key, a in memory.items()})
    over = run.epoch - run.state.started
    last = {name: values[over:] for name, values in run.history.items()}
    for values in run.history.values():
        del values[over:]
    for callback in run.callbacks:
        if not callback.in_all_processes:
            callback.check_path()
            callback.on_train_begin(run)
    for name, values in last.items():
        run.history[name].extend(values)


def compute_together(
    run: Run, theta: Array, batch: dict[str, Any], key: Array
) -> tuple[Any, Array, Any]:
    """Return loss, g and carry of one step that all processes compute."""
    processes, carry = run.processes, run.state.carry
    assert processes is not None
    found: tuple[Any, Array, Any] = (0.0, theta, carry)

    def call() -> None:
        nonlocal found
        try:
            found = run.objective(theta, batch, key, carry)
        except Loss:
            raise
        except Exception as error:
            processes.keep(error)

    processes.together(call)
    processes.share(None)  # if it has failed in one of them, it ends here
    return found


def check_batch(run: Run, batch: Mapping[str, Any] | None) -> None:
    """Raise ProcessError unless all processes have read the same batch, or the end of the epoch."""
    rows = "none" if batch is None else f"{len(batch['c'])} rows"
    if batch is not None:
        rows += f", {checksum(batch.values())}"
    where = f"batch at step {run.step + 1}"
    assert run.processes is not None
    check_equal(run.processes, {where: rows}, "Let the source give the same rows in all of them.")


def fingerprint(state: RunState) -> str:
    """Return a checksum of θ, the slots and the counters."""
    counters = np.array([state.t, state.step, state.epoch, state.position])
    return checksum([counters, *state.vectors().values()])


def check_theta(run: Run) -> None:
    """Raise ProcessError unless all processes have the same θ at the end of an epoch."""
    if run.processes is not None:
        check_equal(
            run.processes,
            {f"θ after epoch {run.epoch + 1}": checksum([run.state.theta])},
            "Look for a callback, an op or a source that does not do the same in all of them.",
        )
