"""What `RBM.fit` minimises: the estimate of −∂ log p(v)/∂θ by a positive and a negative phase. An objective like any other."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...engines.native import available
from ...settings import Settings
from ...training.updates import Update
from .. import native
from .draws import Draws
from .native_plan import RbmPlan
from .samplers import CD, PCD, Carry, Sampler
from .units import Units, Weights

LIMIT = 1000.0  # of a parameter, where rows are between −1 and 1: units are 0 or 1 to the last bit from some ±40 on


class Sparsity(Settings):
    """cost · Σⱼ KL(target ‖ qⱼ): hidden units that are seldom on; qⱼ is a unit's mean over the batch.

    Parameters
    ----------
    target : float
        How often a hidden unit shall be on, 0 < target < 1.
    cost : float
        How much that counts, ≥ 0.

    References
    ----------
    Hinton, "A practical guide to training restricted Boltzmann machines", UTML TR 2010-003, section 11.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.energy.Sparsity(0.05, cost=0.5)
    Sparsity(0.05, cost=0.5)
    """

    target: float
    cost: float = 0.1

    def check(self) -> None:
        self.require_number("target", "> 0 and < 1", lambda v: 0 < v < 1, 0.05)
        self.require_number("cost", "≥ 0", lambda v: v >= 0, 0.1)

    def slope(self, h: Array, c: Array) -> Array:
        """∂/∂zₙⱼ of the cost, h = σ(z): cost (q − target) / (q (1 − q)) · cₙ h (1 − h)"""
        q = np.clip(c @ h, 1e-6, 1 - 1e-6)
        return self.cost * (q - self.target) / (q * (1 - q)) * c[:, None] * h * (1 - h)  # type: ignore[no-any-return]


class Estimate:
    """(theta, batch, key, carry) -> (reconstruction error, g, carry).

    g = ⟨∂E/∂θ⟩ over the rows − ⟨∂E/∂θ⟩ over the sampler's v⁻: dW = ⟨h v⟩⁻ − ⟨h v⟩⁺, db = ⟨v⟩⁻ − ⟨v⟩⁺, dc = ⟨h⟩⁻ − ⟨h⟩⁺.
    With v⁻ held it is the exact gradient of F(v⁺) − F(v⁻). What is reported is Σ cₙ |vₙ − E[v | E[h | vₙ]]|².

    Parameters
    ----------
    units : Units
        What θ means.
    sampler : Sampler
        Where v⁻ comes from.
    penalty : Settings, optional
        L1, L2 or ElasticNet of W.
    sparsity : Sparsity, optional
        Of the hidden units.
    engine : {"reference", "native"}
        "native" is used for binary units with CD and PCD.
    limit : float
        A parameter beyond it means that training runs away.
    """

    def __init__(
        self,
        units: Units,
        sampler: Sampler,
        penalty: Any = None,
        sparsity: Sparsity | None = None,
        engine: str = "reference",
        limit: float = LIMIT,
    ) -> None:
        self.limit = limit
        self.units, self.sampler, self.penalty, self.sparsity = units, sampler, penalty, sparsity
        in_c = engine == "native" and available() and units.plain and isinstance(sampler, (CD, PCD))
        self.native = in_c and sparsity is None

    def __call__(
        self, theta: Array, batch: dict[str, Any], key: Any, carry: Carry
    ) -> tuple[Any, Array, Carry]:
        draws = Draws(key, batch.get("u"))
        phases = self._native if self.native else self._reference
        error, g, carry = phases(theta, batch["x"], batch["c"], draws, carry)
        if self.penalty is not None:
            W, dW = self.units.split(theta).W, self.units.split(g).W
            for rate, op in self.penalty.terms():
                dW += op.backward(dW.dtype.type(rate), None, W)[0]
        return error, g, carry

    def plan(self, update: Update, rows: int, dtype: Any) -> RbmPlan | None:
        """Many steps in one call of C; None where a step needs NumPy: for a penalty, a clip, other units or samplers."""
        if not self.native or self.penalty is not None or update.clips:
            return None
        return RbmPlan(
            self.units, getattr(self.sampler, "k", 1), self.limit, update.optimizer, dtype
        )

    def explain(self, theta: Array, batch: dict[str, Any], key: Any) -> str:
        """Which part of the estimate is not finite."""
        carry = self.sampler.start(self.units, len(batch["x"]), theta.dtype)
        return (
            _first_bad(self.units.split(self(theta, batch, key, carry)[1])) or "the reconstruction"
        )

    def run_away(self) -> str:
        """What it means that a parameter passed the limit, and what to do."""
        remedy = (
            "bring the columns of X to mean 0 and variance 1"
            if self.units.kind == "gaussian"
            else "add penalty=L2(1e-4)"
        )
        return (
            f"training runs away: a weight or bias passed ±{self.limit:g}. Units have long been as sure as they can be, so steps "
            f"no longer answer the rows, and energies grow without end. Lower lr, {remedy}, or use CD"
        )

    def _reference(
        self, theta: Array, v: Array, c: Array, draws: Draws, carry: Carry
    ) -> tuple[Any, Array, Carry]:
        units, w, g = self.units, self.units.split(theta), np.empty_like(theta)
        h = units.hidden_mean(w, v)
        v_model, h_model, carry = self.sampler.sample(units, w, v, h, draws, carry)
        d = units.split(g)
        plus = c[:, None] * h
        if self.sparsity is not None:
            plus = plus - self.sparsity.slope(h, c)
        chains = c.sum() / len(v_model)  # the weight of one chain: with c = 1/N that is 1/M
        d.W[...] = chains * (h_model.T @ v_model) - plus.T @ v
        d.b[...] = chains * v_model.sum(axis=0) - c @ v
        d.c[...] = chains * h_model.sum(axis=0) - plus.sum(axis=0)
        return reconstruction_error(units, w, v, h, c), g, carry

    def _native(
        self, theta: Array, v: Array, c: Array, draws: Draws, carry: Carry
    ) -> tuple[Any, Array, Carry]:
        """The same in C: rows count −c, chains + their weight."""
        units, sampler = self.units, self.sampler
        chains = {name: a.copy() for name, a in carry.items()}
        h, rounds = chains.get("h"), getattr(sampler, "k", 1)
        M = len(v) if h is None else len(h)
        some, other = (M, units.visible), (M, units.hidden)
        u = draws.flat(
            *([other] if h is None else []), *([some, other] * rounds)[: 2 * rounds - (h is None)]
        )
        g, error = np.zeros_like(theta), np.empty(1)
        total = np.add.accumulate(np.float64(c))[
            -1
        ]  # one after another, as the kernel of whole steps does
        weight, starts = np.array([total / M]), np.array([0, len(v)], np.int64)
        native.rbm(
            theta.dtype,
            *units.split(theta),
            *units.split(g),
            h,
            v,
            np.float64(-c),
            weight,
            starts,
            u,
            error,
            0 if h is None else M,
            rounds,
        )
        return float(error[0]), g, chains


def _first_bad(parts: Weights) -> str:
    """The name of the first part that holds NaN or infinity."""
    return next(
        (
            name
            for name, a in zip(("dW", "db", "dc"), parts, strict=True)
            if not np.isfinite(a).all()
        ),
        "",
    )


def reconstruction_error(units: Units, w: Weights, v: Array, h: Array, c: Array) -> Any:
    """Σ cₙ |vₙ − E[v | hₙ]|²"""
    return c @ ((v - units.visible_mean(w, h)) ** 2).sum(axis=1)
