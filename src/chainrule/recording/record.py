"""Record a run while it trains."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

from ..errors import FileError, NotBuiltError, ParameterError, TrainingError
from ..files.writing import check_target
from ..training.callbacks.file_names import FileNames
from .files.journal import check_free
from .files.recording_file import RecordingFile
from .recorder import Recorder, Sink
from .recording import Recording

BUDGET = 20_000_000


class Record(Recorder):
    """Keeps a run, so that every one of its steps can be visited again.

    Snapshots of the whole state are taken about every 30 ms, more rarely if they are large; all
    steps between are made again from them when they are visited. If the snapshots need more bytes
    than the budget, every second one is dropped, and the next ones are taken at twice the distance.

    With a path, the recording is a safetensors file. It is written whole when training begins and
    ends; in between, snapshots are appended to a journal beside it, so that after any end of the
    process the recording opens up to its last snapshot. `Network.load(path)` reads the network at
    the end, `fit(resume=path)` goes on from there.

    Parameters
    ----------
    path : str or path, optional
        The file; None: the recording stays in memory. `{id}` in its name becomes 8 letters and
        digits that are others for each run, such as in a search.
    budget : float, optional
        The most bytes that the snapshots may have together, ≥ 0; None: no limit.
    keep_data : bool
        True: the file has the data, so that `Recording.load(path)` needs none.

    Raises
    ------
    ParameterError
        A setting that cannot be.
    FileError
        When training begins, if the file cannot be written, or another run is recorded into it.
    DataError
        When training begins, if the data cannot be read again, or are others then.

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.xor()
    >>> net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    >>> record = cr.Record()
    >>> history = net.fit(X, y, epochs=20, callbacks=[record], verbose=0)
    >>> record.recording.at(step=20).theta.tolist() == net.theta.tolist()
    True
    """

    def __init__(
        self, path: Any = None, *, budget: float | None = BUDGET, keep_data: bool = False
    ) -> None:
        super().__init__(budget)
        if path is not None and not isinstance(path, (str, Path)):
            raise FileError(
                f"Record({path!r}): expected the name of a file. Write Record('run.safetensors')."
            )
        if not isinstance(keep_data, bool):
            raise ParameterError(
                f"Record(keep_data={keep_data!r}): keep_data must be True or False."
            )
        self.path, self.keep_data = path, keep_data
        self._names = None if path is None else names_of(str(path))
        self._recording: Recording | None = None

    def __repr__(self) -> str:
        """Return its settings, and what it has recorded."""
        has = "" if self.recorded is None else f": {self.recording!r}"
        return f"<{super().__repr__()}{has}>" if has else super().__repr__()

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings: a copy has not recorded anything."""
        return super().__getstate__() | {"_recording": None}

    @property
    def recording(self) -> Recording:
        """The recorded run; NotBuiltError before one has ended."""
        if self.recorded is None:
            raise NotBuiltError(
                "Record: no run has been recorded yet. Call fit first; an estimator records with a "
                "copy, est.callbacks_[0].recording."
            )
        if self._recording is None or self._recording.recorded is not self.recorded:
            self._recording = Recording(self.recorded)
        return self._recording

    def check_path(self) -> None:
        """Raise FileError if the file cannot be written; a fit asks before it begins."""
        if self._names is not None:
            path = self._named("0")
            check_target(path)
            check_free(path)

    def sink(self, run: Any) -> Sink | None:
        """Return the file of a run that begins."""
        if self._names is None:
            return None
        if run.files is None:
            raise FileError(
                f"Record({str(self.path)!r}): this run cannot be written to a file. Use Network.fit."
            )
        return RecordingFile(self._named(token_hex(4)), run, self.keep_data)

    def _named(self, run: Any) -> str:
        """Return the path of a run of this name."""
        assert self._names is not None
        return self._names.name({"id": run})


def names_of(path: str) -> FileNames:
    """Return the names that a path gives; its only field is {id}."""
    names = FileNames("Record", path)
    for _, name, form, _ in names.parts:
        if name is not None and (name != "id" or form):
            raise ParameterError(
                f"Record({path!r})",
                "no field but {id} in the name",
                f"{{{name}{':' * bool(form)}{form}}}",
                "A recording has all steps. A brace of the name is written twice: {{ or }}.",
            )
    return names


def recorded(
    fit: Callable[[list[Any]], object], callbacks: Any, record: Record, comm: Any = None
) -> Recording:
    """Return the recording of a fit, also of one that fails.

    Parameters
    ----------
    fit : function
        Trains with the callbacks that it is given.
    callbacks : callback or sequence
        The user's own.
    record : Record
        What records.
    comm : communicator, optional
        Refused: of several processes only the first one has the recording.
    """
    if comm is not None:
        raise ParameterError(
            "comm=...",
            "one process that records or diagnoses",
            repr(comm),
            "Write fit(..., callbacks=[Record(path)], comm=comm): the first process records.",
        )
    own = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
    try:
        fit([*own, record])
    except TrainingError as error:
        if record.recorded is None:  # it was refused before it began
            raise
        warnings.warn(
            f"record: {error} The recording has every step before: at('end'), diagnose().",
            stacklevel=4,
        )
    return record.recording
