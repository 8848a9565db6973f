"""From a network and data to a run: what `Network.fit`, `predict` and `evaluate` do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import random
from .arrays import Array
from .callbacks.base import as_callbacks
from .callbacks.progress import progress
from .engines.reference import Reference
from .errors import DataError, ParameterError
from .graph import Program
from .history import History
from .interrupts import Interrupts
from .objectives import ProgramObjective
from .optimizers.adam import Adam
from .programs import Programs
from .run_state import RunState
from .settings import is_number, is_whole
from .sources import Arrays, as_array, check_lengths, check_rows, check_weights, class_weights
from .training import Run, loop
from .training import fit as run_to_the_end
from .updates import Update, as_update_list, groups

if TYPE_CHECKING:
    from .network import Network

Metric = Callable[[Array, Array], float]


# ---------------------------------------------------------------- data


@dataclass(frozen=True)
class Prepared:
    """Checked data and the Programs that fit them."""

    programs: Programs
    inputs: dict[str, Array]
    y: Array
    weights: Array | None = None

    def take(self, rows: Array) -> Prepared:
        weights = None if self.weights is None else self.weights[rows]
        return Prepared(self.programs, {name: a[rows] for name, a in self.inputs.items()}, self.y[rows], weights)


def prepare_data(net: Network, X: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Prepared:
    """Arrays for a Program; raises before anything is changed."""
    inputs = net._arrays(X)
    if y is None:
        raise DataError("y is missing: fit(X, y) needs one target for each row of X.")
    target = check_rows("y", as_array("y", y))
    check_lengths({"X": next(iter(inputs.values())), **{n: a for n, a in inputs.items() if n != "x"}, "y": target})
    programs = net._trace({name: a.shape[1:] for name, a in inputs.items()}, target)
    target = net.loss.prepare(target, programs.output)
    weights = None if sample_weight is None else check_weights(sample_weight, len(target))
    if class_weight is not None:
        by_class = class_weights(class_weight, target)
        weights = by_class if weights is None else weights * by_class
    return Prepared(programs, inputs, target, weights)


def source_of(net: Network, data: Prepared, reduction: Any = None) -> Arrays:
    values = {name: data.programs.train.values[i] for name, i in data.programs.train.inputs.items()}
    index = frozenset(name for name, v in values.items() if v.number == "index")
    return Arrays(data.inputs, data.y, data.weights, reduction or net.loss.reduction, net.dtype.type, index)


def split_off(data: Prepared, fraction: float, seed: int) -> tuple[Prepared, Prepared]:
    """Training and validation rows, drawn by the seed; stratified where the targets are class labels."""
    n = len(data.y)
    order = random.permutation((seed, random.path_hash("validation")), n)
    if data.y.ndim == 1 and data.y.dtype.kind in "iu":
        rank = np.empty(n)
        for label in np.unique(data.y):
            members = order[data.y[order] == label]
            rank[members] = (np.arange(len(members)) + 0.5) / len(members)  # each class gives its own first part
        order = order[np.argsort(rank[order], kind="stable")]
    held = min(max(round(fraction * n), 1), n - 1)
    if n < 2:
        raise DataError("validation_fraction", "at least two rows to split", str(n), "Give validation_data instead.")
    return data.take(np.sort(order[held:])), data.take(np.sort(order[:held]))


# ---------------------------------------------------------------- fit


def prepare(
    net: Network,
    X: Any,
    y: Any,
    *,
    optimizer: Any = None,
    epochs: int = 1,
    batch_size: int | None = 32,
    sample_weight: Any = None,
    class_weight: Any = None,
    validation_data: Any = None,
    validation_fraction: float = 0.0,
    metrics: Any = (),
    callbacks: Any = (),
    resume: Any = None,
    order: Any = None,
    verbose: int | None = None,
) -> Run:
    """Check everything, then make the run; see `Network.fit`."""
    if not is_whole(epochs) or epochs < 0:
        raise ParameterError(f"fit(epochs={epochs!r}): epochs must be a whole number ≥ 0.")
    if batch_size is not None and (not is_whole(batch_size) or batch_size < 1):
        raise ParameterError(
            f"fit(batch_size={batch_size!r}): batch_size must be a whole number ≥ 1, or None for the whole set."
        )
    if not is_number(validation_fraction) or not 0 <= validation_fraction < 1:
        raise ParameterError(f"fit(validation_fraction={validation_fraction!r}): it must be a number ≥ 0 and < 1.")
    if verbose not in (None, 0, 1, False, True):
        raise ParameterError(f"fit(verbose={verbose!r}): verbose must be 0, 1 or None.")
    watched, told = check_metrics(metrics), as_callbacks(callbacks)
    rule, clips = as_update_list(Adam() if optimizer is None else optimizer)
    data = prepare_data(net, X, y, sample_weight, class_weight)
    held: Prepared | None = None
    if validation_data is not None:
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise DataError("validation_data", "a pair (X, y)", type(validation_data).__name__, "Write (X_val, y_val).")
        held = prepare_data(net, *validation_data)
    elif validation_fraction:
        data, held = split_off(data, validation_fraction, net.seed)
    source = source_of(net, data)
    if rule.full_batch and batch_size is not None and batch_size < len(source):
        raise ParameterError(f"fit(optimizer={rule!r}): it needs the whole set at each step. Write batch_size=None.")
    state = _continue(net, rule, clips, data.programs.train)
    run = Run(
        ProgramObjective(data.programs.train, tuple(net.frozen)),
        state,
        source,
        net._update,
        epochs=epochs,
        batch_size=batch_size,
        order=order,
        callbacks=[*told, *progress(verbose)],
        watch=_watch(net, data, held, watched),
        net=net,
    )
    net._data = (X, y)
    if resume is not None and resume is not False:
        _resume(run, resume)
    return run


def _continue(net: Network, rule: Any, clips: Sequence[Any], program: Program) -> RunState:
    """The network's state, ready for these optimiser and groups: equal ones go on with their slots."""
    state, before = net.run_state, net._update
    same = before is not None and before.optimizer == rule and before.clips == tuple(clips)
    if not same:
        state.slots, state.t, state.born = {}, 0, {}
    elif before is not None:
        seen = set(before.indices().tolist())
        for p in program.parameters:  # thawed since: slots of their own age
            if p.path not in net.frozen and p.start not in seen:
                state.born[p.path] = state.t
    free = [p.where for p in program.parameters if p.path not in net.frozen]
    places = {p.path: p.where for p in program.params}
    moves = [(places[m.state], m.rate) for m in program.moves]
    update = Update(rule, groups(program, net.frozen, net.rates, state.born), clips, free, moves)
    state.slots = (
        update.carry_over(state.theta, state.slots, before)
        if same and before is not None
        else update.start(state.theta)
    )
    if rule.full_batch:
        state.slots["iterations"][...] = 0  # data or theta may have changed: its loss and gradient are asked for again
    state.started, state.position, state.sums, state.history = state.epoch, 0, [0.0, 0.0], {}
    net._update = update
    return state


