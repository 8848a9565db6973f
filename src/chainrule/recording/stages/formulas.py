"""Formulas of rules with indices and with numbers: `β1·old.m.W1[2, 0]` and `0.9·0.5`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...optimizers.terms import Part
from .stage import Index, Quantity, Term, Terms
from .words import greek, number

LETTERS = "A-Za-zα-ωΑ-Ω0-9_."  # a symbol is not a part of a longer one
MARKS = "ᵗ⁺⁻ₜ\u0302\u0304"  # nor is it the beginning of β1ᵗ or m̂


class Symbol(NamedTuple):
    """What a symbol of a formula means.

    Parameters
    ----------
    label : str
        What the reader sees: W1 for θ.
    value : number or array
        Its number; an array has one for each entry.
    """

    label: str
    value: Any

    @property
    def has_entries(self) -> bool:
        """True if it has one number for each entry."""
        return np.ndim(self.value) > 0

    def written(self, place: int) -> str:
        """Return its number as text: an entry with four digits, a setting with six."""
        return number(self.at(place), 4 if self.has_entries else 6)

    def at(self, place: int) -> float:
        """Return its number for one entry, given its place in the flat array."""
        return float(np.ravel(self.value)[place] if self.has_entries else self.value)


Symbols = Mapping[str, Symbol]


@lru_cache(maxsize=256)
def _pattern(symbols: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern that finds these symbols, the longest first."""
    words = "|".join(re.escape(s) for s in sorted(symbols, key=len, reverse=True))
    return re.compile(f"(?<![{LETTERS}])(?:{words})(?![{LETTERS}{MARKS}])")


def in_words(formula: str, symbols: Symbols, index: Index | None = None) -> str:
    """Return a formula with the labels of its symbols, with the index if one is given."""
    place = "" if not index else f"[{', '.join(map(str, index))}]"

    def word(found: re.Match[str]) -> str:
        symbol = symbols[found[0]]
        own = symbol.has_entries and not symbol.label.startswith("‖")
        text = greek(symbol.label) + (place if own else "")
        under_root = formula[: found.start()].endswith("√") and ("." in text or "[" in text)
        return f"({text})" if under_root else text

    return _pattern(tuple(symbols)).sub(word, formula)


def in_numbers(formula: str, symbols: Symbols, place: int) -> str:
    """Return a formula with the numbers of one entry; negative ones have parentheses."""

    def word(found: re.Match[str]) -> str:
        text = symbols[found[0]].written(place)
        before, after = formula[: found.start()], formula[found.end() :]
        alone = before == "" or before[-1] in "(|" or before.endswith(", ")
        if before.endswith("√") and not text.isdigit():
            return f"({text})"
        squared = after.startswith("²") and ("−" in text or "e" in text)
        return f"({text})" if squared or (text.startswith("−") and not alone) else text

    return _pattern(tuple(symbols)).sub(word, formula)


def joined(formulas: Sequence[str]) -> str:
    """Return terms as a sum: a + b − c."""
    return " + ".join(formulas).replace("+ −", "− ")


def equation(parts: Sequence[Part], symbols: Symbols) -> str:
    """Return the right side of an equation; terms that only some entries have are alternatives."""
    always = [in_words(p.formula, symbols) for p in parts if p.where is None]
    cases = [in_words(p.formula, symbols) for p in parts if p.where is not None]
    either = " or ".join(cases)
    return joined([*always, *([f"({either})" if always else either] if cases else [])])


@dataclass(frozen=True, eq=False)
class Entries:
    """The terms of each entry of one tensor.

    Parameters
    ----------
    places : array of int
        The place of each entry of the tensor in the flat arrays.
    parts : sequence of Part
        Terms, over the flat arrays.
    symbols : dict
        What the symbols of their formulas are.
    notes : sequence of str
        Equations of symbols, and sentences. What begins with a symbol belongs to terms with it.
    """

    places: Array
    parts: Sequence[Part]
    symbols: Symbols
    notes: Sequence[str] = ()

    def __call__(self, index: Index) -> Terms:
        place = int(self.places[index])
        here = [p for p in self.parts if p.where is None or np.ravel(p.where)[place]]
        terms = [
            Term(
                in_words(p.formula, self.symbols, index),
                in_numbers(p.formula, self.symbols, place),
                float(np.ravel(p.value)[place]),
            )
            for p in here
        ]
        return Terms(terms, note=self._note(here, index, place))

    def _note(self, parts: Sequence[Part], index: Index, place: int) -> str:
        """Return the equations of the symbols in these terms, with numbers, and the sentences."""
        read, lines = " ".join(p.formula for p in parts), []
        for note in self.notes:
            name, right = note.partition(" ")[0], note.partition(" = ")[2]
            if name in self.symbols and not _pattern((name,)).search(read):
                continue
            if name not in self.symbols or not note.startswith(f"{name} = "):
                lines.append(note)
                continue
            read = f"{read} {right}"
            left, value = in_words(name, self.symbols, index), self.symbols[name].written(place)
            steps = in_words(right, self.symbols, index), in_numbers(right, self.symbols, place)
            lines.append(" = ".join([left, *steps, value]))
        return "\n".join(lines)


def quantity(
    symbol: str, path: str, array: Array, entries: Entries, left: str | None = None
) -> Quantity:
    """Return a quantity with its equation, whose entries say their terms."""
    right = equation(entries.parts, entries.symbols)
    return Quantity(symbol, f"{left or symbol} = {right}", array, path, entries)


def given(symbol: str, what: str, array: Array, path: str = "") -> Quantity:
    """Return a quantity that is not computed in this update, with the words for what it is."""
    return Quantity(symbol, what, array, path, given=True)
