"""RBMs on top of each other: a deep belief network, and networks that start with its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError
from ...layers import Dense, Sigmoid
from ...losses import SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from ...settings import is_whole
from . import stack_files as rbm_stack_files
from .rbm import RBM

if TYPE_CHECKING:
    from ...network import Network
    from ...training.history import History


class DeepBeliefNetwork:
    """A stack of RBMs, trained greedily: each one learns the E[h | v] of the one below.

    Fine-tuning is back-propagation of a network that starts with these weights: `classifier` and `autoencoder` make it.

    Parameters
    ----------
    *hidden : int
        Hidden units of each RBM, from the data upwards.
    kind : {"binary", "gaussian"}
        Of the visible units of the lowest.
    seed : int
        Of the lowest RBM, which has it; the next has seed + 1, and so on.
    dtype : {"float32", "float64"}
        Of all weights.
    engine : {"native", "reference"}, optional
        As for RBM.

    Raises
    ------
    ParameterError
        A size below 1, or none.

    References
    ----------
    Hinton, Osindero & Teh, "A fast learning algorithm for deep belief nets", Neural Computation 18 (2006), section 4. Autoencoders:
    Hinton & Salakhutdinov, Science 313 (2006).

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.digits()
    >>> stack = cr.energy.DeepBeliefNetwork(32, 16)
    >>> histories = stack.fit(X[:200] / 16, epochs=2, verbose=0)
    >>> net = stack.classifier(10)
    >>> net
    Network(Dense(32), Sigmoid(), Dense(16), Sigmoid(), Dense(10), loss=SoftmaxCrossEntropy())
    >>> history = net.fit(X[:200] / 16, y[:200], epochs=2, verbose=0)
    """

    def __init__(
        self,
        *hidden: int,
        kind: Literal["binary", "gaussian"] = "binary",
        seed: int = 0,
        dtype: Literal["float32", "float64"] = "float32",
        engine: Literal["reference", "native"] | None = None,
    ) -> None:
        if not hidden or not all(is_whole(n) and n >= 1 for n in hidden):
            raise ParameterError(
                f"DeepBeliefNetwork{hidden!r}: expected the sizes of its hidden layers, whole numbers ≥ 1. Write (64, 32)."
            )
        kinds: list[Any] = [kind] + ["binary"] * (len(hidden) - 1)
        self.rbms = [
            RBM(n, kind=k, seed=seed + i, dtype=dtype, engine=engine)
            for i, (n, k) in enumerate(zip(hidden, kinds, strict=True))
        ]

    def fit(self, X: Any, **options: Any) -> list[History]:
        """Train the RBMs one after another, from below.

        Parameters
        ----------
        X : array (N, visible)
            Rows.
        **options
            Of `RBM.fit`, the same for each; a callback is told of each run.
        """
        histories = []
        for rbm in self.rbms:
            histories.append(rbm.fit(X, **options))
            if histories[-1].stopped == "interrupted":  # those above get their starting weights
                options |= {"epochs": 0}
            X = rbm.transform(X)
        return histories

    def transform(self, X: Any) -> Array:
        """The means of the top layer, (N, hidden)."""
        for rbm in self.rbms:
            X = rbm.transform(X)
        return X  # type: ignore[no-any-return]

    def inverse_transform(self, H: Any) -> Array:
        """From the top layer down to E[v], (N, visible)."""
        for rbm in reversed(self.rbms):
            H = rbm.inverse_transform(H)
        return H  # type: ignore[no-any-return]

    def generate(self, n: int = 1, *, steps: int = 1000, seed: int = 0) -> Array:
        """A Gibbs chain in the top RBM, then down: n dreams (n, visible).

        Parameters
        ----------
        n, steps, seed : int
            As in `RBM.generate`.
        """
        *below, top = self.rbms
        H = top.generate(n, steps=steps, seed=seed)
        for rbm in reversed(below):
            H = rbm.inverse_transform(H)
        return H

    def classifier(self, classes: int, *, loss: Any = None, seed: int = 0) -> Network:
        """A network of these layers and an output layer of `classes` units, which starts with this stack's weights.

        Parameters
        ----------
        classes : int
            Output units, ≥ 1.
        loss : Loss, optional
            Default SoftmaxCrossEntropy().
        seed : int
            Of the output layer's weights, and of training.
        """
        return self._network(
            [*self._upwards(), Dense(classes)], loss or SoftmaxCrossEntropy(), self._encoder(), seed
        )

    def autoencoder(self, *, loss: Any = None, seed: int = 0) -> Network:
        """Up to the top layer and down again by the same weights, turned: fit(X, X) fine-tunes them.

        Parameters
        ----------
        loss : Loss, optional
            Default SigmoidCrossEntropy() for binary visible units, SquaredError() for Gaussian ones.
        seed : int
            Of training.
        """
        downwards, weights, k = [], self._encoder(), len(self.rbms)
        for i, rbm in enumerate(reversed(self.rbms), start=k + 1):
            downwards += [Dense(rbm.units.visible), Sigmoid()]
            weights |= {f"dense{i}/W": rbm.parameters["W"], f"dense{i}/b": rbm.parameters["b"]}
        link = SigmoidCrossEntropy() if self.rbms[0].kind == "binary" else SquaredError()
        return self._network(
            [*self._upwards(), *downwards[:-1]], loss or link, weights, seed
        )  # the loss brings its link

    def save(self, path: Any) -> None:
        """Write settings and weights of all RBMs to one .safetensors file, never pickle.

        Parameters
        ----------
        path : str or path
            Used as given. A file that is there is replaced in one step.
        """
        rbm_stack_files.save(self, path)

    @staticmethod
    def load(path: Any) -> DeepBeliefNetwork:
        """Read a stack back; runs no code of the file.

        Parameters
        ----------
        path : str or path
            A file of `save`.
        """
        return rbm_stack_files.load(path)

    def _upwards(self) -> list[Any]:
        return [layer for rbm in self.rbms for layer in (Dense(rbm.hidden), Sigmoid())]

    def _encoder(self) -> dict[str, Array]:
        """W of a dense layer is (inputs, units): the RBM's, turned."""
        weights: dict[str, Array] = {}
        for i, rbm in enumerate(self.rbms, start=1):
            weights |= {f"dense{i}/W": rbm.parameters["W"].T, f"dense{i}/b": rbm.parameters["c"]}
        return weights

    def _network(
        self, layers: list[Any], loss: Any, weights: dict[str, Array], seed: int
    ) -> Network:
        from ...network import Network

        lowest = self.rbms[0]
        if lowest.visible is None:
            raise NotBuiltError("this stack has no weights yet: fit first.")
        name: Any = np.dtype(lowest.dtype).name
        given = {path: np.array(a) for path, a in weights.items()}
        return Network(
            *layers,
            loss=loss,
            inputs=(lowest.visible,),
            seed=seed,
            dtype=name,
            initial_weights=given,
        )

    def __repr__(self) -> str:
        return f"DeepBeliefNetwork({', '.join(str(rbm.hidden) for rbm in self.rbms)})"
