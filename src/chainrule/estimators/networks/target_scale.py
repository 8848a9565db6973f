"""Scaled targets: training sees numbers near 1, and the network predicts in the user's unit.

The scale goes into the last layer, a dense one: (z − mean) / std = a W + b means
z = a (std W) + (std b + mean). So files, equations and explanations know no second form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...graph.program import Param
from ...layers import Dense
from ...layers.base import Layer
from ...layers.dense import affine
from ...layers.sequential import Sequential
from ...losses.absolute_error import AbsoluteError
from ...losses.base import Loss
from ...losses.quantile import Quantile
from ...losses.squared_error import SquaredError
from ...network import Network

# Between these standard deviations, and with a mean of at most this many of them, the usual
# training learns targets as they are.
LEAST, MOST, MEANS = 0.1, 10.0, 3.0
# The best prediction for scaled targets is the scaled best prediction.
EQUIVARIANT = (SquaredError, AbsoluteError, Quantile)


@dataclass(frozen=True, eq=False)
class TargetScale:
    """Mean and standard deviation of each column of the targets.

    Examples
    --------
    >>> import numpy as np
    >>> scale = TargetScale.of(np.array([[100.0], [300.0]]), None)
    >>> scale.scaled(np.array([[300.0]])).round(6).tolist(), scale.is_far
    ([[1.0]], True)
    """

    mean: Array
    std: Array

    @classmethod
    def of(cls, targets: Array, weights: Array | None) -> TargetScale:
        """Return the scale of these targets; a column of equal numbers has std 1."""
        y = np.asarray(targets, np.float64)
        unit = np.abs(y).max(axis=0)  # squares of large numbers would overflow
        unit = np.where(unit > 0, unit, 1.0)
        if weights is None or not np.any(weights):
            weights = np.ones(len(y))
        part = (weights / weights.max()) / (weights / weights.max()).sum()
        mean = part @ (y / unit)
        std = np.sqrt(part @ (y / unit - mean) ** 2)
        equal = std <= 1e-12 * np.abs(mean)
        return cls(mean * unit, np.where(equal | (std == 0), 1.0, std * unit))

    @property
    def is_far(self) -> bool:
        """True if some column is too far from 0 and 1 for the usual training."""
        far = (self.std < LEAST) | (self.std > MOST) | (np.abs(self.mean) > MEANS * self.std)
        return bool(np.any(far))

    def scaled(self, targets: Array) -> Array:
        """Return (y − mean) / std."""
        found: Array = (targets - self.mean) / self.std
        return found

    def in_users_unit(self, network: Network) -> Network:
        """Return a twin of a network, whose last layer gives numbers in the unit of the targets."""
        made = network.twin(network.theta)
        theta = made.theta
        for W, b in last_weights(made):
            weights, biases = theta[W.where].reshape(W.shape), theta[b.where]
            weights[...] = weights * self.std
            biases[...] = biases * self.std + self.mean
        return made


def can_be_scaled(layers: tuple[Layer, ...]) -> bool:
    """Return True if the last layer is a Dense with a bias, which can hold a scale."""
    last: Any = layers[-1]
    while isinstance(last, Sequential):
        last = last.layers[-1]
    return isinstance(last, Dense) and last.bias


def is_equivariant(loss: Loss) -> bool:
    """Return True if scaling the targets does not change what is learned."""
    return isinstance(loss, EQUIVARIANT)


def last_weights(network: Network) -> list[tuple[Param, Param]]:
    """Return W and b of the last layer, a Dense with a bias; of several heads those of each."""
    program = network.programs.predict
    steps = [step for step in program.steps if step.op is affine]
    last = steps[-len(network.outputs) :] if network.outputs else steps[-1:]
    places = {p.path: p for p in network.programs.train.params}
    pairs = [[places[program.values[i].path] for i in step.inputs[1:]] for step in last]
    return [(W, b) for W, b in pairs]
