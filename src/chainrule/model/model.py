"""A network without its face: layers, loss, traced Programs, θ, and the run so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from ..arrays import Array
from ..engines import choice
from ..errors import NotBuiltError, OutOfMemoryError, ParameterError, ShapeError
from ..graph.program import Shape
from ..layers.base import Layer
from ..layers.sequential import check_layers
from ..losses.base import Loss
from ..losses.joint import JointLoss
from ..plots import svg
from ..training.run_state import RunState
from . import checks, weights
from .image_layout import check_layout, check_turned
from .plans import LastData, Plans
from .program_cache import ProgramCache
from .tracing import Programs, initial_theta, trace

MANY = 30  # layers that a representation names


@dataclass(frozen=True, eq=False)
class Built:
    """A model with known shapes.

    Parameters
    ----------
    programs : Programs
        train, predict and score.
    inputs : dict of tuples
        The shape of one row of each input.
    run_state : RunState
        θ, and the rest of the state of its run.
    """

    programs: Programs
    inputs: dict[str, Shape]
    run_state: RunState


class Model:
    """Layers, a loss and one vector θ.

    Every function that works on a network takes a Model; `Network` adds methods with docstrings.
    A function first computes what it needs with `arrays_of` and `built_for`, which change nothing,
    and calls `adopt` when all checks have passed. So a refused call leaves the model as it was.

    Parameters
    ----------
    *layers : Layer
        The chain.
    loss : Loss, or dict of Loss
        The function that `fit` minimizes.
    inputs : tuple of int, or dict of tuples, optional
        The shape of one row; without it the first data decide.
    seed : int
        The seed of starting weights, order and dropout, 0 ≤ seed < 2³².
    dtype : {"float32", "float64"}
        The type of θ and of all values.
    engine : {"native", "reference"}, optional
        Which engine computes; without it CHAINRULE_ENGINE decides, else the best engine there is.
    threads : int, optional
        The number of threads of the native engine, ≥ 1.
    initial_weights : dict, optional
        Arrays by symbol ("W1") or path ("dense1/W").
    """

    def __init__(
        self,
        *layers: Layer,
        loss: Loss | Mapping[str, Any] | None = None,
        inputs: Shape | dict[str, Shape] | None = None,
        seed: int = 0,
        dtype: str = "float32",
        engine: str | None = None,
        threads: int | None = None,
        initial_weights: Mapping[str, Any] | None = None,
    ) -> None:
        self.layers = check_layers("Network", layers)
        self.loss: Any = checks.check_loss(loss)
        self.seed, self.dtype = checks.check_seed(seed), checks.check_dtype(dtype)
        self.threads = checks.check_threads(threads)
        self.frozen: set[str] = set()
        self.rates: dict[str, float] = {}
        self.given_weights = dict(initial_weights or {})
        self.plans = Plans()
        self.engine = engine
        self.last_data: LastData | None = None  # for hvp and sharpness
        self._cache = ProgramCache()
        # The Programs, shapes and run state that were adopted last; only `adopt` changes it.
        self.built: Built | None = None
        if inputs is not None:
            self.adopt(self.built_for(checks.check_inputs(inputs)))

    @property
    def engine(self) -> str:
        """The engine that computes, "native" or "reference"; another one may be set."""
        return self._engine

    @engine.setter
    def engine(self, engine: str | None) -> None:
        self._engine = choice.check_engine(engine)
        self.plans.clear()  # plans are of the native engine

    # ---- shapes become known

    @property
    def is_built(self) -> bool:
        """True once the shapes are known."""
        return self.built is not None

    @property
    def is_trained(self) -> bool:
        """True after the first step of training."""
        return self.built is not None and self.built.run_state.step > 0

    @property
    def inputs(self) -> dict[str, Shape] | None:
        """The shape of one row of each input; None before the shapes are known."""
        return None if self.built is None else self.built.inputs

    @property
    def programs(self) -> Programs:
        """train, predict and score."""
        if self.built is None:
            raise NotBuiltError("this network has no shapes yet: fit first, or give inputs=.")
        return self.built.programs

    @property
    def run_state(self) -> RunState:
        """The state of the run: θ, slots, steps, epochs."""
        if self.built is None:
            raise NotBuiltError("this network has no weights yet: fit first, or give inputs=.")
        return self.built.run_state

    def arrays_of(self, X: Any, like: Built | None = None, *, least: int = 1) -> dict[str, Array]:
        """Return rows as checked arrays by input name.

        Parameters
        ----------
        X : array, or dict of arrays
            The rows as the user gave them.
        like : Built, optional
            If the model is not built yet: the build that the rows must fit, such as that of the
            training rows.
        least : int
            The fewest rows, 0 or 1; with 0 a model that has shapes takes an empty array.
        """
        known = self.built or like
        shapes = None if known is None else known.inputs
        return checks.arrays_of(X, shapes, self.dtype, least=least)

    def programs_for(
        self, shapes: dict[str, Shape], y: Any = None, by_output: bool = False
    ) -> Programs:
        """Return the Programs for rows of these shapes and targets of this kind; cached."""
        programs = self._cache.find(self.loss, shapes, y, by_output)
        if programs is None:
            programs = trace(self.layers, self.loss, shapes, y=y, by_output=by_output)
            self._cache.keep(shapes, y, by_output, programs)
        return programs

    def built_for(
        self,
        shapes: dict[str, Shape],
        y: Any = None,
        *,
        by_output: bool = False,
        like: Built | None = None,
    ) -> Built:
        """Return what the model would be for rows of these shapes; the model does not change.

        Parameters
        ----------
        shapes : dict of tuples
            The shape of one row of each input.
        y : array, or dict of arrays, optional
            Targets: a loss that takes labels and one-hot rows learns which.
        by_output : bool
            True if rows count differently for each output.
        like : Built, optional
            If the model is not built yet: the build that the parameters must fit.

        Raises
        ------
        ShapeError
            Rows for which the parameters would have other shapes than they have.
        """
        known = self.built or like
        if known is not None:
            check_turned(known.inputs, shapes)
        try:
            programs = self.programs_for(shapes, y, by_output)
            if known is None:
                check_layout(programs.predict, shapes)
                return Built(programs, shapes, self._start(programs))
        except MemoryError:
            raise OutOfMemoryError(
                "Network: its parameters need more memory than there is. Take smaller layers."
            ) from None
        except RecursionError:
            raise ParameterError(
                "Network",
                "layers in layers to a depth that Python can follow",
                "more (RecursionError)",
                "Put them one after another: Sequential(*layers) once, without others inside.",
            ) from None
        if programs is not known.programs:
            checks.check_same_parameters(known.programs.train, programs.train, known.inputs, shapes)
        return Built(programs, shapes, known.run_state)

    def built_for_rows(self, arrays: dict[str, Array], y: Any = None, **options: Any) -> Built:
        """Return what the model would be for these rows, whose numbers are checked.

        See `built_for`.
        """
        built = self.built_for({name: a.shape[1:] for name, a in arrays.items()}, y, **options)
        checks.check_words(built.programs, arrays)
        return built

    def adopt(self, built: Built) -> None:
        """Put Programs, shapes and run state in place; call it when all checks have passed."""
        if self.built is None:
            train = built.programs.train
            self.frozen |= {p.path for p in train.parameters if not p.trainable}
        self.built = built

    def frozen_in(self, built: Built) -> set[str]:
        """Return the paths that no optimizer moves once `built` is adopted."""
        if self.built is not None:
            return set(self.frozen)
        return self.frozen | {p.path for p in built.programs.train.parameters if not p.trainable}

    def theta_in(self, built: Built) -> Array:
        """Return θ; of a model that is not built yet, the θ that it would start with."""
        return built.run_state.theta if self.built is None else self.built.run_state.theta

    def check_writable(self, call: str) -> None:
        """Raise ParameterError if θ cannot be changed, such as one that joblib maps into memory."""
        if self.built is not None and not self.theta.flags.writeable:
            raise ParameterError(
                call, "weights that can be changed", "read-only ones", "Take net.copy() first."
            )

    def _start(self, programs: Programs) -> RunState:
        """Return the state before the first step: starting weights, no slots."""
        theta = initial_theta(programs.train, self.seed, self.dtype)
        weights.put(theta, programs.train, self.given_weights)
        return RunState(theta, seed=self.seed)

    # ---- θ

    @property
    def theta(self) -> Array:
        """All parameters and state as one vector; `net.theta[...] = v` sets them."""
        return self.run_state.theta

    @theta.setter
    def theta(self, values: Any) -> None:
        values = np.asarray(values)
        if values.shape != self.theta.shape:
            expected = f"a vector of shape {self.theta.shape}"
            raise ShapeError("theta", expected, str(values.shape), "Keep its length.")
        self.theta[...] = values

    @property
    def parameters(self) -> dict[str, Array]:
        """Views into theta by symbol, in the network's order: W1, b1, ..."""
        return weights.views(self.theta, self.programs.train, self.programs.train.parameters)

    @property
    def state(self) -> dict[str, Array]:
        """Views of the running statistics: the update list changes them, and no optimizer does."""
        return weights.views(self.theta, self.programs.train, self.programs.train.state)

    def restart(self) -> None:
        """Set θ to the starting weights; forget slots, steps and epochs."""
        start = self._start(self.programs)
        self.theta[...] = start.theta
        start.theta = self.theta  # views into it stay valid
        if self.built is not None:
            self.built = replace(self.built, run_state=start)

    def twin(self, theta: Array | None = None) -> Self:
        """Return another model with the same layers and settings, and these weights.

        Parameters
        ----------
        theta : array, optional
            Its weights; without them the starting weights.
        """
        made = type(self)(
            *self.layers,
            loss=self.loss,
            seed=self.seed,
            dtype=self.dtype.name,
            engine=self.engine,
            threads=self.threads,
            initial_weights=self.given_weights,
        )
        if self.built is None:
            return made
        made._cache.update(self._cache)
        state = made._start(self.built.programs) if theta is None else RunState(theta.copy())
        state.seed = self.seed
        made.adopt(replace(self.built, run_state=state))
        if theta is not None:
            made.frozen, made.rates = set(self.frozen), dict(self.rates)
        return made

    def twin_at(self, state: RunState) -> Self:
        """Return another model that goes on from this state; the state is its own from now on."""
        made = self.twin(state.theta)
        assert made.built is not None
        made.adopt(replace(made.built, run_state=state))
        return made

    @property
    def outputs(self) -> list[str]:
        """The names of several outputs; empty if there is one without a name."""
        return list(self.loss.names) if isinstance(self.loss, JointLoss) else []

    def __repr__(self) -> str:
        parts = [*map(repr, self.layers), f"loss={self.loss!r}"]
        line = f"{type(self).__name__}({', '.join(parts)})"
        if len(line) <= 100:
            return line
        if len(parts) > MANY:
            left_out = f"... {len(parts) - MANY} more layers ..."
            parts = [*parts[: MANY // 2], left_out, *parts[-MANY // 2 :]]
        return "\n".join([f"{type(self).__name__}(", *(f"    {part}," for part in parts), ")"])

    def _repr_svg_(self) -> str:
        return str(svg.network(self))
