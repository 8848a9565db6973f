"""Network: the face that users meet first. A thin one: what it does stands in the modules that it calls."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import checks, fitting
from .arrays import Array
from .equations import equations
from .errors import EngineError, NotBuiltError, ParameterError, ShapeError
from .graph import Param, Shape, shown
from .history import History
from .inspect import gradients as _gradients
from .inspect import summary as _summary
from .layers.base import Layer
from .layers.sequential import check_layers
from .losses.base import Loss
from .programs import Programs, initial_theta, trace
from .run_state import RunState
from .settings import is_whole
from .sources import as_array, check_rows
from .updates import matches

if TYPE_CHECKING:
    from .training import Run

CHUNK = 4096  # rows that predict and evaluate run at once


class Transfer(NamedTuple):
    """What `take_weights` did, by path."""

    matched: list[str]
    missing: list[str]
    left_over: list[str]


class Network:
    """Layers, a loss and one vector θ.

    Parameters
    ----------
    *layers : Layer
        The chain.
    loss : Loss
        What `fit` minimises; it names the link that `predict` applies.
    inputs : tuple of int, or dict of tuples, optional
        The shape of one row; without it the first data decide.
    seed : int
        Of starting weights, order and dropout, 0 ≤ seed < 2³².
    dtype : {"float32", "float64"}
        Of θ and all values.
    engine : {"reference"}, optional
        Who computes; without it the environment variable CHAINRULE_ENGINE, else the best there is.
    threads : int, optional
        For engines that have threads, ≥ 1.
    initial_weights : dict, optional
        Arrays by symbol ("W1") or path ("dense1/W"); strict.

    Raises
    ------
    ParameterError
        A class instead of an instance, a missing loss, a setting outside its range.

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.xor()
    >>> net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy(), seed=1)
    >>> history = net.fit(X, y, optimizer=cr.Adam(lr=0.1), epochs=100, verbose=0)
    >>> net.predict(X).round().ravel()
    array([0., 1., 1., 0.], dtype=float32)
    """

    def __init__(
        self,
        *layers: Layer,
        loss: Loss | None = None,
        inputs: Shape | dict[str, Shape] | None = None,
        seed: int = 0,
        dtype: Literal["float32", "float64"] = "float32",
        engine: Literal["reference", "native"] | None = None,
        threads: int | None = None,
        initial_weights: Mapping[str, Any] | None = None,
    ) -> None:
        self.layers = check_layers("Network", layers)
        self.loss = _check_loss(loss)
        if not is_whole(seed) or not 0 <= seed < 2**32:
            raise ParameterError(
                f"Network(seed={seed!r}): seed must be a whole number, 0 ≤ seed < 2³². The usual value is 0."
            )
        if dtype not in ("float32", "float64"):
            raise ParameterError(
                f"Network(dtype={dtype!r}): dtype must be 'float32' or 'float64'. The usual value is 'float32'."
            )
        if threads is not None and (not is_whole(threads) or threads < 1):
            raise ParameterError(f"Network(threads={threads!r}): threads must be a whole number ≥ 1, or None.")
        self.seed, self.dtype, self.threads = int(seed), np.dtype(dtype), threads
        self.engine = _check_engine(engine)
        self.frozen: set[str] = set()
        self.rates: dict[str, float] = {}
        self._given_weights = dict(initial_weights or {})
        self._traced: dict[Any, Programs] = {}
        self._programs: Programs | None = None
        self._run_state: RunState | None = None
        self._update: Any = None
        self._data: tuple[Any, Any] | None = None  # of the last fit, for hvp and sharpness
        self.inputs = _check_inputs(inputs) if inputs is not None else None
        if self.inputs is not None:
            self._trace(self.inputs, None)

    # ---------------------------------------------------------------- shapes become known

    def build(self, X: Any, y: Any = None) -> Network:
        """Trace for data like these; nothing is trained.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows.
        y : array, optional
            Targets: a loss that takes labels and one-hot rows learns which.
        """
        arrays = self._arrays(X)
        self._trace({name: a.shape[1:] for name, a in arrays.items()}, None if y is None else as_array("y", y))
        return self

    def _arrays(self, X: Any) -> dict[str, Array]:
        """What the user gave, as checked arrays by input name."""
        given = X if isinstance(X, dict) else {"x": X}
        arrays = {
            name: check_rows("X" if name == "x" else name, as_array("X" if name == "x" else name, v))
            for name, v in given.items()
        }
        expected = self.inputs
        if expected is not None and set(arrays) != set(expected):
            raise ShapeError("X", f"the inputs {', '.join(expected)}", ", ".join(arrays), "Give a dict of arrays.")
        for name, array in arrays.items():
            if expected is not None and array.ndim != len(expected[name]) + 1:
                remedy = "One row alone is X[None, :]." if array.ndim == len(expected[name]) else "Reshape it."
                raise ShapeError(
                    "X" if name == "x" else name,
                    f"rows of shape {shown((0, *expected[name]))}",
                    str(array.shape),
                    remedy,
                )
        return arrays

    def _trace(self, shapes: dict[str, Shape], y: Array | None) -> Programs:
        """The three Programs for these shapes and this kind of target (cached), over the one θ."""
        key = (tuple(sorted(shapes.items())), None if y is None else y.ndim)
        if key not in self._traced:
            programs = trace(self.layers, self.loss, shapes, y=y)
            if self._programs is not None:
                before, now = ([(p.path, p.shape) for p in ps.train.params] for ps in (self._programs, programs))
                if before != now:
                    change = next((a for a in zip(before, now, strict=False) if a[0] != a[1]), (before[-1:], now[-1:]))
                    raise ShapeError(
                        "X", f"rows like the first ones, of shape {next(iter((self.inputs or shapes).values()))}",
                        f"{next(iter(shapes.values()))}, for which {change[1][0]} would have shape {change[1][1]}",
                        "Make a new Network for other rows.",
                    )  # fmt: skip
            self._traced[key] = programs
        self._programs = self._traced[key]
        if self._run_state is None:
            theta = initial_theta(self._programs.train, self.seed, self.dtype)
            self._run_state = RunState(theta, seed=self.seed)
            self.frozen |= {p.path for p in self._programs.train.parameters if not p.trainable}
            self._set_weights(self._given_weights)
        self.inputs = shapes
        return self._programs

    @property
    def programs(self) -> Programs:
        """train, predict and score."""
        if self._programs is None:
            raise NotBuiltError("this network has no shapes yet: fit first, or give inputs=.")
        return self._programs

    @property
    def run_state(self) -> RunState:
        """Everything that the run so far is: θ, slots, steps, epochs."""
        if self._run_state is None:
            raise NotBuiltError("this network has no weights yet: fit first, or give inputs=.")
        return self._run_state

    # ---------------------------------------------------------------- weights

    @property
    def theta(self) -> Array:
        """All parameters and state as one vector; `net.theta[...] = v` sets them."""
        return self.run_state.theta

    @theta.setter
    def theta(self, values: Any) -> None:
        values = np.asarray(values)
        if values.shape != self.theta.shape:
            raise ShapeError("theta", f"a vector of shape {self.theta.shape}", str(values.shape), "Keep its length.")
        self.theta[...] = values

    @property
    def parameters(self) -> dict[str, Array]:
        """Views into theta by symbol, in the network's order: W1, b1, ..."""
        return self._views(self.programs.train.parameters)

    @property
    def state(self) -> dict[str, Array]:
        """What the update list moves, and no optimiser: running statistics."""
        return self._views(self.programs.train.state)

    def _views(self, params: tuple[Param, ...]) -> dict[str, Array]:
        values = self.programs.train.values
        return {values[p.value].symbol: self.theta[p.where].reshape(p.shape) for p in params}

    def _set_weights(self, weights: Mapping[str, Any]) -> None:
        """Strict: a wrong name or shape is an error, and then nothing has changed."""
        train = self.programs.train
        known = {name: p for p in train.params for name in (p.path, train.values[p.value].symbol)}
        ready = []
        for name, given in weights.items():
            if name not in known:
                symbols = ", ".join(self._views(train.params))
                raise ParameterError(
                    f"initial_weights[{name!r}]: expected one of {symbols}, got {name!r}. Use a symbol or a path."
                )
            array = check_rows(name, np.atleast_1d(as_array(name, given)))
            if array.shape != known[name].shape:
                remedy = "Transpose it." if array.shape == known[name].shape[::-1] else "Reshape it."
                raise ShapeError(f"initial_weights[{name!r}]", f"shape {known[name].shape}", str(array.shape), remedy)
            ready.append((known[name].where, array))
        for where, array in ready:
            self.theta[where] = array.ravel()

    def take_weights(self, other: Network) -> Transfer:
        """Copy what has the same path and shape in another network.

        Returns
        -------
        Transfer
            matched, missing (ours, not there or of another shape), left_over (theirs, not taken): lists of paths.
        """
        theirs = {p.path: p for p in other.programs.train.params}
        matched, missing = [], []
        for p in self.programs.train.params:
            if p.path in theirs and theirs[p.path].shape == p.shape:
                self.theta[p.where] = other.theta[theirs[p.path].where]
                matched.append(p.path)
            else:
                missing.append(p.path)
        return Transfer(matched, missing, [path for path in theirs if path not in matched])

    def reset(self) -> Network:
        """Back to the starting weights; slots, steps and epochs are forgotten."""
        self._update = None
        state = self.run_state
        fresh = RunState(state.theta, seed=self.seed)
        fresh.theta[...] = initial_theta(self.programs.train, self.seed, self.dtype)
        self._run_state = fresh
        self._set_weights(self._given_weights)
        return self

    def freeze(self, *paths: str) -> Network:
        """No optimiser moves the parameters under these paths, such as "dense1"."""
        for path in paths:
            self.frozen |= {p.path for p in self._under(path)}
        return self

    def thaw(self, *paths: str) -> Network:
        """The opposite of `freeze`; slots of thawed parameters start afresh."""
        for path in paths:
            self.frozen -= {p.path for p in self._under(path)}
        return self

    def scale_lr(self, rates: Mapping[str, float]) -> Network:
        """Own learning rates: {path: factor} times the optimiser's lr, for everything under the path. 1 undoes it."""
        for path, factor in rates.items():
            self._under(path)
            if not isinstance(factor, (int, float)) or not math.isfinite(factor) or factor < 0:
                raise ParameterError(
                    f"scale_lr({path!r}): expected a factor ≥ 0, got {factor!r}. 0.1 is a tenth of lr."
                )
        self.rates |= {path: float(factor) for path, factor in rates.items()}
        return self

    def _under(self, path: str) -> list[Param]:
        found = [p for p in self.programs.train.parameters if matches(p.path, path)]
        if not found:
            layers = dict.fromkeys(p.path.rpartition("/")[0] for p in self.programs.train.parameters)
            raise ParameterError(
                f"{path!r}: there are no parameters under this path. Layers with parameters: {', '.join(layers)}."
            )
        return found

    # ---------------------------------------------------------------- training

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        optimizer: Any = None,
        epochs: int = 1,
        batch_size: int | None = 32,
        sample_weight: Any = None,
        class_weight: Any = None,
        validation_data: Any = None,
        validation_fraction: float = 0.0,
        metrics: Any = (),
        callbacks: Any = (),
        resume: Any = None,
        order: Callable[[int, int], Any] | None = None,
        verbose: int | None = None,
    ) -> History:
        """Train. A second call goes on where the first ended: `fit(epochs=5)` twice is `fit(epochs=10)`, bit for bit.

        Parameters
        ----------
        X : array, dict of arrays, or source
            Rows.
        y : array
            One target for each row.
        optimizer : Optimizer, or (clips ..., optimizer)
            Default Adam(). An equal one goes on with its slots, another starts fresh.
        epochs : int
            That many more, ≥ 0; 0 traces and trains nothing. With resume=: in all, from the interrupted call's start.
        batch_size : int, optional
            Rows a step, ≥ 1; None is the whole set.
        sample_weight : array, optional
            One number ≥ 0 for each row.
        class_weight : dict or "balanced", optional
            {class: weight}; multiplied with sample_weight.
        validation_data : (X, y), optional
            Logged as val_loss and val_ + metric.
        validation_fraction : float
            0 ≤ fraction < 1 of the rows, drawn by the seed, stratified for class labels.
        metrics : sequence of functions
            (y, prediction) -> float, such as cr.metrics.accuracy.
        callbacks : sequence
            Callbacks, and functions of the run that are called after each epoch.
        resume : path or True, optional
            A checkpoint to go on from; True: the Checkpoint's own file, where there is one.
        order : function, optional
            (epoch, n) -> row numbers.
        verbose : int, optional
            0: silent; 1: plain lines; None: a progress bar on a terminal, else plain lines.

        Returns
        -------
        History
            One entry an epoch. After Ctrl-C its `stopped` is "interrupted".

        Raises
        ------
        DataError, ShapeError, ParameterError
            Data or settings that do not fit, before anything is changed.
        TrainingError
            The loss became NaN or infinite; the last finite weights stay.
        """
        run = self._run(
            X, y, optimizer=optimizer, epochs=epochs, batch_size=batch_size, sample_weight=sample_weight,
            class_weight=class_weight, validation_data=validation_data, validation_fraction=validation_fraction,
            metrics=metrics, callbacks=callbacks, resume=resume, order=order, verbose=verbose,
        )  # fmt: skip
        return fitting.fit(run)

    def train(self, X: Any, y: Any = None, **options: Any) -> Iterator[Run]:
        """`fit` as a generator: the run after every step (run.state.theta, run.state.slots, run.epoch, run.step).

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        **options
            As for `fit`.
        """
        return fitting.train(self._run(X, y, **{"verbose": 0, **options}))

    def _run(self, X: Any, y: Any, **options: Any) -> Run:
        return fitting.prepare(self, X, y, **options)

    def find_learning_rate(self, X: Any, y: Any, **options: Any) -> fitting.LearningRates:
        """Train a copy for a few steps with a rate that grows from `lowest` to `highest`; see `fitting.find_learning_rate`."""
        return fitting.find_learning_rate(self, X, y, **options)

    def copy(self) -> Network:
        """Another network with the same layers and the same weights; training one does not change the other."""
        return fitting.copy(self)

    # ---------------------------------------------------------------- answers

    def predict(self, X: Any) -> Array:
        """The network's predictions, link applied: (N, ...).

        Parameters
        ----------
        X : array, or dict of arrays
            Rows like those of `fit`.
        """
        arrays = self._arrays(X)
        programs = self._trace({name: a.shape[1:] for name, a in arrays.items()}, None)
        return fitting.predict(self, programs.predict, arrays, CHUNK)

    def evaluate(self, X: Any, y: Any, metrics: Any = ()) -> dict[str, float]:
        """Loss (penalties included) and metrics on these rows, in score mode.

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        metrics : sequence of functions
            (y, prediction) -> float.
        """
        return fitting.evaluate(self, X, y, fitting.check_metrics(metrics), CHUNK)

    # ---------------------------------------------------------------- seeing inside

    def equations(self, form: Literal["text", "latex"] = "text") -> str:
        """Forward and backward pass of this very network, as text or LaTeX."""
        if form not in ("text", "latex"):
            raise ParameterError(f"equations(form={form!r}): form must be 'text' or 'latex'.")
        return equations(self.programs.train, form)

    def summary(self) -> str:
        """A table of the layers: shapes, parameters, multiply-adds, memory."""
        return _summary.summary(self)

    def activations(self, X: Any) -> dict[str, Array]:
        """Every value of the predict Program by its symbol: {"z1": ..., "a1": ..., ...}; also those before the link."""
        return _gradients.activations(self, X)

    def loss_and_grad(self, X: Any, y: Any, *, sample_weight: Any = None) -> tuple[float, dict[str, Array]]:
        """L and the gradient of every parameter by symbol, in score mode."""
        return _gradients.loss_and_grad(self, X, y, sample_weight)

    def gradients(self, X: Any, y: Any) -> dict[str, Array]:
        """dv = ∂L/∂v for every value on the way: {"dz1": deltas, one row an example, "dW1": ..., ...}."""
        return _gradients.gradients(self, X, y)

    def influence(self, name: str, X: Any, y: Any) -> Array:
        """What each example contributes to the gradient of one parameter, (N, *shape): dW1 is its sum over rows.

        Parameters
        ----------
        name : str
            A symbol or path: "W1".
        X, y : arrays
            Rows and targets.
        """
        return _gradients.influence(self, name, X, y)

    def check_gradients(
        self, X: Any, y: Any, *, method: Literal["complex", "central"] | None = None
    ) -> checks.GradientReport:
        """Compare every gradient with a second opinion, in float64; the report names the worst entry."""
        program, inputs = fitting.score_inputs(self, X, y)
        return checks.check_gradients(program, self.theta, inputs, method=method)

    def hvp(self, v: Any, X: Any = None, y: Any = None) -> Array:
        """H v, the second derivative of L along v; without data those of the last `fit`."""
        program, inputs = fitting.score_inputs(self, *self._last_data(X, y))
        return checks.hvp(program, self.theta, inputs, v)

    def sharpness(self, X: Any = None, y: Any = None) -> float:
        """The largest eigenvalue of the Hessian of L; without data those of the last `fit`."""
        program, inputs = fitting.score_inputs(self, *self._last_data(X, y))
        return checks.sharpness(program, self.theta, inputs)

    def _last_data(self, X: Any, y: Any) -> tuple[Any, Any]:
        if X is not None:
            return X, y
        if self._data is None:
            raise NotBuiltError("there are no data from a fit yet: fit first, or give X and y.")
        return self._data

    # ---------------------------------------------------------------- files

    def save(self, path: Any) -> None:
        """Write layers, loss and weights to one .safetensors file, never pickle."""
        from .save import save

        save(self, path)

    @staticmethod
    def load(path: Any, known: Any = ()) -> Network:
        """Read a network back; runs no code of the file. `known` gives your own classes."""
        from .save import load

        return load(path, known)

    def __repr__(self) -> str:
        return f"Network({', '.join([*map(repr, self.layers), f'loss={self.loss!r}'])})"


