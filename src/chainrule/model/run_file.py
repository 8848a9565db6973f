"""What a checkpoint holds beside the network: where the run stands, and what must be the same when it goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, FileError
from ..files.settings_as_json import describe
from ..graph.byte_form import fingerprint
from ..training.callbacks.base import Callback, EveryEpoch
from ..training.run_state import RunState
from ..training.updates import groups

if TYPE_CHECKING:
    from ..training.run import Run

# ---------------------------------------------------------------- what must be the same


def conditions(run: Run) -> dict[str, str]:
    """All that decides how a run goes on, as texts that are equal exactly when it is."""
    net, update = run.net, run.update
    rule = [
        *update.clips,
        update.optimizer,
        *update.held,
        *([] if update.average is None else [update.average]),
    ]
    model = net.run_conditions() if hasattr(net, "run_conditions") else _of_network(run)
    return model | {
        "seed": str(net.seed),
        "dtype": net.dtype.name,
        "optimizer": _text([describe(part, strict=False) for part in rule]),
        "batch size": f"{run.batch_size}{', whole batches only' if run.drop_last else ''}",
        "callbacks": ", ".join(_callback_name(callback) for callback in counted(run.callbacks))
        or "none",
        "data": run.source.fingerprint(),
        "augmentation": getattr(run.source, "shown", "none"),
        "metrics and validation": run.watched or "none",
    }


def _of_network(run: Run) -> dict[str, str]:
    program, net = run.objective.program, run.net  # type: ignore[attr-defined]
    return {
        "network": fingerprint(program),
        "loss": repr(net.loss),
        "penalties": _text(program.defaults),
        "frozen layers": _text(sorted(net.frozen)),
        "learning rates of layers": _text(net.rates),
    }


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def counted(callbacks: list[Callback]) -> list[Callback]:
    """Those that take part in a run; what only shows or writes may differ."""
    return [callback for callback in callbacks if not callback.only_writes]


def _callback_name(callback: Callback) -> str:
    return callback.reason if isinstance(callback, EveryEpoch) else type(callback).__name__


def check_conditions(path: Any, now: dict[str, str], before: Any) -> None:
    """Raise for the first thing that differs, and say how."""
    if not isinstance(before, dict) or now.keys() != before.keys():
        raise FileError(
            f"{path}: its run was written by another version of chainrule. Start a new run."
        )
    for what, value in now.items():
        if value == before[what]:
            continue
        if what == "data":
            raise DataError(
                f"{path}: expected the data of the interrupted run, got others. Give the same X, y and weights, or start a new run."
            )
        if what == "network":
            raise FileError(
                f"{path}: expected the network of the interrupted run, got another one: layers, shapes or weights by output differ. "
                "Build the same network, or start a new run."
            )
        raise FileError(
            f"{path}: expected the {what} of the interrupted run, {before[what]}, got {value}. "
            "Give the same, or start a new run."
        )


# ---------------------------------------------------------------- where it stands


def standing(run: Run) -> dict[str, Array]:
    """RunState without theta, and what callbacks and schedules remember."""
    flat = run.state.arrays()
    del flat["theta"]  # stands in the file by path
    for k, callback in enumerate(counted(run.callbacks)):
        flat |= {f"callback/{k}/{name}": np.asarray(a) for name, a in callback.state().items()}
    for name, schedule in _remembering(run).items():
        flat |= {f"schedule/{name}/{key}": np.asarray(a) for key, a in schedule.state().items()}
    return flat


def _remembering(run: Run) -> dict[str, Any]:
    return {
        name: s
        for name, s in getattr(run.optimizer, "schedules", {}).items()
        if hasattr(s, "state")
    }


def put_back(run: Run, theta: Array, flat: dict[str, Array], stopped: str) -> None:
    """Everything in place: whoever holds theta or a slot sees the state of the checkpoint."""
    found, state = RunState.from_arrays({**flat, "theta": theta}), run.state
    for kind, ours, theirs in (
        ("slot", state.slots, found.slots),
        ("carry", state.carry, found.carry),
    ):
        for name, a in ours.items():
            if name not in theirs or theirs[name].shape != a.shape or theirs[name].dtype != a.dtype:
                raise FileError(
                    f"the array {kind}/{name} is missing or of another shape. Take another copy of it."
                )
    state.theta[...] = found.theta
    for name, a in state.slots.items():
        a[...] = found.slots[name]
    for name in (
        "seed",
        "t",
        "step",
        "epoch",
        "position",
        "started",
        "sums",
        "history",
        "carry",
        "born",
    ):
        setattr(state, name, getattr(found, name))
    run.logs = {name: values[-1] for name, values in state.history.items()}
    run.stopped = stopped
    for k, callback in enumerate(counted(run.callbacks)):
        callback.load(_under(flat, f"callback/{k}/"))
    for name, schedule in _remembering(run).items():
        schedule.load(_under(flat, f"schedule/{name}/"))
    if not hasattr(run.objective, "program"):
        return  # nothing of it is ever frozen
    update, net = run.update, run.net  # slots of thawed parameters have an age of their own
    parts = groups(run.objective.program, net.frozen, net.rates, state.born)
    run.update = net._update = update.with_groups(parts)


def _under(flat: dict[str, Array], prefix: str) -> dict[str, Array]:
    return {
        name.removeprefix(prefix): np.array(a)
        for name, a in flat.items()
        if name.startswith(prefix)
    }
