"""Network: the face that users meet first. A thin one: what it does stands in the modules that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .arrays import Array
from .errors import NotBuiltError, ParameterError, ShapeError
from .foreign import known_keywords
from .graph.equations import equations
from .graph.program import Shape
from .inspect import checking as _checking
from .inspect import gradients as _gradients
from .inspect import summary as _summary
from .layers.base import Layer
from .layers.sequential import check_layers
from .losses.base import Loss
from .model import calibration, fitting, learning_rates, scoring, weights
from .model import checks as building
from .model.program_cache import Traced
from .model.tracing import Programs, initial_theta, trace
from .training.fit_options import FitOptions
from .training.history import History
from .training.run_state import RunState

if TYPE_CHECKING:
    from .training.run import Run


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

    @known_keywords(
        "Network",
        {
            "optimizer": "Give it to fit(optimizer=...).",
            "metrics": "Give them to fit(metrics=...).",
        },
    )
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
        self._trace(
            {name: a.shape[1:] for name, a in arrays.items()}, building.targets_of(self.loss, y)
        )
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
                building.check_same_parameters(
                    self._programs.train, programs.train, self.inputs, shapes
                )
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
            raise ShapeError(
                "theta",
                f"a vector of shape {self.theta.shape}",
                str(values.shape),
                "Keep its length.",
            )
        self.theta[...] = values

    @property
    def parameters(self) -> dict[str, Array]:
        """Views into theta by symbol, in the network's order: W1, b1, ..."""
        return weights.views(self.theta, self.programs.train, self.programs.train.parameters)

    @property
    def state(self) -> dict[str, Array]:
        """What the update list moves, and no optimiser: running statistics."""
        return weights.views(self.theta, self.programs.train, self.programs.train.state)

    take_weights = weights.take_weights
    freeze = weights.freeze
    thaw = weights.thaw
    scale_lr = weights.scale_lr

    def reset(self) -> Network:
        """Back to the starting weights; slots, steps and epochs are forgotten."""
        theta = self.theta
        theta[...] = initial_theta(self.programs.train, self.seed, self.dtype)
        weights.put(theta, self.programs.train, self._given_weights)
        self._run_state, self._update = RunState(theta, seed=self.seed), None
        return self

    # ---------------------------------------------------------------- training

    @known_keywords("fit", {"loss": "A loss belongs to the network: Network(..., loss=...)."})
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
        options = FitOptions(
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch_size,
            drop_last=drop_last,
            sample_weight=sample_weight,
            class_weight=class_weight,
            validation_data=validation_data,
            validation_fraction=validation_fraction,
            metrics=metrics,
            callbacks=callbacks,
            resume=resume,
            order=order,
            augment=augment,
            verbose=verbose,
        )
        return fitting.fit(self, X, y, options)

    def train(self, X: Any, y: Any = None, **options: Any) -> Iterator[Run]:
        """`fit` as a generator: the run after every step (run.state.theta, run.state.slots, run.epoch, run.step).

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        **options
            As for `fit`.
        """
        return fitting.train(self, X, y, FitOptions(**{"verbose": 0, **options}))

    find_learning_rate = learning_rates.find_learning_rate

    def copy(self) -> Network:
        """Another network with the same layers and the same weights; training one does not change the other."""
        return building.twin(self, None if self._run_state is None else self.theta)

    def averaged(self) -> Network:
        """A copy with the averaged weights of the last `fit(optimizer=(Adam(), EMA(0.999)))`, or SWA; `self` keeps its own."""
        return building.twin(self, fitting.averaged(self))

    def calibrate(self, X: Any) -> Network:
        """Set the running statistics of BatchNorm to the exact ones of these rows, layer after layer, some rows at a time.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows like those of `fit`; those that do not fit are refused, and nothing has changed.
        """
        calibration.calibrate(self, X)
        return self

    def predict(self, X: Any) -> Any:
        """The network's predictions, link applied: (N, ...); of several outputs a dict.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows (N, ...) like those of `fit`. A network that was not trained yet predicts with its starting weights.

        Raises
        ------
        ShapeError, DataError
            Rows that do not fit the network, or are not finite numbers.
        """
        again = scoring.predict_again(self, X)
        return scoring.predict_rows(self, X) if again is None else again

    def evaluate(
        self, X: Any, y: Any, metrics: Any = (), *, sample_weight: Any = None
    ) -> dict[str, float]:
        """Loss (penalties included) and metrics on these rows, in score mode.

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        metrics : sequence of functions
            (y, prediction) -> float.
        sample_weight : array, or dict of arrays, optional
            For the losses, as for `fit`.

        Returns
        -------
        dict of float
            {"loss": ..., "accuracy": ...}; of several outputs also "digit_loss", ...
        """
        return scoring.evaluate(
            self, X, y, scoring.check_metrics(metrics, self.loss), sample_weight
        )

    # ---------------------------------------------------------------- seeing inside

    def equations(self, form: Literal["text", "latex"] = "text") -> str:
        """Forward and backward pass of this very network, one line an op; dv is ∂L/∂v.

        Parameters
        ----------
        form : {"text", "latex"}
            Plain lines, or an aligned block for a paper.
        """
        if form not in ("text", "latex"):
            raise ParameterError(f"equations(form={form!r}): form must be 'text' or 'latex'.")
        return equations(self.programs.train, form)

    summary = _summary.summary
    activations = _gradients.activations
    loss_and_grad = _gradients.loss_and_grad
    gradients = _gradients.gradients
    influence = _gradients.influence
    check_gradients = _checking.check_gradients
    hvp = _checking.hvp
    sharpness = _checking.sharpness

    # ---------------------------------------------------------------- files

    def save(self, path: Any) -> None:
        """Write layers, loss and weights to one .safetensors file, never pickle.

        Parameters
        ----------
        path : path
            Used as it is; a file that was there is replaced at once, or stays whole.

        Raises
        ------
        FileError
            The folder is missing or cannot be written to.
        NotBuiltError
            There are no weights yet.
        """
        from .model.network_file import save

        save(self, path)

    @staticmethod
    def load(path: Any, known: Any = ()) -> Network:
        """Read a network back; runs no code of the file.

        Parameters
        ----------
        path : path
            What `save` or a Checkpoint wrote.
        known : sequence of classes and ops
            Your own layers, losses and ops that are in it.

        Raises
        ------
        FileError
            No such file, or one that is broken or not ours.
        """
        from .model.network_file import load

        loaded: Network = load(path, known)
        return loaded

    def __repr__(self) -> str:
        return f"Network({', '.join([*map(repr, self.layers), f'loss={self.loss!r}'])})"
