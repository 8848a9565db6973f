"""ConvRegressor: a convolutional network that gives numbers for images."""

from __future__ import annotations

from typing import Any

from ...layers.base import Layer
from ...losses.base import Loss
from .images import OfImages
from .regression import Regression


class ConvRegressor(OfImages, Regression):
    """Images in, numbers out: a small convolutional network as a regressor of scikit-learn, or layers of your own.

    Targets far from 0 and 1 are learned slowly: scale them, such as by sklearn.compose.TransformedTargetRegressor. Everything else is as in NetworkRegressor.

    Parameters
    ----------
    layers : Layer or sequence of Layer, optional
        What stands before the output layer; None: convolutions of 3 × 3 (32, 64, then 128 filters), each followed by a pooling of
        2 × 2, at least two and until no side is longer than 7; then a dense layer of 64 units. All with ReLU.
    output : Layer, optional
        The output layer; None: Dense(n_outputs), one unit for each target.
    loss : Loss, optional
        None: SquaredError(). Its link is applied by predict: exp for Poisson().
    optimizer : Optimizer, or (clips ..., optimizer, constraints ...), optional
        As for `Network.fit`; None: Adam(). Behind an average (EMA, SWA) network_ has the averaged weights, with the running
        statistics of BatchNorm that go with them; a warm start and `partial_fit` go on from those that were averaged.
    epochs : int
        Passes over the rows, ≥ 1.
    batch_size : int, optional
        Rows of a step, ≥ 1; None: all of them.
    augment : function, or sequence of them, optional
        New rows in each epoch, such as chainrule.augmentation.Affine(shift=1, rotate=10), for images.
    validation_fraction : float
        Of the rows, from 0 to below 1, drawn by random_state: their loss is watched, they are not trained on.
    early_stopping : bool
        Whether `fit` ends after n_iter_no_change epochs without a better validation loss (training loss where no rows are held
        back), and the weights of the best epoch come back.
    n_iter_no_change : int
        Those epochs, ≥ 1.
    tol : float
        What counts as better, ≥ 0.
    callbacks : Callback or function, or sequence of them
        What `Network.fit` tells. Copies of them are told, and kept in callbacks_: this parameter stays as it is.
    warm_start : bool
        Whether `fit` trains the network that is there further; it keeps its layers.
    initial_weights : dict, optional
        Arrays by symbol ("W1") or path ("dense1/W") to start from.
    image_shape : (H, W) or (H, W, C), optional
        What each row of X is; None: X has images (N, H, W) or (N, H, W, C), and of rows of numbers each is an image of height 1.
    dtype : {"float32", "float64"}, optional
        None: float64 where X is, else float32.
    random_state : int, RandomState or None
        Of starting weights, the order of rows, dropout and validation rows.
    verbose : bool or int
        Whether each epoch prints a line.

    Attributes
    ----------
    network_ : Network
        The chainrule Network: equations(), summary(), activations(X), save(path), all is there.
    loss_curve_ : list of float
        The loss of every epoch so far (mean over batches, each before its update).
    history_ : History
        Of the last call, validation loss included; n_iter_ is the number of its epochs.
    callbacks_ : list
        The callbacks as they were told by the last call.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn; of images the number of their pixels and channels.

    Raises
    ------
    ParameterError
        A parameter outside its range, or layers that give other outputs than there are targets.
    DataError
        Another number of targets than in the first fit.
    ShapeError
        Rows that the layers cannot take.
    TrainingError
        A loss that became NaN or infinite.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998).

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.estimators import ConvRegressor
    >>> bright = np.linspace(0, 1, 64)
    >>> images = bright[:, None, None] * np.ones((64, 6, 6))
    >>> bool(ConvRegressor(random_state=0).fit(images, bright).score(images, bright) > 0.8)
    True
    """

    def __init__(
        self,
        layers: Any = None,
        *,
        output: Layer | None = None,
        loss: Loss | None = None,
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
        dtype: str | None = None,
        random_state: Any = None,
        verbose: bool | int = False,
    ) -> None:
        self.layers = layers
        self.output = output
        self.loss = loss
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
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose
