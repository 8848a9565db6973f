"""The continuous network of 1984: units with a voltage, whose equation lowers an energy."""

from typing import Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...settings import is_number, is_whole
from ..hopfield.couplings import Couplings
from ..hopfield.patterns import as_signs
from ..hopfield.recall import Recall
from ..hopfield.rules import Hebb
from .real_rows import as_rows

RESPONSES = ("atan", "tanh")
EDGE = 1 - 1e-15  # g never reaches 1, so a larger output comes from rounding


class ContinuousHopfield:
    """C du_i/dt = Σ_j T_ij V_j − u_i / R + I_i with V_i = g(u_i): E never rises if T is symmetric.

    E = −½ V·T V + (1/R) Σ ∫₀^V_i g⁻¹(v) dv − I·V. The response is g(u) = (2/π) atan(π λ u / 2) or
    tanh(λ u), with slope λ at 0. With a high gain λ the stable states are those of the two-state
    network, near ±1. With a low gain only V = 0 is stable.

    Euler steps of length `step` follow the equation. A step that would raise E is halved until it
    does not.

    Parameters
    ----------
    gain : float
        λ > 0.
    response : str
        "atan" as in the paper, or "tanh".
    resistance, capacitance : float
        R > 0, the same for all units, and C > 0.
    inputs : float or array (N,)
        I, the external currents.
    step : float
        Δt > 0.
    steps : int
        The largest number of Euler steps of one recall.
    tolerance : float
        A recall ends when no |du/dt| is above it.

    Shapes
    ------
    patterns (M, N) of ±1 or 0/1; states are voltages u, (N,) or (P, N).

    Raises
    ------
    ParameterError
        A setting outside its range, or weights that are not symmetric.
    DataError, ShapeError
        Rows that are not finite or have another length.
    NotBuiltError
        A recall before there are weights.

    References
    ----------
    Hopfield, "Neurons with graded response have collective computational properties like those of
    two-state neurons", PNAS 81 (1984), eqs. 5 and 7.

    Examples
    --------
    >>> network = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=1.4)
    >>> path = network.recall([0.2, -0.05])
    >>> path.ended, network.outputs(path.state).round(4).tolist()
    ('fixed point', [0.5729, 0.5729])
    """

    def __init__(
        self,
        gain: float = 1.4,
        *,
        response: Literal["atan", "tanh"] = "atan",
        resistance: float = 1.0,
        capacitance: float = 1.0,
        inputs: Any = 0.0,
        step: float = 0.01,
        steps: int = 100_000,
        tolerance: float = 1e-9,
    ) -> None:
        numbers = {"gain": gain, "resistance": resistance, "capacitance": capacitance, "step": step}
        for name, value in (numbers | {"tolerance": tolerance}).items():
            if not (is_number(value) and value > 0):
                raise ParameterError(
                    f"ContinuousHopfield({name}={value!r}): {name} must be a number > 0."
                )
        if response not in RESPONSES:
            raise ParameterError(
                f"ContinuousHopfield(response={response!r}): response must be 'atan' or 'tanh'."
            )
        if not is_whole(steps) or steps < 1:
            raise ParameterError(
                f"ContinuousHopfield(steps={steps!r}): steps must be a whole number ≥ 1."
            )
        self.gain, self.response = gain, response
        self.resistance, self.capacitance = resistance, capacitance
        self.inputs, self.step, self.steps, self.tolerance = inputs, step, steps, tolerance
        self._T: Array | None = None

    def __repr__(self) -> str:
        units = 0 if self._T is None else len(self._T)
        return f"<ContinuousHopfield: gain={self.gain:g}, {units} units>"

    def store(self, patterns: Any) -> "ContinuousHopfield":
        """Store these patterns (M, N) by Hebb's rule, and forget all earlier ones.

        Parameters
        ----------
        patterns : array (M, N)
            −1 and 1, or 0 and 1.
        """
        signs = as_signs(patterns, "ContinuousHopfield.store(patterns)")
        return self._take(Hebb().learn(signs), signs)

    @classmethod
    def from_weights(cls, weights: Any, **settings: Any) -> "ContinuousHopfield":
        """Return a network with symmetric weights T (N, N) of your own."""
        T = as_rows(weights, "ContinuousHopfield.from_weights(weights)")
        if T.shape[0] != T.shape[1]:
            where = "ContinuousHopfield.from_weights(weights)"
            raise ShapeError(where, "(N, N)", f"{T.shape}", "One row a unit.")
        return cls(**settings)._take(T, np.zeros((0, len(T))))

    def _take(self, T: Array, patterns: Array) -> "ContinuousHopfield":
        """Check weights and currents, then put weights and patterns in place."""
        Couplings(T, np.zeros(len(T))).refuse_asymmetry("ContinuousHopfield")
        currents = np.asarray(self.inputs, dtype=np.float64)
        if currents.ndim and currents.shape != (len(T),):
            where, got = "ContinuousHopfield(inputs)", f"{currents.shape}"
            raise ShapeError(where, f"one number, or {len(T)}", got, "One a unit.")
        self._T, self._I, self._patterns = T, np.full(len(T), currents), patterns
        return self

    @property
    def weights(self) -> Array:
        """The weights T (N, N)."""
        if self._T is None:
            raise NotBuiltError(
                "ContinuousHopfield: no weights yet. Call store(patterns), or use from_weights."
            )
        return self._T

    def outputs(self, states: Any) -> Array:
        """Return the outputs V = g(u)."""
        u = np.asarray(states, dtype=np.float64)
        if self.response == "tanh":
            V = np.tanh(self.gain * u)
        else:
            V = np.arctan(np.pi * self.gain * u / 2) * 2 / np.pi
        return np.clip(V, -EDGE, EDGE)

    def energy(self, states: Any) -> Any:
        """Return E of voltages u: a number for one state, (P,) for rows of states."""
        rows = as_rows(states, "ContinuousHopfield.energy(states)", size=len(self.weights), least=0)
        energies = self._energy(self.outputs(rows))
        return float(energies[0]) if np.ndim(states) == 1 else energies

    def _energy(self, V: Array) -> Array:
        """Return E of rows of outputs, (P,)."""
        if self.response == "tanh":  # ∫₀^V atanh(v)/λ dv
            held = (V * np.arctanh(V) + np.log1p(-V * V) / 2) / self.gain
        else:  # ∫₀^V (2/πλ) tan(πv/2) dv
            held = -4 / (np.pi**2 * self.gain) * np.log(np.cos(np.pi * V / 2))
        quadratic = ((V @ self.weights) * V).sum(axis=1) / 2
        energies: Array = -quadratic + held.sum(axis=1) / self.resistance - V @ self._I
        return energies

    def slope(self, states: Array) -> Array:
        """Return du/dt of rows of voltages."""
        V = self.outputs(states)
        rate: Array = (V @ self.weights - states / self.resistance + self._I) / self.capacitance
        return rate

    def update(self, states: Any) -> Array:
        """Return the voltages after one Euler step of all units: (N,) or (P, N)."""
        u = as_rows(states, "ContinuousHopfield.update(states)", size=len(self.weights), least=0)
        if not len(u):
            return u
        E = self._energy(self.outputs(u))
        rows = [u[k, None] for k in range(len(u))]
        new = np.concatenate(
            [self._downhill(row, self.slope(row), E[k])[0] for k, row in enumerate(rows)]
        )
        return new[0] if np.ndim(states) == 1 else new

    def _downhill(self, u: Array, slope: Array, E: float) -> tuple[Array, float]:
        """Return u + Δt du/dt and its energy, with Δt halved until E does not rise."""
        length = self.step
        for _ in range(60):
            new = u + length * slope
            if (lower := float(self._energy(self.outputs(new))[0])) <= E:
                return new, lower
            length /= 2
        return u, E  # no step lowers E: the rest is rounding

    def recall(self, state: Any) -> Recall:
        """Return the whole path from voltages u (N,).

        `states` are voltages; `overlaps` are those of sign(u) with the stored patterns.
        """
        u = as_rows(state, "ContinuousHopfield.recall(state)", size=len(self.weights))
        if len(u) != 1:
            where, got = "ContinuousHopfield.recall(state)", f"{len(u)} rows"
            raise ShapeError(where, "one state (N,)", got, "Give one at a time.")
        path, energies, ended = [u[0]], [float(self._energy(self.outputs(u))[0])], "limit"
        for _ in range(self.steps):
            slope = self.slope(u)
            if np.abs(slope).max() <= self.tolerance:
                ended = "fixed point"
                break
            new, E = self._downhill(u, slope, energies[-1])
            if (new == u).all():
                ended = "fixed point"
                break
            u = new
            path.append(u[0])
            energies.append(E)
        states = np.array(path)
        overlaps = np.sign(states) @ self._patterns.T / states.shape[1]
        return Recall(
            path[-1],
            states,
            np.array(energies),
            overlaps,
            ended,
            len(path) - 1,
            np.empty(0, np.int32),
        )
