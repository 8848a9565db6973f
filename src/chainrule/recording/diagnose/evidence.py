"""What is measured of a run, once, for all detectors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
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

PROBE = 256  # rows of a look
LOOKS = 10  # moments that are looked at


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
        return Look(objective.program, theta, objective.inputs(theta, self._probe, key), step)

    @cached_property
    def _probe(self) -> dict[str, Any]:
        source: Any = self.run.recorded.origin.run.source
        if hasattr(source, "stream"):
            return dict(self.run.at(step=self.start).batch)
        n = len(source)
        batch: dict[str, Any] = source.rows(np.unique(np.linspace(0, n - 1, PROBE)).astype(np.int32))
        return batch

    @cached_property
    def ratios(self) -> dict[str, float]:
        """The median size of an update as a share of its weights, by the symbol of the weights."""
        found: dict[str, list[float]] = {}
        for look in self.looks:
            if look.step >= self.run.recorded.last:
                continue
            after = self.run.at(step=look.step + 1).theta
            moved, weights = look.of_weights(after - look.theta), look.of_weights(look.theta)
            for name, step in moved.items():
                found.setdefault(name, []).append(step / max(weights[name], 1e-12))
        return {name: float(np.median(r)) for name, r in found.items()}

    @cached_property
    def moved(self) -> dict[str, float]:
        """How far the whole run moved each matrix of weights, as a share of its size."""
        first, last = self.looks[0], self.looks[-1]
        far, weights = last.of_weights(last.theta - first.theta), first.of_weights(first.theta)
        return {name: d / max(weights[name], 1e-12) for name, d in far.items()}

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

    @property
    def learned(self) -> float:
        """The share of the loss of guessing that the run removed, on training rows."""
        base = self.first[0] if self.guess is None else self.guess[0]
        if not np.isfinite(self.last[0]) or base <= 0:
            return 0.0
        return float(1 - self.last[0] / base)


def _guess(evidence: Evidence) -> tuple[float, float] | None:
    """Return the loss of the best constant, on training and validation rows."""
    case, measure = evidence.case, evidence.measure
    shape = evidence.net.programs.output
    if isinstance(shape, dict):
        return None
    layers = [Dense(int(np.prod(shape[1:])))]
    layers += [Reshape(*shape[1:])] if len(shape) > 2 else []
    plain = type(case.model)(*layers, loss=measure.loss, dtype="float64", engine=case.model.engine)

    def nothing(rows: Rows) -> Array:
        return np.zeros((len(rows), 1))

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            options = FitOptions(optimizer=LBFGS(), epochs=60, batch_size=None, verbose=0)
            fit(plain, nothing(measure.train), measure.train.y, options)
            found = [loss_on(plain, nothing(r), r.y) for r in (measure.train, measure.held)]
    except ChainruleError:
        return None
    return (found[0], found[1]) if np.isfinite(found).all() else None


