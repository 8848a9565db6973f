"""ConvRegressor: a convolutional network that predicts numbers from images."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.utils._param_validation import StrOptions

from ...layers.base import Layer
from ...losses.base import Loss
from .images import OfImages
from .regression import Regression


class ConvRegressor(OfImages, Regression):
    """A regressor for images: a small convolutional network, or layers of your own.

    Everything else is as in NetworkRegressor.

    Parameters
    ----------
    layers : Layer or sequence of Layer, optional
        The layers before the output layer. None: convolutions of 3 × 3 (32, 64, then 128 filters),
        each followed by a pooling of 2 × 2, at least two and until no side is longer than 7; then a
        dense layer of 64 units. All of them have ReLU.
    output : Layer, optional
        The output layer; None: Dense(n_outputs), one unit for each target.
    loss : Loss, optional
        None: SquaredError(). `predict` applies its link: exp for Poisson().
    scale_target : bool or "auto"
        True: train on (y − mean) / std of each target; the scale then goes into the last layer, so
        `predict` and network_ give numbers in the unit of y. Losses in loss_curve_ and history_ are
        of the scaled targets. "auto": do so if a standard deviation is not between 0.1 and 10, or a
        mean is more than 3 of them, and loss and layers allow it: a last layer Dense(...), a loss
        that is SquaredError, AbsoluteError or Quantile, no initial_weights.
    quantiles : sequence of float, optional
        Rising numbers between 0 and 1, such as (0.05, 0.5, 0.95): `predict` returns these quantiles
        of one target, (N, n_quantiles). Each has an output layer and the loss Quantile. They are
        sorted in each row, so they never cross.
    optimizer : Optimizer, or (clips ..., optimizer, constraints ...), optional
        As in `Network.fit`; None: Adam(). With an average (EMA, SWA) network_ has the averaged
        weights, with running statistics of BatchNorm that fit them; a warm start and `partial_fit`
        go on from the weights that were averaged.
    epochs : int
        Passes over the rows, ≥ 1.
    batch_size : int, optional
        Rows of a step, ≥ 1; None: all rows.
    augment : function, or sequence of them, optional
        Changes of the rows in each epoch; for images chainrule.augmentation.Affine(shift=1,
        rotate=10) and the like.
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
        Starting weights by symbol ("W1") or path ("dense1/W").
    image_shape : (H, W) or (H, W, C), optional
        The shape of each row of X as an image, (C, H, W) with channels="first". None: X holds
        images (N, H, W) or (N, H, W, C). Rows of numbers become square images, and a warning says
        so: 784 numbers 28 × 28 pixels, 3072 numbers 32 × 32 pixels with 3 channels. Other rows are
        images of height 1.
    channels : {"first", "last"}, optional
        Where the channels are: "first" takes images (N, C, H, W), and rows of numbers color by
        color. None: last; images such as (N, 3, 32, 32), which look like channels first, are
        refused.
    dtype : {"float32", "float64"}, optional
        None: float64 where X is, else float32.
    random_state : int, RandomState or None
        The source of starting weights, the order of rows, dropout and validation rows.
    verbose : bool or int
        True: each epoch prints a line.

    Attributes
    ----------
    network_ : Network
        The chainrule Network with all its methods: equations(), summary(), activations(X),
        save(path).
    target_scale_ : TargetScale or None
        The mean and std of the targets; None if they were learned as they are.
    loss_curve_ : list of float
        The loss of every epoch so far (mean over batches, each before its update).
    history_ : History
        The history of the last call with the validation loss; n_iter_ is its number of epochs.
    callbacks_ : list
        The callbacks of the last call.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn; for images the number of their pixels and channels.

    Raises
    ------
    ParameterError
        A parameter outside its range, or layers whose outputs are not one for each target.
    DataError
        A number of targets that differs from the first fit.
    ShapeError
        Rows that the layers cannot take.
    TrainingError
        A loss that became NaN or infinite.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition",
    Proc. IEEE 86 (1998).

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.estimators import ConvRegressor
    >>> bright = np.linspace(0, 1, 64)
    >>> images = bright[:, None, None] * np.ones((64, 6, 6))
    >>> bool(ConvRegressor(random_state=0).fit(images, bright).score(images, bright) > 0.8)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Regression._parameter_constraints,
        "channels": [StrOptions({"first", "last"}), None],
    }

    def __init__(
        self,
        layers: Any = None,
        *,
        output: Layer | None = None,
        loss: Loss | None = None,
        scale_target: bool | str = "auto",
        quantiles: Any = None,
        optimizer: Any = None,
        epochs: int = 30,
        batch_size: int | None = 32,
        augment: Any = None,
        validation_fraction: float = 0.0,
        early_stopping: bool = False,
        n_iter_no_change: int = 10,
        tol: float = 0.0,
        callbacks: Any = (),
        warm_start: bool = False,
        initial_weights: dict[str, Any] | None = None,
        image_shape: tuple[int, ...] | None = None,
        channels: str | None = None,
        dtype: str | None = None,
        random_state: Any = None,
        verbose: bool | int = False,
    ) -> None:
        self.layers = layers
        self.output = output
        self.loss = loss
        self.scale_target = scale_target
        self.quantiles = quantiles
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.augment = augment
        self.validation_fraction = validation_fraction
        self.early_stopping = early_stopping
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.initial_weights = initial_weights
        self.image_shape = image_shape
        self.channels = channels
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose
