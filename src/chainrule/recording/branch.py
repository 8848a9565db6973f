"""A branch: a second future from the same past."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError, ShapeError, TrainingError
from ..model.checks import check_seed
from ..training.callbacks.early_stopping import EarlyStopping
from ..training.fit_options import FitOptions
from ..training.loop import run_to_end
from ..training.run import Run
from ..training.run_state import RunState
from .moment import Moment, Visited
from .recorded import Recorded
from .recorder import Recorder

OWN = ("edit", "freeze", "thaw", "seed")  # changes that are no options of fit
OTHER_NAMES = {  # fit's own message would lead elsewhere: to epochs=, or nowhere
    "step": "branch(at={0!r}, ...)",
    "epoch": "branch(at=run.at(epoch={0!r}), ...), or epochs={0!r} for its length",
    "unfreeze": "thaw={0!r}",
}
OPTIONS = {f.name for f in fields(FitOptions)}
OF_DATA = {"X", "y", "sample_weight", "class_weight", "validation_fraction"}
OF_LENGTH = {"epochs", "batch_size", "drop_last", "order", "X", "y"}
OF_EPOCHS = {"X", "y", "metrics", "validation_data", "validation_fraction", "callbacks"}


def branch(parent: Visited, moment: Moment, given: Mapping[str, Any]) -> Recorded:
    """Train on from a moment with other options; see `Recording.branch`."""
    for name, meant in OTHER_NAMES.items():
        if name in given:
            words = meant.format(given[name])
            raise ParameterError(
                f"branch({name}=...)", "a keyword of branch", name, f"Write {words}."
            )
    own = {name: given[name] for name in OWN if name in given}
    changes = {name: value for name, value in given.items() if name not in OWN}
    if changes.get("resume") is not None:
        raise ParameterError(
            "branch(resume=...)", "no checkpoint: it begins at its moment", "one", "Leave it out."
        )
    origin = parent.recorded.origin
    net = origin.net.twin_at(live(origin.update, moment.state))
    _edit(net, own.get("edit", {}))
    for name in ("freeze", "thaw"):
        _held(net, name, own.get(name, ()))
    recorder = Recorder(parent.recorded.snapshots.budget)
    options = {name: value for name, value in changes.items() if name in OPTIONS}
    other = {name: value for name, value in changes.items() if name not in OPTIONS}
    again = origin.run.again
    assert again is not None
    with quietly():
        run = again(net, _options(parent, moment, options, recorder), other)
    if not changes.keys() & OF_DATA:
        origin.check(run)
    state = _state(parent, moment, run, changes, "edit" in own)
    state.seed = check_seed(own.get("seed", state.seed))
    run.state.restore(state)
    run.until = run.epoch + changes["epochs"] if "epochs" in changes else origin.until
    stopped = parent.recorded.stopped
    if moment.is_last and not given and stopped not in ("finished", "interrupted", "failed"):
        run.stopped = stopped  # early stopping, or a minimum: the run itself went no further
    with suppress(TrainingError):  # the recording has it
        run_to_end(run)
    assert recorder.recorded is not None
    return replace(
        recorder.recorded,
        changes=in_words(given),
        parent=parent.recorded.id,
        missing=tuple(name for name in parent.recorded.missing if name not in changes),
    )


def in_words(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the changes of a branch as people read them."""
    return tuple(
        f"edit of {', '.join(value)}" if name == "edit" else f"{name}={_short(value)}"
        for name, value in given.items()
    )


def _short(value: Any) -> str:
    if hasattr(value, "shape"):
        return f"<array {value.shape}>" if value.shape else repr(value.item())
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {_short(v)}" for key, v in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        shown = ", ".join(map(_short, value))
        return f"({shown})" if isinstance(value, tuple) else f"[{shown}]"
    name = getattr(value, "__name__", "") if callable(value) else ""
    text = "a function" if name == "<lambda>" else name or repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _held(net: Any, name: str, paths: Any) -> None:
    """Freeze or thaw layers of a network."""
    if not paths:
        return
    if not hasattr(net, name):
        raise ParameterError(
            f"branch({name}=...)", "a network", type(net).__name__, "Leave it out."
        )
    getattr(net, name)(*([paths] if isinstance(paths, str) else paths))


