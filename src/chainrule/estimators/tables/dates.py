"""Dates: the year, the month, the day of the week, the days since the first, and the time of day where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np

from ...arrays import Array
from .columns import Column

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


@dataclass(frozen=True)
class DateColumn(Column):
    """year and days, each (v − least) / (largest − least); month as sin and cos of 2π (m − 1) / 12; one input a day of the week.

    Missing cells and those that are no date are 0 everywhere, and 1 in an input of their own where there were some in training.

    Parameters
    ----------
    form : str
        "ISO", or what `strptime` takes.
    first, last, middle : str
        Days of the training rows, ISO.
    clock : bool
        Whether there were times of day: sin and cos of 2π h / 24.
    missing : bool
        Whether there were missing cells.
    """

    form: str
    first: str
    last: str
    middle: str
    clock: bool
    missing: bool

    @classmethod
    def measure(cls, name: str, values: Array, form: str) -> Self:
        t = as_dates(values, form)
        there = np.sort(t[~np.isnat(t)])
        if not len(there):
            there = np.array(["1970-01-01"], "datetime64[us]")
        days = there.astype("datetime64[D]")
        clock = bool((there != days).any())
        return cls(
            name,
            form,
            str(days[0]),
            str(days[-1]),
            str(days[len(days) // 2]),
            clock,
            bool(np.isnat(t).any()),
        )

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
    """0 at the least, 1 at the largest value of training; at most one range beyond."""
    return np.clip((v - least) / (largest - least or 1), -1, 2)


def _circle(turns: Array) -> list[Array]:
    return [np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)]


# ---------------------------------------------------------------- text


def as_dates(values: Array, form: str) -> Array:
    """datetime64[us], NaT for what is no date of this form."""
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


def find_form(values: Array, share: float) -> str | None:
    """The first form that reads at least this share of the words as dates, and most of all; None where there is none."""
    there = np.array([v for v in values if v is not None], object)
    if not len(there):
        return None
    sample = there[:: max(1, len(there) // 200)]
    best = max(FORMATS, key=lambda form: int((~np.isnat(as_dates(sample, form))).sum()))
    read = ~np.isnat(as_dates(there, best))
    if best == "%d/%m/%Y" and read.mean() < 1:  # a sample cannot always tell days from months
        other = ~np.isnat(as_dates(there, "%m/%d/%Y"))
        best, read = ("%m/%d/%Y", other) if other.sum() > read.sum() else (best, read)
    return best if read.mean() >= share else None
