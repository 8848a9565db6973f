"""Explain the answers of an estimator by contributions of the columns that the user knows."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..inspect.explaining import explain as explain_row
from ..inspect.explaining_rows import contributions_of_rows
from ..inspect.explanation import Explanation
from ..network import Network
from .tables.columns import NumberColumn
from .tables.encoder import checked_table
from .tables.kinds import measure
from .tables.model import TableModel
from .tables.regressor import TableRegressor
from .tables.table import Table, as_table


def explain(model: Any, X: Any, reference: Any = None, *, output: Any = None) -> list[Explanation]:
    """Return how far each column moves the model's answer from its answer for a reference row.

    These are integrated gradients (`chainrule.inspect.explain`) of the model's network. The
    contributions of several inputs of one column, such as those of a category, are added. In a
    pipeline, the steps before the network are followed column by column.

    Parameters
    ----------
    model : TableClassifier, TableRegressor, MLPClassifier, MLPRegressor, or Pipeline that ends in
    one
        A fitted model.
    X : table
        Rows, as for `predict`.
    reference : table, optional
        One row to compare with. Several rows give the row of their medians and most frequent words.
        Table models know that row of their training data; for others give the training rows.
    output : label or int, optional
        For a classifier, the class whose probability is explained; without it, the predicted class
        of each row. For a regressor with several outputs, the number of the output.

    Returns
    -------
    list of Explanation
        One for each row, with contributions by column that add up to output − reference_output.
        Printed it is a bar chart; `plot` gives a picture.

    Raises
    ------
    DataError
        A step of the pipeline mixes columns, like PCA.
    ParameterError
        A model without a network, a missing reference, an unknown class.
    TrainingError
        Contributions that do not add up; see `chainrule.inspect.explain`.

    References
    ----------
    Sundararajan, Taly & Yan, "Axiomatic attribution for deep networks", ICML 2017.

    Examples
    --------
    >>> from chainrule.estimators import TableRegressor, explain
    >>> table = {"metres": list(range(10, 50)), "town": ["Bonn", "Oslo"] * 20}
    >>> model = TableRegressor(random_state=0).fit(table, list(range(100, 500, 10)))
    >>> (why,) = explain(model, {"metres": [45], "town": ["Bonn"]})
    >>> why.names[why.ranked()[0]], bool(abs(why.remainder) < 1e-6 * abs(why.output))
    ('metres', True)
    """
    if isinstance(model, Network):
        remedy = "Write inspect.explain(net, row, reference), or NetworkClassifier(...)."
        raise ParameterError("explain", "a fitted estimator", "a Network", remedy)
    check_is_fitted(model)
    before, last = (model[:-1], model[-1]) if isinstance(model, Pipeline) else (None, model)
    net = getattr(last, "network_", None)
    if not isinstance(net, Network):
        raise ParameterError(
            "explain",
            "a model with network_",
            type(last).__name__,
            "Give a TableClassifier or an MLPClassifier.",
        )
    if isinstance(model, TableModel):
        rows = checked_table(model, X, reset=False).emptied(model.missing)
        start = None
        if reference is not None:
            start = checked_table(model, reference, reset=False).emptied(model.missing)
    else:
        rows, start = _tables(last, X, reference)
        if before is None:
            _check_columns(last, X, rows)
    typical = _typical(model, start, rows)
    if isinstance(model, TableModel):
        return _explain_table(model, rows, typical, output)
    return [
        _explain_one(model, before, last, net, X, rows.take([k]), typical, output)
        for k in range(len(rows))
    ]


def _tables(last: Any, X: Any, reference: Any) -> tuple[Table, Table]:
    """Return rows and reference for a model that is no table's model, with the same columns."""
    if isinstance(last, TableModel):
        raise ParameterError(
            "explain",
            "a table's model by itself",
            "a pipeline around it",
            "Explain model[-1]: it takes tables as they are.",
        )
    if reference is None:
        raise ParameterError(
            f"explain({type(last).__name__}, reference=): expected a row or rows to compare "
            "with. Give the training rows."
        )
    rows, start = as_table(X), as_table(reference)
    if rows.names != start.names:
        raise DataError(
            "explain(reference=)",
            f"columns {rows.names}"[:100],
            f"{start.names}"[:100],
            "Give the same columns.",
        )
    return rows, start