def _resume(run: Run, resume: Any) -> None:
    """Go on from a checkpoint: a path, or True for the Checkpoint's own file where there is one."""
    from pathlib import Path

    from .callbacks.checkpoint import Checkpoint
    from .save import restore

    path = resume
    if resume is True:
        found = next((callback for callback in run.callbacks if isinstance(callback, Checkpoint)), None)
        if found is None:
            raise ParameterError("fit(resume=True): there is no Checkpoint among the callbacks. Give resume= a path.")
        if not Path(found.path).exists():
            return
        path = found.path
    epochs = run.until - run.state.started
    restore(run, path)
    run.until = run.state.started + epochs


def _watch(
    net: Network, data: Prepared, held: Prepared | None, metrics: dict[str, Metric]
) -> Callable[[], dict[str, float]] | None:
    """What is logged at the end of an epoch beside the loss."""
    if held is None and not metrics:
        return None

    def watch() -> dict[str, float]:
        logs = score(net, data, metrics, with_loss=False) if metrics else {}
        if held is not None:
            logs |= {f"val_{name}": value for name, value in score(net, held, metrics).items()}
        return logs

    return watch


def fit(run: Run) -> History:
    """Run to the end."""
    stopped = run_to_the_end(run)
    return History({name: list(v) for name, v in run.state.history.items()} or {"loss": []}, stopped, run.best_epoch)


