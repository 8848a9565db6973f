"""Write a recording that is in memory to a file."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from ...files.writing import as_path, check_target
from ...training.callbacks.base import taking_part
from ...training.run import Run
from ..branch import live, quietly
from ..recorded import Recorded
from .journal import check_free
from .recording_file import data_of, described_run, write_recording


def save(recorded: Recorded, path: Any, *, keep_data: bool) -> None:
    """Write a recording; see `Recording.save`."""
    target = as_path(path)
    check_target(target)
    check_free(target)
    run = run_at_end(recorded)
    assert run.files is not None
    described = described_run(run)
    described["missing"] = sorted({*described["missing"], *recorded.missing})
    tensors, about = run.files.with_run(run, run.files.conditions(run))
    data = data_of(run) if keep_data else None
    write_recording(target, recorded, tensors, about, described, data, ended=True)


def run_at_end(recorded: Recorded) -> Run:
    """Return a run of its own in the state in which the recorded one ended."""
    origin = recorded.origin
    old, again = origin.run.options, origin.run.again
    assert again is not None
    part = [deepcopy(c) for c in taking_part(old.callback_list())]
    state = live(origin.update, recorded.end)
    with quietly():
        options = replace(old, callbacks=part, resume=None, verbose=0)
        run = again(origin.net.twin_at(state), options, {})
    origin.check(run)
    end = recorded.end.copy()
    end.update = state.update
    end.history = dict(recorded.columns)
    if not all(_whole(memory) for memory in (end.kept or {}).values()):
        run.state.callbacks = ()  # of a run that was killed
    run.state.restore(end)
    run.stopped, run.until = recorded.stopped, origin.until
    return run


def _whole(memory: dict[str, Any]) -> bool:
    """Return False if a callback kept a whole state, which snapshots leave out."""
    return "kept/place" not in memory or "kept/theta" in memory