def _check_loss(loss: Any) -> Loss:
    if loss is None:
        raise ParameterError("Network: a loss is missing. Write loss=SquaredError(), or another one.")
    if isinstance(loss, type) and issubclass(loss, Loss):
        raise ParameterError("Network", "a loss", f"the class {loss.__name__}", f"Write loss={loss.__name__}().")
    if not isinstance(loss, Loss):
        raise ParameterError(
            "Network", "a loss such as SquaredError()", repr(loss), "Losses are objects here, not words."
        )
    return loss


def _check_inputs(inputs: Any) -> dict[str, Shape]:
    given = inputs if isinstance(inputs, dict) else {"x": inputs}
    for name, shape in given.items():
        if not isinstance(shape, (tuple, list)) or not all(is_whole(n) and n >= 1 for n in shape):
            raise ParameterError(
                f"Network(inputs={inputs!r}): expected the shape of one row, got {shape!r} for {name}. Write inputs=(3,)."
            )
    return {name: tuple(int(n) for n in shape) for name, shape in given.items()}


def _check_engine(engine: Any) -> str:
    chosen = engine or os.environ.get("CHAINRULE_ENGINE") or "reference"
    if chosen == "native":
        raise EngineError("engine='native': this build has no native engine. Use engine='reference', or leave it out.")
    if chosen != "reference":
        raise ParameterError(f"Network(engine={chosen!r}): engine must be 'reference' or 'native'.")
    return str(chosen)
