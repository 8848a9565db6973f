"""RBM: a restricted Boltzmann machine, as users call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...arrays import Array
from ...distributed.processes import telling
from ...errors import ParameterError
from ...foreign import known_keywords
from ...recording.record import BUDGET, Record, recorded
from ...recording.recording import Recording
from ...training.history import History
from . import chains, classes, files, fitting, likelihood
from .estimate import Sparsity
from .machine import Machine
from .rows import matrix, rows_of, visible_of
from .samplers import Sampler
from .units import log_sum_exp

if TYPE_CHECKING:
    from ...training.run import Run


class RBM(Machine):
    """A restricted Boltzmann machine: p(v, h) = e^−E(v, h) / Z, E(v, h) = E(v) − h·c − h W v.

    Binary visible units have E(v) = −b·v, Gaussian ones ½ |v − b|². With `classes`, K one-of-K
    units follow the visible units, with their own weights U and biases d, and `predict` returns
    P(class | v).

    Parameters
    ----------
    hidden : int
        The number of hidden units, ≥ 1.
    visible : int, optional
        The number of visible units, ≥ 1; without it the first data decide.
    kind : {"binary", "gaussian"}
        The kind of the visible units. Binary units take numbers from 0 to 1, Gaussian units take
        columns of mean 0 and variance 1.
    classes : int
        The number of classes to learn with the visible units, ≥ 2; 0: none.
    penalty : L1, L2 or ElasticNet, optional
        The penalty of W (and U).
    sparsity : Sparsity, optional
        How rarely hidden units should be on.
    seed : int
        The seed of starting weights, order and samples, 0 ≤ seed < 2³².
    dtype : {"float32", "float64"}
        The type of θ.
    engine : {"native", "reference"}, optional
        Which engine computes the estimate, C or NumPy.
    initial_weights : dict, optional
        Arrays by name: "W", "b", "c", and "U", "d" with classes.

    Raises
    ------
    ParameterError
        A setting outside its range.

    References
    ----------
    Smolensky, "Information processing in dynamical systems: foundations of harmony theory", 1986.
    Hinton, "A practical guide to training restricted Boltzmann machines", 2010. Classes: Larochelle
    & Bengio, ICML 2008.

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
        super().__init__(
            hidden,
            visible=visible,
            kind=kind,
            classes=classes,
            penalty=penalty,
            sparsity=sparsity,
            seed=seed,
            dtype=dtype,
            engine=engine,
            initial_weights=initial_weights,
        )

    def build(self, X: Any) -> RBM:
        """Make the weights for rows like these; nothing is trained.

        Parameters
        ----------
        X : array (N, visible)
            Rows.
        """
        self.adopt(self.built_for(rows_of(self, X).shape[1]))
        return self

    def reset(self) -> RBM:
        """Set θ to the starting weights; forget slots, chains, steps and epochs."""
        self.restart()
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
        comm: Any = None,
    ) -> History:
        """Train. A second call continues where the first ended, with its chains and slots.

        Parameters
        ----------
        X : array (N, visible)
            Rows.
        y : array of int, optional
            With classes: the class of each row.
        sampler : CD, PCD or ParallelTempering, optional
            Draws the samples of the negative phase; default PCD(). An equal one continues with its
            chains.
        optimizer : Optimizer, or (clips ..., optimizer)
            Default SGD(lr=0.1). An equal one continues with its slots.
        epochs, batch_size
            As in `Network.fit`.
        sample_weight : array, optional
            One number ≥ 0 for each row.
        validation_data : array, or (X, y) with classes, optional
            Logs val_loss, and free_energy_gap: F of these rows − F of as many training rows. If the
            gap grows, the machine overfits.
        metrics : sequence of {"pseudo_likelihood", "log_likelihood", "free_energy", "accuracy"}
            Means over the rows, logged each epoch. pseudo_likelihood: binary units without classes
            only; log_likelihood is exact: small machines only; accuracy: with classes.
        callbacks, resume, order, verbose
            As in `Network.fit`.
        comm : communicator, optional
            As in `Network.fit`: its processes train this machine together. In C (binary units with
            CD or PCD) each computes a share of the rows and chains; what NumPy computes, every
            process computes whole. θ has the bits of one process.

        Returns
        -------
        History
            `loss` is the reconstruction error, |v − E[v | E[h | v]]|².

        Raises
        ------
        DataError, ShapeError, ParameterError
            Data or settings that do not fit. Nothing has changed then.
        TrainingError
            Numbers outside 0 to 1 for binary units, with which the biases would run away; or a run
            in which a weight or bias passed ±1000 (times the largest |x|, if that is > 1) or became
            NaN. The weights before that step are kept.
        ProcessError
            With comm: the processes were given something else, or one of them failed.
        """
        with telling(comm):
            options = fitting.options_of(
                {
                    "optimizer": optimizer,
                    "epochs": epochs,
                    "batch_size": batch_size,
                    "sample_weight": sample_weight,
                    "validation_data": validation_data,
                    "metrics": metrics,
                    "callbacks": callbacks,
                    "resume": resume,
                    "order": order,
                    "verbose": verbose,
                    "comm": comm,
                }
            )
        return fitting.fit(self, X, y, options, sampler)

    def train(
        self, X: Any, y: Any = None, *, sampler: Sampler | None = None, **options: Any
    ) -> Iterator[Run]:
        """Train as a generator with the options of `fit`: yield the run after every step."""
        return fitting.train(self, X, y, fitting.options_of({"verbose": 0, **options}), sampler)

    def record(
        self,
        X: Any,
        y: Any = None,
        *,
        path: Any = None,
        budget: float | None = BUDGET,
        keep_data: bool = False,
        **options: Any,
    ) -> Recording:
        """Train as `fit` does, and return the run: each of its steps can be visited again.

        Parameters
        ----------
        X, y : arrays
            Rows, and their classes if the machine has classes.
        path : str or path, optional
            A file for the recording; see `chainrule.Record`.
        budget : float, optional
            The most bytes that its snapshots may have together; None: no limit.
        keep_data : bool
            True: the file has the data, too.
        **options
            As for `fit`.
        """
        callbacks, record = (
            options.pop("callbacks", ()),
            Record(path, budget=budget, keep_data=keep_data),
        )
        comm = options.pop("comm", None)
        return recorded(
            lambda own: self.fit(X, y, callbacks=own, **options), callbacks, record, comm
        )

    # ---------------------------------------------------------------- from one layer to the other

    def transform(self, X: Any, y: Any = None) -> Array:
        """Return E[h | v], (N, hidden), the features of these rows.

        With classes and without y it is the mean over P(class | v).
        """
        if self.classes and y is None:
            x = rows_of(self, X, least=0)
            built = self.built_for(x.shape[1])
            means = classes.hidden_mean(built.units, built.weights, x)
        else:
            built = self.built_for((v := visible_of(self, X, y, least=0)).shape[1] - self.classes)
            means = built.units.hidden_mean(built.weights, v)
        self.adopt(built)
        return means

    def inverse_transform(self, H: Any) -> Array:
        """Return E[v | h], (N, visible), from hidden states or probabilities (N, hidden)."""
        units, h = self.units, matrix("H", H, self.hidden, self.dtype, least=0)
        return units.visible_mean(self.weights, h)[:, : units.visible]

    def reconstruct(self, X: Any, y: Any = None) -> Array:
        """Return E[v | E[h | v]], the rows after one way up and down, without randomness."""
        return self.inverse_transform(self.transform(X, y))

    def predict(self, X: Any) -> Array:
        """Return P(class | v), (N, K), which is exact. For machines with classes."""
        if not self.classes:
            raise ParameterError(
                "predict: this RBM has no classes. Write RBM(..., classes=K) and fit(X, y)."
            )
        x = rows_of(self, X, least=0)
        self.adopt(self.built_for(x.shape[1]))
        return classes.class_probabilities(self.units, self.weights, x)

    # ---------------------------------------------------------------- energies and likelihood

    def energy(self, v: Any, h: Any, y: Any = None) -> Array:
        """Return E(v, h) of each row."""
        states = matrix("h", h, self.hidden, self.dtype, least=0)
        rows = visible_of(self, v, y, least=0)
        built = self.built_for(rows.shape[1] - self.classes)
        energies = built.units.energy(built.weights, rows, states)
        self.adopt(built)
        return energies

    def free_energy(self, X: Any, y: Any = None) -> Array:
        """Return F(v) = −log Σₕ e^−E(v, h) of each row; −F is log p(v) + log Z.

        With classes and without y, it is summed over the classes.
        """
        if self.classes and y is None:
            x = rows_of(self, X, least=0)
            self.adopt(self.built_for(x.shape[1]))
            return -log_sum_exp(-classes.free_energies(self.units, self.weights, x))
        rows = visible_of(self, X, y, least=0)
        self.adopt(self.built_for(rows.shape[1] - self.classes))
        return self.units.free_energy(self.weights, rows)

    def free_energy_gap(self, X: Any, X_validation: Any) -> float:
        """Return mean F(validation) − mean F(training rows), which needs no log Z.

        It is near 0 before overfitting and grows with it.
        """
        width = rows_of(self, X).shape[1]
        held = self.free_energy(matrix("X_validation", X_validation, width))
        return float(held.mean() - self.free_energy(X).mean())

    def pseudo_likelihood(self, X: Any) -> Array:
        """Return Σᵢ log p(vᵢ | all others) of each row, which is exact; binary units only."""
        x = rows_of(self, X, least=0)
        built = self.built_for(x.shape[1])
        found = likelihood.pseudo_likelihood(built.units, built.weights, x)
        self.adopt(built)
        return found

    def log_z(self) -> float:
        """Return log Z, which is exact; for machines with a layer of at most 24 binary units."""
        return likelihood.log_z(self.units, self.weights)

    def ais(self, seed: int = 0, *, chains: int = 500, steps: int = 1000) -> likelihood.LogZ:
        """Estimate log Z of a machine of any size by annealed importance sampling.

        Parameters
        ----------
        seed : int
            The seed of the chains.
        chains : int
            The number of independent chains, ≥ 2.
        steps : int
            The number of temperatures on the way, ≥ 1.

        Returns
        -------
        LogZ
            .log_z, and its standard error .error.
        """
        return likelihood.ais(self.units, self.weights, seed=seed, chains=chains, steps=steps)

    def log_likelihood(self, X: Any, y: Any = None, *, log_z: float | None = None) -> Array:
        """Return log p(v) = −F(v) − log Z of each row, in nats.

        Parameters
        ----------
        X, y : arrays
            Rows.
        log_z : float, optional
            From `ais`, for machines that are too large for the exact log Z.
        """
        if log_z is None and not self.is_built:
            built = self.built_for(rows_of(self, X, least=0).shape[1])
            log_z = likelihood.log_z(built.units, built.weights)
        F = self.free_energy(X, y).astype(np.float64)
        return -F - (self.log_z() if log_z is None else log_z)

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
        """Run n chains of Gibbs sampling.

        Parameters
        ----------
        n : int
            The number of chains, ≥ 1.
        steps : int
            The rounds of each chain, ≥ 1.
        start : array (n, visible), optional
            The rows at the start; without it visible units follow their biases.
        y : int or array of int, optional
            With classes: the class to which each chain is clamped.
        seed : int
            The seed of all samples.
        every : int
            Return the samples after each `every` rounds, (rounds, n, visible), as a film of the
            chains; 0: see Returns.

        Returns
        -------
        array (n, visible)
            E[v | h] of the last round, which is smoother than the sample itself.
        """
        return chains.dream(self, n, steps, start, y, seed, every)

    def inpaint(self, X: Any, known: Any, *, steps: int = 1000, seed: int = 0) -> Array:
        """Fill the unknown parts of these rows by clamped Gibbs sampling.

        Parameters
        ----------
        X : array (N, visible)
            Rows; the unknown values may be any finite numbers.
        known : array of bool, (visible,) or (N, visible)
            True where X is known.
        steps : int
            The number of rounds, ≥ 1.
        seed : int
            The seed of all samples.

        Returns
        -------
        array (N, visible)
            X where it is known, else E[v | h] of the last round.
        """
        x = rows_of(self, X, least=0)
        built = self.built_for(x.shape[1])
        filled = chains.fill_in(built, x, known, steps, seed)
        self.adopt(built)
        return filled

    # ---------------------------------------------------------------- files

    def save(self, path: Any) -> None:
        """Write settings and weights to one .safetensors file, never pickle."""
        files.save(self, path)

    @classmethod
    def load(cls, path: Any) -> RBM:
        """Read a machine from a file of `save` or a checkpoint; run no code of the file."""
        return files.load(cls, path)
