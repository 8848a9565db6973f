"""DeepBeliefAutoencoder: a stack of RBMs that is unfolded and fine-tuned as an autoencoder."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ...arrays import Array
from ...layers import Dense, Sigmoid
from ...losses import SigmoidCrossEntropy, SquaredError
from ...network import Network
from ..common import REALS, all_or_nothing
from ..fit_tasks import with_callbacks
from ..processes import in_processes
from .deep_belief import DeepBelief


class DeepBeliefAutoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, DeepBelief):
    """An autoencoder that starts from a stack of RBMs: pre-training, unfolding, fine-tuning.

    The network of 2k layers starts with the weights of k RBMs: W and b upward, Wᵀ and the visible
    biases downward. Then Adam minimizes the cross-entropy of its outputs (binary units) or their
    squared error (Gaussian units). `transform` returns the code in the middle.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Hidden units of each RBM, from the data upward, ≥ 1; the last is the length of the code.
    kind : {"binary", "gaussian"}
        The kind of the visible units of the lowest RBM.
    scale : bool
        True: for binary units each column is scaled from its least and largest value to 0 and 1,
        for Gaussian units to mean 0 and variance 1. False: X stays as it is, and binary units
        refuse numbers outside 0 to 1.
    learning_rate : float
        The learning rate of the RBMs, > 0; about 0.01 for Gaussian units.
    n_iter : int
        Epochs of each RBM, ≥ 0.
    learning_rate_init : float
        The learning rate of Adam in fine-tuning, > 0.
    max_iter : int
        Epochs of fine-tuning, ≥ 0.
    batch_size : int
        Rows of a step, ≥ 1.
    verbose : int
        > 0: one line for each epoch.
    random_state : int, RandomState or None
        The source of starting weights, samples and the order of rows.

    Attributes
    ----------
    stack_ : DeepBeliefNetwork
        The RBMs before fine-tuning.
    network_, encoder_, decoder_ : Network
        The whole network after fine-tuning, and its two halves.
    loss_curve_, n_iter_
        The loss of each epoch of fine-tuning, and their number.
    offset_, scale_ : arrays (n_features,)
        A scaled column is (x − offset) / scale.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError
        A parameter outside its range.
    TrainingError
        A loss that became NaN or infinite.

    References
    ----------
    Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313
    (2006).

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.estimators import DeepBeliefAutoencoder
    >>> X, _ = cr.datasets.digits()
    >>> model = DeepBeliefAutoencoder((40, 8), max_iter=20, random_state=0).fit(X[:500])
    >>> model.transform(X[:3]).shape, model.inverse_transform(model.transform(X[:3])).shape
    ((3, 8), (3, 64))
    """

    @in_processes
    @all_or_nothing
    @with_callbacks
    def fit(self, X: Any, y: Any = None, *, comm: Any = None) -> Self:
        """Train the RBMs, then the network that they are unfolded to.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        y : ignored
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
        """
        tasks = self._tasks(X, y)
        X = validate_data(self, self._dense(X), dtype=REALS)
        rows = self._pre_train(X, tasks)
        self._fine_tune(self.stack_.autoencoder(seed=self._seed), rows, rows, tasks)
        self._n_features_out = self._sizes[-1]
        tasks.ends()
        return self

    def _of(self, network: Network) -> dict[str, Any]:
        """Return the network and its two halves."""
        sizes, k, D = self._sizes, len(self._sizes), self.n_features_in_
        link = SigmoidCrossEntropy() if self.kind == "binary" else SquaredError()
        encoder = self._part(network, 0, sizes, D, SquaredError(), ends=True)
        decoder = self._part(network, k, (*sizes[-2::-1], D), sizes[-1], link, ends=False)
        return {"network_": network, "encoder_": encoder, "decoder_": decoder}

    @staticmethod
    def _part(
        whole: Network, begin: int, sizes: tuple[int, ...], inputs: int, loss: Any, ends: bool
    ) -> Network:
        """Return len(sizes) layers of the trained network from number `begin` as a network.

        The link of the loss replaces the last activation unless `ends` is True.
        """
        layers = [layer for n in sizes for layer in (Dense(int(n)), Sigmoid())]
        given = whole.parameters
        weights = {
            f"{name}{i}": np.array(given[f"{name}{begin + i}"])
            for i in range(1, len(sizes) + 1)
            for name in ("W", "b")
        }
        dtype: Any = whole.dtype.name
        return Network(
            *(layers if ends else layers[:-1]),
            loss=loss,
            inputs=(int(inputs),),
            dtype=dtype,
            initial_weights=weights,
        )

    def transform(self, X: Any) -> Array:
        """Return the code of each row, (N, hidden_layer_sizes[-1]), between 0 and 1.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        """
        rows = self._rows(X)
        found: Array = self.encoder_.predict(rows)
        return found

    def inverse_transform(self, X: Any) -> Array:
        """Return the rows (N, n_features) of these codes, in the units of the data.

        Parameters
        ----------
        X : array (N, hidden_layer_sizes[-1])
            Codes.
        """
        check_is_fitted(self)
        rows: Array = self.decoder_.predict(X) * self.scale_ + self.offset_
        return rows

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of −(x − x')² over all numbers of the scaled rows; 0 is the best score.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        y : ignored
        """
        rows = self._rows(X, least=1)
        return -float(((rows - self.network_.predict(rows)) ** 2).mean())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
