"""Predictions with dropout and noise: samples of what thinned networks say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import random
from ..arrays import Array
from ..data.sources import Arrays
from ..engines.reference import Reference
from ..errors import ParameterError
from ..graph.program import Program
from ..losses.joint import JointLoss
from ..settings import is_number, is_whole
from .model import Model
from .prepared import indices
from .scoring import AT_ONCE, no_answers, plan_of

CHUNK = 4096  # rows that run at once


@dataclass(frozen=True, eq=False)
class Samples:
    """The result of `predict(X, samples=S)`: S predictions for every row.

    Parameters
    ----------
    values : array
        (S, N, ...): sample s is the prediction of one thinned network for all rows.
    """

    values: Array

    @property
    def mean(self) -> Array:
        """The mean over the samples, (N, ...)."""
        return self.values.mean(axis=0)  # type: ignore[no-any-return]

    @property
    def std(self) -> Array:
        """The standard deviation over the samples, (N, ...), in the unit of the prediction."""
        return self.values.std(axis=0)  # type: ignore[no-any-return]

    def quantile(self, q: float) -> Array:
        """Return the value below which a share q of the samples lies, (N, ...), 0 ≤ q ≤ 1."""
        if not is_number(q) or not 0 <= q <= 1:
            raise ParameterError(f"quantile({q!r}): q must be a number from 0 to 1, such as 0.05.")
        return np.quantile(self.values, q, axis=0)

    def interval(self, share: float = 0.9) -> tuple[Array, Array]:
        """Return the lower and upper end of the middle `share` of the samples, 0 < share < 1."""
        if not is_number(share) or not 0 < share < 1:
            raise ParameterError(
                f"interval({share!r}): share must be a number between 0 and 1, such as 0.9."
            )
        return self.quantile((1 - share) / 2), self.quantile((1 + share) / 2)

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array: Array = np.asarray(self.values, dtype)  # NumPy 1 knows no copy=None
        return array.copy() if copy and array is self.values else array

    def __repr__(self) -> str:
        return f"Samples({len(self)} of predictions {self.values.shape[1:]})"


def predict_samples(model: Model, X: Any, samples: Any) -> Any:
    """Return Samples for these rows; for several outputs a dict of them.

    Sample s draws its masks with the key (seed, s), and all rows share them: so a row alone has
    the same samples as in a batch, and each sample is one function of the inputs.
    """
    if not is_whole(samples) or samples < 1:
        raise ParameterError(f"predict(samples={samples!r}): samples must be a whole number ≥ 1.")
    arrays = model.arrays_of(X, least=0)
    built = model.built_for_rows(arrays)
    program = built.programs.sample
    if program is None or "key" not in program.inputs:
        raise ParameterError(
            f"predict(samples={samples})",
            "a layer that is random, such as Dropout or GaussianNoise",
            "none",
            "Without one all samples are equal: write predict(X).",
        )
    theta = model.theta_in(built)
    seed = (model.seed + random.path_hash("samples")) % 2**32  # other masks than in training
    drawn = [_one(model, program, theta, arrays, (seed, s)) for s in range(samples)]
    model.adopt(built)
    if not isinstance(model.loss, JointLoss):
        return Samples(np.stack(drawn))
    parts = [model.loss.split(p, built.programs.output) for p in drawn]
    return {name: Samples(np.stack([part[name] for part in parts])) for name in parts[0]}


def _one(
    model: Model, program: Program, theta: Array, arrays: dict[str, Array], key: tuple[int, int]
) -> Array:
    """Return the predictions of one sample, some rows at a time."""
    n = len(next(iter(arrays.values())))
    if not n:
        return no_answers(model, program)
    plan = plan_of(model, program, AT_ONCE)
    engine, index, parts = Reference(program), indices(program), []
    for begin in range(0, n, CHUNK):
        rows = {name: a[begin : begin + CHUNK] for name, a in arrays.items()}
        if plan is not None:
            parts.append(plan.predict(theta, rows, key))
            continue
        batch = Arrays(rows, dtype=model.dtype.type, index=index).rows(slice(0, min(CHUNK, n)))
        size = len(batch["row"])
        batch |= {"key": np.array(key, np.int64), "row": np.zeros(size, np.int32)}
        with np.errstate(all="ignore"):
            parts.append(engine.predict(theta, batch, [slice(0, size)]))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
