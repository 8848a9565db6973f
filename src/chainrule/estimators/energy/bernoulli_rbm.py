"""BernoulliRBM: scikit-learn's class with its names, defaults, random stream and algorithm.

The native engine runs the steps in C.
"""

from __future__ import annotations

from contextlib import nullcontext
from hashlib import sha256
from numbers import Integral, Real
from time import perf_counter
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from scipy.special import expit
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted, validate_data

from ...arrays import Array
from ...distributed.agreement import check_equal
from ...distributed.processes import Processes, joined
from ...energy import native
from ...energy.rbm.estimate import LIMIT
from ...energy.rbm.sharing import Share, Sharing
from ...energy.rbm.units import Units
from ...engines.choice import check_engine, uses_native
from ...files.checksum import checksum
from ...training.together import START_ALIKE
from ...version import __version__
from ..common import REALS, SafeParams, all_or_nothing, warn
from ..fit_tasks import CallbackSupportMixin, FitTasks, with_callbacks
from ..processes import comm_of, common_stream, in_processes

AT_ONCE = 2**17  # uniform numbers that are drawn for one call of the kernel
ROUNDING = 1e-4  # how far outside 0 to 1 a scaled pixel may lie


class BernoulliRBM(
    SafeParams,
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    BaseEstimator,
):
    """A restricted Boltzmann machine with binary units: a drop-in replacement for scikit-learn's.

    It is trained by persistent contrastive divergence: h⁺ = σ(v⁺ Wᵀ + c); v⁻ ~ σ(h_chain W + b);
    h⁻ = σ(v⁻ Wᵀ + c); W += lr (h⁺ᵀ v⁺ − h⁻ᵀ v⁻) / rows, and b and c in the same way; h_chain ~ h⁻.
    Batches are contiguous and never shuffled. `cr.RBM` has more: other samplers, optimizers, log Z,
    generated rows.

    Parameters
    ----------
    n_components : int
        Hidden units, ≥ 1.
    learning_rate : float
        The learning rate, > 0; it is divided by the rows of a batch.
    batch_size : int
        Rows of a batch, and the number of chains, ≥ 1.
    n_iter : int
        Passes over the rows, ≥ 0.
    verbose : int
        > 0: one line for each pass, with the mean of `score_samples`.
    random_state : int, RandomState or None
        The source of starting weights and samples: NumPy's legacy stream, in scikit-learn's order.

    Attributes
    ----------
    components_ : array (n_components, n_features)
        W.
    intercept_hidden_, intercept_visible_ : arrays
        c and b.
    h_samples_ : array (batch_size, n_components)
        The chains.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    InvalidParameterError
        A parameter outside its range. The class is scikit-learn's, a ValueError.

    References
    ----------
    Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood
    gradient", ICML 2008.

    Examples
    --------
    >>> from chainrule.estimators import BernoulliRBM
    >>> rows = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    >>> BernoulliRBM(n_components=2, random_state=0).fit(rows)
    BernoulliRBM(n_components=2, random_state=0)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_iter": [Interval(Integral, 0, None, closed="left")],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components: int = 256,
        *,
        learning_rate: float = 0.1,
        batch_size: int = 10,
        n_iter: int = 10,
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.verbose = verbose
        self.random_state = random_state

    # ---------------------------------------------------------------- learning

    @in_processes
    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    @with_callbacks
    def fit(self, X: Any, y: Any = None, *, comm: Any = None) -> Self:
        """Train on the rows of X, from new weights.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Numbers from 0 to 1.
        y : ignored
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
        """
        X = validate_data(self, X, accept_sparse="csr", dtype=REALS)
        rng = common_stream(self)
        self._warn_of_range(X)
        self.components_ = rng.normal(0, 0.01, (self.n_components, X.shape[1])).astype(X.dtype)
        self._start(X.dtype)
        tasks = FitTasks(self, X, y, epochs=self.n_iter)
        with joined(comm_of(self)) as processes:
            self._check_agreement(X, processes)
            self._train(X, rng, tasks, processes)
            if processes is not None:
                processes.leave()
        tasks.ends()
        return self

    def _check_agreement(self, X: Any, processes: Processes | None) -> None:
        """Raise ProcessError unless all processes are about to make the same steps."""
        if processes is None:
            return
        parts = (X.data, X.indices, X.indptr) if issparse(X) else (X,)
        data = sha256()
        for part in parts:
            data.update(np.ascontiguousarray(part).data)
        shown = {k: v for k, v in self.get_params().items() if k not in ("verbose", "random_state")}
        facts = {
            "version of chainrule": __version__,
            "parameters": repr(shown),
            "data": f"{X.shape} {X.dtype} {data.hexdigest()}",
            "random_state, hence weights at the beginning": checksum([self.components_]),
        }
        check_equal(processes, facts, START_ALIKE)

    def _train(self, X: Any, rng: Any, tasks: FitTasks, processes: Processes | None) -> None:
        """Pass over the rows n_iter times."""
        starts = np.append(np.arange(0, X.shape[0], self.batch_size), X.shape[0])
        begin = perf_counter()
        for iteration in range(1, self.n_iter + 1):
            with nullcontext() if processes is None else processes.one_sided():
                tasks.epoch_begins()
            self._steps(X, starts, rng, processes)
            self._warn_of_weights()
            if self.verbose:
                end, score = perf_counter(), self.score_samples(X).mean()
                if processes is None or processes.is_first:
                    print(
                        f"[{type(self).__name__}] Iteration {iteration}, "
                        f"pseudo-likelihood = {score:.2f}, time = {end - begin:.2f}s"
                    )
                begin = end
            if self._epoch_ends(tasks, processes):
                break

    def _epoch_ends(self, tasks: FitTasks, processes: Processes | None) -> bool:
        """Tell the callbacks that an epoch ends. Return True if one of them wants fit to end."""
        if processes is None:
            return tasks.epoch_ends(self._fitted)
        weights = self.components_.ravel(), self.intercept_hidden_, self.intercept_visible_
        facts = {"weights after an epoch": checksum([np.concatenate(weights)])}
        check_equal(processes, facts, START_ALIKE)
        return processes.only_first(lambda: tasks.epoch_ends(self._fitted))

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Take one step on all rows of X.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Numbers from 0 to 1.
        y : ignored
        """
        first = not hasattr(self, "components_")
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=first)
        self._warn_of_range(X)
        if not hasattr(self, "random_state_"):
            self.random_state_ = check_random_state(self.random_state)
        if first:
            self.components_ = self.random_state_.normal(0, 0.01, (self.n_components, X.shape[1]))
            self._start(np.float64)
        self._fit(X, self.random_state_)
        self._warn_of_weights()
        return self

    def _fitted(self) -> dict[str, Any]:
        """Return copies of the fitted attributes at this moment."""
        return {
            name: getattr(self, name).copy()
            for name in ("components_", "intercept_hidden_", "intercept_visible_")
        }

    def _start(self, dtype: Any) -> None:
        """Set biases and chains to zero."""
        self._n_features_out = self.n_components
        self.intercept_hidden_ = np.zeros(self.n_components, dtype)
        self.intercept_visible_ = np.zeros(self.components_.shape[1], dtype)
        self.h_samples_ = np.zeros((self.batch_size, self.n_components), dtype)

    def _fit(self, v_pos: Any, rng: Any) -> None:
        """Take a step on one batch."""
        self._steps(v_pos, np.array([0, v_pos.shape[0]]), rng)

    def _steps(self, X: Any, starts: Array, rng: Any, processes: Processes | None = None) -> None:
        """Take a step on each batch; one call of the kernel does several."""
        dtype, in_c = self.components_.dtype, uses_native(check_engine(None))
        for name in ("components_", "intercept_visible_", "intercept_hidden_", "h_samples_"):
            # the user may have put other arrays in their place
            setattr(self, name, np.ascontiguousarray(getattr(self, name), dtype))
        chains, (hidden, visible) = len(self.h_samples_), self.components_.shape
        draws = chains * (visible + hidden)
        together = max(1, AT_ONCE // max(draws, self.batch_size * visible)) if in_c else 1
        units = Units(hidden, visible, "binary", 0)
        share = Share(processes, self.batch_size * together, chains, units, dtype)
        for i in range(0, len(starts) - 1, together):
            cuts = starts[i : i + together + 1]
            rows = X[cuts[0] : cuts[-1]]
            rows = np.ascontiguousarray(rows.toarray() if issparse(rows) else rows, dtype)
            draw = native.legacy_uniforms if in_c else type(rng).random_sample
            u, begins = draw(rng, (len(cuts) - 1, draws)), np.asarray(cuts - cuts[0], np.int64)
            if not in_c:
                self._in_python(rows, begins, u)
                continue
            if processes is None:
                self._in_c(rows, begins, u, None)
            else:
                self._in_c_together(rows, begins, u, share, processes)

    def _in_c_together(
        self, rows: Array, starts: Array, u: Array, share: Share, processes: Processes
    ) -> None:
        """Do the same as `_in_c` with other processes; if one is lost, the others do it again."""
        moved = self.components_, self.intercept_visible_, self.intercept_hidden_, self.h_samples_
        before = [a.copy() for a in moved]

        def undo() -> None:
            for array, values in zip(moved, before, strict=True):
                array[...] = values

        processes.together(lambda: self._in_c(rows, starts, u, share.now()), undo)

    def _in_c(self, rows: Array, starts: Array, u: Array, shared: Sharing) -> None:
        """Take a step on each batch in C; `shared`: how several processes share them."""
        sizes = np.diff(starts)
        rate = float(self.learning_rate) / sizes
        W, b, c = self.components_, self.intercept_visible_, self.intercept_hidden_
        native.rbm(
            W.dtype,
            W,
            b,
            c,
            W,
            b,
            c,
            self.h_samples_,
            rows,
            np.repeat(rate, sizes),
            -rate,
            starts,
            u,
            None,
            len(self.h_samples_),
            1,
            shared,
        )

    def _in_python(self, v_pos: Array, starts: Array, u: Array) -> None:
        """Take a step on one batch in NumPy: the definition of the kernel."""
        h_chain, (hidden, visible) = self.h_samples_, self.components_.shape
        u_v, u_h = np.split(u[0], [len(h_chain) * visible])
        h_pos = self._mean_hiddens(v_pos)
        mean = expit(h_chain @ self.components_ + self.intercept_visible_)
        v_neg = (u_v.reshape(-1, visible) < mean).astype(mean.dtype)
        h_neg = self._mean_hiddens(v_neg)
        lr = float(self.learning_rate) / len(v_pos)
        self.components_ += lr * (h_pos.T @ v_pos - h_neg.T @ v_neg)
        self.intercept_hidden_ += lr * (h_pos.sum(axis=0) - h_neg.sum(axis=0))
        self.intercept_visible_ += lr * (v_pos.sum(axis=0) - v_neg.sum(axis=0, dtype=np.float64))
        self.h_samples_ = (u_h.reshape(-1, hidden) < h_neg).astype(mean.dtype)

    # ---------------------------------------------------------------- using it

    def transform(self, X: Any) -> Array:
        """Return E[h | v], (N, n_components).

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        return self._mean_hiddens(
            validate_data(
                self, X, accept_sparse="csr", reset=False, dtype=REALS, ensure_min_samples=0
            )
        )

    def gibbs(self, v: Any) -> Array:
        """Sample one round v -> h -> v; return booleans (N, n_features).

        Parameters
        ----------
        v : array or sparse matrix (N, n_features)
            Rows to start from.
        """
        check_is_fitted(self)
        if not hasattr(self, "random_state_"):
            self.random_state_ = check_random_state(self.random_state)
        return self._sample_visibles(
            self._sample_hiddens(v, self.random_state_), self.random_state_
        )

    def score_samples(self, X: Any) -> Array:
        """Return D log σ(F(v with one bit flipped) − F(v)), an estimate of the pseudo-likelihood.

        The bit is drawn at random for each row.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows of 0 and 1.
        """
        check_is_fitted(self)
        v = validate_data(self, X, accept_sparse="csr", reset=False, ensure_min_samples=0)
        rows, features = v.shape
        bit = check_random_state(self.random_state).randint(0, features, rows)
        change = 1 - 2 * np.asarray(v[np.arange(rows), bit], np.float64).ravel()
        z = safe_sparse_dot(v, self.components_.T) + self.intercept_hidden_
        flipped = z + change[:, None] * self.components_[:, bit].T
        gain = change * self.intercept_visible_[bit] + (
            np.logaddexp(0, flipped) - np.logaddexp(0, z)
        ).sum(axis=1)
        scores: Array = -features * np.logaddexp(0, gain)
        return (
            scores
            if issparse(v)
            else scores.astype(np.result_type(v, self.components_), copy=False)
        )

    def _mean_hiddens(self, v: Any) -> Array:
        """Return σ(v Wᵀ + c)."""
        p = safe_sparse_dot(v, self.components_.T)
        p += self.intercept_hidden_
        return expit(p, out=p)  # type: ignore[no-any-return]

    def _sample_hiddens(self, v: Any, rng: Any) -> Array:
        p = self._mean_hiddens(v)
        return rng.uniform(size=p.shape) < p  # type: ignore[no-any-return]

    def _sample_visibles(self, h: Any, rng: Any) -> Array:
        p = expit(np.dot(h, self.components_) + self.intercept_visible_)
        return rng.uniform(size=p.shape) < p  # type: ignore[no-any-return]

    def _free_energy(self, v: Any) -> Array:
        """Return −v·b − Σⱼ softplus(c + W v)ⱼ."""
        z = safe_sparse_dot(v, self.components_.T) + self.intercept_hidden_
        visible: Array = safe_sparse_dot(v, self.intercept_visible_)
        energies: Array = -visible - np.logaddexp(0, z).sum(axis=1)
        return energies

    # ---------------------------------------------------------------- checks

    def _warn_of_range(self, X: Any) -> None:
        """Warn once of numbers outside 0 to 1, with which the biases grow without end."""
        numbers = X.data if issparse(X) else X
        low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 0.0)
        if (low < -ROUNDING or high > 1 + ROUNDING) and not getattr(self, "_warned", False):
            self._warned = True
            warn(
                f"BernoulliRBM: expected numbers from 0 to 1, got {low:g} to {high:g}. With binary "
                "units training runs away: biases grow at each step and the pseudo-likelihood "
                "falls without end. Divide pixels by 255, or use MinMaxScaler.",
                ConvergenceWarning,
            )

    def _warn_of_weights(self) -> None:
        """Warn of weights that have run away, unless a warning was given before."""
        largest = max(
            float(abs(a).max())
            for a in (self.components_, self.intercept_visible_, self.intercept_hidden_)
        )
        if not largest <= LIMIT and not getattr(self, "_warned", False):
            self._warned = True
            warn(
                f"BernoulliRBM: training runs away: a weight or bias is ±{largest:.3g}. Units with "
                "such weights are always on or off, so steps no longer depend on the rows. "
                f"Lower learning_rate={self.learning_rate:g}.",
                ConvergenceWarning,
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
