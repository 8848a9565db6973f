"""Which columns a table's model needs: a table and a picture of two measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .. import random
from ..arrays import Array
from ..errors import DataError, ParameterError
from .explaining import explain
from .tables.classifier import TableClassifier
from .tables.encoder import checked_table
from .tables.model import TableModel
from .tables.report import scores_of
from .tables.table import Table
from .tables.target import rows_to_test

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 1000  # rows that are permuted
TRIED = 100  # columns that are permuted: of more, those that move the answer most
EXPLAINED = 200  # rows whose contributions are averaged
REPEATS = 3
BAR = 24  # characters of the longest bar
SHOWN = 12  # columns that the text names


@dataclass(frozen=True, eq=False)
class Importance:
    """How much each column matters for the answers of a model.

    Parameters
    ----------
    names : sequence of str
        The columns.
    permutation : array
        By how much the error grows if the cells of the column are put in another order. Of more
        than 100 columns, those that move the answer most are tried; NaN for the others.
    contribution : array
        The mean of |contribution| over rows, see `explain`.
    error : str
        The error that grows: "RMSE" or "log loss".
    rows : int
        The number of rows that were permuted.
    """

    names: Sequence[str]
    permutation: Array
    contribution: Array
    error: str
    rows: int

    def ranked(self, count: int | None = None) -> list[int]:
        """Return the columns by how much they matter, most first.

        Parameters
        ----------
        count : int, optional
            The largest number of columns.
        """
        order = np.lexsort((-self.contribution, -self.permutation))
        return [int(k) for k in order][:count]

    def text(self, columns: int = SHOWN) -> str:
        """Return a table with bars made of characters.

        Parameters
        ----------
        columns : int
            How many columns to name.
        """
        shown = self.ranked(columns)
        heads = f"{self.error} grows by", "moves the answer by"
        names = [_short(self.names[k]) for k in shown]
        cells = [(f"{self.permutation[k]:.4g}", f"{self.contribution[k]:.4g}") for k in shown]
        width = max([len("column"), *map(len, names)])
        sizes = [max(len(h), *(len(c[i]) for c in cells)) for i, h in enumerate(heads)]
        known = np.nan_to_num(self.permutation)
        longest = max(float(known.max(initial=0)), 1e-300)
        lines = [f"  {'column':<{width}}  {heads[0]:>{sizes[0]}}  {heads[1]:>{sizes[1]}}"]
        for k, name, (a, b) in zip(shown, names, cells, strict=True):
            bar = "#" * round(BAR * max(0.0, float(known[k])) / longest)
            lines.append(f"  {name:<{width}}  {a:>{sizes[0]}}  {b:>{sizes[1]}}  {bar}".rstrip())
        if more := len(self.names) - len(shown):
            lines.append(f"  and {more} more")
        return "\n".join(lines)

    def plot(self, path: Any = None) -> Figure:
        """Draw both measures as a matplotlib figure; write it to `path` if one is given.

        Parameters
        ----------
        path : str or path, optional
            The file to write.
        """
        from .. import plots

        shown = self.ranked(SHOWN)[::-1]
        parts = (f"{self.error} grows by", self.permutation), ("moves by", self.contribution)
        figure, axes = plots.panels(1, 2, width=4.5, height=0.6 + 0.3 * len(shown))
        for panel, (title, numbers) in zip(axes, parts, strict=True):
            panel.barh(range(len(shown)), numbers[shown])
            panel.set_title(title)
            panel.set_yticks(range(len(shown)), [])
        axes[0].set_yticks(range(len(shown)), [_short(self.names[k]) for k in shown])
        if path is not None:
            plots.save(figure, path)
        return figure

    def __str__(self) -> str:
        return self.text()


def importance(model: Any, X: Any, y: Any, sample_weight: Any = None) -> Importance:
    """Return how much each column of a table matters for a model's answers.

    Twice: by how much the error on these rows grows if the cells of the column are put in another
    order (permutation importance, the mean of three orders); and the mean of |contribution| of the
    column to an answer (integrated gradients). Of more than 100 columns only those that move the
    answer most are put in another order. Columns that say the same share their importance:
    if one is permuted, the other still helps.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        A fitted model.
    X, y, sample_weight
        Rows that were not trained on, as for `score`. Of more than 1000 rows, 1000 are used.

    Raises
    ------
    ParameterError
        The model is no model of a table.
    DataError
        As for `predict`.

    References
    ----------
    Breiman, "Random forests", Machine Learning 45 (2001), section 10. Fisher, Rudin & Dominici,
    "All models are wrong, but many are useful", JMLR 20 (2019), section 3.

    Examples
    --------
    >>> from chainrule.estimators import TableRegressor, importance
    >>> table = {"metres": list(range(10, 50)), "town": ["Bonn", "Oslo"] * 20}
    >>> model = TableRegressor(random_state=0).fit(table, list(range(100, 500, 10)))
    >>> found = importance(model, table, list(range(100, 500, 10)))
    >>> found.names[found.ranked()[0]]
    'metres'
    """
    if not isinstance(model, TableModel):
        raise ParameterError(
            "importance",
            "a TableClassifier or a TableRegressor",
            type(model).__name__,
            "For others: sklearn.inspection.permutation_importance.",
        )
    check_is_fitted(model)
    classes = getattr(model, "classes_", None)
    rest, target, weights = rows_to_test(X, y, sample_weight, model.missing, classes)
    table = checked_table(model, rest, reset=False)
    target = np.asarray(target)
    if len(target) != len(table):
        raise DataError("y", f"{len(table)} targets", f"{len(target)}", "Give one for each row.")
    order = random.permutation((0, random.path_hash("importance")), len(target))[:MOST]
    table, target = table.take(order), target[order]
    weights = None if weights is None else np.asarray(weights, float)[order]
    error = "log loss" if isinstance(model, TableClassifier) else "RMSE"
    before = scores_of(model, table, target, weights)[error]
    whys = explain(model, table.take(slice(EXPLAINED)))
    moves = np.mean([np.abs(why.contributions) for why in whys], axis=0)
    needed = {column.name for column in model.encoder_.columns_ if column.inputs}
    tried = sorted(
        np.flatnonzero([name in needed for name in table.names]), key=lambda k: -moves[k]
    )
    grows = np.zeros(len(table.names))
    grows[tried[TRIED:]] = np.nan
    for k in tried[:TRIED]:
        name = table.names[k]
        for r in range(REPEATS):
            mixed = random.permutation((r, random.path_hash(name)), len(target))
            other = Table(
                table.columns | {name: table.columns[name][mixed]}, table.source, table.lines
            )
            grows[k] += scores_of(model, other, target, weights)[error] - before
    return Importance(table.names, grows / REPEATS, moves, error, len(target))


def _short(text: str, limit: int = 28) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
