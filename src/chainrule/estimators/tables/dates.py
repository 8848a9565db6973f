"""Dates: year, month, day of the week, days since the first, and the time of day if any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .cells import number_word
from .columns import Column
from .numbers import UNKNOWN

ISO = "ISO"
FORMATS = (
    ISO,
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%y",
    "%d.%m.%y",
    "%Y-%m",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = np.timedelta64(1, "D")
EXAMPLE = datetime(2020, 5, 17, 14, 30)
UNDATED = UNKNOWN | {"0000-00-00", "0000-00-00 00:00:00"}  # missing cells among dates


@dataclass(frozen=True)
class DateColumn(Column):
    """A column of dates.

    Its inputs are year and days, each (v − least) / (largest − least); the month as sin and cos of
    2π (m − 1) / 12; one input for each day of the week; with times of day sin and cos of 2π h / 24.
    A missing cell is 0 everywhere; if the training rows had such cells, one more input is 1 for
    it. A word that is no date of this form is an error.

    Parameters
    ----------
    form : str
        "ISO", or a format of `strptime`.
    first, last, middle : str
        Days of the training rows, in ISO format.
    clock : bool
        True if there were times of day.
    missing : bool
        True if there were missing cells.
    """

    form: str
    first: str
    last: str
    middle: str
    clock: bool
    missing: bool

    @classmethod
    def measure(cls, name: str, values: Array, form: str, counts: Array | None = None) -> Self:
        """Return the column with these training cells, each of which occurs `counts` times."""
        t = as_dates(values, form)
        known = ~np.isnat(t)
        days = t.astype("datetime64[D]")
        clock = bool((t[known] != days[known]).any())
        return cls.of_days(
            name,
            days[known],
            form,
            clock,
            not known.all(),
            None if counts is None else counts[known],
        )

    @classmethod
    def of_days(
        cls,
        name: str,
        days: Array,
        form: str,
        clock: bool,
        missing: bool,
        counts: Array | None = None,
    ) -> Self:
        """Return the column with these days, which occur `counts` times or once.

        Parameters
        ----------
        name, form, clock, missing
            As in the column.
        days : array of datetime64[D]
            The days of the training rows, in any order.
        counts : array of int, optional
            How often each occurs.
        """
        order = np.argsort(days, kind="stable")
        days = days[order]
        if not len(days):
            days, counts = np.array(["1970-01-01"], "datetime64[D]"), None
            order = np.zeros(1, int)
        ends = np.arange(1, len(days) + 1) if counts is None else np.cumsum(counts[order])
        middle = days[np.searchsorted(ends, ends[-1] // 2, side="right")]
        return cls(name, form, str(days[0]), str(days[-1]), str(middle), clock, missing)

    @property
    def inputs(self) -> list[str]:
        parts = ["year", "days", "month (sin)", "month (cos)", *DAYS]
        parts += ["time (sin)", "time (cos)"] * self.clock
        return [f"{self.name}: {part}" for part in parts] + [
            f"{self.name} is missing"
        ] * self.missing

    def encode(self, values: Array, place: Any) -> Array:
        t = as_dates(values, self.form)
        gone = np.isnat(t)
        self._check(values, gone, place)
        t = np.where(gone, np.datetime64(self.middle, "us"), t)
        day = t.astype("datetime64[D]")
        first, last = np.datetime64(self.first), np.datetime64(self.last)
        month = day.astype("datetime64[M]").astype(int) % 12
        weekday = (day.astype(int) + 3) % 7  # the first of January 1970 was a Thursday
        parts = [
            _between(_year(day), _year(first), _year(last)),
            _between(day.astype(float), first.astype(float), last.astype(float)),
            *_circle(month / 12),
            *(weekday == np.arange(7)[:, None]).astype(float),
        ]
        if self.clock:
            parts += _circle((t - day) / DAY)
        encoded = np.column_stack(parts) * ~gone[:, None]
        return np.column_stack([encoded, gone]) if self.missing else encoded

    def _check(self, values: Array, gone: Array, place: Any) -> None:
        """Raise DataError for a cell that is neither empty nor a date."""
        if values.dtype.kind == "M" or not gone.any():
            return
        for row in np.flatnonzero(gone).tolist():
            cell = values[row]
            if cell is None or cell != cell or str(cell).lower() in UNDATED:
                continue
            got = f"{cell!r:.40}" if isinstance(cell, str) else number_word(float(cell))
            like = "2020-05-17" if self.form == ISO else EXAMPLE.strftime(self.form)
            raise DataError(
                f"{place(row)}, column {self.name}",
                f"a date such as {like}",
                got,
                f"Correct the cell or leave it empty; or, when training, say that {got} is "
                f"missing (--missing, missing=) or {self.name} is a category (--kind, kinds=).",
            )

    def typical(self) -> Any:
        return np.datetime64(self.middle, "us")

    def show(self, cell: Any) -> str:
        text = super().show(cell)
        return (
            text.removesuffix("T00:00:00.000000").removesuffix(".000000").replace("T", " ")
            if cell is not None
            else text
        )


def _year(day: Any) -> Any:
    return day.astype("datetime64[Y]").astype(float) + 1970


def _between(v: Array, least: float, largest: float) -> Array:
    """Map the least training value to 0 and the largest to 1; clip to −1 and 2."""
    return np.clip((v - least) / (largest - least or 1), -1, 2)


def _circle(turns: Array) -> list[Array]:
    """Return sin and cos of this many turns."""
    return [np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)]


# ---------------------------------------------------------------- text


def as_dates(values: Array, form: str) -> Array:
    """Return cells as datetime64[us]; NaT for those that are no date of this form."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    if values.dtype.kind != "O":
        return np.full(len(values), "NaT", "datetime64[us]")
    read = _reader(form)
    return np.array([read(v) if v is not None else None for v in values], "datetime64[us]")