def _check_columns(last: Any, X: Any, rows: Table) -> None:
    """Raise DataError unless these are the columns of fit in their order."""
    known = list(getattr(last, "feature_names_in_", ()))
    if known and (isinstance(X, dict) or hasattr(X, "columns")) and list(rows.names) != known:
        raise DataError(
            "explain(X)",
            f"columns {known}"[:100],
            f"{rows.names}"[:100],
            "Give them as fit got them.",
        )
    shape = last.network_.inputs["x"]
    if len(shape) != 1:
        raise DataError(
            "explain",
            "a model of columns",
            f"{type(last).__name__} of images {shape}",
            "See chainrule.inspect.saliency(model.network_, images).",
        )
    if len(rows.names) != shape[0]:
        raise DataError(
            "explain(X)", f"{shape[0]} columns", f"{len(rows.names)}", "Give them as fit got them."
        )


def _typical(model: Any, start: Table | None, rows: Table) -> Table:
    """Return the reference row: the given one, the middle of several, or that of the model."""
    if start is None:
        cells = {column.name: column.typical() for column in model.encoder_.columns_}
        kinds = {name: a.dtype for name, a in rows.columns.items()}
        return Table(
            {name: _as_cell(cell, kinds[name]) for name, cell in cells.items()}, "the reference row"
        )
    if len(start) == 1:
        return start
    columns = {}
    for name, a in start.columns.items():
        column = measure(name, a, start.place, None, 20)
        if a.dtype.kind == "f":
            column = NumberColumn.measure(name, a)
        columns[name] = _as_cell(column.typical(), a.dtype)
    return Table(columns, "the reference row")


def _as_cell(cell: Any, dtype: Any) -> Array:
    """Return a column with one cell, of the kind that the rows have."""
    if isinstance(cell, float):
        return np.array([cell])
    if isinstance(cell, np.datetime64):
        return np.array([cell])
    if cell is None and dtype.kind == "f":
        return np.array([np.nan])
    return np.array([cell], object)


def _explain_table(model: Any, rows: Table, start: Table, output: Any) -> list[Explanation]:
    """Return the explanation of each row of a table's model."""
    encoder, net = model.encoder_, model.network_
    columns = encoder.columns_
    x, origin = encoder.transform(rows), encoder.transform(start)
    owner = np.repeat(np.arange(len(columns)), [len(column.inputs) for column in columns])
    if not x.shape[1]:
        x, origin, owner = np.zeros((len(x), 1)), np.zeros((1, 1)), np.zeros(1, int)
    if isinstance(model, TableRegressor):
        _, factor, offset, label = _answer(model, net, x[:1], output)
        units, labels = np.zeros(len(x), int), [label] * len(x)
    else:
        factor, offset = 1.0, 0.0
        if output is None:
            units = net.predict(x.astype(net.dtype)).argmax(axis=1)
        else:
            units = np.full(len(x), _answer(model, net, x[:1], output)[0])
        labels = [f"P({model.classes_[k]})" for k in units]
    found, outputs, starts = contributions_of_rows(net, x, origin[0], units)
    total = found @ (owner[:, None] == np.arange(len(columns))) * factor
    outputs, starts = factor * outputs + offset, factor * starts + offset
    cells = [
        [[column.show(cell) for cell in table.columns[column.name]] for column in columns]
        for table in (rows, start)
    ]
    reference = [cell for (cell,) in cells[1]]
    by_row = map(list, zip(*cells[0], strict=True))
    return [
        Explanation(
            total[k], float(outputs[k]), float(starts[k]), label, rows.names, own, reference
        )
        for k, (label, own) in enumerate(zip(labels, by_row, strict=True))
    ]


def _explain_one(
    model: Any, before: Any, last: Any, net: Network, X: Any, row: Table, start: Table, output: Any
) -> Explanation:
    """Return the explanation of one row."""
    show: dict[str, Any] = {}
    if before is not None:
        x, origin, owner = _through(before, X, row, start)
    else:
        x, origin = (
            np.stack(list(table.columns.values()), axis=1).astype(float) for table in (row, start)
        )
        owner = np.arange(x.shape[1])
    if not x.shape[1]:
        x, origin, owner = np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1, int)
    unit, factor, offset, label = _answer(last, net, x, output)
    why = explain_row(net, x[0], origin[0], unit)
    total = np.bincount(owner, why.contributions, len(row.columns)) * factor
    ends = (factor * why.output + offset, factor * why.reference_output + offset)
    _check(last, x, ends[0], label, unit)
    cells = [
        [_shown(show.get(name), a[0]) for name, a in table.columns.items()]
        for table in (row, start)
    ]
    return Explanation(total, *ends, label, row.names, cells[0], cells[1])


