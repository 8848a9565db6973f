"""What the file of a recording says of itself, read without its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ChainruleError, FileError
from ..files.container import read
from ..files.settings_as_json import Table, ours_in_runs
from ..training.run_state import COUNTERS
from .files import models
from .files.recording_file import HISTORY, RUN, STATES
from .overview import Overview, epochs_shown, how_long, of_engine, of_network, room, short

PLAIN = ("batch_size", "drop_last", "validation_fraction", "class_weight")


def file_overview(path: Any, known: Any = ()) -> Overview:
    """Return what a recording is, without the data that its replay needs.

    Parameters
    ----------
    path : str or path
        The file.
    known : class or function, or a sequence of them
        Your own layers, losses and optimizers.

    Raises
    ------
    FileError
        A file that is missing, broken or no recording.
    """
    about, tensors = read(path)
    record = about.get("record")
    if not isinstance(record, dict):
        raise FileError(
            f"{path}: expected a recording, got another file of chainrule. "
            "Record(path) among the callbacks of a fit writes one."
        )
    try:
        return _overview(about, tensors, record, known)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, ChainruleError):
            raise
        raise FileError(
            f"{path}: what it says of its run is not complete. Take another copy of it."
        ) from None


def _overview(
    about: dict[str, Any], tensors: dict[str, Array], record: dict[str, Any], known: Any
) -> Overview:
    logs = {
        name: tensors[(HISTORY if HISTORY + name in tensors else f"{RUN}history/") + name]
        for name in record["columns"]
    }
    steps = [int(step) for step in record["marks"]]
    begins, last = min(steps), int(record["last"])
    ended = record["stopped"] if record["ended"] else "interrupted while it was written"
    ended = "failed" if record["error"] else ended
    started = int(tensors[f"{RUN}run/counters"][COUNTERS.index("started")])
    header, rows = epochs_shown(logs, record["best_epoch"], started)
    return Overview(
        f"A recorded run: {how_long(last - begins, logs)}, {ended}",
        [
            *_network(about, tensors, record["kind"], known),
            ("data", data_needed(record)),
            ("optimizer", _built(record["options"].get("optimizer"), known)),
            ("options", ", ".join(_options(about, record))),
            *of_engine(record["engine"]),
        ],
        header,
        rows,
        room(len(steps), tensors[STATES].nbytes, record["budget"]),
        [record["error"]] if record["error"] else [],
    )


def data_needed(record: Mapping[str, Any]) -> str:
    """Return which rows the run learned from, as far as its file says."""
    found = record.get("rows") or {}
    parts = [f"{name} {tuple(shape)} {_type(code)}" for name, (code, shape) in found.items()]
    where = "in the file" if record["data"] is not None else "not in the file"
    if "validation_data" in record["missing"]:
        parts.append("others for validation")
    return f"{where}{': ' * bool(parts)}{', '.join(parts)}"


def _type(code: str) -> str:
    return np.dtype(code).name


def _network(
    about: dict[str, Any], tensors: dict[str, Array], kind: str, known: Any
) -> list[tuple[str, str]]:
    """Return what the model is; of one with unknown layers, the names of these."""
    try:
        net = models.made(kind, about, tensors, known)
        return of_network(net, int(net.theta.size))
    except ChainruleError:
        named = [layer.get("known") or layer.get("class") for layer in about.get("layers", ())]
        return [("network", ", ".join(str(n).removeprefix("layers.") for n in named) or kind)]


def _built(text: Any, known: Any) -> str:
    try:
        return short(Table.of(known, ours_in_runs()).build(text))
    except ChainruleError:
        return "one of your own"


def _options(about: dict[str, Any], record: dict[str, Any]) -> list[str]:
    options = record["options"]
    found = [f"{name}={options[name]!r}" for name in PLAIN if options.get(name)]
    if options.get("metrics"):
        names = [next(iter(metric.values())) for metric in options["metrics"]]
        found.append(f"metrics={', '.join(map(str, names))}")
    found += [
        f"callbacks=EarlyStopping(patience={c['patience']})" for c in options.get("callbacks", ())
    ]
    found += [f"{name}=..." for name in record["missing"] if name != "validation_data"]
    return [*found, f"seed={about['run']['conditions']['seed']}"]
