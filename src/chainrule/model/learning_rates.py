"""The learning-rate finder: one short run whose rate grows from step to step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, TrainingError
from ..optimizers.adam import Adam
from ..plots import pages
from ..settings import is_number, is_whole
from ..training.fit_options import FitOptions
from ..training.loop import loop
from ..training.run import Run
from ..training.updates import as_update_list, behind_optimizer
from .checks import targets_of
from .fitting import prepare
from .model import Model

SMOOTHING = 0.8  # of the moving average of the loss
EXPLODED = 4.0  # times the lowest smoothed loss


@dataclass(frozen=True, eq=False)
class LearningRates:
    """The result of `find_learning_rate`.

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

    def __repr__(self) -> str:
        low, high = self.lrs[0], self.lrs[-1]
        tried = f"{len(self.lrs)} rates from {low:.3g} to {high:.3g}"
        return f"<LearningRates: suggested lr = {self.suggestion:.3g}; {tried}>"

    def _repr_html_(self) -> str:
        return pages.learning_rates(self)

    def plot(self, path: Any = None) -> Any:
        """Draw the curve and the suggestion as a matplotlib figure."""
        from .. import plots

        figure = plots.learning_rates(self.lrs, self.losses, self.suggestion)
        if path is not None:
            plots.save(figure, path)
        return figure


@dataclass(frozen=True)
class Sweep:
    """The rates that are tried: `steps` of them from lowest to highest, each a factor larger."""

    lowest: float
    highest: float
    steps: int

    def __post_init__(self) -> None:
        low, high, steps = self.lowest, self.highest, self.steps
        ordered = is_number(low) and is_number(high) and 0 < low < high
        if not ordered or not is_whole(steps) or steps < 10:
            raise ParameterError(
                "find_learning_rate: expected 0 < lowest < highest and steps ≥ 10, "
                f"got {low}, {high}, {steps}."
            )

    def rate(self, k: int) -> float:
        """Return the rate of step k, from 0."""
        growth: float = (self.highest / self.lowest) ** (1 / (self.steps - 1))
        return self.lowest * growth**k


def find_learning_rate(
    model: Model, X: Any, y: Any, optimizer: Any, batch_size: int | None, sweep: Sweep
) -> LearningRates:
    """Train a copy with a rate that grows from step to step, until the loss explodes."""
    main, constraints, _ = behind_optimizer(Adam() if optimizer is None else optimizer)
    rule, clips = as_update_list(main)
    if not hasattr(rule, "lr") or rule.full_batch:
        raise ParameterError(
            f"find_learning_rate(optimizer={rule!r}): it has no learning rate. Use SGD or Adam."
        )
    growing = replace(cast(Any, rule), lr=lambda step: sweep.rate(step - 1))
    options = FitOptions(
        optimizer=(*clips, growing, *constraints),
        epochs=sweep.steps,
        batch_size=batch_size,
        drop_last=True,
        verbose=0,
    )
    twin = model.twin(model.theta if model.is_built else None)
    lrs, curve = _curve(prepare(twin, X, y, options), sweep)
    model.adopt(model.built_for_rows(model.arrays_of(X), targets_of(model.loss, y)))
    falling = np.gradient(curve)[: int(curve.argmin()) + 1]  # no rate beyond the lowest point
    return LearningRates(np.array(lrs), curve, lrs[int(falling.argmin())])


def _curve(run: Run, sweep: Sweep) -> tuple[list[float], Array]:
    """Return the rates that were tried and the smoothed loss before each step."""
    lrs: list[float] = []
    losses: list[float] = []
    smooth, finite = 0.0, True
    try:
        for _ in loop(run, by_step=True):
            smooth = SMOOTHING * smooth + (1 - SMOOTHING) * run.loss
            lrs.append(sweep.rate(len(lrs)))
            losses.append(smooth / (1 - SMOOTHING ** len(lrs)))  # as Adam corrects its averages
            if len(lrs) >= sweep.steps or losses[-1] > EXPLODED * min(losses):
                break
    except TrainingError:
        finite = False  # it exploded: the curve ends here
    if len(lrs) < 3 and finite:
        raise TrainingError(
            "find_learning_rate: the loss of the first batches goes from "
            f"{min(losses):.3g} to {max(losses):.3g} before any rate matters. That of a trained "
            "network does so: take a fresh one, net.copy().reset(). Else raise batch_size."
        )
    if len(lrs) < 3:
        raise TrainingError(
            "find_learning_rate: the loss explodes at once. "
            f"Lower lowest={sweep.lowest:g}, or scale the inputs."
        )
    curve = np.array(losses)
    if curve.argmin() == 0:
        raise TrainingError(
            "find_learning_rate: the loss rises at every rate: this network is trained already. "
            "Take a fresh one, net.copy().reset()."
        )
    return lrs, curve