def _answer(last: Any, net: Network, x: Array, output: Any) -> tuple[int | None, float, float, str]:
    """Return which output F of the network is explained, and the answer as factor · F + offset.

    The last value is the name of the answer.
    """
    if isinstance(getattr(last, "classes_", None), list):
        raise ParameterError(
            "explain",
            "one column of classes",
            f"{len(last.classes_)}",
            "Fit an MLPClassifier for each column, and explain these.",
        )
    outputs = net.programs.output[-1]
    if isinstance(last, TableRegressor):
        return output, last.scale_, last.mean_, last.target_ or "prediction"
    if not is_classifier(last):
        return output, 1.0, 0.0, "prediction" if output is None else f"prediction[{output}]"
    classes = last.classes_
    if not hasattr(last, "predict_proba"):
        raise ParameterError(
            "explain",
            "a classifier with predict_proba",
            repr(last),
            "Explain its network_: chainrule.inspect.explain.",
        )
    p = net.predict(x.astype(net.dtype))[0]
    if output is None:
        k = int(p.argmax()) if outputs > 1 else int(p[0] > 0.5)
    else:
        found = np.flatnonzero(np.asarray(classes) == output)
        if len(found) != 1:
            raise ParameterError(
                "explain(output=)",
                f"one of the classes {', '.join(map(str, classes))}"[:200],
                repr(output),
                "Name one.",
            )
        k = int(found[0])
    label = f"P({classes[k]})"
    if outputs == 1 and len(classes) == 2:  # one unit gives the probability of the second class
        return 0, 1.0 if k else -1.0, 0.0 if k else 1.0, label
    return k, 1.0, 0.0, label


def _check(last: Any, x: Array, found: float, label: str, unit: int | None) -> None:
    """Raise ParameterError unless the estimator passes its rows to the network as they are."""
    last = copy(last)
    last.__dict__.pop("feature_names_in_", None)  # x has no names
    if is_classifier(last):
        answer = last.predict_proba(x)[0][[f"P({c})" for c in last.classes_].index(label)]
    else:
        answer = np.ravel(last.predict(x))[unit or 0]
    if not np.isclose(answer, found, rtol=1e-3, atol=1e-3):
        raise ParameterError(
            "explain",
            "a model whose network_ takes its rows as they are",
            type(last).__name__,
            "Explain its network_: chainrule.inspect.explain.",
        )


def _shown(show: Any, cell: Any) -> str:
    """Return a cell as people read it."""
    if show is not None:
        return str(show(cell))
    if cell is None or cell != cell:
        return "missing"
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


# ---------------------------------------------------------------- pipelines


def _through(before: Any, X: Any, row: Table, start: Table) -> tuple[Array, Array, Array]:
    """Return row and reference as the network gets them, and the column that each input belongs to.

    One cell of the row at a time is put into the reference row: an input belongs to the column
    whose cell alone moves it all the way. If no single cell does, the steps mix columns.
    """
    D = len(row.columns)
    cells = {}
    for j, name in enumerate(row.names):
        here, there = row.columns[name], start.columns[name]
        mixed = np.empty(
            D + 2, np.result_type(here, there) if here.dtype.kind == there.dtype.kind else object
        )
        mixed[:] = there[0]
        mixed[1] = mixed[2 + j] = here[0]
        cells[name] = mixed
    table: Any = (
        type(X)({name: a.tolist() for name, a in cells.items()})
        if hasattr(X, "columns")
        else _stacked(cells)
    )
    Z = before.transform(table)
    Z = np.asarray(Z.toarray() if issparse(Z) else Z, np.float64)
    origin, x, single = Z[0], Z[1], Z[2:]
    moves = x != origin
    moved = single != origin
    whole = np.isclose(single, x, rtol=1e-9, atol=1e-12)
    clear = (moved.sum(axis=0) == 1) & (whole & moved).any(axis=0)
    if (moves & ~clear).any():
        raise DataError(
            "explain",
            "steps that change each column by itself",
            f"a step that mixes them, in input {int(np.argmax(moves & ~clear))}",
            "Explain the last step: explain(model[-1], model[:-1].transform(X), ...).",
        )
    return x[None], origin[None], moved.argmax(axis=0)


def _stacked(cells: dict[str, Array]) -> Array:
    return np.stack(list(cells.values()), axis=1)
