"""Predictions, loss and metrics of whole data sets, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..data.sources import Arrays
from ..engines.native import Native
from ..engines.reference import Reference
from ..engines.thread_count import threads_for
from ..errors import NotBuiltError, ParameterError
from ..graph.program import Program
from ..losses.joint import JointLoss
from ..training.objective import ProgramObjective
from .prepared import Prepared, indices, prepare_data, source_of
from .tracing import Programs

if TYPE_CHECKING:
    from ..network import Network

Metric = Callable[[Array, Array], float]
CHUNK = 4096  # rows that run at once
# That a network keeps: another one takes less time than a prediction of many rows, and as much memory as theirs.
PLANS = 8
AT_ONCE = 128  # rows of a native plan: all values of so many stay in cache


def check_metrics(metrics: Any, loss: Any = None) -> dict[str, Metric]:
    """Functions by their name; of several outputs a dict: {"digit": accuracy} is called digit_accuracy."""
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
    """A metric of one of several outputs."""

    def of_one(y: Any, p: Any) -> float:
        return metric(y[output], p[output])

    return of_one


def _chunks(n: int, size: int) -> Iterator[slice]:
    yield from (slice(i, min(i + size, n)) for i in range(0, n, size))


class Plans(dict[Program, Native | None]):
    """What a network made for its predictions, the latest ones by Program; None: its rows meet. A copy or a pickle makes its own."""

    def of(self, program: Program, make: Callable[[], Native | None]) -> Native | None:
        try:
            return self[program]
        except KeyError:
            plan = make()
        for oldest in tuple(self)[: max(0, len(self) + 1 - PLANS)]:
            self.pop(oldest, None)
        self[program] = plan
        return plan

    def __reduce__(self) -> tuple[Any, ...]:
        return Plans, ()


class LastData(tuple[Any, Any]):
    """X and y of a network's last `fit`. A copy or a pickle of it is None: who sends a network away sends no data."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()


def _plan(net: Network, program: Program, rows: int) -> Native | None:
    """The plan of a Program without gradients, made once for each network; None where its rows meet: then chunks are batches."""
    if net.engine != "native":
        return None

    def make() -> Native | None:
        threads = threads_for(program, CHUNK, net.threads)
        meet = any(step.kind == "reduction" for step in program.steps)
        return None if meet else Native(program, rows, net.dtype, threads=threads)

    return net._plans.of(program, make)


def predict_rows(net: Network, X: Any) -> Any:
    """What the user gave, checked, and its predictions."""
    arrays = net._arrays(X)
    programs = net._trace({name: a.shape[1:] for name, a in arrays.items()}, None)
    return by_output(net, programs, predict(net, programs.predict, arrays))


def by_output(net: Network, programs: Programs, p: Array) -> Any:
    """The predictions as users know them: of several outputs a dict."""
    return net.loss.split(p, programs.output) if isinstance(net.loss, JointLoss) else p


def predict_again(net: Network, X: Any) -> Array | None:
    """The same in one call of C, checks included, for rows like those before; None where anything is new, or amiss.

    The plan is that of the Program which the network has now, θ is the one it has now: nothing here can be out of date.
    """
    programs, state = net._programs, net._run_state
    if programs is None or state is None or net.engine != "native" or programs.table is not None:
        return None
    plan = net._plans.get(programs.predict)
    return None if plan is None else plan.predict_array(state.theta, X)


