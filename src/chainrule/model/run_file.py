"""Checkpoints: the file of a model with the whole state of its run.

The arrays are as in the file of the model, and run:NAME for each array of `RunState.arrays`. The
text also has the entry `run`: why it stopped, the columns of its history in their order, and the
conditions that must be the same when it continues.
"""

from __future__ import annotations

import json
import warnings
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, FileError
from ..files.container import read, write
from ..files.settings_as_json import describe
from ..graph.byte_form import fingerprint
from ..optimizers.schedules.base import lasts_one_run
from ..training.callbacks.base import Callback, EveryEpoch, taking_part
from ..training.run import Run
from ..training.run_state import COUNTERS, RunState
from ..training.updates import Update, groups
from ..version import NUMERICS
from .model import Built, Model
from .network_file import STORED, contents, fill, in_short

RUN = "run:"  # no path has a colon
MOST = 2**53  # steps, epochs and rows: more than any run can have
OLDEST = 2**31 - 1  # steps between a parameter's first one and step 0, an int32 in C


class RunFile(ABC):
    """Reads and writes the checkpoints of one run; `Run.files` is one. Abstract: of any model."""

    # ---- what a model says

    @abstractmethod
    def of_model(self) -> dict[str, str]:
        """Return what must be the same of the model, as texts by name."""

    @abstractmethod
    def contents(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return the arrays and the JSON of the model's own file."""

    @abstractmethod
    def fill(self, theta: Array, named: dict[str, Array]) -> None:
        """Put the arrays of a file into theta; raise FileError if they do not fit."""

    def update_for(self, update: Update, born: dict[str, int]) -> Update:
        """Return the update list for parameters that were thawed at these steps."""
        return update

    kind: str
    """What files call the model."""

    def described_part(self) -> Any:
        """Return what else makes the run, as JSON; FileError if a file cannot hold it."""
        return None

    # ---- what a run asks

    def conditions(self, run: Run) -> dict[str, str]:
        """Return all settings that decide how a run continues, as texts."""
        net, update = run.net, run.update
        rule = [*update.clips, update.optimizer, *update.held]
        if update.average is not None:
            rule.append(update.average)
        names = [_name_of(callback) for callback in taking_part(run.callbacks)]
        whole = lasts_one_run(update.optimizer)  # then the number of epochs decides its numbers
        epochs = {"epochs": str(run.until - run.state.started)} if whole else {}
        return (
            self.of_model()
            | epochs
            | {
                "seed": str(net.seed),
                "dtype": net.dtype.name,
                "optimizer": as_text([describe(part, strict=False) for part in rule]),
                "batch size": f"{run.batch_size}{', whole batches only' if run.drop_last else ''}",
                "callbacks": ", ".join(names) or "none",
                "data": run.source.fingerprint(),
                "augmentation": getattr(run.source, "shown", "none"),
                "metrics and validation": run.watched or "none",
            }
        )

    def save(self, run: Run, path: Any, conditions: dict[str, str]) -> None:
        """Write a checkpoint."""
        write(path, *self.with_run(run, conditions))

    def with_run(
        self, run: Run, conditions: dict[str, str]
    ) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return the arrays and the JSON of a checkpoint."""
        tensors, about = self.contents()
        state = {name: a for name, a in run.state.arrays().items() if name != "theta"}
        tensors = tensors | {RUN + name: a for name, a in state.items()}
        about = about | {
            "run": {
                "stopped": "" if run.stopped == "interrupted" else run.stopped,  # it can continue
                "watched": list(run.state.history),  # the format sorts arrays by name
                "conditions": conditions,
            }
        }
        return tensors, about

    def restore(self, run: Run, path: Any) -> None:
        """Put a run to where a checkpoint was written. If it is refused, nothing has changed.

        Raises
        ------
        FileError
            No checkpoint, or one of another network, optimizer, batch size or other callbacks.
        DataError
            It was written with other data.
        """
        about, tensors = read(path)
        match about:
            case {
                "format": 1,
                "run": {"stopped": str(stopped), "watched": list(watched), "conditions": before},
            }:
                check_conditions(path, self.conditions(run), before)
                _warn_of_numerics(path, about)
            case _:
                raise FileError(
                    f"{path}: expected a checkpoint, got a network without a run. "
                    "Use Network.load, then fit."
                )
        try:
            found = self.state_in(run, tensors, watched)
            found.stopped = stopped
            run.state.restore(found)
        except Exception as error:  # arrays of a stranger make a callback's `load` do anything
            raise FileError(f"{path}: its run is not complete: {in_short(error)}") from None
        run.logs = {name: values[-1] for name, values in run.state.history.items()}

    def state_in(self, run: Run, tensors: dict[str, Array], watched: list[Any]) -> RunState:
        """Return the state that the arrays of a file hold; it fits the run."""
        if not all(f"{RUN}history/{name}" in tensors for name in watched):
            raise FileError("its history is not complete. Take another copy of it.")
        theta = np.zeros_like(run.state.theta)
        self.fill(theta, {n: a for n, a in tensors.items() if ":" not in n and n not in STORED})
        flat = {f"history/{name}": tensors[f"{RUN}history/{name}"] for name in watched}
        flat |= {name.removeprefix(RUN): a for name, a in tensors.items() if name.startswith(RUN)}
        check_arrays(run, flat, watched)
        found = RunState.from_arrays(flat | {"theta": theta})
        found.update = self.update_for(run.update, found.born)
        return found


def _warn_of_numerics(path: Any, about: dict[str, Any]) -> None:
    """Warn if the run goes on with other bits than it would have had."""
    if about.get("numerics", NUMERICS) != NUMERICS:
        warnings.warn(
            f"{path}: this run was begun by another version of chainrule, whose numbers differ in "
            "their last bits. It goes on, but not bit for bit as it would have.",
            stacklevel=8,
        )


def check_arrays(run: Run, flat: dict[str, Array], watched: list[str]) -> None:
    """Raise FileError unless the arrays of a checkpoint are those of such a run, or could be."""
    vectors = run.state.vectors()
    for name, a in vectors.items():
        if name != "theta":
            _require(name, flat.get(name), a.shape, a.dtype)
    for name, a in flat.items():
        kind, _, rest = name.partition("/")
        if kind in ("slot", "carry") and name not in vectors:
            raise FileError(f"there is an array {name} too many. Take another copy of it.")
        # A callback may keep a whole state of the run, as early stopping does.
        _, _, kept = rest.partition("/kept/")
        if kind == "callback" and kept in vectors:
            _require(name, a, vectors[kept].shape, vectors[kept].dtype)
    counters = flat.get("run/counters")
    _require("run/counters", counters, (len(COUNTERS),), np.dtype(np.int64))
    _require("run/sums", flat.get("run/sums"), (2,), np.dtype(np.float64))
    now = dict(zip(COUNTERS, map(int, counters), strict=True))  # type: ignore[arg-type]
    # a stream counts batches, and an order of one's own may repeat rows
    rows = None if run.stream is not None or run.order is not None else len(run.source)  # type: ignore[arg-type]
    right = (
        now["seed"] == run.state.seed
        and 0 <= now["t"] <= now["step"] < MOST
        and 0 <= now["started"] <= now["epoch"] < MOST
        and 0 <= now["position"] <= (MOST if rows is None else rows)
        and flat["run/sums"][1] >= 0
    )
    if not right:
        raise FileError(f"its counters cannot be: {now}. Take another copy of it.")
    epochs, names = now["epoch"] - now["started"], [f"history/{name}" for name in watched]
    if {name for name in flat if name.startswith("history/")} != set(names):
        raise FileError("its history is not complete. Take another copy of it.")
    for name in names:
        _require(name, flat[name], (epochs,), np.dtype(np.float64))
    for name, a in flat.items():
        if name.startswith("born/"):
            _require(name, a, (), np.dtype(np.int64))
            # below 0: older than the schedule of the rate
            if not -OLDEST < int(a) <= min(now["t"], OLDEST):
                raise FileError(f"{name}: it cannot be {int(a)}. Take another copy of it.")


def _require(name: str, a: Array | None, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if a is None or (a.shape, a.dtype) != (shape, dtype):
        raise FileError(
            f"the array {name} is missing or of another shape. Take another copy of it."
        )


class NetworkRunFile(RunFile):
    """Reads and writes the checkpoints of a network's run.

    Parameters
    ----------
    model : Model
        The network.
    built : Built
        The build that the run uses. The model may not have adopted it yet.
    """

    kind = "network"

    def __init__(self, model: Model, built: Built) -> None:
        self.model, self.built = model, built

    def of_model(self) -> dict[str, str]:
        """Return what must be the same of the network."""
        program, model = self.built.programs.train, self.model
        return {
            "network": fingerprint(program),
            "loss": repr(model.loss),
            "penalties": as_text(program.defaults),
            "frozen layers": as_text(sorted(model.frozen_in(self.built))),
            "learning rates of layers": as_text(model.rates),
        }

    def contents(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return the arrays and the JSON of the network's file."""
        return contents(self.model)

    def fill(self, theta: Array, named: dict[str, Array]) -> None:
        """Put the parameters of a file into theta."""
        fill(theta, self.built.programs.train, named)

    def update_for(self, update: Update, born: dict[str, int]) -> Update:
        """Return the update list with the ages of thawed parameters."""
        program, model = self.built.programs.train, self.model
        if unknown := born.keys() - {p.path for p in program.parameters}:
            raise FileError(f"born/{min(unknown)}: there is no such parameter.")
        frozen, by_tensor = model.frozen_in(self.built), update.optimizer.by_tensor
        return update.with_groups(groups(program, frozen, model.rates, born, by_tensor=by_tensor))


def as_text(value: Any) -> str:
    """Return a JSON text that is the same for the same value."""
    return json.dumps(value, sort_keys=True)


def _name_of(callback: Callback) -> str:
    return callback.reason if isinstance(callback, EveryEpoch) else type(callback).__name__


def check_conditions(path: Any, now: dict[str, str], before: Any) -> None:
    """Raise for the first condition that differs, and say how."""
    if not isinstance(before, dict) or now.keys() != before.keys():
        raise FileError(
            f"{path}: its run was written by another version of chainrule. Start a new run."
        )
    for what, value in now.items():
        if value == before[what]:
            continue
        if what == "data":
            raise DataError(
                f"{path}: expected the data of the interrupted run, got others. "
                "Give the same X, y and weights, or start a new run."
            )
        if what == "network":
            raise FileError(
                f"{path}: expected the network of the interrupted run, got another one: layers, "
                "shapes or weights by output differ. Build the same network, or start a new run."
            )
        raise FileError(
            f"{path}: expected the {what} of the interrupted run, {before[what]}, got {value}. "
            "Give the same, or start a new run."
        )
