"""RBM: the face of a restricted Boltzmann machine. The mathematics stands in rbm_units, the learning in rbm_estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ... import random
from ...arrays import Array
from ...engines.choice import check_engine
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...foreign import known_keywords
from ...model import checks as building
from ...training.history import History
from ...training.run_state import RunState
from . import chains as rbm_generation
from . import files as rbm_files
from . import fitting as rbm_fitting
from . import likelihood as rbm_likelihood
from . import rows as rbm_data
from .estimate import Sparsity
from .samplers import Sampler
from .units import Units, Weights, log_sum_exp

if TYPE_CHECKING:
    from ...training.run import Run

SPREAD = 0.01  # of the starting weights


class RBM:
    """A restricted Boltzmann machine: p(v, h) = e^−E(v, h) / Z, E(v, h) = E(v) − h·c − h W v.

    Binary visible units have E(v) = −b·v, Gaussian ones ½ |v − b|²; with `classes`, K one-of-K units stand behind the visible
    ones, with weights U and biases d of their own, and `predict` gives P(class | v).

    Parameters
    ----------
    hidden : int
        Hidden units, ≥ 1.
    visible : int, optional
        Visible units, ≥ 1; without it the first data decide.
    kind : {"binary", "gaussian"}
        Of the visible units. Binary ones take numbers from 0 to 1, Gaussian ones columns of mean 0 and variance 1.
    classes : int
        Classes that are learned beside the visible units, ≥ 2; 0: none.
    penalty : L1, L2 or ElasticNet, optional
        Of W (and U).
    sparsity : Sparsity, optional
        How seldom hidden units shall be on.
    seed : int
        Of starting weights, order and samples, 0 ≤ seed < 2³².
    dtype : {"float32", "float64"}
        Of θ.
    engine : {"native", "reference"}, optional
        Who computes the estimate, C or NumPy.
    initial_weights : dict, optional
        Arrays by name: "W", "b", "c", and "U", "d" with classes.

    Raises
    ------
    ParameterError
        A setting outside its range.

    References
    ----------
    Smolensky, "Information processing in dynamical systems: foundations of harmony theory", 1986. Hinton, "A practical guide to
    training restricted Boltzmann machines", 2010. Classes: Larochelle & Bengio, ICML 2008.

    Examples
    --------
    >>> import chainrule as cr
    >>> rbm = cr.RBM(2, seed=1)
    >>> history = rbm.fit([[0, 0], [1, 1]], optimizer=cr.SGD(lr=0.5), epochs=500, verbose=0)
    >>> rbm.reconstruct([[0, 0], [1, 1]]).round().tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """

    @known_keywords(
        "RBM",
        {"n_components": "Here it is called hidden.", "n_visible": "Here it is called visible."},
    )
    def __init__(
        self,
        hidden: int,
        *,
        visible: int | None = None,
        kind: Literal["binary", "gaussian"] = "binary",
        classes: int = 0,
        penalty: Any = None,
        sparsity: Sparsity | None = None,
        seed: int = 0,
        dtype: Literal["float32", "float64"] = "float32",
        engine: Literal["reference", "native"] | None = None,
        initial_weights: Mapping[str, Any] | None = None,
    ) -> None:
        rbm_data.check_settings(hidden, visible, kind, classes, penalty, sparsity)
        self.hidden, self.visible, self.kind, self.classes = hidden, visible, kind, classes
        self.penalty, self.sparsity = penalty, sparsity
        self.seed, self.dtype = building.check_seed(seed), building.check_dtype(dtype)
        self.engine = check_engine(engine)
        self._given_weights = dict(initial_weights or {})
        self._run_state: RunState | None = None
        self._sampler: Sampler | None = None
        if visible is not None:
            self._build(visible)

    # ---------------------------------------------------------------- shapes and parameters

    def build(self, X: Any) -> RBM:
        """Make the weights for rows like these; nothing is trained.

        Parameters
        ----------
        X : array (N, visible)
            Rows.
        """
        rbm_data.rows_of(self, X)
        return self

    def _build(self, visible: int) -> None:
        self.visible = visible
        theta = np.zeros(self.units.size, self.dtype)
        self._start(theta)
        self._run_state = RunState(theta, seed=self.seed)

    def _start(self, theta: Array) -> None:
        """W normal around 0, biases 0, then what was given."""
        w, path = self.units.split(theta), random.path_hash("rbm/W")
        theta[...] = 0
        w.W[...] = SPREAD * random.normal(
            (self.seed, 0), random.INIT, path, np.arange(self.hidden), self.units.width
        )
        rbm_data.put(rbm_data.views(self.units, theta), self._given_weights)

    @property
    def units(self) -> Units:
        """How many units of which kind."""
        if self.visible is None:
            raise NotBuiltError("this RBM has no shapes yet: fit first, or give visible=.")
        return Units(self.hidden, self.visible, self.kind, self.classes)

    @property
    def run_state(self) -> RunState:
        """Everything that the run so far is: θ, slots, persistent chains, steps, epochs."""
        if self._run_state is None:
            raise NotBuiltError("this RBM has no weights yet: fit first, or give visible=.")
        return self._run_state

    @property
    def theta(self) -> Array:
        """All parameters as one vector [W | b | c]; `rbm.theta[...] = v` sets them."""
        return self.run_state.theta

    @theta.setter
    def theta(self, values: Any) -> None:
        values = np.asarray(values)
        if values.shape != self.theta.shape:
            raise ShapeError(
                "theta",
                f"a vector of shape {self.theta.shape}",
                str(values.shape),
                "Keep its length.",
            )
        self.theta[...] = values

    @property
    def weights(self) -> Weights:
        """W (hidden, visible and classes), b, c: views into theta."""
        return self.units.split(self.theta)

    @property
    def parameters(self) -> dict[str, Array]:
        """Views into theta: W (hidden, visible), b (visible,), c (hidden,); with classes also U (hidden, K) and d (K,)."""
        return rbm_data.views(self.units, self.theta)

    def reset(self) -> RBM:
        """Back to the starting weights; slots, chains, steps and epochs are forgotten."""
        theta = self.theta
        self._start(theta)
        self._run_state, self._sampler = RunState(theta, seed=self.seed), None
        return self

    # ---------------------------------------------------------------- training

    @known_keywords("fit", {})
    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        sampler: Sampler | None = None,
        optimizer: Any = None,
        epochs: int = 1,
        batch_size: int | None = 32,
        sample_weight: Any = None,
        validation_data: Any = None,
        metrics: Any = (),
        callbacks: Any = (),
        resume: Any = None,
        order: Callable[[int, int], Any] | None = None,
        verbose: int | None = None,
    ) -> History:
        """Train. A second call goes on where the first ended, chains and slots included.

        Parameters
        ----------
        X : array (N, visible)
            Rows.
        y : array of int, optional
            With classes: the class of each row.
        sampler : CD, PCD or ParallelTempering, optional
            Where the negative phase comes from; default PCD(). An equal one goes on with its chains.
        optimizer : Optimizer, or (clips ..., optimizer)
            Default SGD(lr=0.1). An equal one goes on with its slots.
        epochs, batch_size
            As in `Network.fit`.
        sample_weight : array, optional
            One number ≥ 0 for each row.
        validation_data : array, or (X, y) with classes, optional
            Logs val_loss, and free_energy_gap: F of these rows − F of as many training rows. When it grows, the machine overfits.
        metrics : sequence of {"pseudo_likelihood", "log_likelihood", "free_energy", "accuracy"}
            Means over the rows, logged each epoch. log_likelihood is exact: small machines only; accuracy: with classes.
        callbacks, resume, order, verbose
            As in `Network.fit`.

        Returns
        -------
        History
            `loss` is the reconstruction error, |v − E[v | E[h | v]]|².

        Raises
        ------
        DataError, ShapeError, ParameterError
            Data or settings that do not fit, before anything is changed.
        TrainingError
            Binary units and numbers outside 0 to 1, with which the biases would run away; a run in which a weight or bias passed
            ±1000 (times the largest |x|, if that is > 1) or became NaN; the step before it is kept.
        """
        run = rbm_fitting.prepare(
            self,
            X,
            y,
            sampler=sampler,
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch_size,
            sample_weight=sample_weight,
            validation_data=validation_data,
            metrics=metrics,
            callbacks=callbacks,
            resume=resume,
            order=order,
            verbose=verbose,
        )
        return rbm_fitting.fit(run)

    def train(self, X: Any, y: Any = None, **options: Any) -> Iterator[Run]:
        """`fit` as a generator with its options: the run after every step."""
        return rbm_fitting.train(rbm_fitting.prepare(self, X, y, **{"verbose": 0, **options}))

    # ---------------------------------------------------------------- from one layer to the other

    def transform(self, X: Any, y: Any = None) -> Array:
        """E[h | v], (N, hidden): the features of these rows. With classes and without y, the mean over P(class | v)."""
        if self.classes and y is None:
            x, p = rbm_data.rows_of(self, X), self.predict(X)
            each = [
                self.units.hidden_mean(self.weights, rbm_data.with_class(x, k, self.units))
                for k in range(self.classes)
            ]
            return sum(p[:, k, None] * h for k, h in enumerate(each))  # type: ignore[return-value]
        return self.units.hidden_mean(self.weights, rbm_data.visible_of(self, X, y))

    def inverse_transform(self, H: Any) -> Array:
        """E[v | h], (N, visible), from hidden states or probabilities (N, hidden)."""
        h = rbm_data.matrix("H", H, self.hidden, self.dtype)
        return self.units.visible_mean(self.weights, h)[:, : self.units.visible]

    def reconstruct(self, X: Any, y: Any = None) -> Array:
        """E[v | E[h | v]]: down and up once, without randomness."""
        return self.inverse_transform(self.transform(X, y))

    def predict(self, X: Any) -> Array:
        """P(class | v), (N, K); exact. For machines with classes."""
        if not self.classes:
            raise ParameterError(
                "predict: this RBM has no classes. Write RBM(..., classes=K) and fit(X, y)."
            )
        return rbm_generation.class_probabilities(
            self.units, self.weights, rbm_data.rows_of(self, X)
        )

    # ---------------------------------------------------------------- energies and likelihood

    def energy(self, v: Any, h: Any, y: Any = None) -> Array:
        """E(v, h) of each row."""
        states = rbm_data.matrix("h", h, self.hidden, self.dtype)
        return self.units.energy(self.weights, rbm_data.visible_of(self, v, y), states)

    def free_energy(self, X: Any, y: Any = None) -> Array:
        """F(v) = −log Σₕ e^−E(v, h) of each row; −F is log p(v) + log Z. With classes and without y, summed over them."""
        if self.classes and y is None:
            x = rbm_data.rows_of(self, X)
            return -log_sum_exp(-rbm_generation.free_energies(self.units, self.weights, x))
        return self.units.free_energy(self.weights, rbm_data.visible_of(self, X, y))

    def free_energy_gap(self, X: Any, X_validation: Any) -> float:
        """mean F(validation) − mean F(training rows): near 0 before overfitting, growing with it. Needs no log Z."""
        return float(self.free_energy(X_validation).mean() - self.free_energy(X).mean())

    def pseudo_likelihood(self, X: Any) -> Array:
        """Σᵢ log p(vᵢ | all others) of each row, exact; binary units."""
        return rbm_likelihood.pseudo_likelihood(self.units, self.weights, rbm_data.rows_of(self, X))

    def log_z(self) -> float:
        """log Z, exact; for machines with a layer of at most 24 binary units."""
        return rbm_likelihood.log_z(self.units, self.weights)

    def ais(self, seed: int = 0, *, chains: int = 500, steps: int = 1000) -> rbm_likelihood.LogZ:
        """log Z of a machine of any size by annealed importance sampling.

        Parameters
        ----------
        seed : int
            Of the chains.
        chains : int
            Independent walks, ≥ 2.
        steps : int
            Temperatures on the way, ≥ 1.

        Returns
        -------
        LogZ
            .log_z, and its standard error .error.
        """
        return rbm_likelihood.ais(self.units, self.weights, seed=seed, chains=chains, steps=steps)

    def log_likelihood(self, X: Any, y: Any = None, *, log_z: float | None = None) -> Array:
        """log p(v) = −F(v) − log Z of each row, in nats.

        Parameters
        ----------
        X, y : arrays
            Rows.
        log_z : float, optional
            From `ais`, for machines that are too large for the exact one.
        """
        return -self.free_energy(X, y).astype(np.float64) - (
            self.log_z() if log_z is None else log_z
        )

    # ---------------------------------------------------------------- dreams

    def generate(
        self,
        n: int = 1,
        *,
        steps: int = 1000,
        start: Any = None,
        y: Any = None,
        seed: int = 0,
        every: int = 0,
    ) -> Array:
        """n chains of Gibbs sampling.

        Parameters
        ----------
        n : int
            Chains, ≥ 1.
        steps : int
            Rounds of each, ≥ 1.
        start : array (n, visible), optional
            Where they start; without it visible units follow their biases.
        y : int or array of int, optional
            With classes: the class that each chain is clamped to.
        seed : int
            Of all samples.
        every : int
            Return the samples of every so many rounds, (rounds, n, visible), a film of the chains; 0: see Returns.

        Returns
        -------
        array (n, visible)
            E[v | h] of the last round: smoother than the sample itself.
        """
        return rbm_data.dream(self, n, steps, start, y, seed, every)

    def inpaint(self, X: Any, known: Any, *, steps: int = 1000, seed: int = 0) -> Array:
        """Fill what is not known of these rows by clamped Gibbs sampling.

        Parameters
        ----------
        X : array (N, visible)
            Rows; what is not known may be anything finite.
        known : array of bool, (visible,) or (N, visible)
            Where X is to be believed.
        steps : int
            Rounds, ≥ 1.
        seed : int
            Of all samples.

        Returns
        -------
        array (N, visible)
            X where it is known, else E[v | h] of the last round.
        """
        return rbm_data.fill_in(self, X, known, steps, seed)

    # ---------------------------------------------------------------- files

    def save(self, path: Any) -> None:
        """Write settings and weights to one .safetensors file, never pickle."""
        rbm_files.save(self, path)

    @staticmethod
    def load(path: Any) -> RBM:
        """Read a machine back, from a file of `save` or a checkpoint; runs no code of the file."""
        return rbm_files.load(path)

    def file_contents(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """The arrays and the JSON of its file: what a checkpoint holds beside the run."""
        return rbm_files.contents(self)

    def fill(self, theta: Array, named: dict[str, Array]) -> None:
        """The arrays of a file into a vector like theta."""
        rbm_files.fill(self, theta, named)

    def run_conditions(self) -> dict[str, str]:
        """What must be the same when a run goes on."""
        return rbm_files.conditions(self)

    def __repr__(self) -> str:
        shown = {"visible": self.visible, "kind": self.kind, "classes": self.classes}
        plain = {"visible": None, "kind": "binary", "classes": 0}
        return (
            ", ".join(
                [f"RBM({self.hidden}", *(f"{k}={v!r}" for k, v in shown.items() if v != plain[k])]
            )
            + ")"
        )
