"""A recording as one safetensors file, and the journal beside it while it is written.

arrays    those of a checkpoint of the run: so Network.load and fit(resume=) read the file, too;
          record:states, all snapshots as blocks of a journal; record:history/NAME, every epoch if
          the run went back to its best one; data:K, the data on request
text      JSON: that of a checkpoint, and record: see `about_run`

The file is written whole when a run begins, when its budget is spent, and when it ends. Between,
snapshots are appended to the journal. So at every moment there is a recording up to the last one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...data.sources import Arrays
from ...errors import FileError
from ...files.container import write
from ...files.writing import as_path, remove_leftovers
from ...training.run import Run
from ...training.run_state import Numbers, RunState
from ...version import NUMERICS
from ..recorded import Recorded
from ..snapshots import Snapshots
from .journal import Journal, block
from .kept_data import as_arrays
from .options_as_json import as_json

FORMAT = 1
RUN = "run:"  # no path has a colon
STATES, HISTORY = "record:states", "record:history/"


class RecordingFile:
    """Writes a recording while its run lasts; see `Sink`.

    Parameters
    ----------
    path : str or path
        The file.
    run : Run
        The run, which begins.
    keep_data : bool
        True: the file has the data, too.
    """

    def __init__(self, path: Any, run: Run, keep_data: bool) -> None:
        assert run.files is not None
        self.path, self.run = os.path.abspath(as_path(path)), run  # whatever the folder is then
        self.data = data_of(run) if keep_data else None
        self.journal = Journal(self.path)
        remove_leftovers(self.path)
        self.conditions = run.files.conditions(run)  # reads all data, so only once
        self.described = described_run(run)
        self.seen: dict[str, int] = {}  # how much of the history is written

    def begin(self, recorded: Recorded) -> None:
        """Write the start of a run, and an empty journal."""
        self._write(recorded, ended=False)
        self.journal.begin(recorded.id)

    def append(self, state: RunState, snapshots: Snapshots, columns: Mapping[str, Numbers]) -> None:
        """Write one more snapshot, and the epochs since the last one."""
        arrays, about = block_of(state, snapshots)
        for name, values in columns.items():
            arrays[f"history/{name}"] = np.array(values[self.seen.get(name, 0) :])
        self.journal.append(arrays, about | {"seen": self.seen, "columns": list(columns)})
        self.seen = {name: len(values) for name, values in columns.items()}

    def compact(self, recorded: Recorded) -> None:
        """Write everything anew, without the snapshots that were dropped."""
        self._write(recorded, ended=False)
        self.journal.begin(recorded.id)

    def end(self, recorded: Recorded) -> None:
        """Write everything, and remove the journal."""
        try:
            self._write(recorded, ended=True)
            self.journal.remove()
        finally:
            self.journal.close()

    def close(self) -> None:
        """Leave the file as it is."""
        self.journal.close()

    def _write(self, recorded: Recorded, *, ended: bool) -> None:
        assert self.run.files is not None
        self.seen = {name: len(values) for name, values in recorded.columns.items()}
        tensors, about = self.run.files.with_run(self.run, self.conditions)
        write_recording(self.path, recorded, tensors, about, self.described, self.data, ended=ended)


def write_recording(
    path: str,
    recorded: Recorded,
    tensors: dict[str, Array],
    about: dict[str, Any],
    described: dict[str, Any],
    data: tuple[dict[str, Array], Any] | None,
    *,
    ended: bool,
) -> None:
    """Write the file of a recording.

    Parameters
    ----------
    path : str
        The file.
    recorded : Recorded
        The recording.
    tensors, about
        A checkpoint of its end.
    described : dict
        What `described_run` returned.
    data : pair, optional
        What `data_of` returned.
    ended : bool
        False: the run still lasts.
    """
    kept, text = data or ({}, None)
    arrays = dict(kept)
    done = recorded.end.epoch - recorded.end.started
    for name, values in recorded.columns.items():
        tensors[f"{RUN}history/{name}"] = np.array(values[:done])
        if len(values) > done:  # early stopping went back
            arrays[HISTORY + name] = np.array(values)
    states = b"".join(
        block(path, *block_of(state, recorded.snapshots)) for state in recorded.snapshots
    )
    record = described | about_run(recorded, ended=ended) | {"data": text}
    write(
        path,
        tensors | arrays | {STATES: np.frombuffer(states, np.uint8)},
        about | {"numerics": NUMERICS, "record": record},
        flush=ended,
    )


def block_of(state: RunState, snapshots: Snapshots) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return a snapshot as arrays and JSON."""
    jump = state.step in snapshots.jumps
    return state.arrays(), {"mark": snapshots.marks[state.step], "jump": jump}


def described_run(run: Run) -> dict[str, Any]:
    """Return what no step changes, as JSON."""
    assert run.files is not None
    options, missing = as_json(run.options)
    try:
        part = run.files.described_part()
    except FileError:
        part = None
        missing.append("sampler")
    length = run.update.run
    return {
        "format": FORMAT,
        "kind": run.files.kind,
        "engine": run.net.engine,
        "options": options,
        "missing": missing,
        "part": part,
        "length": None if length is None else [length.per_epoch, length.epochs, length.begin],
        "rows": types_of(run.source),
    }


def types_of(source: Any) -> dict[str, Any]:
    """Return type and shape of each array that the rows come from, as JSON; {} of other sources."""
    if not isinstance(source, Arrays):
        return {}
    given = {**source.inputs, "y": source.y}
    return {
        name: [np.dtype(a.dtype).str, list(np.shape(a))]
        for name, a in given.items()
        if a is not None and hasattr(a, "dtype")
    }


def about_run(recorded: Recorded, *, ended: bool) -> dict[str, Any]:
    """Return the rest of a recording as JSON."""
    snapshots = recorded.snapshots
    return {
        "id": recorded.id,
        "until": recorded.origin.until,
        "last": recorded.last,
        "ended": ended,
        "stopped": recorded.stopped,
        "best_epoch": recorded.best_epoch,
        "error": None if recorded.error is None else str(recorded.error),
        "columns": list(recorded.columns),
        "marks": {str(step): mark for step, mark in snapshots.marks.items()},
        "jumps": sorted(snapshots.jumps),
        "budget": snapshots.budget,
        "parent": recorded.parent,
        "changes": list(recorded.changes),
        "seconds": recorded.seconds,
    }


def data_of(run: Run) -> tuple[dict[str, Array], Any]:
    """Return the data of a run as arrays and JSON."""
    X, y = run.given
    options = run.options
    return as_arrays(
        {
            "X": X,
            "y": y,
            "sample_weight": options.sample_weight,
            "validation_data": options.validation_data,
        }
    )
