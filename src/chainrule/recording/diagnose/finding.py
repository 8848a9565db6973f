"""What a diagnosis finds: a fault, the advice, and the trial that supports the advice."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...arrays import Array

Followed = Callable[[int], tuple[float, float] | None]


@dataclass(frozen=True)
class Trial:
    """The same steps again with one change.

    Parameters
    ----------
    steps : int
        The number of updates of the run with the change.
    loss, validation : (float, float)
        Before and after: without the change and with it, after the last step, without penalties.
        Without validation rows both are of the training rows.
    measure : str
        What the numbers are, if they are not the loss of the network.
    seeds : tuple of (float, float)
        Validation before and after of further runs, each with another seed.
    confirmed : bool
        True if validation became clearly better, with every seed.
    same_steps : bool
        True if the run without the change had as many steps.

    Examples
    --------
    >>> print(Trial(200, (0.69, 0.21), (0.7, 0.24), confirmed=True))
    Tried for the same 200 steps: loss 0.69 → 0.21, validation 0.7 → 0.24.
    """

    steps: int
    loss: tuple[float, float]
    validation: tuple[float, float]
    measure: str = "loss"
    seeds: tuple[tuple[float, float], ...] = ()
    confirmed: bool = False
    same_steps: bool = True

    def __str__(self) -> str:
        loss, held = (f"{number(a)} → {number(b)}" for a, b in (self.loss, self.validation))
        same = "the same " * self.same_steps
        text = f"Tried for {same}{self.steps:,} steps: {self.measure} {loss}, validation {held}."
        if self.confirmed and self.seeds:
            text += f" {len(self.seeds)} other seeds agree."
        return text


@dataclass(frozen=True, eq=False)
class Finding:
    """One fault of a run.

    Parameters
    ----------
    kind : str
        The word for it: inputs_not_scaled, targets_not_scaled, loss_does_not_fit, unshuffled,
        batch_too_small, dead_units, saturated_units, exploding_gradients, vanishing_gradients,
        learning_rate_too_high, learning_rate_too_low, updates_too_large, updates_too_small,
        capacity_too_small, cannot_learn_one_batch, imbalance, leaked_validation,
        suspicious_labels, guessing, overfitting, constant_columns or duplicated_columns.
    place : str
        Where it is: a column, a layer, a row; "" for the whole run.
    text : str
        What is wrong, with its numbers.
    advice : str
        What to do.
    trial : Trial, optional
        What the advice did when it was tried; None if it cannot be tried.
    also : tuple of str
        What else was seen, and was gone in the trial: its consequences.
    harm : float
        The share of the validation loss that the advice removes, from 0 to 1; findings without a
        confirmed trial have a small one.
    rows : array of int, optional
        The rows to look at: those in doubt of the training rows of `suspicious_labels`, those of
        the validation rows that are copies for `leaked_validation`; else None. Rows that were held
        out for the diagnosis do not count.
    again : function, optional
        seed -> validation loss without the change and with it.

    Examples
    --------
    >>> text = "Column 2 of X is constant in the training rows (always 1), so it says nothing."
    >>> Finding("constant_columns", "column 2 of X", text, "It only costs time.")
    <Finding: constant_columns, column 2 of X; observed>
    """

    kind: str
    place: str
    text: str
    advice: str
    trial: Trial | None = None
    also: tuple[str, ...] = ()
    harm: float = 0.0
    again: Followed | None = None
    rows: Array | None = None

    @property
    def confirmed(self) -> bool:
        """True if the advice was tried, and helped."""
        return self.trial is not None and self.trial.confirmed

    def followed(self, seed: int) -> tuple[float, float] | None:
        """Follow the advice in a fresh run; return the validation loss without it and with it.

        Parameters
        ----------
        seed : int
            The seed of both runs.

        Returns
        -------
        pair of float, or None
            None if the advice is not one that a run can follow, or that its trial confirmed.
        """
        return self.again(seed) if self.again is not None and self.confirmed else None

    def __repr__(self) -> str:
        where = f", {self.place}" if self.place else ""
        return f"<Finding: {self.kind}{where}; {'confirmed' if self.confirmed else 'observed'}>"

    def __str__(self) -> str:
        parts = [self.text, self.advice]
        if self.trial is not None:
            parts.append(str(self.trial))
        if self.also:
            parts.append(f"It also explains: {'; '.join(self.also)}.")
        return " ".join(part for part in parts if part)


def number(x: float) -> str:
    """Return a number as people write it."""
    return f"{x:.3g}" if math.isfinite(x) else "NaN"


def rows_of(places: Any, most: int = 5) -> str:
    """Return some numbers as words: 3, 17 and 8 more."""
    shown = ", ".join(str(int(k)) for k in places[:most])
    left = len(places) - most
    return f"{shown} and {left} more" if left > 0 else shown
