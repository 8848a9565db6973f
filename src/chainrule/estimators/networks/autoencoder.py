"""Autoencoder: a network that reconstructs its rows from a code."""

from __future__ import annotations

from itertools import chain
from numbers import Real
from typing import Any, ClassVar, Self

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_array, check_is_fitted

from ...arrays import Array
from ...errors import ParameterError, ShapeError
from ...graph.program import Shape
from ...layers import Dense, GaussianNoise
from ...layers.base import Layer
from ...losses.base import Loss
from ...losses.squared_error import SquaredError
from ...network import Network
from ...settings import is_whole
from ..common import all_or_nothing
from ..fit_tasks import with_callbacks
from ..mlp.words import ACTIVATIONS
from ..processes import in_processes
from .network_estimator import NetworkEstimator


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetworkEstimator):
    """A network that learns to reconstruct its rows: x → h → … → code → … → h → x'.

    The code is short. The code and the output have no activation. So with a single hidden layer it
    is linear, and finds the space of the principal components. With noise it learns to remove
    noise. Scale the columns first.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of the layers from the rows to the code, ≥ 1; the last is the length of the code. The
        decoder has them in reverse order.
    activation : {"relu", "tanh", "logistic", "identity", "elu", "gelu", ...} or Layer
        The activation of the hidden layers except the code; the names are those of MLPClassifier.
    noise : float
        Standard deviation of the noise that is added to the rows in training, ≥ 0; the targets stay
        clean.
    loss : Loss, optional
        The loss of x' with x as its target. None: SquaredError(). For rows between 0 and 1 also
        SigmoidCrossEntropy().
    optimizer : Optimizer, or (clips ..., optimizer, constraints ...), optional
        As in `Network.fit`; None: Adam(). With an average (EMA, SWA) network_ has the averaged
        weights, with running statistics of BatchNorm that fit them; a warm start and `partial_fit`
        go on from the weights that were averaged.
    epochs : int
        Passes over the rows, ≥ 1.
    batch_size : int, optional
        Rows of a step, ≥ 1; None: all rows.
    validation_fraction : float
        The share of rows held out to watch their loss, from 0 to below 1. random_state draws them.
    early_stopping : bool
        True: `fit` ends after n_iter_no_change epochs without a better validation loss (training
        loss if no rows are held out), and the weights of the best epoch come back.
    n_iter_no_change : int
        Epochs without improvement before early stopping, ≥ 1.
    tol : float
        The smallest improvement that counts, ≥ 0.
    callbacks : Callback or function, or sequence of them
        As in `Network.fit`. `fit` uses copies and keeps them in callbacks_: the parameter stays as
        it is.
    warm_start : bool
        True: `fit` trains the existing network further, with its layers.
    initial_weights : dict, optional
        Starting weights by symbol ("W1") or path ("encoder1/W", "code/W", "decoder1/W", "rows/W").
    dtype : {"float32", "float64"}, optional
        None: float64 where X is, else float32.
    random_state : int, RandomState or None
        The source of starting weights, the order of rows and validation rows.
    verbose : bool or int
        True: each epoch prints a line.

    Attributes
    ----------
    network_, encoder_, decoder_ : Network
        The whole network, and copies of its two halves.
    loss_curve_ : list of float
        The loss of every epoch so far (mean over batches, each before its update).
    history_ : History
        The history of the last call with the validation loss; n_iter_ is its number of epochs.
    callbacks_ : list
        The callbacks of the last call.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError
        A parameter outside its range.
    ShapeError
        Codes of another length.
    TrainingError
        A loss that became NaN or infinite.

    References
    ----------
    Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313
    (2006). Linear ones: Bourlard & Kamp, "Auto-association by multilayer perceptrons and singular
    value decomposition", Biological Cybernetics 59 (1988). Noise: Vincent, Larochelle, Bengio &
    Manzagol, "Extracting and composing robust features with denoising autoencoders", ICML 2008.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.estimators import Autoencoder
    >>> X, _ = cr.datasets.digits()
    >>> model = Autoencoder((32, 8), epochs=10, random_state=0).fit(X / 16)
    >>> codes = model.transform(X[:3] / 16)
    >>> codes.shape, model.inverse_transform(codes).shape
    ((3, 8), (3, 64))
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **NetworkEstimator._parameter_constraints,
        "hidden_layer_sizes": ["array-like", int],
        "activation": [StrOptions(set(ACTIVATIONS)), Layer],
        "noise": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes: Any = (64, 16),
        *,
        activation: Any = "relu",
        noise: float = 0.0,
        loss: Loss | None = None,
        optimizer: Any = None,
        epochs: int = 100,
        batch_size: int | None = 32,
        validation_fraction: float = 0.0,
        early_stopping: bool = False,
        n_iter_no_change: int = 10,
        tol: float = 0.0,
        callbacks: Any = (),
        warm_start: bool = False,
        initial_weights: dict[str, Any] | None = None,
        dtype: str | None = None,
        random_state: Any = None,
        verbose: bool | int = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.noise = noise
        self.loss = loss
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.initial_weights = initial_weights
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    # ---------------------------------------------------------------- learning

    @in_processes
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        validation_data: Any = None,
        comm: Any = None,
    ) -> Self:
        """Train a new network; with warm_start train the existing one further.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        y : ignored
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        validation_data : array or sparse matrix (M, n_features), optional
            Your own validation rows. Their loss is in history_, and with early_stopping it decides;
            validation_fraction then holds no rows out. A pair (X_val, X_val) means the same.
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
        """
        return self._fit(X, sample_weight, validation_data, once=False)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, without validation and early stopping.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        y : ignored
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        """
        return self._fit(X, sample_weight, None, once=True)

    @all_or_nothing
    @with_callbacks
    def _fit(self, X: Any, sample_weight: Any, validation_data: Any, once: bool) -> Self:
        goes_on, tasks = self._goes_on(once), self._tasks(X, None, sample_weight, once)
        rows = self._rows(X, reset=not goes_on)
        if rows.ndim != 2:
            raise ShapeError(
                "Autoencoder: X",
                "rows of numbers (N, D)",
                f"{rows.shape}",
                "Write X.reshape(len(X), -1).",
            )
        weights = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, rows, ensure_non_negative=True)
        )
        held = None
        if validation_data is not None:
            pair = isinstance(validation_data, tuple)
            X_val = self._rows(validation_data[0] if pair else validation_data, like=rows.shape[1:])
            held = (X_val, X_val)
        loss = self._loss(SquaredError(), goes_on)
        self._train(rows, rows, weights, loss, rows.shape[1], tasks, held)
        return self

    def _of(self, network: Network) -> dict[str, Any]:
        """Return the network, its two halves, and the length of a code."""
        layers = network.layers
        middle = next(i for i, layer in enumerate(layers) if layer.name == "code")
        units: int = layers[middle].units  # type: ignore[attr-defined]
        encoder = self._half(network, layers[: middle + 1], network.inputs, SquaredError())
        decoder = self._half(network, layers[middle + 1 :], (units,), network.loss)
        return {
            "network_": network,
            "encoder_": encoder,
            "decoder_": decoder,
            "_n_features_out": units,
        }

    def _layers(self, shape: Shape, units: int) -> tuple[Layer, ...]:
        """Return named layers, so that the halves find their weights by path."""
        given = self.hidden_layer_sizes
        sizes = [given] if is_whole(given) else list(given)
        if not sizes or not all(is_whole(n) and n >= 1 for n in sizes):
            raise ParameterError(
                f"Autoencoder(hidden_layer_sizes={given!r}): hidden_layer_sizes must be whole "
                "numbers ≥ 1, one for each layer. The usual value is (64, 16)."
            )
        kind = (
            self.activation if isinstance(self.activation, Layer) else ACTIVATIONS[self.activation]
        )
        between: list[Layer] = [] if kind is None else [kind if isinstance(kind, Layer) else kind()]
        up = [[Dense(int(n), name=f"encoder{k}"), *between] for k, n in enumerate(sizes[:-1], 1)]
        down = [
            [Dense(int(n), name=f"decoder{k}"), *between] for k, n in enumerate(sizes[-2::-1], 1)
        ]
        code, back = Dense(int(sizes[-1]), name="code"), Dense(units, name="rows")
        noise = [GaussianNoise(float(self.noise))] if self.noise else []
        return tuple(chain(noise, *up, [code], *down, [back]))

    @staticmethod
    def _half(net: Network, layers: tuple[Layer, ...], inputs: Any, loss: Loss) -> Network:
        """Return these layers as a separate network, with a copy of their weights."""
        kept: dict[str, Any] = {
            "dtype": net.dtype.name,
            "engine": net.engine,
            "threads": net.threads,
        }
        half = Network(*layers, loss=loss, inputs=inputs, **kept)
        half.take_weights(net)
        return half

    # ---------------------------------------------------------------- using it

    def transform(self, X: Any) -> Array:
        """Return the code of each row, (N, hidden_layer_sizes[-1]).

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        """
        rows = self._rows(X)
        codes: Array = self.encoder_.predict(rows)
        return codes

    def inverse_transform(self, X: Any) -> Array:
        """Return the rows (N, n_features) of these codes, after the loss's link.

        Parameters
        ----------
        X : array (N, hidden_layer_sizes[-1])
            Codes.
        """
        check_is_fitted(self, "network_")
        codes = check_array(X, ensure_min_samples=0)
        if codes.shape[1] != self._n_features_out:
            wanted = f"codes of {self._n_features_out} numbers"
            raise ShapeError(
                "Autoencoder.inverse_transform(X)",
                wanted,
                f"{codes.shape[1]}",
                "Give the result of transform.",
            )
        rows: Array = self.decoder_.predict(codes)
        return rows

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of −(x − x')² over all numbers: 0 if every row comes back exactly.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        y : ignored
        """
        rows = self._rows(X, ensure_min_samples=1)
        return -float(((rows - self.network_.predict(rows)) ** 2).mean())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
