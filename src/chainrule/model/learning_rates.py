"""The learning-rate finder: one short run in which the rate grows from step to step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, TrainingError
from ..optimizers.adam import Adam
from ..settings import is_number, is_whole
from ..training.fit_options import FitOptions
from ..training.loop import loop
from ..training.updates import as_update_list, behind_optimizer
from .fitting import prepare

if TYPE_CHECKING:
    from ..network import Network

SMOOTHING = 0.8  # of the loss, from step to step
EXPLODED = 4.0  # times the lowest smoothed loss


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
        from .. import plots

        figure = plots.learning_rates(self.lrs, self.losses, self.suggestion)
        if path is not None:
            plots.save(figure, path)
        return figure


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
    X, y : arrays
        Rows and targets, as for `fit`.
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

    Raises
    ------
    ParameterError
        A range or an optimizer that cannot be.
    TrainingError
        The loss explodes at once, or rises at every rate, as that of a trained network may.

    References
    ----------
    Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3.

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.moons()
    >>> net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    >>> found = net.find_learning_rate(X, y)
    >>> 1e-6 < found.suggestion < 100
    True
    """
    if (
        not (is_number(lowest) and is_number(highest) and 0 < lowest < highest)
        or not is_whole(steps)
        or steps < 10
    ):
        message = f"find_learning_rate: expected 0 < lowest < highest and steps ≥ 10, got {lowest}, {highest}, {steps}."
        raise ParameterError(message)
    main, constraints, _ = behind_optimizer(Adam() if optimizer is None else optimizer)
    rule, clips = as_update_list(main)
    if not hasattr(rule, "lr") or rule.full_batch:
        raise ParameterError(
            f"find_learning_rate(optimizer={rule!r}): it has no learning rate. Use SGD or Adam."
        )
    growth = (highest / lowest) ** (1 / (steps - 1))
    growing = replace(cast(Any, rule), lr=lambda step: lowest * growth ** (step - 1))
    twin = net.build(X, y).copy()
    options = FitOptions(
        optimizer=(*clips, growing, *constraints),
        epochs=steps,
        batch_size=batch_size,
        drop_last=True,
        verbose=0,
    )
    run = prepare(twin, X, y, options)
    lrs: list[float] = []
    losses: list[float] = []
    smooth = 0.0
    try:
        for _ in loop(run, by_step=True):
            smooth = SMOOTHING * smooth + (1 - SMOOTHING) * run.loss
            lrs.append(lowest * growth ** (len(lrs)))
            losses.append(smooth / (1 - SMOOTHING ** (len(lrs))))  # as Adam corrects its averages
            if len(lrs) >= steps or losses[-1] > EXPLODED * min(losses):
                break
    except TrainingError:
        pass  # it exploded: the curve ends here
    if len(lrs) < 3:
        raise TrainingError(
            f"find_learning_rate: the loss explodes at once. Lower lowest={lowest:g}, or scale the inputs."
        )
    curve = np.array(losses)
    if curve.argmin() == 0:
        raise TrainingError(
            "find_learning_rate: the loss rises at every rate: this network is trained already. Take a fresh one."
        )
    falling = np.gradient(curve)[
        : int(curve.argmin()) + 1
    ]  # behind the lowest point nothing is worth taking
    return LearningRates(np.array(lrs), curve, lrs[int(falling.argmin())])
