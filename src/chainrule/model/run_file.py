"""Checkpoints: the file of a model with the whole state of its run.

The arrays are as in the file of the model, and run:NAME for each array of `RunState.arrays`. The
text also has the entry `run`: why it stopped, the columns of its history in their order, and the
conditions that must be the same when it continues.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, FileError
from ..files.container import read, write
from ..files.settings_as_json import describe
from ..graph.byte_form import fingerprint
from ..training.callbacks.base import Callback, EveryEpoch, taking_part
from ..training.run import Run
from ..training.run_state import RunState
from ..training.updates import Update, groups
from .model import Built, Model
from .network_file import STORED, contents, fill, in_short

RUN = "run:"  # no path has a colon


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

    # ---- what a run asks

    def conditions(self, run: Run) -> dict[str, str]:
        """Return all settings that decide how a run continues, as texts."""
        net, update = run.net, run.update
        rule = [*update.clips, update.optimizer, *update.held]
        if update.average is not None:
            rule.append(update.average)
        names = [_name_of(callback) for callback in taking_part(run.callbacks)]
        return self.of_model() | {
            "seed": str(net.seed),
            "dtype": net.dtype.name,
            "optimizer": as_text([describe(part, strict=False) for part in rule]),
            "batch size": f"{run.batch_size}{', whole batches only' if run.drop_last else ''}",
            "callbacks": ", ".join(names) or "none",
            "data": run.source.fingerprint(),
            "augmentation": getattr(run.source, "shown", "none"),
            "metrics and validation": run.watched or "none",
        }

    def save(self, run: Run, path: Any, conditions: dict[str, str]) -> None:
        """Write a checkpoint."""
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
        write(path, tensors, about)

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
            case _:
                raise FileError(
                    f"{path}: expected a checkpoint, got a network without a run. "
                    "Use Network.load, then fit."
                )
        try:
            found = self._state(run, tensors, watched)
            found.stopped = stopped
            run.state.restore(found)
        except (FileError, KeyError, ValueError, IndexError) as error:
            raise FileError(f"{path}: its run is not complete: {in_short(error)}") from None
        run.logs = {name: values[-1] for name, values in run.state.history.items()}

    def _state(self, run: Run, tensors: dict[str, Array], watched: list[str]) -> RunState:
        """Return the state that these arrays hold; it fits the run."""
        theta = np.zeros_like(run.state.theta)
        self.fill(theta, {n: a for n, a in tensors.items() if ":" not in n and n not in STORED})
        flat = {f"history/{name}": tensors[f"{RUN}history/{name}"] for name in watched}
        flat |= {name.removeprefix(RUN): a for name, a in tensors.items() if name.startswith(RUN)}
        found = RunState.from_arrays(flat | {"theta": theta})
        vectors = found.vectors()
        for name, a in run.state.vectors().items():
            other = vectors.get(name)
            if other is None or (other.shape, other.dtype) != (a.shape, a.dtype):
                raise FileError(
                    f"the array {name} is missing or of another shape. Take another copy of it."
                )
        found.update = self.update_for(run.update, found.born)
        return found


class NetworkRunFile(RunFile):
    """Reads and writes the checkpoints of a network's run.

    Parameters
    ----------
    model : Model
        The network.
    built : Built
        The build that the run uses. The model may not have adopted it yet.
    """

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
