"""TableEncoder: numbers, categories, dates and missing cells as inputs of a network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ... import random
from ...arrays import Array
from ...errors import ParameterError
from ...settings import is_whole
from ..common import SafeParams, all_or_nothing
from .columns import Column, IgnoredColumn
from .folder import FolderTable, is_folder
from .in_parts import Room, measured
from .kinds import check_kinds, measure, missing_words
from .on_disk import Disk
from .rows import checked_weights
from .table import Table, as_table

MOST_WORDS = 250  # scikit-learn's gradient boosting takes 255 categories: nearly as many


class TableEncoder(SafeParams, TransformerMixin, BaseEstimator):
    """Turns each column of a table into one or several numbers of about the size of 1.

    Numbers are scaled by their quartiles and kept within ±3; $5, 40 % and 1,234 are numbers, too.
    Categories get one input for each word. Dates become year, days since the first, month, day of
    the week, and the time of day if there is one. Missing cells get an input of their own. A column that is empty, always the same, or a different word in every row
    has no inputs.

    Parameters
    ----------
    kinds : dict, optional
        {column: "number", "category", "date" or "ignore"} for columns that are not what they look
        like.
    max_categories : int
        The largest number of words of a column that get an input each, ≥ 1. Rarer words, and words
        that occur once, share one. Unknown words use that one; if there is none, they are 0
        everywhere, and in a column of more than 20 words 1/K in each of its K words.
    missing : sequence of words and numbers
        Further words for missing cells, such as ("closed", -999). Empty cells, NA, n/a, NaN, null,
        none, ?, - and the like are always missing.

    Attributes
    ----------
    columns_ : list of Column
        The measured columns; they can be written as JSON.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError, DataError
        A setting outside its range; a word among numbers, an infinite number; a missing column.

    References
    ----------
    Kuhn & Johnson, "Feature engineering and selection", CRC Press 2019: categories (chapter 5),
    missing values (chapter 8).

    Examples
    --------
    >>> from chainrule.estimators import TableEncoder
    >>> table = {"age": [20, 30, 50, None], "city": ["Oslo", "Rome", "Rome", "Oslo"]}
    >>> encoder = TableEncoder().fit(table)
    >>> encoder.get_feature_names_out().tolist()
    ['age', 'age is missing', 'city=Oslo', 'city=Rome']
    >>> encoder.transform({"age": [30, None], "city": ["Rome", "Bonn"]})
    array([[0., 0., 0., 1.],
           [0., 1., 0., 0.]])
    """

    def __init__(
        self, *, kinds: Any = None, max_categories: int = MOST_WORDS, missing: Any = ()
    ) -> None:
        self.kinds = kinds
        self.max_categories = max_categories
        self.missing = missing

    @all_or_nothing
    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        sample: int | None = None,
        cache: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Measure the columns.

        Parameters
        ----------
        X : path, dict of columns, DataFrame of pandas or polars, or array (N, D)
            Training rows. A folder of Parquet files may have more rows than fit in memory; they
            are read once.
        y : ignored
            As in scikit-learn.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0, for medians, quartiles and the most frequent words.
        sample : int, optional
            For a folder: the number of rows that are measured, drawn at random, ≥ 1; the same rows
            in each call. None: all.
        cache : str or path, optional
            For a folder: where 8 bytes for each number are kept on disk while it is measured. The
            default is the system's folder for temporary files.
        """
        limit = self.max_categories
        if not is_whole(limit) or limit < 1:
            raise ParameterError(
                f"TableEncoder(max_categories={limit!r}): max_categories must be a whole number "
                "≥ 1."
            )
        words = missing_words(self.missing)
        if is_folder(X):
            return self._fit_folder(X, sample_weight, check_sample(sample), Disk(cache))
        check_no_sample(sample)
        table = checked_table(self, X, reset=True).emptied(words)
        weights = checked_weights(sample_weight, len(table))
        if weights is not None:
            table, weights = table.take(weights > 0), weights[weights > 0]
        kinds = check_kinds(self.kinds, table.names)
        self.columns_: list[Column] = [
            measure(name, a, table.place, kinds.get(name), int(limit), weights)
            for name, a in table.columns.items()
        ]
        return self

    def _fit_folder(self, X: Any, sample_weight: Any, sample: int | None, room: Room) -> Self:
        """Measure the columns of a folder."""
        table = FolderTable.open(X, left_out(self.kinds)).emptied(missing_words(self.missing))
        kinds = check_kinds(self.kinds, table.names)
        weights = checked_weights(sample_weight, len(table))
        if weights is not None and not weights.all():
            table, weights = table.take(weights > 0), weights[weights > 0]
        self.feature_names_in_ = np.array(table.names, object)
        self.n_features_in_ = len(table.names)
        limit = int(self.max_categories)
        if sample is None or sample >= len(table):
            self.columns_ = measured(table, kinds, limit, weights, room)
            return self
        rows = np.sort(random.permutation((0, random.path_hash("sample")), len(table))[:sample])
        read = [name for name in table.names if kinds.get(name) != "ignore"]
        cells = table.rows(rows, read)
        own = None if weights is None else weights[rows]
        self.columns_ = [
            measure(name, cells.columns[name], cells.place, kinds.get(name), limit, own)
            if name in cells.columns
            else IgnoredColumn(name, "left out on request")
            for name in table.names
        ]
        return self

    def transform(self, X: Any) -> Array:
        """Return the inputs, (N, inputs), in float64.

        Parameters
        ----------
        X : as for `fit`
            Rows with the same columns; a file or dict may have more, in any order.
        """
        check_is_fitted(self)
        table = checked_table(self, X, reset=False).emptied(missing_words(self.missing))
        parts = [
            c.encode(a, table.place)
            for c, a in zip(self.columns_, table.columns.values(), strict=True)
        ]
        return np.concatenate([np.empty((len(table), 0)), *parts], axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the names of the inputs.

        Parameters
        ----------
        input_features : ignored
            As in scikit-learn.
        """
        check_is_fitted(self)
        return np.array([name for column in self.columns_ for name in column.inputs], object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def left_out(kinds: Any) -> list[str]:
    """Return the columns that the user does not want."""
    found = kinds.items() if isinstance(kinds, Mapping) else ()
    return [name for name, kind in found if kind == "ignore"]


def check_sample(sample: Any) -> int | None:
    """Return the number of rows to measure the columns on; None: all."""
    if sample is not None and (not is_whole(sample) or sample < 1):
        raise ParameterError(
            f"fit(sample={sample!r}): sample must be a whole number of rows ≥ 1, or None for all. "
            "The usual value is 100000."
        )
    return None if sample is None else int(sample)


def check_no_sample(sample: Any) -> None:
    """Raise ParameterError for a sample of rows that are in memory anyway."""
    if sample is not None:
        raise ParameterError(
            f"fit(sample={sample!r}): a sample is for folders of Parquet files. "
            "Leave it out: all these rows are in memory."
        )


def parts_of(estimator: Any, table: FolderTable) -> Iterator[tuple[slice, Table]]:
    """Yield the numbers and cells of a folder's rows, as `checked_table` returns them."""
    measured = getattr(estimator, "encoder_", estimator).columns_
    needed = [column.name for column in measured if column.inputs]
    table.check_all(needed)
    for here, part in table.parts(needed):
        yield here, _by_name(estimator, part)


def checked_table(estimator: Any, X: Any, reset: bool) -> Table:
    """Return X as a table, after scikit-learn's checks of names and numbers of columns.

    A file or a dict may have more columns, in any order; a data frame may as well if the target was
    given by its name.
    """
    sparse = issparse(X)  # a sparse matrix may be a dict
    if isinstance(X, (str, os.PathLike, Mapping, Table)) and not sparse:
        table = as_table(X)
        if reset:
            estimator.feature_names_in_ = np.array(table.names, object)
            estimator.n_features_in_ = len(table.columns)
            return _not_empty(table)
        return _by_name(estimator, table)
    if hasattr(X, "columns"):
        if not reset and getattr(estimator, "target_", None) is not None:
            return _by_name(estimator, as_table(X))
        validate_data(estimator, X, skip_check_array=True, reset=reset)
        return _not_empty(as_table(X)) if reset else as_table(X)
    least = int(reset)  # no rows are transformed to no rows
    options: Any = {"dtype": None, "ensure_all_finite": False, "ensure_min_samples": least}
    table = as_table(validate_data(estimator, X, reset=reset, **options))
    return (
        table if reset else Table(dict(zip(_names(estimator), table.columns.values(), strict=True)))
    )


def _by_name(estimator: Any, table: Table) -> Table:
    """Return the measured columns in their order; one without inputs may be missing."""
    measured = getattr(estimator, "encoder_", estimator).columns_
    needless = {column.name for column in measured if not column.inputs} - set(table.names)
    table.select(
        name for name in _names(estimator) if name not in needless
    )  # names what is missing
    empty = {name: np.full(len(table), None, object) for name in needless}
    return replace(table, columns=table.columns | empty).select(_names(estimator))


def _names(estimator: Any) -> list[str]:
    """Return the names of the columns of `fit`."""
    names = getattr(estimator, "feature_names_in_", None)
    return (
        [f"x{k}" for k in range(estimator.n_features_in_)]
        if names is None
        else [str(n) for n in names]
    )


def _not_empty(table: Table) -> Table:
    """Return the table; raise scikit-learn's ValueError if it has no rows."""
    if not len(table):
        raise ValueError(
            f"Found array with 0 sample(s) (shape=(0, {len(table.columns)})) while a minimum of 1 "
            "is required."
        )
    return table
