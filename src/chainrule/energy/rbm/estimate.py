"""The objective that `RBM.fit` minimizes: an estimate of −∂ log p(v)/∂θ by two phases."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...engines.choice import uses_native
from ...engines.native import available
from ...recording.stages.one_update import OneUpdate
from ...recording.stages.stage import Stage
from ...settings import Settings
from ...training.updates import Update
from .. import native
from . import parameters
from .draws import Draws
from .native_plan import RbmPlan
from .samplers import CD, PCD, Carry, Sampler
from .sharing import Share, Sharing, sharing
from .stages import estimate_stages
from .units import Units, Weights

# The limit of a parameter if rows are between −1 and 1. From about ±40 on a mean is exactly 0 or 1.
LIMIT = 1000.0


class Sparsity(Settings):
    """cost · Σⱼ KL(target ‖ qⱼ), so that hidden units are rarely on.

    qⱼ is the mean of a unit over the batch.

    Parameters
    ----------
    target : float
        The fraction of rows for which a hidden unit should be on, 0 < target < 1.
    cost : float
        The weight of this cost, ≥ 0.

    References
    ----------
    Hinton, "A practical guide to training restricted Boltzmann machines", UTML TR 2010-003,
    section 11.

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
        """∂cost/∂zₙⱼ = cost (q − target) / (q (1 − q)) · cₙ h (1 − h), with h = σ(z)"""
        q = np.clip(c @ h, 1e-6, 1 - 1e-6)
        slope: Array = self.cost * (q - self.target) / (q * (1 - q)) * c[:, None] * h * (1 - h)
        return slope