def train(run: Run) -> Iterator[Run]:
    """Step by step; a Ctrl-C waits for the end of the step."""
    steps = loop(run, by_step=True)
    while True:
        with Interrupts(patient=False) as interrupts:
            interrupts.busy = True
            ended = next(steps, None) is None
        if ended:
            return
        yield run


# ---------------------------------------------------------------- predict and evaluate


def check_metrics(metrics: Any) -> dict[str, Metric]:
    """Functions by their name."""
    named = {}
    for metric in metrics if isinstance(metrics, (tuple, list)) else [metrics]:
        if not callable(metric):
            raise ParameterError(
                "metrics", "functions (y, prediction) -> float", repr(metric), "Write chainrule.metrics.accuracy."
            )
        named[getattr(metric, "__name__", type(metric).__name__)] = metric
    return named


def _chunks(n: int, size: int) -> Iterator[slice]:
    yield from (slice(i, min(i + size, n)) for i in range(0, n, size))


def predict(net: Network, program: Program, inputs: dict[str, Array], chunk: int) -> Array:
    """The output of every row, some rows at a time."""
    index = frozenset(name for name, i in program.inputs.items() if program.values[i].number == "index")
    source, engine = Arrays(inputs, dtype=net.dtype.type, index=index), Reference(program)
    with np.errstate(all="ignore"):
        parts = []
        for rows in _chunks(len(source), chunk):
            batch = source.rows(rows)
            parts.append(engine.predict(net.theta, batch, [slice(0, len(batch["row"]))]))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def score(
    net: Network, data: Prepared, metrics: dict[str, Metric], chunk: int = 4096, with_loss: bool = True
) -> dict[str, float]:
    """Loss and metrics on prepared data."""
    found = {}
    if with_loss:
        found["loss"] = _loss(net, data, chunk)
    if metrics:
        p = predict(net, data.programs.predict, data.inputs, chunk)
        found |= {name: float(metric(data.y, p)) for name, metric in metrics.items()}
    return found


def _loss(net: Network, data: Prepared, chunk: int) -> float:
    """L of the score Program: rows in chunks, penalties once."""
    source, objective = source_of(net, data, "sum"), ProgramObjective(data.programs.score)
    weights = data.weights if data.weights is not None else np.ones(len(source))
    total = float(weights.sum()) if net.loss.reduction == "mean" else 1.0
    nothing = {name: net.dtype.type(0) for name in data.programs.score.defaults}
    L = 0.0
    with np.errstate(all="ignore"):
        for k, rows in enumerate(_chunks(len(source), chunk)):
            batch = source.rows(rows) | (nothing if k else {})
            batch["c"] = (batch["c"] / total).astype(net.dtype)
            value = objective.engine.forward(
                net.theta, objective.inputs(net.theta, batch, np.zeros(2)), [slice(0, len(batch["c"]))]
            )
            L += float(value[data.programs.score.output][0])
    return L


def evaluate(net: Network, X: Any, y: Any, metrics: dict[str, Metric], chunk: int) -> dict[str, float]:
    return score(net, prepare_data(net, X, y), metrics, chunk)


def score_inputs(net: Network, X: Any, y: Any, sample_weight: Any = None) -> tuple[Program, dict[str, Any]]:
    """The score Program and everything that it asks for, for the whole of these data."""
    data = prepare_data(net, X, y, sample_weight)
    return data.programs.score, source_of(net, data).rows(slice(0, len(data.y)))


# ---------------------------------------------------------------- learning rates


