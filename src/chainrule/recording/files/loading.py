"""Read a recording from its file. Nothing in the file is trusted, and none of its code is run."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError, DataError, FileError, TrainingError
from ...files.container import read
from ...files.writing import as_path
from ...model.run_file import MOST, check_arrays
from ...optimizers.schedules.epochs import RunLength
from ...training.run import Run
from ...training.run_state import COUNTERS, RunState
from ...version import NUMERICS
from ..branch import quietly
from ..origin import Origin
from ..recorded import Recorded
from ..repeatable import check_repeatable, mark_of_data
from ..snapshots import Snapshots
from . import journal, models
from .kept_data import DATA, from_arrays
from .options_as_json import from_json
from .recording_file import FORMAT, HISTORY, RUN, STATES

AGAIN = "Take another copy of it."
OF_DATA = ("sample_weight", "validation_data")


def load(path: Any, X: Any, y: Any, known: Any, given: Mapping[str, Any]) -> Recorded:
    """Return a recording of a file; see `Recording.load`."""
    source = as_path(path)
    about, tensors = read(source)
    record = about.get("record")
    if not isinstance(record, dict):
        raise FileError(
            f"{source}: expected a recording, got another file of chainrule. Read it with "
            "Network.load, or with the class of its model."
        )
    if record.get("format") != FORMAT:
        raise FileError(
            f"{source}: expected a recording of format {FORMAT}, got "
            f"{record.get('format')!r:.40}. Read it with a newer chainrule."
        )
    if about.get("numerics") != NUMERICS:
        raise FileError(
            f"{source}: expected a recording with the numerics {NUMERICS} of this chainrule, got "
            f"{about.get('numerics')!r:.40}: its steps would get other bits. Network.load reads "
            "its network, and fit(resume=path) goes on from its end."
        )
    try:
        return _Reader(source, about, tensors, record).recorded(X, y, known, given)
    except DataError:
        raise
    except ChainruleError as error:
        raise FileError(f"{source}: {' '.join(str(error).split())[:400]}") from None
    except Exception as error:  # a hostile file makes constructors do anything
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise FileError(f"{source}: its recording cannot be read ({reason}). {AGAIN}") from None


class _Reader:
    """Reads the parts of one file."""

    def __init__(
        self, path: str, about: dict[str, Any], tensors: dict[str, Array], record: dict[str, Any]
    ) -> None:
        self.path, self.about, self.tensors, self.record = path, about, tensors, record

    def recorded(self, X: Any, y: Any, known: Any, given: Mapping[str, Any]) -> Recorded:
        """Return the recording."""
        record = self.record
        if (kept := record["data"]) is not None and X is None:
            arrays = {name: a for name, a in self.tensors.items() if name.startswith(DATA)}
            data = {name: from_arrays(arrays, part) for name, part in kept.items()}
            X, y = data["X"], data["y"]
            given = {n: data[n] for n in OF_DATA if data[n] is not None} | dict(given)
        if X is None:
            raise DataError(
                f"{self.path}: this recording is without its data. Give them: "
                "Recording.load(path, X, y). Record(path, keep_data=True) puts them into the file."
            )
        options, left = from_json(record["options"], record["missing"], given, known)
        net = models.made(record["kind"], self.about, self.tensors, known)
        net.engine = record["engine"]
        states, extra = self._states()
        with quietly():
            run = models.prepare(
                record["kind"], net, X, y, options, given.get("sampler", record["part"])
            )
        self._check_data(run)
        check_repeatable(run)
        return self._whole(self._origin(run, states[0][1]), states, extra, left)

    def _states(self) -> tuple[list[journal.Block], list[journal.Block]]:
        """Return the snapshots of the file, and those of its journal that come later."""
        data = self.tensors[STATES]
        if data.dtype != np.uint8 or data.ndim != 1:
            raise FileError(f"its snapshots are not in chainrule's form. {AGAIN}")
        states = [*journal.blocks(self.path, data.tobytes())]
        if not states:
            raise FileError(f"it has no snapshots. {AGAIN}")
        ended = self.record["ended"] is True
        return states, [] if ended else journal.read(self.path, self.record["id"])

    def _check_data(self, run: Run) -> None:
        """Raise unless these are the data and the settings of the recorded run."""
        assert run.files is not None
        now, before = run.files.conditions(run), self.about["run"]["conditions"]
        if now["data"] != before["data"]:
            raise DataError(
                f"{self.path}: expected the data of the recorded run, got others. Give the same X, "
                "y and weights, in the same order and of the same types, and estimator= for the "
                "run of an estimator."
            )
        for name in ("network", "batch size", "augmentation", "optimizer"):
            if now.get(name) != before.get(name):
                raise FileError(
                    f"expected the {name} of the recorded run, {before.get(name)!s:.100}, got "
                    f"{now.get(name)!s:.100}. Give the same."
                )

    def _origin(self, run: Run, flat: dict[str, Array]) -> Origin:
        """Put a run to its start, and return its origin."""
        assert run.files is not None
        start = self._snapshot(run, flat, first=True)
        update = run.files.update_for(run.update.afresh(), start.born)
        match self.record["length"]:
            case [int(per_epoch), int(epochs), int(begin)]:
                update = update.in_run(RunLength(per_epoch, epochs, begin))
        live = start.snapshot()
        live.update, run.state.callbacks = update, ()
        run.state.restore(live)
        run.until = int(self.record["until"])
        net, data = run.net.twin(start.theta), mark_of_data(run.source)
        return Origin(run, run.objective, update, start, run.until, net, data)

    def _snapshot(self, run: Run, flat: dict[str, Array], *, first: bool = False) -> RunState:
        """Return a snapshot, checked."""
        flat = {name: a for name, a in flat.items() if not name.startswith("history/")}
        if first and flat["run/counters"].shape == (len(COUNTERS),):
            run.state.seed = int(flat["run/counters"][0])
        theta = flat["theta"]
        if (theta.shape, theta.dtype) != (run.state.theta.shape, run.state.theta.dtype):
            raise FileError(f"the weights of a snapshot do not fit. {AGAIN}")
        check_arrays(run, flat, [])
        return RunState.from_arrays(flat)

    def _whole(
        self, origin: Origin, states: list[journal.Block], extra: list[journal.Block], left: Any
    ) -> Recorded:
        """Return the recording, once its origin is known."""
        record, run, tensors = self.record, origin.run, self.tensors
        counted = {name: record[name] for name in ("last", "until")}
        limit = {} if record["budget"] is None else {"budget": record["budget"]}
        if not all(type(k) is int and 0 <= k < MOST for k in counted.values()) or not all(
            type(k) is int and k >= 0 for k in limit.values()
        ):
            counted |= limit
            raise FileError(f"its counters cannot be: {counted}. {AGAIN}")
        assert run.files is not None
        snapshots = Snapshots(record["budget"])
        snapshots.marks = {int(step): str(mark) for step, mark in record["marks"].items()}
        snapshots.jumps = {int(step) for step in record["jumps"]}
        columns = {
            name: tensors[(HISTORY if HISTORY + name in tensors else f"{RUN}history/") + name]
            for name in record["columns"]
        }
        for about, flat in [*states, *extra]:
            state = self._snapshot(run, flat)
            if snapshots.steps and state.step < snapshots.steps[-1]:
                continue  # of a journal that was written into the file, but not removed
            snapshots.add(state)
            snapshots.mark(state, jump=about["jump"] is True)
            if snapshots.marks[state.step] != about["mark"]:
                raise FileError(f"a snapshot is not what it was. {AGAIN}")
            for name in about.get("columns", ()):
                before = columns.get(name, np.zeros(0))[: int(about["seen"].get(name, 0))]
                columns[name] = np.append(before, flat[f"history/{name}"])
        history = {name: array("d", a.astype(np.float64).tobytes()) for name, a in columns.items()}
        end, last, ended = [*snapshots][-1], snapshots.steps[-1], record["ended"] is True
        if ended:
            end, last = run.files.state_in(run, tensors, list(columns)), int(record["last"])
            end.update = None
            if not snapshots.steps[-1] <= last:
                raise FileError(f"its last step cannot be {last}. {AGAIN}")
        return Recorded(
            origin,
            snapshots,
            history,
            end,
            last,
            stopped=str(record["stopped"]) if ended else "interrupted",
            best_epoch=None if record["best_epoch"] is None else int(record["best_epoch"]),
            error=None if record["error"] is None else TrainingError(str(record["error"])),
            id=str(record["id"]),
            missing=tuple(left),
            parent=str(record["parent"]),
            changes=tuple(map(str, record["changes"])),
            seconds=float(record["seconds"]),
            loaded=True,
        )
