"""Columns with many words: a vector of a few numbers for each word, trained with the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...arrays import Array
from ...graph.initializers import Normal
from ...layers.base import Layer
from ...layers.columns import Columns
from ...layers.concatenate import Concatenate
from ...layers.dense import Dense
from ...layers.sequential import Sequential
from .columns import Column, frequent_words, one_hot, one_hot_at, word_inputs

FEW = 20  # a column with more words than these gets an embedding
LARGEST = 50  # numbers of a word's vector at most


@dataclass(frozen=True)
class EmbeddedColumn(Column):
    """A column with many words: e = W[word], a vector for each word.

    The inputs are 1 for the word and 0 for the others, so that W[word] is a Dense layer without
    bias. Rare words share one row, and unknown words use it. If no word is rare, an unknown one
    is 1/K in each of the K words: the mean of their rows.

    Parameters
    ----------
    words : list of str
        The words with a row each, the most frequent first.
    other, missing : bool
        True if there were rarer words, or missing cells: each of both gets a row.
    usual : str, optional
        The most frequent cell; None: a missing one.

    References
    ----------
    Guo & Berkhahn, "Entity embeddings of categorical variables", arXiv:1604.06737 (2016),
    section 3.
    """

    words: list[str]
    other: bool
    missing: bool
    usual: str | None

    @classmethod
    def measure(cls, name: str, values: Array, limit: int, weights: Array | None = None) -> Self:
        """Return the column with a row for each of the `limit` heaviest words that come twice."""
        return cls(name, *frequent_words(values, limit, weights))

    @property
    def units(self) -> int:
        """The numbers of a word's vector, ⌈min(50, K / 2)⌉."""
        return min(LARGEST, -(-len(self.words) // 2))

    @property
    def inputs(self) -> list[str]:
        return word_inputs(self.name, self.words, self.other, self.missing)

    def encode(self, values: Array, place: Any) -> Array:
        found, at = one_hot(values, self.words, self.other, self.missing)
        gone = np.array([v is None or v != v for v in values], bool)
        found[(at < 0) & ~gone, : len(self.words)] = 1 / len(self.words)
        return found

    def codes(self, values: Array) -> Array:
        at = one_hot_at(values, self.words, self.other, self.missing)
        gone = np.array([v is None or v != v for v in values], bool)
        return np.where((at < 0) & gone, len(self.inputs), at)

    def book(self) -> Array:
        width = len(self.inputs)
        unknown = np.zeros((1, width))
        unknown[0, : len(self.words)] = 1 / len(self.words)
        return np.concatenate([np.eye(width + 1, width), unknown])  # a missing cell, the last one

    def typical(self) -> Any:
        return self.usual


def embeddings(columns: Sequence[Column]) -> list[Layer]:
    """Return the first layer of a table's network: vectors for words, all other inputs as they are.

    Without an embedded column there is none.

    Parameters
    ----------
    columns : sequence of Column
        The columns, in the order of their inputs.
    """
    branches: list[Layer] = []
    start = end = 0
    for column in columns:
        width = len(column.inputs)
        if isinstance(column, EmbeddedColumn):
            branches += _as_they_are(start, end)
            start = end + width
            rows = Dense(column.units, bias=False, init=Normal(column.units**-0.5))
            branches.append(Sequential(Columns(end, start), rows))
        end += width
    if not branches:
        return []
    branches += _as_they_are(start, end)
    return [Concatenate(*branches)] if len(branches) > 1 else branches


def _as_they_are(start: int, end: int) -> list[Layer]:
    return [Columns(start, end)] if end > start else []