@dataclass(frozen=True, eq=False)
class LearningRates:
    """What `find_learning_rate` saw.

    Parameters
    ----------
    lrs, losses : array
        The rate of each step and the smoothed loss before it.
    suggestion : float
        The rate at which the loss fell fastest.
    """

    lrs: Array
    losses: Array
    suggestion: float

    def plot(self, path: Any = None) -> Any:
        """The curve and the suggestion as a matplotlib figure."""
        from .inspect import plots

        figure = plots.learning_rates(self.lrs, self.losses, self.suggestion)
        if path is not None:
            plots.save(figure, path)
        return figure


def copy(net: Network) -> Network:
    """The same layers, loss, weights, frozen paths and rates."""
    from .network import Network

    twin = Network(
        *net.layers, loss=net.loss, inputs=net.inputs, seed=net.seed, dtype=net.dtype.name, threads=net.threads
    )  # type: ignore[arg-type]
    if net._run_state is not None:
        twin.theta[...] = net.theta
        twin.frozen, twin.rates = set(net.frozen), dict(net.rates)
    return twin


def find_learning_rate(
    net: Network,
    X: Any,
    y: Any,
    *,
    optimizer: Any = None,
    batch_size: int | None = 32,
    lowest: float = 1e-6,
    highest: float = 100.0,
    steps: int = 100,
) -> LearningRates:
    """Train a copy with a rate that grows from step to step, until the loss explodes; the network itself stays as it is.

    Parameters
    ----------
    net : Network
        Where to start.
    X, y : arrays
        Rows and targets.
    optimizer : Optimizer
        One with lr; default Adam().
    batch_size : int, optional
        As for `fit`.
    lowest, highest : float
        The range of rates, 0 < lowest < highest.
    steps : int
        ≥ 10.

    Returns
    -------
    LearningRates
        The curve and a suggestion: where the smoothed loss falls fastest per factor of lr.

    References
    ----------
    Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3.
    """
    from dataclasses import replace

    if not (is_number(lowest) and is_number(highest) and 0 < lowest < highest) or not is_whole(steps) or steps < 10:
        raise ParameterError(
            f"find_learning_rate: expected 0 < lowest < highest and steps ≥ 10, got {lowest}, {highest}, {steps}."
        )
    rule, clips = as_update_list(Adam() if optimizer is None else optimizer)
    if not hasattr(rule, "lr") or rule.full_batch:
        raise ParameterError(f"find_learning_rate(optimizer={rule!r}): it has no learning rate. Use SGD or Adam.")
    growth = (highest / lowest) ** (1 / (steps - 1))
    rule = replace(rule, lr=lambda step: lowest * growth ** (step - 1))
    net.build(X, y)
    twin = copy(net)
    epochs = -(-steps // max(1, -(-len(next(iter(net._arrays(X).values()))) // (batch_size or 10**9))))
    run = prepare(twin, X, y, optimizer=(*clips, rule), epochs=epochs, batch_size=batch_size, verbose=0)
    lrs, losses, smooth, best, weight = [], [], 0.0, np.inf, 0.0
    before = 0.0
    try:
        for _ in loop(run, by_step=True):
            loss = run.state.sums[0] - before if run.state.sums[1] > run.batch_size else run.state.sums[0]
            rows = min(run.batch_size, run.state.position - (run.state.position - 1) // run.batch_size * run.batch_size)
            before = run.state.sums[0] if run.state.position < len(run.source) else 0.0
            smooth, weight = 0.9 * smooth + 0.1 * loss / rows, 0.9 * weight + 0.1
            lrs.append(lowest * growth ** (run.step - 1))
            losses.append(smooth / weight)
            best = min(best, losses[-1])
            if len(lrs) >= steps or (len(lrs) > 10 and losses[-1] > 4 * best):
                break
    except ArithmeticError:
        pass  # it exploded: the curve ends here
    curve = np.array(losses)
    slope = np.gradient(curve) if len(curve) > 2 else np.zeros(len(curve))
    return LearningRates(np.array(lrs), curve, float(lrs[int(np.argmin(slope))]) if lrs else lowest)
