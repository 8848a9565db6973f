"""What a report carries: text as JSON, and arrays.

arrays    program/train, program/predict, program/score: the byte form of each Program;
          step/K/...: theta, slots, rows of the batch, and after the update loss, g, theta, slots;
          data/x, data/y: all rows, if they fit
text      JSON: title, summary, equations, diagnosis, network, fit, history, steps
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.sources import Stream
from ..errors import ChainruleError, FileError, ParameterError
from ..files.settings_as_json import describe, ours_in_runs
from ..graph.byte_form import to_bytes
from ..model import network_file
from ..network import Network
from ..recording import Moment, Recording
from ..training.objective import ProgramObjective
from ..training.updates import Update

Arrays = dict[str, Array]
FORMAT = 1
PROGRAMS = ("train", "predict", "score")
MOST = 60  # steps
# Options with which the page makes the same order and weights of rows.
PLAIN = {"sample_weight", "class_weight", "order", "augment", "resume"}


def contents(
    run: Recording | Network, *, data: bool, budget: int, diagnose: bool, title: str
) -> tuple[dict[str, Any], Arrays]:
    """Return the text and the arrays of a report.

    Parameters
    ----------
    run : Recording or Network
        What is reported.
    data : bool
        True: with rows of the training data.
    budget : int
        Bytes of the arrays.
    diagnose : bool
        True: with what `run.diagnose()` says.
    title : str
        The heading.
    """
    if isinstance(run, Network):
        about, arrays = _of_network(run)
        about["steps"] = [{"step": 0, "epoch": 0, "update": False}]
        arrays["step/0/theta"] = run.theta
        return about | {"title": title, "summary": run.summary(), "history": {}}, arrays
    net = run.recorded.origin.net
    if not isinstance(net, Network):
        return _of_other(run, title), {}
    about, arrays = _of_network(run.net)
    about |= {
        "title": title,
        "summary": f"{run}\n\n{net.summary()}",
        "history": _history(run),
        "first": run.first,
        "last": run.last,
        "data": data,
    }
    if diagnose:
        about["diagnosis"] = str(run.diagnose())
    about["steps"] = _steps(run, arrays, data, budget)
    if data:
        about |= _replay(run, arrays, budget)
    return about, arrays


# ---------------------------------------------------------------- the network


def _of_network(net: Network) -> tuple[dict[str, Any], Arrays]:
    """Return the description of a network and its Programs."""
    programs = net.programs
    arrays: Arrays = {
        f"program/{name}": np.frombuffer(to_bytes(getattr(programs, name)), np.uint8)
        for name in PROGRAMS
    }
    try:
        _, described = network_file.contents(net)
    except FileError:  # a layer of the user's own, or weights that are not finite
        described = {}
    names = ("layers", "loss", "inputs", "target", "seed", "dtype", "frozen", "rates")
    about: dict[str, Any] = {
        "report": FORMAT,
        "kind": "network",
        "network": {name: described[name] for name in names} if described else None,
        "dtype": net.dtype.name,
        "defaults": {name: float(v) for name, v in programs.train.defaults.items()},
        "equations": net.equations(),
        "diagnosis": "",
    }
    return about, arrays


def _of_other(run: Recording, title: str) -> dict[str, Any]:
    """Return the text about a recording of another model, such as an RBM: curves and summary."""
    return {
        "report": FORMAT,
        "kind": "other",
        "title": title,
        "summary": str(run),
        "equations": "",
        "diagnosis": "",
        "history": _history(run),
        "first": run.first,
        "last": run.last,
        "steps": [],
    }


def _history(run: Recording) -> dict[str, list[float | None]]:
    """Return the numbers of all epochs; what is not finite is None."""
    found: dict[str, list[float | None]] = {}
    for name in run.history.as_dict():
        values = np.asarray(run.history[name], np.float64)
        if values.ndim == 1:
            found[name] = [float(v) if math.isfinite(v) else None for v in values]
    return found


# ---------------------------------------------------------------- the steps


def _steps(run: Recording, arrays: Arrays, data: bool, budget: int) -> list[dict[str, Any]]:
    """Add the steps that fit into the budget, the most important ones first; return them."""
    found: dict[int, dict[str, Any]] = {}
    used = sum(a.nbytes for a in arrays.values())
    for step in _wanted(run):
        if len(found) == MOST:
            break
        about, own = _step(run.at(step=step), data)
        size = sum(a.nbytes for a in own.values())
        if used + size > budget:  # its weights alone
            about = {"step": about["step"], "epoch": about["epoch"], "update": False}
            own = {"theta": own["theta"]}
            size = own["theta"].nbytes
        if used + size > budget:
            break
        used += size
        found[step] = about
        arrays |= {f"step/{step}/{name}": a for name, a in own.items()}
    if not found:
        least = used + run.net.theta.nbytes
        rule = f"bytes for the weights of at least one step, {least:,}"
        raise ParameterError("report(budget=...)", rule, f"{budget:,}", f"Write budget={least}.")
    return [found[step] for step in sorted(found)]


def _wanted(run: Recording) -> list[int]:
    """Return steps in the order in which they matter: first, last, best, then halves of halves."""
    first, last = run.first, run.last
    wanted = [first, last, max(first, last - 1)]
    best = run.history.best_epoch
    if best is not None and len(run.history):
        wanted.append(_step_of_epoch(run, best + 1))
    pieces = 2
    while pieces <= MOST:
        wanted += [first + (last - first) * k // pieces for k in range(1, pieces, 2)]
        pieces *= 2
    return list(dict.fromkeys(wanted))


def _step_of_epoch(run: Recording, epoch: int) -> int:
    """Return the number of updates after so many epochs of this run."""
    try:
        return run.at(epoch=epoch).step
    except ChainruleError:  # an epoch of an earlier run
        return run.first


def _step(moment: Moment, data: bool) -> tuple[dict[str, Any], Arrays]:
    """Return one moment and the update that follows it."""
    state = moment.state
    about: dict[str, Any] = {"step": moment.step, "epoch": moment.epoch, "update": False}
    arrays: Arrays = {"theta": moment.theta}
    if not moment.has_update or moment.is_last:
        return about, arrays
    update = moment.update
    objective = update.objective
    if not isinstance(objective, ProgramObjective) or not _known(update.update):
        return about, arrays
    after = update.after
    rows = update.rows
    about |= {
        "update": True,
        "t": update.t,
        "key": [int(k) for k in update.key],
        "seed": state.seed,
        "loss": after.loss if math.isfinite(after.loss) else None,
        "list": update_list(update.update, update.t),
        "frozen": [p.path for p in objective.program.parameters if p.value not in objective.wrt],
        "N": len(update.batch["c"]),
    }
    arrays |= {f"slot/{name}": slot for name, slot in moment.slots.items()}
    arrays |= {"after/g": after.g, "after/theta": after.theta}
    arrays |= {f"after/slot/{name}": slot for name, slot in after.slots.items()}
    if rows is not None:
        arrays["row"] = np.asarray(rows, np.int32)
    if data:
        arrays |= _rows(update.batch, objective.program)
    return about, {name: np.array(a) for name, a in arrays.items()}


def _known(update: Update) -> bool:
    """Return True if the page knows all parts of an update list."""
    own = set(ours_in_runs().values())
    average = [] if update.average is None else [update.average]
    parts = [*update.clips, update.optimizer, *update.held, *average]
    return not update.optimizer.full_batch and all(type(part) in own for part in parts)


def _rows(batch: dict[str, Any], program: Any) -> Arrays:
    """Return the inputs of a batch: x, y, c, and the places of its rows."""
    found: Arrays = {}
    for name, a in batch.items():
        number = program.values[program.inputs[name]].number if name in program.inputs else "real"
        kind = np.int32 if number == "index" or name == "row" else np.float64
        found[f"batch/{name}"] = np.atleast_1d(np.asarray(a, kind))
    return found


def update_list(update: Update, t: int) -> dict[str, Any]:
    """Return an update list with the numbers of one step, as JSON.

    Parameters
    ----------
    update : Update
        The update list of a run.
    t : int
        The number of the update, from 1.
    """
    names = {cls: name for name, cls in ours_in_runs().items()}
    classes = {name: cls for cls, name in names.items()}

    def described(part: Any) -> Any:
        return describe(part, strict=False, classes=classes)

    return {
        "clips": [described(clip) for clip in update.clips],
        "optimizer": described(update.rule.at(t)),
        "constraints": [described(constraint) for constraint in update.held],
        "average": None if update.average is None else described(update.average),
        "groups": [
            {
                "start": g.where.start,
                "stop": g.where.stop,
                "lr": g.lr,
                "born": g.born,
                "rows": g.rows,
            }
            for g in update.groups
        ],
    }


# ---------------------------------------------------------------- rows, for other steps


def _replay(run: Recording, arrays: Arrays, budget: int) -> dict[str, Any]:
    """Add all rows, if they fit; return the options with which the page makes steps again."""
    origin = run.recorded.origin
    source, options = origin.run.source, origin.run.options
    if isinstance(source, Stream):
        return {}
    program = run.net.programs.train
    one = source.rows(np.zeros(1, int))
    each = sum(np.asarray(one[name]).nbytes for name in ("x", "y") if name in one)
    used = sum(a.nbytes for a in arrays.values())
    if "x" not in one or "y" not in one or used + each * len(source) > budget:
        return {}
    batch = _rows(source.rows(np.arange(len(source))), program)
    arrays |= {"data/x": batch["batch/x"], "data/y": batch["batch/y"]}
    given: dict[str, Any] = {"rows": len(source)}
    started = run.first == 0 and origin.start.t == 0
    if started and not any(_has(getattr(options, name)) for name in PLAIN):
        given["fit"] = _fit(origin.update, options, len(source))
        arrays["data/theta"] = np.array(origin.start.theta)
    return given


def _has(value: Any) -> bool:
    return value is not None and value is not False


def _fit(update: Update, options: Any, rows: int) -> dict[str, Any]:
    """Return the options of the fit as the page takes them."""
    names = {cls: name for name, cls in ours_in_runs().items()}
    classes = {name: cls for cls, name in names.items()}
    parts = [*update.clips, update.optimizer, *update.held]
    parts += [update.average] if update.average is not None else []
    try:
        optimizer = [describe(part, classes=classes) for part in parts]
    except FileError as error:
        raise ParameterError(
            "report(data=True)", "an optimizer that a file can hold", str(error), "Use chainrule's."
        ) from None
    size = options.batch_size
    return {
        "optimizer": optimizer if len(optimizer) > 1 else optimizer[0],
        "batch_size": None if size is None else min(int(size), rows),
        "drop_last": bool(options.drop_last),
        "epochs": int(options.epochs),
    }