@contextmanager
def quietly() -> Iterator[None]:
    """Make a run without a word: what it had to say, the recorded one said when it began."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def live(update: Any, snapshot: RunState) -> RunState:
    """Return a state that can go on from a snapshot: its schedules are there, with memories."""
    state = snapshot.snapshot()
    state.update, state.kept, state.history = update.afresh(), None, {}
    told = snapshot.snapshot()
    told.update = state.update
    state.restore(told)
    return state


def _options(
    parent: Visited, moment: Moment, changes: Mapping[str, Any], recorder: Recorder
) -> FitOptions:
    """Return the options of the branch; its callbacks are copies, and none of them writes files."""
    old, recorded = parent.recorded.origin.run.options, parent.recorded
    if gone := [name for name in recorded.missing if name not in changes]:
        raise ParameterError(
            f"branch({gone[0]}=...)",
            f"the {gone[0]} of the run, which its file could not hold",
            "none",
            "Give them here, or to Recording.load.",
        )
    given = changes.get("callbacks")
    if given is None:
        callbacks = [deepcopy(c) for c in old.callback_list() if not c.only_writes]
    else:
        callbacks = replace(old, callbacks=given).callback_list()
    left = {
        "epochs": max(parent.recorded.origin.until - moment.epoch, 0),
        "resume": None,
        "verbose": 0,
    }
    return replace(old, **left | dict(changes) | {"callbacks": [*callbacks, recorder]})


def _state(
    parent: Visited, moment: Moment, run: Run, changes: Mapping[str, Any], edited: bool
) -> RunState:
    """Return the state in which the branch begins.

    What has not been changed goes on as it was: slots, schedules, early stopping, the position in
    the epoch.
    """
    old, mine, state = parent.recorded.origin.update, run.update, moment.state.snapshot()
    now = run.state.memories()
    kept = dict(state.kept or {})
    if edited or mine.parts != old.parts or mine.groups != old.groups:
        state.theta, state.slots, state.carry = run.state.theta, run.state.slots, run.state.carry
        state.t, state.born = run.state.t, run.state.born
        kept = {name: m for name, m in kept.items() if name.startswith("callback/")}
        kept |= {name: m for name, m in now.items() if name.startswith("schedule/")}
    elif old.run is not None and not changes.keys() & OF_LENGTH:
        run.state.update = mine = mine.in_run(old.run)  # schedules have the lengths of the run
    if "sampler" in changes or _shapes(state.carry) != _shapes(run.state.carry):
        state.carry = run.state.carry
    if changes.keys() & OF_EPOCHS:
        kept |= {name: m for name, m in now.items() if name.startswith("callback/")}
        state.started = state.epoch
    else:
        done = state.epoch - state.started
        columns = parent.recorded.history.as_dict().items()
        state.history = {name: array("d", values[:done].tolist()) for name, values in columns}
        kept |= _memories_of_callbacks(parent, run, state)
    state.update, state.kept = mine, kept
    return state


def _shapes(arrays: Mapping[str, Array]) -> dict[str, tuple[int, ...]]:
    return {name: a.shape for name, a in arrays.items()}


def _memories_of_callbacks(
    parent: Visited, run: Run, state: RunState
) -> dict[str, dict[str, Array]]:
    """Return what the callbacks remember of the epochs before: they see their numbers again."""
    found = {}
    for k, callback in enumerate(run.state.callbacks):
        memory = dict(callback.state())
        if isinstance(callback, EarlyStopping):
            memory = _early_stopping(deepcopy(callback), parent, state)
        elif memory and state.history.get("loss"):
            warnings.warn(
                f"branch: {type(callback).__name__} begins with an empty memory, since only the "
                "run itself could fill it. Give callbacks=[...] to choose which ones take part.",
                stacklevel=6,
            )
        found[f"callback/{k}"] = memory
    return found


def _early_stopping(watcher: EarlyStopping, parent: Visited, state: RunState) -> dict[str, Array]:
    """Return the memory of early stopping after these epochs; the state it keeps is replayed."""
    columns = state.history
    watcher.on_train_begin(SimpleNamespace(history={}))
    seen: dict[str, Any] = {name: [] for name in columns}
    for epoch in range(len(columns.get("loss", ()))):
        for name, values in columns.items():
            seen[name].append(values[epoch])
        logs = {name: values[epoch] for name, values in columns.items()}
        here = RunState(np.zeros(0), epoch=state.started + epoch)
        watcher.on_epoch_end(SimpleNamespace(logs=logs, history=seen, state=here))
    memory = dict(watcher.state())
    if "kept/place" in memory:
        best = parent.state_at_epoch(int(memory["kept/place"][2]))
        memory |= {f"kept/{name}": a for name, a in best.vectors().items()}
        memory["kept/place"] = np.array([best.t, best.step, best.epoch], np.int64)
    return memory


def _edit(net: Any, edit: Mapping[str, Any]) -> None:
    """Put other numbers into parameters, once all have been checked."""
    if not isinstance(edit, Mapping):
        raise ParameterError(
            "branch(edit=...)", "a dict of arrays", repr(edit), 'Write edit={"W1": array}.'
        )
    views, found = net.parameters | getattr(net, "state", {}), {}
    for name, values in edit.items():
        if name not in views:
            raise ParameterError(
                "branch(edit=...)", f"names among {', '.join(views)}", repr(name), "Correct it."
            )
        a = np.asarray(values)
        if a.dtype.kind not in "fiub" or not np.isfinite(a).all():
            raise DataError(
                f"branch(edit={{{name!r}: ...}})", "finite numbers", f"{a.dtype}", "Correct them."
            )
        if a.shape not in ((), views[name].shape):
            raise ShapeError(
                f"branch(edit={{{name!r}: ...}})",
                f"shape {views[name].shape}",
                str(a.shape),
                "Change a copy of m.net.parameters[...].",
            )
        found[name] = a
    for name, a in found.items():
        views[name][...] = a
