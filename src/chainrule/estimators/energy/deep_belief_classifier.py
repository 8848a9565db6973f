"""DeepBeliefClassifier: a stack of RBMs that is fine-tuned as a classifier."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import validate_data

from ...arrays import Array
from ..common import REALS, all_or_nothing
from ..fit_tasks import with_callbacks
from ..labels import Labels
from ..processes import in_processes
from .deep_belief import DeepBelief


class DeepBeliefClassifier(ClassifierMixin, DeepBelief):
    """A classifier that starts from a stack of RBMs: pre-training, an output layer, fine-tuning.

    Each RBM learns the E[h | v] of the one below it by CD-1 with momentum 0.5. Then Adam minimizes
    the cross-entropy of the network p = softmax(W … σ(W x + b) … + b) that starts with these
    weights.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Hidden units of each RBM, from the data upward, ≥ 1.
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
    classes_ : array (n_classes,)
        The labels.
    stack_ : DeepBeliefNetwork
        The RBMs before fine-tuning.
    network_ : Network
        The network after fine-tuning.
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
    DataError
        Labels of a single class.
    TrainingError
        A loss that became NaN or infinite.

    References
    ----------
    Hinton, Osindero & Teh, "A fast learning algorithm for deep belief nets", Neural Computation 18
    (2006).

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.estimators import DeepBeliefClassifier
    >>> X, y = cr.datasets.digits()
    >>> model = DeepBeliefClassifier((40, 20), max_iter=20, random_state=0)
    >>> model = model.fit(X[:500], y[:500])
    >>> bool(model.score(X[500:600], y[500:600]) > 0.8)
    True
    """

    @in_processes
    @all_or_nothing
    @with_callbacks
    def fit(self, X: Any, y: Any, *, comm: Any = None) -> Self:
        """Train the RBMs, then the network.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        y : array (N,)
            Labels, numbers or words.
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
        """
        tasks = self._tasks(X, y)
        X, y = validate_data(self, self._dense(X), y, dtype=REALS)
        labels = Labels(y)
        self.classes_ = labels.classes
        rows = self._pre_train(X, tasks)
        self._fine_tune(
            self.stack_.classifier(len(labels.classes), seed=self._seed),
            rows,
            labels.numbers(y),
            tasks,
        )
        tasks.ends()
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return P(class | x), (N, n_classes), in the order of `classes_`.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        """
        rows = self._rows(X)
        found: Array = self.network_.predict(rows)
        return found

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of `predict_proba`.

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        """
        with np.errstate(divide="ignore"):
            logarithms: Array = np.log(self.predict_proba(X))
        return logarithms

    def predict(self, X: Any) -> Array:
        """Return the most likely label of each row, (N,).

        Parameters
        ----------
        X : array (N, n_features)
            Rows.
        """
        best = self.predict_proba(X).argmax(axis=1)
        labels: Array = self.classes_[best]
        return labels