def predict(net: Network, program: Program, inputs: dict[str, Array], chunk: int = CHUNK) -> Array:
    """The output of every row, some rows at a time."""
    if (plan := _plan(net, program, AT_ONCE)) is not None:
        out = plan.predict(net.theta, inputs)
        if not plan.indices or np.isfinite(out).all():
            return out  # else the reference engine says which word is unknown, if that is why
    source, engine = (
        Arrays(inputs, dtype=net.dtype.type, index=indices(program)),
        Reference(program),
    )
    with np.errstate(all="ignore"):
        parts = []
        for rows in _chunks(len(source), chunk):
            batch = source.rows(rows)
            parts.append(engine.predict(net.theta, batch, [slice(0, len(batch["row"]))]))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def score(
    net: Network,
    data: Prepared,
    metrics: dict[str, Metric],
    chunk: int = CHUNK,
    with_loss: bool = True,
) -> dict[str, float]:
    """Loss and metrics on prepared data."""
    found = {}
    if with_loss:
        found["loss"] = _loss(net, data, chunk)
    if data.programs.table is not None:
        found |= _losses(net, data, data.programs.table, chunk)
    if metrics:
        p = by_output(net, data.programs, predict(net, data.programs.predict, data.inputs, chunk))
        found |= {name: _number(name, metric(data.y, p)) for name, metric in metrics.items()}
    return found


def _number(name: str, value: Any) -> float:
    """What a metric returned."""
    if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "biuf":
        return float(value)
    got = (
        f"shape {np.shape(value)}" if isinstance(value, np.ndarray) and value.ndim else repr(value)
    )
    raise ParameterError(
        f"metrics: {name}", "a function that returns one number", got, "Return a float."
    )


def _loss(net: Network, data: Prepared, chunk: int = CHUNK) -> float:
    """L of the score Program: rows in chunks, penalties once."""
    source, objective = (
        source_of(net, data, "sum"),
        ProgramObjective(data.programs.score, (), net.engine, net.threads),
    )
    shares = _shares(net, data)
    nothing = {name: net.dtype.type(0) for name in data.programs.score.defaults}
    L = 0.0
    with np.errstate(all="ignore"):
        for k, rows in enumerate(_chunks(len(source), chunk)):
            c = {name: a[rows].astype(net.dtype) for name, a in shares.items()}
            L += objective.loss(net.theta, source.rows(rows) | c | (nothing if k else {}))
    return L


def _shares(net: Network, data: Prepared) -> dict[str, Array]:
    """c of all rows, as in one batch; with weights by output c is 1, and each output has its own."""
    weights = {"c": np.ones(len(data))} if data.weights is None else data.weights
    if not isinstance(weights, dict):
        weights = {"c": weights}
    shares = {
        name: w / w.sum() if net.loss.reduction == "mean" else w for name, w in weights.items()
    }
    return shares if "c" in shares else shares | {"c": np.ones(len(data))}


def _losses(net: Network, data: Prepared, table: Program, chunk: int) -> dict[str, float]:
    """Σₙ cₙ ℓₖₙ of each of several outputs, without its weight wₖ and without penalties."""
    rows, shares = (
        predict(net, table, data.inputs | data.targets, chunk).astype(np.float64),
        _shares(net, data),
    )
    return {
        f"{name}_loss": float(shares.get(f"c_{name}", shares["c"]) @ l)
        for name, l in zip(net.loss.names, rows.T, strict=True)
    }


def evaluate(
    net: Network,
    X: Any,
    y: Any,
    metrics: dict[str, Metric],
    sample_weight: Any = None,
    chunk: int = CHUNK,
) -> dict[str, float]:
    return score(net, prepare_data(net, X, y, sample_weight), metrics, chunk)


def score_inputs(
    net: Network, X: Any, y: Any, sample_weight: Any = None
) -> tuple[Program, dict[str, Any]]:
    """The score Program and everything that it asks for, for the whole of these data."""
    data = prepare_data(net, X, y, sample_weight)
    return data.programs.score, source_of(net, data).rows(slice(0, len(data)))


def data_or_last(last: tuple[Any, Any] | None, X: Any, y: Any) -> tuple[Any, Any]:
    """What was given, else the data of the last `fit`."""
    if X is not None:
        return X, y
    if last is None:
        raise NotBuiltError("there are no data from a fit yet: fit first, or give X and y.")
    return last