def _reader(form: str) -> Callable[[str], datetime | None]:
    def read(text: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
        except ValueError:
            return None
        return found.replace(tzinfo=None)

    return read


def find_form(values: Array, share: float, counts: Array | None = None) -> str | None:
    """Return the form that reads the most words as dates, or None if it reads less than `share`.

    Of equal forms the first in FORMATS is returned.

    Parameters
    ----------
    values : array
        Words, and None for missing cells.
    share : float
        The least share of the words.
    counts : array of int, optional
        How often each of the values occurs; without it, once.
    """
    known = np.array([v is not None for v in values], bool)
    present = values[known]
    if not len(present):
        return None
    times = np.ones(len(present), int) if counts is None else counts[known]
    every = slice(None, None, max(1, len(present) // 200))

    def reads(form: str, some: slice = every) -> int:
        return int(times[some][~np.isnat(as_dates(present[some], form))].sum())

    everything, total = slice(None), int(times.sum())
    best = max(FORMATS, key=reads)
    read = reads(best, everything)
    if best == "%d/%m/%Y" and read < total:  # a sample cannot always tell days from months
        other = reads("%m/%d/%Y", everything)
        best, read = ("%m/%d/%Y", other) if other > read else (best, read)
    return best if read / total >= share else None


def day_or_month(values: Array, form: str) -> tuple[str, str] | None:
    """Return a word and its day in ISO format, if all words could be read with the month first.

    Parameters
    ----------
    values : array
        The training cells.
    form : str
        The form that reads them.

    Returns
    -------
    tuple of str, or None
        None if the form does not begin with the day, if one of the words can be read in one way
        only, or if both ways give the same days.
    """
    other = {"%d/%m": "%m/%d", "%d-%m": "%m-%d"}.get(form[:5])
    if other is None or values.dtype.kind != "O":
        return None
    days, swapped = as_dates(values, form), as_dates(values, other + form[5:])
    if (np.isnat(days) != np.isnat(swapped)).any():
        return None
    differ = np.flatnonzero(~np.isnat(days) & (days != swapped))
    return (values[differ[0]], str(days[differ[0]])[:10]) if differ.size else None
