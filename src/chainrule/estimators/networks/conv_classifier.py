"""ConvClassifier: a convolutional network that classifies images."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.utils._param_validation import StrOptions

from ...layers.base import Layer
from ...losses.base import Loss
from .classification import Classification
from .images import OfImages


class ConvClassifier(OfImages, Classification):
    """A classifier of images: a small convolutional network, or layers of your own.

    Everything else is as in NetworkClassifier.

    Parameters
    ----------
    layers : Layer or sequence of Layer, optional
        The layers before the output layer. None: convolutions of 3 × 3 (32, 64, then 128 filters),
        each followed by a pooling of 2 × 2, at least two and until no side is longer than 7; then a
        dense layer of 64 units. All of them have ReLU.
    output : Layer, optional
        The output layer; None: Dense(K) for K classes, and Dense(1) for two classes unless the loss
        has a softmax.
    loss : Loss, optional
        None: SigmoidCrossEntropy() for two classes or several labels in each row, else
        SoftmaxCrossEntropy(). With a loss without a link, such as Hinge(), the targets are −1 and
        1, and decision_function replaces predict_proba.
    optimizer : Optimizer, or (clips ..., optimizer, constraints ...), optional
        As in `Network.fit`; None: Adam(). With an average (EMA, SWA) network_ has the averaged
        weights, with running statistics of BatchNorm that fit them; a warm start and `partial_fit`
        go on from the weights that were averaged.
    epochs : int
        Passes over the rows, ≥ 1.
    batch_size : int, optional
        Rows of a step, ≥ 1; None: all rows.
    class_weight : dict, list of dict or "balanced", optional
        {label: weight}, of several columns of y one for each; "balanced": N / (n_classes · rows of
        the class).
    augment : function, or sequence of them, optional
        Changes of the rows in each epoch; for images chainrule.augmentation.Affine(shift=1,
        rotate=10) and the like.
    validation_fraction : float
        The share of rows held out to watch their loss, from 0 to below 1. random_state draws them,
        from each class its share.
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
    classes_ : array (n_classes,), or list of arrays
        The labels; of several columns of y those of each.
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
        A parameter outside its range, or layers whose outputs are not one for each class.
    DataError
        Labels of a single class, or labels that the first fit did not know.
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
    >>> import chainrule as cr
    >>> from chainrule.estimators import ConvClassifier
    >>> X, y = cr.datasets.digits()
    >>> images = X.reshape(-1, 8, 8) / 16
    >>> model = ConvClassifier(epochs=10, dtype="float32", random_state=0)
    >>> model = model.fit(images[:500], y[:500])
    >>> bool(model.score(images[500:600], y[500:600]) > 0.8)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Classification._parameter_constraints,
        "channels": [StrOptions({"first", "last"}), None],
    }

    def __init__(
        self,
        layers: Any = None,
        *,
        output: Layer | None = None,
        loss: Loss | None = None,
        optimizer: Any = None,
        epochs: int = 30,
        batch_size: int | None = 32,
        class_weight: Any = None,
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
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.class_weight = class_weight
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
