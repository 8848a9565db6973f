"""The options of a fit: one frozen object, checked when it is made."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import KW_ONLY, fields
from functools import cached_property
from typing import Any, NamedTuple

from ..errors import ParameterError
from ..foreign import unknown_keyword
from ..optimizers.adam import Adam
from ..optimizers.averages import Average
from ..optimizers.base import Optimizer
from ..optimizers.clipping import Clip
from ..optimizers.constraints import Constraint
from ..settings import Settings, is_number, is_whole
from .callbacks.base import Callback, as_callbacks
from .updates import as_update_list, behind_optimizer

ELSEWHERE = {"loss": "A loss belongs to the network: Network(..., loss=...)."}


class UpdateParts(NamedTuple):
    """The parts of `optimizer=`, in the order in which they change θ."""

    clips: tuple[Clip, ...]
    rule: Optimizer
    constraints: tuple[Constraint, ...]
    average: Average | None


class FitOptions(Settings, eq=False):
    """All arguments of `fit` besides its rows.

    The fit itself checks what depends on the model or its data: metrics, validation rows, weights
    and augmentation. Two objects are never equal, since they may hold arrays.

    Parameters
    ----------
    optimizer : Optimizer, or (clips ..., optimizer, constraints ..., average), optional
        Default Adam().
    epochs : int
        How many more epochs to train, ≥ 0.
    batch_size : int, optional
        Rows in one step, ≥ 1; None: all rows.
    drop_last : bool
        True: leave out a last batch of fewer rows.
    sample_weight : array, or dict of arrays, optional
        One number ≥ 0 for each row; a dict has one array for each output.
    class_weight : dict or "balanced", optional
        {class: weight}.
    validation_data : tuple, optional
        (X, y) or (X, y, sample_weight).
    validation_fraction : float
        0 ≤ fraction < 1.
    metrics : sequence of functions, or dict of them
        They are logged in addition to the loss.
    callbacks : sequence
        Callbacks, and functions of the run.
    resume : path or True, optional
        A checkpoint to go on from.
    order : function, optional
        (epoch, n) -> row numbers.
    augment : function, or sequence of them, optional
        Changes of the input x.
    verbose : int, optional
        0: silent; 1: plain lines; None: a progress bar on a terminal, nothing in a worker
        process of joblib, Dask or Ray, plain lines elsewhere.
    comm : communicator, optional
        `MPI.COMM_WORLD` of mpi4py: its processes train together.

    Raises
    ------
    ParameterError
        An option outside its range, or a keyword that `fit` does not have.

    Examples
    --------
    >>> FitOptions(epochs=10, batch_size=None)
    FitOptions(epochs=10, batch_size=None)
    """

    _: KW_ONLY
    optimizer: Any = None
    epochs: int = 1
    batch_size: int | None = 32
    drop_last: bool = False
    sample_weight: Any = None
    class_weight: Any = None
    validation_data: Any = None
    validation_fraction: float = 0.0
    metrics: Any = ()
    callbacks: Any = ()
    resume: Any = None
    order: Callable[[int, int], Any] | None = None
    augment: Any = None
    verbose: int | None = None
    comm: Any = None

    def check(self) -> None:
        if not is_whole(self.epochs) or self.epochs < 0:
            raise ParameterError(f"fit(epochs={self.epochs!r}): epochs must be a whole number ≥ 0.")
        if self.batch_size is not None and (not is_whole(self.batch_size) or self.batch_size < 1):
            raise ParameterError(
                f"fit(batch_size={self.batch_size!r}): batch_size must be a whole number ≥ 1, "
                "or None for the whole set."
            )
        if self.drop_last not in (False, True):
            raise ParameterError(
                f"fit(drop_last={self.drop_last!r}): drop_last must be True or False."
            )
        fraction = self.validation_fraction
        if not is_number(fraction) or not 0 <= fraction < 1:
            raise ParameterError(
                f"fit(validation_fraction={fraction!r}): it must be a number ≥ 0 and < 1."
            )
        if self.verbose not in (None, 0, 1, False, True):
            raise ParameterError(f"fit(verbose={self.verbose!r}): verbose must be 0, 1 or None.")
        _ = self._callbacks, self._parts

    def callback_list(self) -> list[Callback]:
        """Return a new list of the callbacks, with plain functions made into callbacks."""
        return list(self._callbacks)

    def update_parts(self) -> UpdateParts:
        """Return the clips, the rule, the constraints and the average of `optimizer`."""
        return self._parts

    @cached_property
    def _callbacks(self) -> list[Callback]:
        return as_callbacks(self.callbacks)

    @cached_property
    def _parts(self) -> UpdateParts:
        given = Adam() if self.optimizer is None else self.optimizer
        main, constraints, average = behind_optimizer(given)
        rule, clips = as_update_list(main)
        return UpdateParts(clips, rule, constraints, average)

    @property
    def resumes(self) -> bool:
        """True if the fit continues from a checkpoint."""
        return self.resume is not None and self.resume is not False

    @property
    def checkpoints(self) -> bool:
        """True if the fit reads or writes checkpoints: then its rows must be there twice."""
        return self.resume is not None or any(c.checkpoints for c in self._callbacks)

    @classmethod
    def check_names(cls, given: Collection[str], others: Collection[str]) -> None:
        """Raise ParameterError for a name that is neither an option nor among the others."""
        known = [*others, *(f.name for f in fields(cls))]
        for name in given:
            if name not in known:
                raise cls.unknown_setting(name, known)

    @classmethod
    def unknown_setting(cls, name: str, known: Collection[str]) -> ParameterError:
        """Return the error for a keyword that `fit` does not have."""
        return unknown_keyword("fit", name, known, ELSEWHERE)
