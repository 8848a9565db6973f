"""Predictions, loss and metrics of whole data sets, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..data.picked import PickedRows
from ..data.sources import Arrays
from ..data.sparse import SparseRows
from ..engines.choice import uses_native
from ..engines.native import Native
from ..engines.reference import Reference
from ..engines.thread_count import threads_for
from ..errors import NotBuiltError, ParameterError
from ..graph.program import Program
from ..losses.joint import JointLoss
from ..training.objective import ProgramObjective
from .checks import warn_of_overflow
from .model import Built, Model
from .plans import LastData
from .prepared import Prepared, indices, prepare_data, source_of
from .tracing import Programs

Metric = Callable[[Array, Array], float]
CHUNK = 4096  # rows that run at once
AT_ONCE = 128  # rows of a native plan: the values of this number of rows stay in cache


def check_metrics(metrics: Any, loss: Any = None) -> dict[str, Metric]:
    """Return the metrics by name; {"digit": accuracy} becomes digit_accuracy."""
    if isinstance(metrics, dict):
        names = loss.names if isinstance(loss, JointLoss) else []
        if unknown := [output for output in metrics if output not in names]:
            known = ", ".join(names) or "one output without a name"
            raise ParameterError(
                "metrics",
                f"names of outputs: {known}",
                repr(unknown[0]),
                "Rename it, or leave it out.",
            )
        parts = {output: check_metrics(own) for output, own in metrics.items()}
        return {
            f"{output}_{name}": _of(output, m)
            for output, own in parts.items()
            for name, m in own.items()
        }
    named = {}
    for metric in metrics if isinstance(metrics, (tuple, list)) else [metrics]:
        if not callable(metric):
            raise ParameterError(
                "metrics",
                "functions (y, prediction) -> float",
                repr(metric),
                "Write chainrule.metrics.accuracy.",
            )
        name = getattr(metric, "__name__", type(metric).__name__)
        if name in named or name == "loss":
            got = (
                f"{name}, the name of another one"
                if name in named
                else "loss, which the history has already"
            )
            raise ParameterError(
                "metrics", "a name for each function", got, "Define it with `def` and its own name."
            )
        named[name] = metric
    return named


def _of(output: str, metric: Metric) -> Metric:
    """Return the metric applied to one of several outputs."""

    def of_one(y: Any, p: Any) -> float:
        return metric(y[output], p[output])

    return of_one


def _chunks(n: int, size: int) -> Iterator[slice]:
    yield from (slice(i, min(i + size, n)) for i in range(0, n, size))


def plan_of(model: Model, program: Program, rows: int) -> Native | None:
    """Return the plan of a Program without gradients, made once for each model.

    None for the reference engine, and if rows meet in this Program: then chunks are batches.
    """
    if not uses_native(model.engine):
        return None

    def make() -> Native | None:
        threads = threads_for(program, CHUNK, model.threads)
        meet = any(step.kind == "reduction" for step in program.steps)
        return None if meet else Native(program, rows, model.dtype, threads=threads)

    return model.plans.of(program, make)


def predict_rows(model: Model, X: Any) -> Any:
    """Check what the user gave; return its predictions."""
    arrays = model.arrays_of(X, least=0)
    built = model.built_for_rows(arrays)
    p = predict(model, built, built.programs.predict, arrays)
    model.adopt(built)
    found = by_output(model, built.programs, p)
    warn_of_overflow(found, model.theta)
    return found


def by_output(model: Model, programs: Programs, p: Array) -> Any:
    """Return the predictions as users know them: a dict for several outputs."""
    return model.loss.split(p, programs.output) if isinstance(model.loss, JointLoss) else p


def predict_again(model: Model, X: Any) -> Array | None:
    """Predict in one call of C, checks included, rows like the previous ones.

    None if anything is new or wrong, or an answer is not finite: then `predict_rows` finds out. The plan belongs to the
    Program that the model has now, and θ is the one it has now, so nothing can be out of date.
    """
    built = model.built
    if built is None or built.programs.table is not None:
        return None
    plan = model.plans.get(built.programs.predict)
    return None if plan is None else plan.predict_array(built.run_state.theta, X)


def no_answers(model: Model, program: Program) -> Array:
    """Return the output of a Program for no rows, (0, ...), in the type of other answers."""
    output = program.values[program.output]
    return np.empty((0, *output.shape[1:]), model.dtype if output.number == "real" else np.int32)


def predict(
    model: Model, built: Built, program: Program, inputs: dict[str, Array], chunk: int = CHUNK
) -> Array:
    """Return the output of a Program for every row, some rows at a time."""
    if not len(next(iter(inputs.values()))):
        return no_answers(model, program)
    if any(isinstance(a, (SparseRows, PickedRows)) for a in inputs.values()):
        n = len(next(iter(inputs.values())))
        dense = ({name: a[rows] for name, a in inputs.items()} for rows in _chunks(n, chunk))
        return np.concatenate([predict(model, built, program, rows, chunk) for rows in dense])
    theta = model.theta_in(built)
    if (plan := plan_of(model, program, AT_ONCE)) is not None:
        out = plan.predict(theta, inputs)
        if not plan.indices or np.isfinite(out).all():
            return out  # else the reference engine says which word is unknown, if that is why
    source = Arrays(inputs, dtype=model.dtype.type, index=indices(program))
    engine = Reference(program)
    with np.errstate(all="ignore"):
        parts = []
        for rows in _chunks(len(source), chunk):
            batch = source.rows(rows)
            parts.append(engine.predict(theta, batch, [slice(0, len(batch["row"]))]))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def score(
    model: Model,
    data: Prepared,
    metrics: dict[str, Metric],
    chunk: int = CHUNK,
    with_loss: bool = True,
) -> dict[str, float]:
    """Return loss and metrics of prepared data; the model does not change."""
    found = {}
    if with_loss:
        found["loss"] = _loss(model, data, chunk)
    if data.programs.table is not None:
        found |= _losses(model, data, data.programs.table, chunk)
    if metrics:
        p = predict(model, data.built, data.programs.predict, data.inputs, chunk)
        p = by_output(model, data.programs, p)
        found |= {name: _number(name, metric(data.y, p)) for name, metric in metrics.items()}
    return found


def _number(name: str, value: Any) -> float:
    """Return what a metric gave, as a float."""
    if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "biuf":
        return float(value)
    got = (
        f"shape {np.shape(value)}" if isinstance(value, np.ndarray) and value.ndim else repr(value)
    )
    raise ParameterError(
        f"metrics: {name}", "a function that returns one number", got, "Return a float."
    )


def _loss(model: Model, data: Prepared, chunk: int = CHUNK) -> float:
    """Return L of the score Program: rows in chunks, penalties once."""
    program, theta = data.programs.score, model.theta_in(data.built)
    source = source_of(model, data, "sum")
    objective = ProgramObjective(program, (), model.engine, model.threads)
    shares = _shares(model, data)
    nothing = {name: model.dtype.type(0) for name in program.defaults}
    L = 0.0
    with np.errstate(all="ignore"):
        for k, rows in enumerate(_chunks(len(source), chunk)):
            c = {name: a[rows].astype(model.dtype) for name, a in shares.items()}
            L += objective.loss(theta, source.rows(rows) | c | (nothing if k else {}))
    return L


def _shares(model: Model, data: Prepared) -> dict[str, Array]:
    """Return c of all rows, as in one batch.

    With weights by output c is 1, and each output has its own c.
    """
    weights = {"c": np.ones(len(data))} if data.weights is None else data.weights
    if not isinstance(weights, dict):
        weights = {"c": weights}
    mean = model.loss.reduction == "mean"
    shares = {name: w / w.sum() if mean else w for name, w in weights.items()}
    return shares if "c" in shares else shares | {"c": np.ones(len(data))}


def _losses(model: Model, data: Prepared, table: Program, chunk: int) -> dict[str, float]:
    """Return Σₙ cₙ ℓₖₙ of each output k, without its weight wₖ and without penalties."""
    inputs = data.inputs | data.targets
    rows = predict(model, data.built, table, inputs, chunk).astype(np.float64)
    shares = _shares(model, data)
    return {
        f"{name}_loss": float(shares.get(f"c_{name}", shares["c"]) @ l)
        for name, l in zip(model.loss.names, rows.T, strict=True)
    }


def evaluate(
    model: Model,
    X: Any,
    y: Any,
    metrics: Any = (),
    sample_weight: Any = None,
    chunk: int = CHUNK,
) -> dict[str, float]:
    """Check rows and targets; return their loss and metrics."""
    checked = check_metrics(metrics, model.loss)
    data = prepare_data(model, X, y, sample_weight)
    found = score(model, data, checked, chunk)
    model.adopt(data.built)
    return found


class Scored(NamedTuple):
    """The score Program and everything that it needs for one data set."""

    program: Program
    theta: Array
    inputs: dict[str, Any]
    built: Built


def score_inputs(model: Model, X: Any, y: Any, sample_weight: Any = None) -> Scored:
    """Return the score Program and its inputs for the whole of these data."""
    data = prepare_data(model, X, y, sample_weight)
    inputs = source_of(model, data).rows(slice(0, len(data)))
    return Scored(data.programs.score, model.theta_in(data.built), inputs, data.built)


def data_or_last(last: LastData | None, X: Any, y: Any) -> tuple[Any, Any]:
    """Return the data that were given, else those of the last `fit`."""
    if X is not None:
        return X, y
    if last is None:
        raise NotBuiltError("there are no data from a fit yet: fit first, or give X and y.")
    return last
