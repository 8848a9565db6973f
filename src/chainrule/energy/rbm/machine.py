"""An RBM without its face: settings, units, θ, and the run so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from ...arrays import Array
from ...engines.choice import check_engine
from ...errors import NotBuiltError, ShapeError
from ...training.run_state import RunState
from . import checks, parameters
from .estimate import Sparsity
from .samplers import Sampler
from .units import Units, Weights


@dataclass(frozen=True, eq=False)
class Built:
    """An RBM with a known number of visible units.

    Parameters
    ----------
    units : Units
        The number of units of each kind.
    run_state : RunState
        θ, and the rest of the state of its run.
    sampler : Sampler, optional
        The sampler of the last fit, which made the chains in the run state.
    """

    units: Units
    run_state: RunState
    sampler: Sampler | None = None

    @property
    def weights(self) -> Weights:
        """W, b, c: views into θ."""
        return self.units.split(self.run_state.theta)


class Machine:
    """The settings and the state of a restricted Boltzmann machine.

    Every function that works on an RBM takes a Machine; `RBM` adds methods with docstrings. A
    function first computes what it needs with `built_for`, which changes nothing, and calls `adopt`
    when all checks have passed. So a refused call leaves the machine as it was.

    Parameters
    ----------
    hidden, visible, kind, classes, penalty, sparsity, seed, dtype, engine, initial_weights
        As in `RBM`.
    """

    def __init__(
        self,
        hidden: int,
        *,
        visible: int | None = None,
        kind: Literal["binary", "gaussian"] = "binary",
        classes: int = 0,
        penalty: Any = None,
        sparsity: Sparsity | None = None,
        seed: int = 0,
        dtype: Literal["float32", "float64"] = "float32",
        engine: Literal["reference", "native"] | None = None,
        initial_weights: Mapping[str, Any] | None = None,
    ) -> None:
        checks.check_settings(hidden, visible, kind, classes, penalty, sparsity)
        self.hidden, self.visible, self.kind, self.classes = hidden, visible, kind, classes
        self.penalty, self.sparsity = penalty, sparsity
        self.seed, self.dtype = checks.check_seed("RBM", seed), checks.check_dtype(dtype)
        self.engine = check_engine(engine)
        self.given_weights = dict(initial_weights or {})
        self._built: Built | None = None
        if visible is not None:
            self.adopt(self.built_for(visible))

    # ---- shapes become known

    @property
    def is_built(self) -> bool:
        """True once the number of visible units is known."""
        return self._built is not None

    def built_for(self, visible: int) -> Built:
        """Return what is built, or build for this number of visible units without adopting it.

        Parameters
        ----------
        visible : int
            The number of columns of the rows, without classes.

        Raises
        ------
        ParameterError, ShapeError, DataError
            `initial_weights` that do not fit.
        """
        if self._built is not None:
            return self._built
        units = Units(self.hidden, visible, self.kind, self.classes)
        theta = parameters.starting(units, self.seed, self.dtype, self.given_weights)
        return Built(units, RunState(theta, seed=self.seed))

    def adopt(self, built: Built) -> None:
        """Put units, run state and sampler in place; call it when all checks have passed."""
        self._built, self.visible = built, built.units.visible

    @property
    def units(self) -> Units:
        """The number of units of each kind."""
        if self._built is None:
            raise NotBuiltError("this RBM has no shapes yet: fit first, or give visible=.")
        return self._built.units

    @property
    def run_state(self) -> RunState:
        """The state of the run: θ, slots, persistent chains, steps, epochs."""
        if self._built is None:
            raise NotBuiltError("this RBM has no weights yet: fit first, or give visible=.")
        return self._built.run_state

    # ---- θ

    @property
    def theta(self) -> Array:
        """All parameters as one vector [W | b | c]; `rbm.theta[...] = v` sets them."""
        return self.run_state.theta

    @theta.setter
    def theta(self, values: Any) -> None:
        values = np.asarray(values)
        if values.shape != self.theta.shape:
            expected = f"a vector of shape {self.theta.shape}"
            raise ShapeError("theta", expected, str(values.shape), "Keep its length.")
        self.theta[...] = values

    @property
    def weights(self) -> Weights:
        """W (hidden, visible and classes), b, c: views into theta."""
        return self.units.split(self.theta)

    @property
    def parameters(self) -> dict[str, Array]:
        """Views into theta by name: W (hidden, visible), b (visible,), c (hidden,).

        With classes also U (hidden, K) and d (K,).
        """
        return parameters.views(self.units, self.theta)

    def restart(self) -> None:
        """Set θ to the starting weights; forget slots, chains, steps and epochs."""
        theta = self.theta  # views into it stay valid
        theta[...] = parameters.starting(self.units, self.seed, self.dtype, self.given_weights)
        self._built = Built(self.units, RunState(theta, seed=self.seed))

    def twin(self, theta: Array) -> Self:
        """Return another machine with the same settings, and these weights."""
        return self.twin_at(RunState(theta.copy(), seed=self.seed))

    def twin_at(self, state: RunState) -> Self:
        """Return another machine that goes on from this state; the state is its own from now on."""
        assert self._built is not None
        settings: dict[str, Any] = {"dtype": self.dtype.name, "engine": self.engine}
        for name in ("kind", "classes", "penalty", "sparsity", "seed"):
            settings[name] = getattr(self, name)
        made = type(self)(self.hidden, initial_weights=self.given_weights, **settings)
        made.adopt(Built(self._built.units, state, self._built.sampler))
        return made

    def shown(self, visible: int | None) -> str:
        """Return the repr of the machine with this number of visible units."""
        shown = {"visible": visible, "kind": self.kind, "classes": self.classes}
        plain = {"visible": None, "kind": "binary", "classes": 0}
        changed = [f"{name}={value!r}" for name, value in shown.items() if value != plain[name]]
        return f"RBM({', '.join([str(self.hidden), *changed])})"

    def __repr__(self) -> str:
        return self.shown(self.visible)
