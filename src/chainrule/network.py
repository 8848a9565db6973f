"""Network: the face that users meet first. A thin one: what it does stands in the modules that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import building, calibration, checks, fitting, learning_rates, scoring, weights
from .arrays import Array
from .equations import equations
from .errors import NotBuiltError, ParameterError, ShapeError
from .graph import Shape
from .history import History
from .inspect import gradients as _gradients
from .inspect import summary as _summary
from .layers.base import Layer
from .layers.sequential import check_layers
from .losses.base import Loss
from .programs import Programs, initial_theta, trace
from .run_state import RunState
from .traced import Traced

if TYPE_CHECKING:
    from .training import Run


class Network:
    """Layers, a loss and one vector θ.

    Parameters
    ----------
    *layers : Layer
        The chain.
    loss : Loss, or dict of Loss
        What `fit` minimises; it names the link that `predict` applies. Of several outputs one each, by the names in
        `Heads`: {"digit": SoftmaxCrossEntropy(), "size": (0.5, SquaredError())}; the number is its weight.
    inputs : tuple of int, or dict of tuples, optional
        The shape of one row; without it the first data decide.
    seed : int
        Of starting weights, order and dropout, 0 ≤ seed < 2³².
    dtype : {"float32", "float64"}
        Of θ and all values.
    engine : {"native", "reference"}, optional
        Who computes, C or NumPy; without it the environment variable CHAINRULE_ENGINE, else the best there is.
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
        loss: Loss | Mapping[str, Any] | None = None,
        inputs: Shape | dict[str, Shape] | None = None,
        seed: int = 0,
        dtype: Literal["float32", "float64"] = "float32",
        engine: Literal["reference", "native"] | None = None,
        threads: int | None = None,
        initial_weights: Mapping[str, Any] | None = None,
    ) -> None:
        self.layers = check_layers("Network", layers)
        self.loss = building.check_loss(loss)
        self.seed, self.dtype = building.check_seed(seed), building.check_dtype(dtype)
        self.engine, self.threads = building.check_engine(engine), building.check_threads(threads)
        self.frozen: set[str] = set()
        self.rates: dict[str, float] = {}
        self._given_weights = dict(initial_weights or {})
        self._traced = Traced()
        self._programs: Programs | None = None
        self._run_state: RunState | None = None
        self._update: Any = None
        self._plans = scoring.Plans()
        self._data: tuple[Any, Any] | None = None  # of the last fit, for hvp and sharpness
        self.inputs: dict[str, Shape] | None = None
        if inputs is not None:
            self._trace(building.check_inputs(inputs), None)

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
        self._trace({name: a.shape[1:] for name, a in arrays.items()}, building.targets_of(self.loss, y))
        return self

    def _arrays(self, X: Any) -> dict[str, Array]:
        """What the user gave, as checked arrays by input name."""
        return building.arrays_of(X, self.inputs)

    def _trace(self, shapes: dict[str, Shape], y: Any, by_output: bool = False) -> Programs:
        """The three Programs for these shapes and this kind of target (cached), over the one θ."""
        programs = self._traced.find(self.loss, shapes, y, by_output)
        if programs is None:
            programs = trace(self.layers, self.loss, shapes, y=y, by_output=by_output)
            if self._programs is not None and self.inputs is not None:
                building.check_same_parameters(self._programs.train, programs.train, self.inputs, shapes)
            self._traced.keep(shapes, y, by_output, programs)
        if self._run_state is None:
            theta = initial_theta(programs.train, self.seed, self.dtype)
            weights.put(theta, programs.train, self._given_weights)
            self._run_state = RunState(theta, seed=self.seed)
            self.frozen |= {p.path for p in programs.train.parameters if not p.trainable}
        self._programs, self.inputs = programs, shapes
        return programs

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
        return weights.views(self.theta, self.programs.train, self.programs.train.parameters)

    @property
    def state(self) -> dict[str, Array]:
        """What the update list moves, and no optimiser: running statistics."""
        return weights.views(self.theta, self.programs.train, self.programs.train.state)

    def take_weights(self, other: Network) -> weights.Transfer:
        """Copy what has the same path and shape in another network.

        Returns
        -------
        Transfer
            matched, missing (ours, not there or of another shape), left_over (theirs, not taken): lists of paths.
        """
        if not isinstance(other, Network):
            raise ParameterError("take_weights", "a Network", repr(other), "Read a file with Network.load(path).")
        return weights.take(self.theta, self.programs.train, other.theta, other.programs.train)

    def reset(self) -> Network:
        """Back to the starting weights; slots, steps and epochs are forgotten."""
        theta = self.theta
        theta[...] = initial_theta(self.programs.train, self.seed, self.dtype)
        weights.put(theta, self.programs.train, self._given_weights)
        self._run_state, self._update = RunState(theta, seed=self.seed), None
        return self

    def freeze(self, *paths: str) -> Network:
        """No optimiser moves the parameters under these paths, such as "dense1". Running statistics still follow the data."""
        self.frozen |= weights.under_all(self.programs.train, paths)
        return self

    def thaw(self, *paths: str) -> Network:
        """The opposite of `freeze`; slots of thawed parameters start afresh."""
        self.frozen -= weights.under_all(self.programs.train, paths)
        return self

    def scale_lr(self, rates: Mapping[str, float]) -> Network:
        """Own learning rates: {path: factor} times the optimiser's lr, for everything under the path. 1 undoes it."""
        self.rates |= weights.check_rates(self.programs.train, rates)
        return self

    # ---------------------------------------------------------------- training

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        optimizer: Any = None,
        epochs: int = 1,
        batch_size: int | None = 32,
        drop_last: bool = False,
        sample_weight: Any = None,
        class_weight: Any = None,
        validation_data: Any = None,
        validation_fraction: float = 0.0,
        metrics: Any = (),
        callbacks: Any = (),
        resume: Any = None,
        order: Callable[[int, int], Any] | None = None,
        augment: Any = None,
        verbose: int | None = None,
    ) -> History:
        """Train. A second call goes on where the first ended: `fit(epochs=5)` twice is `fit(epochs=10)`, bit for bit.

        Parameters
        ----------
        X : array, dict of arrays, or source
            Rows.
        y : array, or dict of arrays
            One target for each row; of several outputs by name.
        optimizer : Optimizer, or (clips ..., optimizer)
            Default Adam(). An equal one goes on with its slots, another starts fresh.
        epochs : int
            That many more, ≥ 0; 0 traces and trains nothing. With resume=: in all, from the interrupted call's start.
        batch_size : int, optional
            Rows a step, ≥ 1; None is the whole set.
        drop_last : bool
            True: no last batch of fewer rows, which BatchNorm suffers from; in each epoch other rows are left out.
        sample_weight : array, or dict of arrays, optional
            One number ≥ 0 for each row; a dict: for the rows of each output, by its name, where 1 is not meant.
        class_weight : dict or "balanced", optional
            {class: weight}, multiplied with sample_weight; of several outputs a dict of these by the output's name.
        validation_data : (X, y) or (X, y, sample_weight), optional
            Logged as val_loss and val_ + metric.
        validation_fraction : float
            0 ≤ fraction < 1 of the rows, drawn by the seed, stratified for class labels.
        metrics : sequence of functions
            (y, prediction) -> float, such as cr.metrics.accuracy; of several outputs {"digit": accuracy}.
        callbacks : sequence
            Callbacks, and functions of the run that are called after each epoch.
        resume : path or True, optional
            A checkpoint to go on from; True: the Checkpoint's own file, where there is one.
        order : function, optional
            (epoch, n) -> row numbers.
        augment : function, or sequence of them, optional
            (rows, key, row ids) -> rows of the input x, such as cr.augmentation.Affine(rotate=10); new ones in each epoch.
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
        run = fitting.prepare(
            self, X, y, optimizer=optimizer, epochs=epochs, batch_size=batch_size, drop_last=drop_last,
            sample_weight=sample_weight, class_weight=class_weight, validation_data=validation_data, validation_fraction=validation_fraction,
            metrics=metrics, callbacks=callbacks, resume=resume, order=order, augment=augment, verbose=verbose,
        )  # fmt: skip
        return fitting.fit(run)

    def train(self, X: Any, y: Any = None, **options: Any) -> Iterator[Run]:
        """`fit` as a generator, with its options: the run after every step (run.state.theta, run.state.slots, run.epoch, run.step)."""
        return fitting.train(fitting.prepare(self, X, y, **{"verbose": 0, **options}))

    def find_learning_rate(self, X: Any, y: Any, **options: Any) -> learning_rates.LearningRates:
        """Train a copy for a few steps with a rate that grows from `lowest` to `highest`; see `learning_rates.find_learning_rate`."""
        return learning_rates.find_learning_rate(self, X, y, **options)

    def copy(self) -> Network:
        """Another network with the same layers and the same weights; training one does not change the other."""
        return building.twin(self, None if self._run_state is None else self.theta)

    def averaged(self) -> Network:
        """A copy with the averaged weights of the last `fit(optimizer=(Adam(), EMA(0.999)))`, or SWA; `self` keeps its own."""
        return building.twin(self, fitting.averaged(self))

    def calibrate(self, X: Any) -> Network:
        """Set the running statistics of BatchNorm to the exact ones of these rows, layer after layer, some rows at a time."""
        calibration.calibrate(self, X)
        return self

    def predict(self, X: Any) -> Any:
        """The network's predictions, link applied: (N, ...); of several outputs a dict.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows like those of `fit`.
        """
        again = scoring.predict_again(self, X)
        return scoring.predict_rows(self, X) if again is None else again

    def evaluate(self, X: Any, y: Any, metrics: Any = (), *, sample_weight: Any = None) -> dict[str, float]:
        """Loss (penalties included) and metrics on these rows, in score mode.

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        metrics : sequence of functions
            (y, prediction) -> float.
        sample_weight : array, or dict of arrays, optional
            For the losses, as for `fit`.
        """
        return scoring.evaluate(self, X, y, scoring.check_metrics(metrics, self.loss), sample_weight)

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
        """What each example contributes to the gradient of one parameter, (N, *shape): dW1 is its sum over rows, and penalties.

        Parameters
        ----------
        name : str
            A symbol or path: "W1".
        X, y : arrays
            Rows and targets.
        """
        return _gradients.influence(self, name, X, y)

    def check_gradients(
        self, X: Any, y: Any, *, method: checks.Method = None, engine: checks.Whose = "reference"
    ) -> checks.GradientReport:
        """Compare every gradient with a second opinion, in float64; the report names the worst entry."""
        program, inputs = scoring.score_inputs(self, X, y)
        return checks.check_gradients(program, self.theta, inputs, method=method, engine=engine)

    def hvp(self, v: Any, X: Any = None, y: Any = None) -> Array:
        """H v, the second derivative of L along v; without data those of the last `fit`."""
        program, inputs = scoring.score_inputs(self, *scoring.data_or_last(self._data, X, y))
        return checks.hvp(program, self.theta, inputs, v)

    def sharpness(self, X: Any = None, y: Any = None) -> float:
        """The largest eigenvalue of the Hessian of L; without data those of the last `fit`."""
        program, inputs = scoring.score_inputs(self, *scoring.data_or_last(self._data, X, y))
        return checks.sharpness(program, self.theta, inputs)

    def save(self, path: Any) -> None:
        """Write layers, loss and weights to one .safetensors file, never pickle."""
        from .save import save

        save(self, path)

    @staticmethod
    def load(path: Any, known: Any = ()) -> Network:
        """Read a network back; runs no code of the file. `known` gives your own classes."""
        from .save import load

        loaded: Network = load(path, known)
        return loaded

    def __repr__(self) -> str:
        return f"Network({', '.join([*map(repr, self.layers), f'loss={self.loss!r}'])})"
