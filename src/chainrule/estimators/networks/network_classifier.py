"""NetworkClassifier: any chainrule network as a classifier."""

from __future__ import annotations

from typing import Any

from ...layers.base import Layer
from ...losses.base import Loss
from .classification import Classification
from .network_estimator import USUAL


class NetworkClassifier(Classification):
    """Any layers of chainrule as a classifier; the output layer and the loss follow the labels.

    For two classes p = σ(z), for K classes p = softmax(z), for several labels in each row p = σ(z)
    of each label. The loss is their cross-entropy.

    Parameters
    ----------
    layers : Layer or sequence of Layer
        The layers before the output layer; () is a linear model. If they already end with the
        output layer, such as Dense(K) or Dense(K), Softmax(), none is added.
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
        The shape of each row of X as an image. None: rows stay as they are, (N, D) or any other
        shape that the layers take.
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
    Goodfellow, Bengio & Courville, "Deep learning", MIT Press 2016, chapter 6.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.estimators import NetworkClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["even", "odd", "odd", "even"]
    >>> layers = cr.Dense(8), cr.Tanh()
    >>> model = NetworkClassifier(layers, optimizer=cr.Adam(lr=0.1), random_state=0).fit(X, y)
    >>> model.predict(X).tolist(), model.network_.layers
    (['even', 'odd', 'odd', 'even'], (Dense(8), Tanh(), Dense(1)))
    """

    def __init__(
        self,
        layers: Any = USUAL,
        *,
        output: Layer | None = None,
        loss: Loss | None = None,
        optimizer: Any = None,
        epochs: int = 100,
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
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose
