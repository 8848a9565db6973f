"""RBMs on top of each other: a deep belief network, and networks that start with its weights."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError
from ...layers import Dense, Sigmoid
from ...losses import SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from ...network import Network
from ...settings import is_whole
from ...training.history import History
from . import fitting, stack_files
from .rbm import RBM
from .rows import rows_of
from .units import Units


class DeepBeliefNetwork:
    """A stack of RBMs, trained greedily: each learns the E[h | v] of the RBM below.

    For fine-tuning by back-propagation, `classifier` and `autoencoder` return a network that starts
    with these weights.

    Parameters
    ----------
    *hidden : int
        The number of hidden units of each RBM, from the data upwards.
    kind : {"binary", "gaussian"}
        The kind of the visible units of the lowest RBM.
    seed : int
        The seed of the lowest RBM; the next one has seed + 1, and so on.
    dtype : {"float32", "float64"}
        The type of all weights.
    engine : {"native", "reference"}, optional
        As for RBM.

    Raises
    ------
    ParameterError
        A size below 1, or none.

    References
    ----------
    Hinton, Osindero & Teh, "A fast learning algorithm for deep belief nets", Neural Computation 18
    (2006), section 4. Autoencoders: Hinton & Salakhutdinov, Science 313 (2006).

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
                f"DeepBeliefNetwork{hidden!r}: expected the sizes of its hidden layers, "
                "whole numbers ≥ 1. Write (64, 32)."
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
            The options of `RBM.fit` without `resume`, the same for each RBM. Callbacks are called
            in each run. Validation rows are transformed from RBM to RBM as the rows are.

        Returns
        -------
        list of History
            One for each RBM.
        """
        self._check(X, options)
        held, histories = options.get("validation_data"), []
        for rbm in self.rbms:
            histories.append(rbm.fit(X, **options))
            if histories[-1].stopped == "interrupted":  # RBMs above keep their starting weights
                options |= {"epochs": 0}
            X = rbm.transform(X)
            if held is not None:
                held = options["validation_data"] = rbm.transform(held)
        return histories

    def _check(self, X: Any, options: dict[str, Any]) -> None:
        """Raise ParameterError for an option that an RBM further up would refuse."""
        if options.get("resume") not in (None, False) and len(self.rbms) > 1:
            raise ParameterError(
                "DeepBeliefNetwork.fit(resume=...): each RBM has a run of its own. "
                "Call stack.rbms[i].fit(..., resume=path)."
            )
        width = rows_of(self.rbms[0], X).shape[1]
        metrics = fitting.check_metrics(options.get("metrics", ()), self.rbms[0])
        for rbm in self.rbms:
            fitting.check_size(metrics, Units(rbm.hidden, width, rbm.kind, rbm.classes))
            width = rbm.hidden

    def transform(self, X: Any) -> Array:
        """Return the means of the top layer, (N, hidden)."""
        for rbm in self.rbms:
            X = rbm.transform(X)
        return X  # type: ignore[no-any-return]

    def inverse_transform(self, H: Any) -> Array:
        """Return E[v], (N, visible), from the top layer down."""
        for rbm in reversed(self.rbms):
            H = rbm.inverse_transform(H)
        return H  # type: ignore[no-any-return]

    def generate(self, n: int = 1, *, steps: int = 1000, seed: int = 0) -> Array:
        """Run Gibbs chains in the top RBM, then go down: return n dreams (n, visible).

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
        """Return a network of these layers and an output layer that starts with these weights.

        Parameters
        ----------
        classes : int
            The number of output units, ≥ 1.
        loss : Loss, optional
            Default SoftmaxCrossEntropy().
        seed : int
            The seed of the output layer's weights, and of training.
        """
        layers = [*self._upwards(), Dense(classes)]
        return self._network(layers, loss or SoftmaxCrossEntropy(), self._encoder(), seed)

    def autoencoder(self, *, loss: Any = None, seed: int = 0) -> Network:
        """Return a network up to the top layer and down again by the transposed weights.

        fit(X, X) fine-tunes it.

        Parameters
        ----------
        loss : Loss, optional
            Default SigmoidCrossEntropy() for binary visible units, SquaredError() for Gaussian.
        seed : int
            The seed of training.
        """
        downwards, weights, k = [], self._encoder(), len(self.rbms)
        for i, rbm in enumerate(reversed(self.rbms), start=k + 1):
            downwards += [Dense(rbm.units.visible), Sigmoid()]
            weights |= {f"dense{i}/W": rbm.parameters["W"], f"dense{i}/b": rbm.parameters["b"]}
        link = SigmoidCrossEntropy() if self.rbms[0].kind == "binary" else SquaredError()
        layers = [*self._upwards(), *downwards[:-1]]  # the loss has the last sigmoid
        return self._network(layers, loss or link, weights, seed)

    def save(self, path: Any) -> None:
        """Write settings and weights of all RBMs to one .safetensors file, never pickle.

        Parameters
        ----------
        path : str or path
            Used as given. An existing file is replaced in one step.
        """
        stack_files.save(self.rbms, path)

    @classmethod
    def load(cls, path: Any) -> DeepBeliefNetwork:
        """Read a stack; run no code of the file.

        Parameters
        ----------
        path : str or path
            A file of `save`.
        """
        rbms = stack_files.load(RBM, path)
        dtype: Any = rbms[0].dtype.name
        stack = cls(*[rbm.hidden for rbm in rbms], dtype=dtype)
        stack.rbms = rbms
        return stack

    def _upwards(self) -> list[Any]:
        """Return the layers up to the top."""
        return [layer for rbm in self.rbms for layer in (Dense(rbm.hidden), Sigmoid())]

    def _encoder(self) -> dict[str, Array]:
        """Return the weights of these layers by path; W of Dense is (inputs, units), so Wᵀ."""
        weights: dict[str, Array] = {}
        for i, rbm in enumerate(self.rbms, start=1):
            weights |= {f"dense{i}/W": rbm.parameters["W"].T, f"dense{i}/b": rbm.parameters["c"]}
        return weights

    def _network(
        self, layers: list[Any], loss: Any, weights: dict[str, Array], seed: int
    ) -> Network:
        """Return a network that starts with these weights."""
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