class Estimate:
    """An objective: (theta, batch, key, carry) -> (reconstruction error, g, carry).

    g = ⟨∂E/∂θ⟩ over the rows − ⟨∂E/∂θ⟩ over the sampler's v⁻: dW = ⟨h v⟩⁻ − ⟨h v⟩⁺,
    db = ⟨v⟩⁻ − ⟨v⟩⁺, dc = ⟨h⟩⁻ − ⟨h⟩⁺. For constant v⁻ it is the exact gradient of F(v⁺) − F(v⁻).
    The reconstruction error is Σ cₙ |vₙ − E[v | E[h | vₙ]]|².

    Parameters
    ----------
    units : Units
        The shape of θ.
    sampler : Sampler
        Draws v⁻.
    penalty : Settings, optional
        L1, L2 or ElasticNet, of W.
    sparsity : Sparsity, optional
        The sparsity of the hidden units.
    engine : {"reference", "native"}
        C computes binary units with CD and PCD; NumPy computes the rest.
    limit : float
        If a parameter passes it, training runs away.
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
        # a subclass of CD or PCD may sample in its own way
        known = units.plain and sparsity is None and type(sampler) in (CD, PCD)
        self.native = known and uses_native(engine) and available()
        self.processes: Any = None  # that make each step together
        self._share: Share | None = None

    def join(self, processes: Any) -> None:
        """Make every step together with other processes.

        C shares the rows and chains of a step. NumPy promises no order of its sums, so what it
        computes, every process computes whole.

        Parameters
        ----------
        processes : Processes, optional
            All of them have the same estimate; None: alone again.
        """
        self.processes, self._share = processes, None

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
        """Return many steps in one call of C; None if a step needs NumPy.

        NumPy computes penalties, clips, rules that take whole tensors, other units and samplers.
        """
        in_numpy = self.penalty is not None or update.clips or update.optimizer.by_tensor
        if not self.native or in_numpy:
            return None
        rounds = getattr(self.sampler, "k", 1)
        chains = (self.sampler.chains or rows) if isinstance(self.sampler, PCD) else 0
        shared = sharing(self.processes, rows, chains, self.units, dtype)
        return RbmPlan(self.units, rounds, self.limit, update.optimizer, dtype, shared)

    def stages(self, update: OneUpdate) -> list[Stage]:
        """Return the half-steps of one estimate, from the rows to the gradient.

        Parameters
        ----------
        update : OneUpdate
            One update of a run of this estimate.
        """
        parts = self.units, self.sampler, self.penalty, self.sparsity
        return estimate_stages(update, *parts, in_c=self.native)

    def tensors(self) -> dict[str, Array]:
        """Return the place in θ of each entry of each parameter, by name."""
        return parameters.views(self.units, np.arange(self.units.size))

    def explain(self, theta: Array, batch: dict[str, Any], key: Any) -> str:
        """Return the name of the first part of the estimate that is not finite."""
        carry = self.sampler.start(self.units, len(batch["x"]), theta.dtype)
        _, g, _ = self(theta, batch, key, carry)
        return _first_bad(self.units.split(g)) or "the reconstruction"

    def run_away(self) -> str:
        """Return the message for a parameter that passed the limit, with what to do."""
        remedy = (
            "bring the columns of X to mean 0 and variance 1"
            if self.units.kind == "gaussian"
            else "add penalty=L2(1e-4)"
        )
        return (
            f"training runs away: a weight or bias passed ±{self.limit:g}. Units have long been "
            "as sure as they can be, so steps no longer follow the rows, and energies grow without "
            f"end. Lower lr, {remedy}, or use CD"
        )

    def _reference(
        self, theta: Array, v: Array, c: Array, draws: Draws, carry: Carry
    ) -> tuple[Any, Array, Carry]:
        """The estimate in NumPy: the definition."""
        units, w, g = self.units, self.units.split(theta), np.empty_like(theta)
        h = units.hidden_mean(w, v)
        v_model, h_model, carry = self.sampler.sample(units, w, v, h, draws, carry)
        d = units.split(g)
        plus = c[:, None] * h
        if self.sparsity is not None:
            plus = plus - self.sparsity.slope(h, c)
        chains = c.sum() / len(v_model)  # the weight of one chain: 1/M if c = 1/N
        d.W[...] = chains * (h_model.T @ v_model) - plus.T @ v
        d.b[...] = chains * v_model.sum(axis=0) - c @ v
        d.c[...] = chains * h_model.sum(axis=0) - plus.sum(axis=0)
        return reconstruction_error(units, w, v, h, c), g, carry

    def _native(
        self, theta: Array, v: Array, c: Array, draws: Draws, carry: Carry
    ) -> tuple[Any, Array, Carry]:
        """The same in C: a row has the weight −cₙ, a chain its positive weight."""
        units, sampler = self.units, self.sampler
        chains = {name: a.copy() for name, a in carry.items()}
        h, rounds = chains.get("h"), getattr(sampler, "k", 1)
        M = len(v) if h is None else len(h)
        some, other = (M, units.visible), (M, units.hidden)
        first = [other] if h is None else []
        u = draws.flat(*first, *([some, other] * rounds)[: 2 * rounds - (h is None)])
        g, error = np.zeros_like(theta), np.empty(1)
        # add one after another, as the kernel of many steps does
        total = np.add.accumulate(np.float64(c))[-1]
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
            self._shared(len(v), 0 if h is None else M, theta.dtype),
        )
        return float(error[0]), g, chains

    def _shared(self, rows: int, chains: int, dtype: Any) -> Sharing:
        """Return how processes share a step of so many rows; the arrays are kept."""
        if self._share is None or rows > self._share.rows:
            self._share = Share(self.processes, rows, chains, self.units, dtype)
        return self._share.now()


def _first_bad(parts: Weights) -> str:
    """Return the name of the first part that has NaN or infinity, or an empty text."""
    named = zip(("dW", "db", "dc"), parts, strict=True)
    return next((name for name, a in named if not np.isfinite(a).all()), "")


def reconstruction_error(units: Units, w: Weights, v: Array, h: Array, c: Array) -> Any:
    """Σ cₙ |vₙ − E[v | hₙ]|²"""
    return c @ ((v - units.visible_mean(w, h)) ** 2).sum(axis=1)
