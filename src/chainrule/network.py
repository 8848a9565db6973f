"""Network: the face that users meet first. Each method has its documentation and one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

from .arrays import Array
from .data.checks import warn_user
from .distributed.processes import telling
from .engines.second_opinions import GradientReport, Method, Whose
from .errors import ParameterError
from .foreign import NOT_SET, OF_NETWORKS, SUFFIXES, known_keywords, missing_attribute, needs_rows
from .graph.equations import equations
from .graph.program import Shape
from .graph.tape import Node
from .inspect import checking, gradients, summary
from .inspect.profile import Profile, profile
from .layers.base import Layer
from .losses.base import Loss
from .model import (
    calibration,
    checks,
    fitting,
    learning_rates,
    network_file,
    scoring,
    standardization,
    weights,
)
from .model.learning_rates import LearningRates
from .model.model import Model
from .model.samples import predict_samples
from .model.weights import Transfer
from .plots import svg
from .plots.mathml import as_mathml, written
from .recording.diagnose import Diagnosis
from .recording.record import BUDGET, Record, recorded
from .recording.recording import Recording
from .recording.short_run import diagnosed
from .training.fit_options import FitOptions
from .training.history import History

if TYPE_CHECKING:
    from .plots.svg import Drawing
    from .training.run import Run


NO_BATCHES = {
    "batch_size": "Leave it out: rows are taken in pieces of a good size.",
    "verbose": "Leave it out: nothing is printed.",
}


class Network(Model):
    """Layers, a loss and one vector θ.

    Parameters
    ----------
    *layers : Layer
        The chain.
    loss : Loss, or dict of Loss
        What `fit` minimizes; it names the link that `predict` applies. Several outputs have one
        each, by the names in `Heads`: {"digit": SoftmaxCrossEntropy(), "size": (0.5,
        SquaredError())}; the number is the weight of the loss.
    inputs : tuple of int, or dict of tuples, optional
        The shape of one row; without it the first data decide.
    seed : int
        The seed of starting weights, order and dropout, 0 ≤ seed < 2³².
    dtype : {"float32", "float64"}
        The type of θ and of all values.
    engine : {"native", "reference"}, optional
        Which engine computes, C or NumPy. Without it the environment variable CHAINRULE_ENGINE
        decides, else the best engine there is.
    threads : int, optional
        The number of threads of the native engine, ≥ 1.
    initial_weights : dict, optional
        Arrays by symbol ("W1") or path ("dense1/W"); an unknown name or another shape is an error.

    Raises
    ------
    ParameterError
        A class instead of an instance, a missing loss, a setting outside its range.

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.xor()
    >>> net = cr.Network(
    ...     cr.Dense(8), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy(), seed=1
    ... )
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
        super().__init__(
            *layers,
            loss=loss,
            inputs=inputs,
            seed=seed,
            dtype=dtype,
            engine=engine,
            threads=threads,
            initial_weights=initial_weights,
        )

    if not TYPE_CHECKING:  # so that types of attributes are still checked

        def __getattr__(self, name: str) -> Any:
            """Say what to write for a name of another library. Python calls this for unknown names."""
            return missing_attribute(self, name, OF_NETWORKS)

        def __setattr__(self, name: str, value: Any) -> None:
            """Refuse what would have no effect; `__init__` sets layers and dtype once."""
            first = name in ("layers", "dtype") and name not in self.__dict__
            if name in NOT_SET and not first:
                raise ParameterError(
                    f"net.{name} = ...: a network would not follow it. {NOT_SET[name]}"
                )
            super().__setattr__(name, value)

    def __call__(self, *inputs: Any) -> NoReturn:
        """Refuse a call: other libraries compute by it, here `predict` does."""
        remedy = "Write net.predict(X)."
        if inputs and isinstance(inputs[0], Node):
            remedy = "Write Sequential(*net.layers) in a layer; take_weights copies the weights."
        raise TypeError(f"'Network' object is not callable. {remedy}")

    # ---- weights

    def build(self, X: Any, y: Any = None) -> Self:
        """Find the shapes for data like these, and what Standardize subtracts; train nothing.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows.
        y : array, optional
            Targets: a loss that takes labels and one-hot rows learns which.

        Returns
        -------
        Network
            Itself.
        """
        arrays = self.arrays_of(X)
        built = self.built_for_rows(arrays, checks.targets_of(self.loss, y))
        taken = standardization.statistics(self, built, standardization.in_chunks(arrays))
        self.adopt(built)
        for where, values in taken:
            self.theta[where] = values
        return self

    def reset(self) -> Self:
        """Go back to the starting weights; forget slots, steps and epochs."""
        self.restart()
        return self

    def take_weights(self, other: Model) -> Transfer:
        """Copy what has the same path and shape in another network: θ[p] ← θ'[p].

        Parameters
        ----------
        other : Network
            The network to copy from; it does not change. A head with a `name` of its own is never
            taken by chance.

        Returns
        -------
        Transfer
            Lists of paths: matched, missing (not in the other network, or of another shape there),
            left_over (in the other network, not taken).

        Raises
        ------
        ParameterError
            `other` is not a Network.
        NotBuiltError
            One of the two has no weights yet.

        Examples
        --------
        >>> import chainrule as cr
        >>> def make(head, units):
        ...     layers = cr.Dense(8), cr.Dense(units, name=head)
        ...     return cr.Network(*layers, loss=cr.SquaredError(), inputs=(4,))
        >>> make("size", 1).take_weights(make("digit", 10)).matched
        ['dense1/W', 'dense1/b']
        """
        if not isinstance(other, Model):
            remedy = "Read a file with Network.load(path)."
            raise ParameterError("take_weights", "a Network", repr(other), remedy)
        return weights.take(self.theta, self.programs.train, other.theta, other.programs.train)

    def freeze(self, *paths: str) -> Self:
        """Keep the parameters under these paths as they are until `thaw`.

        No optimizer moves them. Running statistics still follow the data.

        Parameters
        ----------
        *paths : str
            Paths of layers or parameters, as `summary` shows them: "dense1", "dense1/W".

        Returns
        -------
        Network
            Itself.

        Raises
        ------
        ParameterError
            A path under which there are no parameters.
        NotBuiltError
            The shapes are not known yet.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
        >>> sorted(net.freeze("dense1").frozen)
        ['dense1/W', 'dense1/b']
        """
        self.frozen |= weights.under_all(self.programs.train, paths)
        return self

    def thaw(self, *paths: str) -> Self:
        """Let optimizers move these parameters again; their slots start afresh.

        Parameters
        ----------
        *paths : str
            As for `freeze`.

        Returns
        -------
        Network
            Itself.

        Raises
        ------
        ParameterError, NotBuiltError
            As for `freeze`.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
        >>> sorted(net.freeze("dense1").thaw("dense1/b").frozen)
        ['dense1/W']
        """
        self.frozen -= weights.under_all(self.programs.train, paths)
        return self

    def scale_lr(self, rates: Mapping[str, float]) -> Self:
        """Give layers their own learning rates: factor · lr for everything under a path.

        The factor holds for every optimizer and schedule; files keep it.

        Parameters
        ----------
        rates : dict
            {path: factor ≥ 0}; 1 undoes it.

        Returns
        -------
        Network
            Itself.

        Raises
        ------
        ParameterError
            Not a dict, a path under which there are no parameters, a factor < 0.
        NotBuiltError
            The shapes are not known yet.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
        >>> net.scale_lr({"dense1": 0.1}).rates
        {'dense1': 0.1}
        """
        self.rates |= weights.check_rates(self.programs.train, rates)
        return self

    # ---- training

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
        comm: Any = None,
    ) -> History:
        """Train. A second call goes on where the first ended.

        `fit(epochs=5)` twice is `fit(epochs=10)`, bit for bit, unless a schedule lasts for one
        whole call, such as OneCycle(0.1).

        Parameters
        ----------
        X : array, sparse table, dict of them, or source
            Rows. A source gives (x, y) itself: an object with `len` and `rows(indices)`, one with
            `stream(epoch, start)`, an iterator of batches, or a dataset or loader as PyTorch has
            them. Rows of a sparse table become dense some at a time.
        y : array, or dict of arrays
            One target for each row; for several outputs a dict by name.
        optimizer : Optimizer, or (clips ..., optimizer)
            Default Adam(). An equal one goes on with its slots, also if its lr alone is another;
            any other change starts fresh.
        epochs : int
            How many more epochs to train, ≥ 0; 0 only finds the shapes. With resume= the number of
            epochs in all, counted from the start of the interrupted call.
        batch_size : int, optional
            Rows in one step, ≥ 1; None is the whole set.
        drop_last : bool
            True: leave out a last batch of fewer rows, which BatchNorm suffers from; each epoch
            leaves out other rows.
        sample_weight : array, or dict of arrays, optional
            One number ≥ 0 for each row. A dict has the weights for each output, by its name;
            outputs that are not named have weight 1.
        class_weight : dict or "balanced", optional
            {class: weight}, multiplied with sample_weight; for several outputs a dict of these by
            the output's name.
        validation_data : (X, y), (X, y, sample_weight) or source, optional
            Logged as val_loss and val_ + metric. A source is read once and kept in memory.
        validation_fraction : float
            0 ≤ fraction < 1 of the rows, drawn by the seed, stratified for class labels.
        metrics : sequence of functions
            (y, prediction) -> float, such as cr.metrics.accuracy; for several outputs
            {"digit": accuracy}.
        callbacks : sequence
            Callbacks, and functions of the run that are called after each epoch.
        resume : path or True, optional
            A checkpoint to go on from; True: the Checkpoint's own file, if it exists.
        order : function, optional
            (epoch, n) -> row numbers.
        augment : function, or sequence of them, optional
            (rows, key, row ids) -> rows of the input x, such as cr.augmentation.Affine(rotate=10);
            each epoch gets new ones.
        verbose : int, optional
            0: silent; 1: plain lines; None: a progress bar on a terminal, nothing in a worker
            process of joblib, Dask or Ray, plain lines elsewhere.
        comm : communicator, optional
            `MPI.COMM_WORLD` of mpi4py: all its processes train this network together, each with a
            share of every batch, and get the bits of one process. Each calls `fit` with the same
            data and settings; the first one logs, writes, and calls the callbacks.

        Returns
        -------
        History
            One entry an epoch. After Ctrl-C its `stopped` is "interrupted".

        Raises
        ------
        DataError, ShapeError, ParameterError
            Data or settings that do not fit; the network is as it was.
        TrainingError
            The loss became NaN or infinite; the last weights that gave a finite loss stay.
        ProcessError
            With comm: the processes were given something else, or one of them failed.

        Warns
        -----
        UserWarning
            Inputs or targets far from unit scale, in the first fit; batches too small for
            BatchNorm.
        """
        with telling(comm):
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
                comm=comm,
            )
        return fitting.fit(self, X, y, options)

    def record(
        self,
        X: Any,
        y: Any = None,
        *,
        path: Any = None,
        budget: float | None = BUDGET,
        keep_data: bool = False,
        **options: Any,
    ) -> Recording:
        """Train as `fit` does, and return the run: each of its steps can be visited again.

        Parameters
        ----------
        X, y : arrays, or a source
            Rows and targets, as for `fit`.
        path : str or path, optional
            A file for the recording; see `Record`.
        budget : float, optional
            The most bytes that its snapshots may have together; None: no limit.
        keep_data : bool
            True: the file has the data, too.
        **options
            As for `fit`.

        Warns
        -----
        UserWarning
            Training failed; the recording has all steps before.

        Examples
        --------
        >>> import chainrule as cr
        >>> X, y = cr.datasets.xor()
        >>> net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
        >>> run = net.record(X, y, epochs=20, verbose=0)
        >>> moment = run.at(step=7)
        >>> moment.next().back().theta.tolist() == moment.theta.tolist()
        True
        """
        callbacks, record = (
            options.pop("callbacks", ()),
            Record(path, budget=budget, keep_data=keep_data),
        )
        comm = options.pop("comm", None)
        return recorded(
            lambda own: self.fit(X, y, callbacks=own, **options), callbacks, record, comm
        )

    def diagnose(self, X: Any, y: Any = None, **options: Any) -> Diagnosis:
        """Train a copy for a while, and return what is wrong, with advice that was tried.

        The network does not change. The copy starts with the network's weights; if these are
        trained already, with the starting weights.

        Each advice is tried: the same steps again with that one change. An advice that did not
        make the validation loss clearly better is not given. If neither validation_data nor
        validation_fraction is given, a fifth of the rows is held out.

        Parameters
        ----------
        X, y : arrays, or a source
            Rows and targets, as for `fit`.
        **options
            As for `fit`; epochs is 20 unless it is given.

        Returns
        -------
        Diagnosis
            .findings, the most harmful one first; empty for a healthy run. Each has .kind, .place,
            .text, .advice and .trial. Print it.

        Examples
        --------
        >>> import chainrule as cr, numpy as np
        >>> X = np.linspace([0, 0], [1000, 1], 100)[::-1] ** [1, 2]
        >>> net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
        >>> found = net.diagnose(X, np.sin(6 * X[:, 1]), optimizer=cr.Adam(0.01))
        >>> found[0].kind, found[0].advice
        ('inputs_not_scaled', 'Put Standardize() first in the network.')
        """
        return diagnosed(self, X, y, options)

    @needs_rows(
        "train() takes rows: net.train(X, y) yields the run after every step, net.fit(X, y) trains "
        "to the end. There is no mode to set: predict and evaluate never drop values out."
    )
    def train(self, X: Any, y: Any = None, **options: Any) -> Iterator[Run]:
        """Train as a generator; it yields the run after every step.

        The run has `run.state.theta`, `run.state.slots`, `run.epoch` and `run.step`.

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        **options
            As for `fit`.
        """
        return fitting.train(self, X, y, FitOptions(**{"verbose": 0, **options}))

    def find_learning_rate(
        self,
        X: Any,
        y: Any,
        *,
        optimizer: Any = None,
        batch_size: int | None = 32,
        lowest: float = 1e-6,
        highest: float = 100.0,
        steps: int = 100,
    ) -> LearningRates:
        """Train a copy with a rate that grows from step to step, until the loss explodes.

        Parameters
        ----------
        X, y : arrays
            Rows and targets, as for `fit`.
        optimizer : Optimizer
            One with lr; default Adam().
        batch_size : int, optional
            As for `fit`.
        lowest, highest : float
            The range of rates, 0 < lowest < highest.
        steps : int
            The number of rates to try, ≥ 10.

        Returns
        -------
        LearningRates
            The curve and a suggestion: where the smoothed loss falls fastest per factor of lr.

        Raises
        ------
        ParameterError
            An impossible range, or an optimizer without a learning rate.
        TrainingError
            The loss explodes at once, or rises at every rate, as that of a trained network may.

        References
        ----------
        Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3.

        Examples
        --------
        >>> import chainrule as cr
        >>> X, y = cr.datasets.moons()
        >>> net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
        >>> found = net.find_learning_rate(X, y)
        >>> 1e-6 < found.suggestion < 100
        True
        """
        sweep = learning_rates.Sweep(lowest, highest, steps)
        return learning_rates.find_learning_rate(self, X, y, optimizer, batch_size, sweep)

    def calibrate(self, X: Any) -> Self:
        """Set the statistics of BatchNorm and Standardize to the exact ones of these rows.

        Statistics are recomputed layer by layer, each from the recalibrated layers before it, some
        rows at a time.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows like those of `fit`. If they do not fit, nothing has changed.

        Returns
        -------
        Network
            Itself.

        Raises
        ------
        ShapeError, DataError
            Rows that do not fit the network, or are not finite numbers.
        """
        calibration.calibrate(self, X)
        return self

    # ---- copies

    def copy(self) -> Self:
        """Return another network with the same layers and weights.

        Training one does not change the other.
        """
        return self.twin(self.theta if self.is_built else None)

    def averaged(self) -> Self:
        """Return a copy with the averaged weights of the last fit; `self` keeps its own.

        The fit must have had an average: `fit(optimizer=(Adam(), EMA(0.999)))`, or SWA.
        """
        return self.twin(fitting.averaged(self))

    # ---- answers

    @known_keywords("predict", NO_BATCHES)
    def predict(self, X: Any, *, samples: int | None = None) -> Any:
        """Return the network's predictions, link applied: (N, ...); for several outputs a dict.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows (N, ...) like those of `fit`; a sparse table becomes dense some rows at a time. A
            network that was not trained yet predicts with its starting weights.
        samples : int, optional
            Keep dropout and noise on, as in training, and predict so many times, ≥ 1. Sample s is
            one thinned network, drawn by the seed, and sees all rows.

        Returns
        -------
        array, or dict of arrays
            With `samples` a Samples object, or a dict of them: `values` (samples, N, ...), `mean`,
            `std`, `quantile(q)`, `interval(0.9)`. Their spread says how unsure the network is
            about its prediction; the noise of the targets themselves is not in it.

        Raises
        ------
        ShapeError, DataError
            Rows that do not fit the network, or are not finite numbers.
        ParameterError
            `samples`, but no layer is random.

        Warns
        -----
        UserWarning
            A prediction is not finite, although its row is.

        References
        ----------
        With `samples`: Gal & Ghahramani, "Dropout as a Bayesian approximation", ICML 2016,
        section 3 and eq. 6.

        Examples
        --------
        >>> import chainrule as cr
        >>> layers = cr.Dense(20), cr.ReLU(), cr.Dropout(0.2), cr.Dense(1)
        >>> net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(2,))
        >>> drawn = net.predict([[0.0, 1.0], [1.0, 1.0]], samples=50)
        >>> drawn
        Samples(50 of predictions (2, 1))
        >>> low, high = drawn.interval(0.9)
        >>> bool((low < drawn.mean).all() and (drawn.mean < high).all())
        True
        """
        if samples is not None:
            return predict_samples(self, X, samples)
        again = scoring.predict_again(self, X)
        return scoring.predict_rows(self, X) if again is None else again

    @known_keywords("evaluate", NO_BATCHES)
    def evaluate(
        self, X: Any, y: Any, metrics: Any = (), *, sample_weight: Any = None
    ) -> dict[str, float]:
        """Return loss (penalties included) and metrics for these rows, in score mode.

        Parameters
        ----------
        X, y : arrays
            Rows and targets.
        metrics : sequence of functions
            (y, prediction) -> float.
        sample_weight : array, or dict of arrays, optional
            Weights of the rows in the losses, as for `fit`.

        Returns
        -------
        dict of float
            {"loss": ..., "accuracy": ...}; for several outputs also "digit_loss", ...

        Raises
        ------
        ShapeError, DataError, ParameterError
            Rows, targets, weights or metrics that do not fit.
        """
        return scoring.evaluate(self, X, y, metrics, sample_weight)

    # ---- seeing inside

    def equations(self, form: Literal["text", "latex", "mathml"] = "text") -> str:
        """Return the forward and backward pass of this very network, one line an op; dv is ∂L/∂v.

        Parameters
        ----------
        form : {"text", "latex", "mathml"}
            Plain lines, an aligned block for a paper, or formulas for a page of HTML.

        Returns
        -------
        str
            Lines to print. As the last line of a notebook's cell, "text" is shown as formulas.
        """
        if form not in ("text", "latex", "mathml"):
            raise ParameterError(
                f"equations(form={form!r}): form must be 'text', 'latex' or 'mathml'."
            )
        if form == "mathml":
            return as_mathml(equations(self.programs.train))
        return written(equations(self.programs.train, form), form)

    def summary(self) -> str:
        """Return a table of the layers, then the size of θ, memory, loss and engine.

        The table has output shape, receptive field (of images), parameters and multiply-adds.

        Returns
        -------
        str
            Some lines to print; a notebook shows a table. Multiply-adds are those of one row forward; memory is θ, and the
            values of one row.

        Raises
        ------
        NotBuiltError
            The shapes are not known yet: `fit` first, or make the network with inputs=.

        Examples
        --------
        >>> import chainrule as cr
        >>> layers = cr.Dense(3), cr.ReLU(), cr.Dense(1)
        >>> net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(2,))
        >>> print(net.summary().splitlines()[3])
        dense1  (N, 3)           9              6
        """
        return summary.summary(self)

    def profile(self, X: Any, y: Any, *, batch_size: int = 32, repeats: int = 5) -> Profile:
        """Measure time and memory of one training step, layer by layer.

        The network's own engine is measured: each layer on one thread, the whole step on as many
        as `fit` takes. No weight changes.

        Parameters
        ----------
        X : array, dict of arrays
            Rows; the first `batch_size` of them are used.
        y : array, or dict of arrays
            Targets.
        batch_size : int
            Rows in the step, ≥ 1.
        repeats : int
            The least time of this number of steps counts, ≥ 1.

        Returns
        -------
        Profile
            `print` shows a table, a notebook too; `layers` has the numbers, in seconds and bytes.

        Raises
        ------
        DataError, ShapeError, ParameterError
            Data that do not fit, or a number outside its range.

        Examples
        --------
        >>> import chainrule as cr, numpy as np
        >>> net = cr.Network(cr.Dense(8), cr.ReLU(), cr.Dense(1), loss=cr.SquaredError())
        >>> found = net.profile(np.ones((64, 3)), np.ones((64, 1)))
        >>> [layer.layer for layer in found.layers]
        ['dense1', 'relu1', 'dense2', 'loss']
        >>> found.layers[0].parameters
        128
        """
        return profile(self, X, y, batch_size=batch_size, repeats=repeats)

    def draw(self, *, most: int = 8) -> Drawing:
        """Draw the network as SVG: layers, shapes, parameters, branches, inputs and outputs.

        A chain of dense layers is drawn with its units and weights, any other network as boxes.

        Parameters
        ----------
        most : int
            How many units of a layer are shown, ≥ 2; a wider one shows its first and last units.

        Returns
        -------
        Drawing
            A str that a notebook shows as a picture; `.save("net.svg")` writes it. A network whose
            shapes are not known yet is drawn without them.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
        >>> net.build([[0.0, 1.0]], [[1.0]]).draw()[:4]
        '<svg'
        """
        return svg.network(self, most=most)

    def activations(self, X: Any) -> dict[str, Array]:
        """Return every value of the predict Program by its symbol, also those before the link.

        Parameters
        ----------
        X : array, or dict of arrays
            Rows like those of `fit`; the network may be untrained.

        Returns
        -------
        dict of arrays
            {"x": ..., "z1": ..., "a1": ..., ...}, one row an example, in the network's dtype.

        Raises
        ------
        ShapeError, DataError
            Rows that do not fit the network, or are not finite numbers.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
        >>> {name: a.shape for name, a in net.activations([[0.0, 1.0], [1.0, 1.0]]).items()}
        {'x': (2, 2), 'z1': (2, 3), 'a1': (2, 3), 'z2': (2, 1)}
        """
        return gradients.activations(self, X)

    def loss_and_grad(
        self, X: Any, y: Any, *, sample_weight: Any = None
    ) -> tuple[float, dict[str, Array]]:
        """Return L = Σₙ cₙ ℓₙ + Σ λ Ω(W) and the gradient ∂L/∂θ of every parameter.

        This is score mode (no dropout), and nothing is updated.

        Parameters
        ----------
        X, y : arrays
            Rows and targets, as for `fit`.
        sample_weight : array, or dict of arrays by output, optional
            (N,), one number ≥ 0 for each row.

        Returns
        -------
        float, dict of arrays
            L, and {"W1": dW1, "b1": db1, ...}, each of its parameter's shape.

        Raises
        ------
        ShapeError, DataError
            Data that do not fit the network.

        Examples
        --------
        >>> import chainrule as cr
        >>> start = {"W1": [[2.0]], "b1": [0.0]}
        >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), initial_weights=start)
        >>> L, g = net.loss_and_grad([[1.0], [3.0]], [1.0, 3.0])  # errors of 1 and 3
        >>> L, g["W1"].tolist(), g["b1"].tolist()
        (5.0, [[10.0]], [4.0])
        """
        return gradients.loss_and_grad(self, X, y, sample_weight)

    def gradients(self, X: Any, y: Any) -> dict[str, Array]:
        """Return dv = ∂L/∂v for every value between the parameters and L, in score mode.

        Nothing is updated.

        Parameters
        ----------
        X, y : arrays
            Rows and targets, as for `fit`.

        Returns
        -------
        dict of arrays
            {"dz1": deltas, one row an example, "dW1": of the shape of W1, ...}. The mean over rows
            is in them: c = 1/N.

        Raises
        ------
        ShapeError, DataError
            Data that do not fit the network.

        Examples
        --------
        >>> import chainrule as cr
        >>> start = {"W1": [[2.0]], "b1": [0.0]}
        >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), initial_weights=start)
        >>> d = net.gradients([[1.0], [3.0]], [1.0, 3.0])
        >>> d["dz1"].tolist(), d["dW1"].tolist()  # dz = 2 c (z − y), dW = xᵀ dz
        ([[1.0], [3.0]], [[10.0]])
        """
        return gradients.gradients(self, X, y)

    def influence(self, name: str, X: Any, y: Any) -> Array:
        """Return what each example contributes to the gradient of one parameter.

        dW is the sum of these contributions over the rows, and the gradient of the penalties.

        Parameters
        ----------
        name : str
            A parameter's symbol or path: "W1", "dense1/W".
        X, y : arrays
            Rows and targets, as for `fit`.

        Returns
        -------
        array
            (N, *shape of the parameter).

        Raises
        ------
        ParameterError
            A name that no parameter has.
        ShapeError, DataError
            Data that do not fit the network.

        Examples
        --------
        >>> import chainrule as cr
        >>> start = {"W1": [[2.0]], "b1": [0.0]}
        >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), initial_weights=start)
        >>> net.influence("W1", [[1.0], [3.0]], [1.0, 3.0]).ravel().tolist()  # 1 and 9 of dW1 = 10
        [1.0, 9.0]
        """
        return gradients.influence(self, name, X, y)

    def check_gradients(
        self, X: Any, y: Any, *, method: Method = None, engine: Whose = "reference"
    ) -> GradientReport:
        """Compare every gradient with a second opinion, in float64; the report names the worst.

        Parameters
        ----------
        X, y : arrays
            Rows and targets, as for `fit`; a few rows are enough.
        method : {"complex", "central"}, optional
            Im L(θ + i h eⱼ) / h, or (L(θ + h eⱼ) − L(θ − h eⱼ)) / 2h. Without it the complex step,
            unless an op is not analytic.
        engine : {"reference", "native"}
            The engine whose gradient is checked.

        Returns
        -------
        GradientReport
            `.passed`, `.worst` (relative to the largest |g|), `.where`; printed, it is a sentence.

        Raises
        ------
        ParameterError
            Another method or engine, or the complex step for C.
        ShapeError, DataError
            Data that do not fit the network.

        References
        ----------
        Squire & Trapp, "Using complex variables to estimate derivatives of real functions", SIAM
        Review 40, 1998, eq. 6.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
        >>> net.check_gradients(*cr.datasets.xor()).passed
        True
        """
        return checking.check_gradients(self, X, y, method, engine)

    def hvp(self, v: Any, X: Any = None, y: Any = None) -> Array:
        """Return H v = ∂²L/∂θ² v, the second derivative of L along v: Im g(θ + i h v) / h.

        Parameters
        ----------
        v : array
            A direction of the shape of `theta`.
        X, y : arrays, optional
            Rows and targets; without them those of the last `fit`.

        Returns
        -------
        array
            Of the shape of `theta`, 0 for state.

        Raises
        ------
        NotBuiltError
            Neither data nor an earlier `fit`.
        ParameterError
            An op that is not analytic.
        ShapeError
            v of another shape.

        References
        ----------
        Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994,
        section 2: the same product, computed in another way.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(1,))
        >>> # L = Σₙ (w x + b − y)² / N, so the column of w is 2 (x², x), mean over rows
        >>> net.hvp([1.0, 0.0], [[1.0], [3.0]], [0.0, 0.0]).tolist()
        [10.0, 4.0]
        """
        return checking.hvp(self, v, X, y)

    def sharpness(self, X: Any = None, y: Any = None) -> float:
        """Return the largest eigenvalue of H = ∂²L/∂θ².

        Gradient descent on L is stable while lr < 2 / sharpness.

        Parameters
        ----------
        X, y : arrays, optional
            Rows and targets; without them those of the last `fit`.

        Returns
        -------
        float
            In units of L; negative only where L curves down in every direction.

        Raises
        ------
        NotBuiltError
            Neither data nor an earlier `fit`.
        ParameterError
            An op that is not analytic.
        TrainingError
            The iteration does not settle.

        Examples
        --------
        >>> import chainrule as cr
        >>> net = cr.Network(cr.Dense(1, bias=False), loss=cr.SquaredError(), inputs=(1,))
        >>> round(net.sharpness([[1.0], [3.0]], [0.0, 0.0]), 9)  # 2 · mean of x²
        10.0
        """
        return checking.sharpness(self, X, y)

    # ---- files

    def save(self, path: Any) -> None:
        """Write layers, loss and weights to one .safetensors file, never pickle.

        Parameters
        ----------
        path : path
            Used as it is. A file that is there is replaced at once, or stays whole. A name that
            ends as another format does, such as .h5, gives a warning.

        Raises
        ------
        FileError
            The folder is missing or cannot be written to.
        NotBuiltError
            There are no weights yet.
        """
        network_file.save(self, path)
        if format_of := SUFFIXES.get(os.path.splitext(os.fspath(path))[1].lower()):
            warn_user(
                f"save({os.fspath(path)!r}): the file is a safetensors file, but its name says "
                f"{format_of}. Name it .safetensors; Network.load reads either name."
            )

    @classmethod
    def load(cls, path: Any, known: Any = ()) -> Self:
        """Read a network from a file; run no code of the file.

        Parameters
        ----------
        path : path
            A file of `save` or of a Checkpoint.
        known : sequence of classes and ops
            Your own layers, losses and ops that are in it.

        Returns
        -------
        Network
            It predicts what the saved network predicted, bit for bit.

        Raises
        ------
        FileError
            A file that is missing, broken, hostile or not chainrule's, or a class that is not in
            `known`.
        """
        return network_file.load(cls, path, known)
