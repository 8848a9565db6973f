"""What is measured of a run, once, for all detectors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError
from ...layers.dense import Dense
from ...layers.reshape import Reshape
from ...losses.joint import JointLoss
from ...model.fitting import fit
from ...model.model import Model
from ...optimizers.lbfgs import LBFGS
from ...training.fit_options import FitOptions
from ..moment import Moment, Visited
from .case import Case, Rows
from .look import Look
from .measure import Measure, labels_of, loss_on

ALONE = 48  # rows that are learned by heart
PROBE = 256  # rows of a look
FEW, HEAVY = 16, 3e8  # rows and multiplications of the gradients of a look, in the reference engine
LOOKS = 10  # moments that are looked at
CHEAP = 2e9  # multiplications of one run up to which it is run again, such as with other seeds


@dataclass(frozen=True, eq=False)
class Evidence:
    """The numbers of one run that detectors read.

    Parameters
    ----------
    case : Case
        Network, rows and options.
    run : Recording
        Its run.
    measure : Measure
        What its loss is.
    """

    case: Case
    run: Visited
    measure: Measure

    # ---- the run

    @property
    def failed(self) -> bool:
        """True if the loss became NaN or infinite."""
        return self.run.recorded.error is not None

    @cached_property
    def start(self) -> int:
        """The number of updates before the run."""
        return self.run.recorded.origin.start.step

    @cached_property
    def updates(self) -> int:
        """The number of updates of the run."""
        return self.run.recorded.last - self.start

    @cached_property
    def loss(self) -> Array:
        """The loss of each epoch."""
        return np.asarray(self.run.recorded.columns.get("loss", ()), float)

    @cached_property
    def val_loss(self) -> Array:
        """The validation loss of each epoch; of early epochs too if there are rows for it."""
        return np.asarray(self.run.recorded.columns.get("val_loss", ()), float)

    @cached_property
    def net(self) -> Model:
        """The network at the end."""
        net: Model = self.run.at(step=self.end.step).net
        return net

    @cached_property
    def end(self) -> Moment:
        """The last moment."""
        return Moment(self.run, self.run.recorded.end)

    @cached_property
    def first(self) -> tuple[float, float]:
        """The loss before the first update, of training and validation rows."""
        return self.measure(self.case, self.run.at(step=self.start).net)

    @cached_property
    def last(self) -> tuple[float, float]:
        """The loss at the end, of training and validation rows; infinite if the run failed."""
        if self.failed:
            return (np.inf, np.inf)
        loss, held = self.measure(self.case, self.end.net)
        return (loss if np.isfinite(loss) else np.inf, held if np.isfinite(held) else np.inf)

    @cached_property
    def guess(self) -> tuple[float, float] | None:
        """The loss of the best answer that does not look at the row; None if it is not known."""
        return _guess(self)

    @property
    def has_held(self) -> bool:
        """True if there are validation rows."""
        return self.case.held is not None

    # ---- moments

    @cached_property
    def looks(self) -> list[Look]:
        """Looks at the network from the start to the end, closer at the start."""
        steps = np.unique(np.geomspace(1, self.updates + 1, LOOKS).astype(int)) - 1
        return [self.look(self.start + int(k)) for k in steps]

    def look(self, step: int) -> Look:
        """Return a look at the network after this number of updates."""
        origin = self.run.recorded.origin
        objective: Any = origin.objective
        theta = self.run.at(step=step).theta
        key = np.array([origin.start.seed, step])
        inputs = objective.inputs(theta, self._probe, key)
        few = self._few
        part = inputs if few is self._probe else objective.inputs(theta, few, key)
        return Look(objective.program, theta, inputs, step, part)

    @cached_property
    def work(self) -> float:
        """About how many multiplications one row needs on its way forward."""
        objective: Any = self.run.recorded.origin.objective
        program, work = objective.program, 0.0
        for step in program.steps:
            places = np.prod(program.values[step.output].shape[1:-1])
            for i in step.inputs:
                if program.values[i].role == "parameter":
                    work += float(places * np.prod(program.values[i].shape))
        return work

    @cached_property
    def _probe(self) -> dict[str, Any]:
        return self._rows(PROBE)

    @cached_property
    def _few(self) -> dict[str, Any]:
        """Rows for gradients: fewer of a large network."""
        most = int(np.clip(HEAVY / max(1.0, self.work), FEW, PROBE))
        return self._probe if most >= len(self._probe["c"]) else self._rows(most)

    def _rows(self, most: int) -> dict[str, Any]:
        source: Any = self.run.recorded.origin.run.source
        if hasattr(source, "stream"):
            return dict(self.run.at(step=self.start).batch)
        n = len(source)
        batch: dict[str, Any] = source.rows(np.unique(np.linspace(0, n - 1, most)).astype(np.int32))
        return batch

    @cached_property
    def ratios(self) -> dict[str, float]:
        """The median size of an update as a share of its weights, by the symbol of the weights."""
        return {name: float(np.median(r)) for name, r in self._ratios.items()}

    @cached_property
    def largest(self) -> dict[str, float]:
        """The largest size of an update as a share of its weights; units may die of one."""
        return {name: float(np.max(r)) for name, r in self._ratios.items()}

    @cached_property
    def _ratios(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for look in self.looks:
            if look.step >= self.run.recorded.last:
                continue
            after = self.run.at(step=look.step + 1).theta
            moved, weights = look.of_weights(after - look.theta), look.of_weights(look.theta)
            for name, step in moved.items():
                found.setdefault(name, []).append(step / max(weights[name], look.usual[name]))
        return found

    @cached_property
    def moved(self) -> dict[str, float]:
        """How far the whole run moved each matrix of weights, as a share of its size."""
        first, last = self.looks[0], self.looks[-1]
        far, weights = last.of_weights(last.theta - first.theta), first.of_weights(first.theta)
        return {name: d / max(weights[name], first.usual[name]) for name, d in far.items()}

    # ---- the update list

    @property
    def rule(self) -> Any:
        """The optimizer."""
        return self.case.options.update_parts().rule

    @property
    def lr(self) -> float | None:
        """The learning rate, if it is one number."""
        lr = getattr(self.rule, "lr", None)
        return float(lr) if isinstance(lr, (int, float)) else None

    # ---- the rows

    @cached_property
    def labels(self) -> Array | None:
        """The classes of the training rows, if the targets are classes."""
        return labels_of(self.case.train.y)

    @property
    def is_joint(self) -> bool:
        """True for several outputs."""
        return isinstance(self.case.loss, JointLoss)

    @cached_property
    def table(self) -> Array | None:
        """The training rows as a table of numbers, if that is what they are."""
        x = self.case.train.x.get("x")
        if x is None or len(self.case.train.x) > 1 or x.ndim != 2 or x.dtype.kind not in "fiub":
            return None
        return np.asarray(x, float)

    @cached_property
    def least(self) -> float:
        """The loss of perfect answers on training rows; for most losses 0."""
        rows = self.measure.train.sample(ALONE)
        found, base = (best_answers(self, rows, own) for own in (np.eye(len(rows)), None))
        if found is None or base is None or self.guess is None:
            return 0.0
        return self.guess[0] - (base - found) if found < 0 or found > 1e-3 * base else 0.0

    @property
    def learned(self) -> float:
        """The share of the way from guessing to perfect answers, on training rows."""
        if not np.isfinite(self.last[0]):
            return 0.0
        base = self.first[0] if self.guess is None else self.guess[0]
        return float((base - self.last[0]) / max(base - self.least, 1e-12))


def best_answers(evidence: Evidence, rows: Rows, x: Array | None = None) -> float | None:
    """Return the loss of the best answers of a linear model.

    Parameters
    ----------
    evidence : Evidence
        Its loss and its outputs count.
    rows : Rows
        The targets.
    x : array, optional
        What the model sees of each row; None: nothing, so that it answers with one constant.
    """
    model = _linear(evidence, rows, x)
    if model is None:
        return None
    loss = loss_on(model, np.zeros((len(rows), 1)) if x is None else x, rows.y)
    return loss if np.isfinite(loss) else None


def _linear(evidence: Evidence, rows: Rows, x: Array | None) -> Model | None:
    case, shape = evidence.case, evidence.net.programs.output
    if isinstance(shape, dict):
        return None
    layers: list[Any] = [Dense(int(np.prod(shape[1:])))]
    layers += [Reshape(*shape[1:])] if len(shape) > 2 else []
    loss = evidence.measure.loss
    plain = type(case.model)(*layers, loss=loss, dtype="float64", engine=case.model.engine)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            options = FitOptions(optimizer=LBFGS(), epochs=60, batch_size=None, verbose=0)
            options = replace(options, sample_weight=rows.weights)
            fit(plain, np.zeros((len(rows), 1)) if x is None else x, rows.y, options)
    except ChainruleError:
        return None
    return plain


def _guess(evidence: Evidence) -> tuple[float, float] | None:
    """Return the loss of the best constant, on training and validation rows."""
    measure = evidence.measure
    plain = _linear(evidence, measure.train, None)
    if plain is None:
        return None
    with np.errstate(all="ignore"):
        both = (measure.train, measure.held)
        found = [loss_on(plain, np.zeros((len(r), 1)), r.y, r.weights) for r in both]
    return (found[0], found[1]) if np.isfinite(found).all() else None


def cost(evidence: Evidence) -> float:
    """Return about how many multiplications a run makes."""
    case, program = evidence.case, evidence.net.programs.train
    work = 0.0
    for step in program.steps:
        places = np.prod(program.values[step.output].shape[1:-1])
        for i in step.inputs:
            if program.values[i].role == "parameter":
                work += places * np.prod(program.values[i].shape)
    return float(3 * case.options.epochs * len(case.train) * work)
