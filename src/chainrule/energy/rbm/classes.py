"""Classes of an RBM as further visible units: what is exact given the other visible units."""

from typing import Any

import numpy as np

from ...arrays import Array
from .rows import with_class
from .units import Units, Weights, softmax


def class_probabilities(units: Units, w: Weights, x: Array) -> Array:
    """P(class | x) = softmaxₖ(−F(x, k)), (N, K).

    It is exact, since a hidden unit sums in closed form (Larochelle & Bengio 2008, equation 3).
    """
    return softmax(-free_energies(units, w, x))


def free_energies(units: Units, w: Weights, x: Array) -> Array:
    """Return F(x, class) for each class, (N, K)."""
    columns = [units.free_energy(w, with_class(x, k, units)) for k in range(units.classes)]
    return np.stack(columns, axis=1)


def hidden_mean(units: Units, w: Weights, x: Array) -> Array:
    """E[h | x] = Σₖ P(class k | x) E[h | x, k], (N, hidden)."""
    p = class_probabilities(units, w, x)
    means = [units.hidden_mean(w, with_class(x, k, units)) for k in range(units.classes)]
    total: Any = sum(p[:, k, None] * h for k, h in enumerate(means))
    return total  # type: ignore[no-any-return]
