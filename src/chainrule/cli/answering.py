"""Models that answer for rows of Parquet files: a network alone, and the model of a table."""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..datasets.parquet_files import ParquetFiles
from ..errors import DataError
from ..losses import KLDivergence, SigmoidCrossEntropy, SoftmaxCrossEntropy
from ..losses.joint import JointLoss
from .rows_from_parquet import InputColumns, Place, input_columns
from .unseen_words import UnseenWords

if TYPE_CHECKING:
    from ..network import Network


class NetworkAnswers:
    """The answers of a network alone.

    Parameters
    ----------
    net : Network
        A network with one input.
    files : ParquetFiles
        The data; their columns of numbers are its inputs.
    without : collection of str
        Columns that are no inputs.
    """

    def __init__(self, net: Network, files: ParquetFiles, without: Collection[str] = ()) -> None:
        assert net.inputs is not None
        self.net = net
        self.inputs: InputColumns = input_columns(files, net.inputs["x"], without)

    @property
    def columns(self) -> list[str]:
        """The columns of the inputs."""
        return list(self.inputs.names)

    def answer(self, batch: Any, place: Place) -> dict[str, Any]:
        """Return a column for each output: "prediction", or "P(0)", "P(1)", ... for classes."""
        import pyarrow as pa

        rows = self.inputs.rows(batch, place)
        with warnings.catch_warnings():  # of what is refused below
            warnings.filterwarnings("ignore", "predict: .* although its inputs are finite")
            try:
                found = self.net.predict(rows)
            except DataError as error:
                raise self._wrong_row(rows, place, error) from None
        losses = {"": self.net.loss}
        if isinstance(self.net.loss, JointLoss):
            losses = {name: loss for name, _, loss in self.net.loss.parts}
        named: dict[str, Any] = {}
        for name, loss in losses.items():
            values = found[name] if name else found
            flat = values.reshape(len(values), math.prod(values.shape[1:]))
            self._check_finite(flat, place)
            titles = _titles(name, flat.shape[1], loss)
            named |= {t: pa.array(np.ascontiguousarray(flat[:, k])) for k, t in enumerate(titles)}
        return named

    def remarks(self) -> list[str]:
        """Return nothing: all was said before."""
        return []

    def _check_finite(self, answers: Array, place: Place) -> None:
        if np.isfinite(answers).all():
            return
        bad = ~np.isfinite(answers)
        row = int(bad.any(axis=1).argmax())
        remedy = "Its numbers are far from those that the network was trained on."
        raise DataError(
            place(row), "inputs that give a finite answer", f"{answers[row][bad[row]][0]}", remedy
        )

    def _wrong_row(self, rows: Array, place: Place, error: DataError) -> DataError:
        """Return the error of the first row that the network refuses, with its place."""
        flat = rows.reshape(len(rows), -1)
        for k in range(len(rows)):
            try:
                self.net.predict(rows[k : k + 1])
            except DataError as own:
                with np.errstate(over="ignore"):
                    bad = ~np.isfinite(flat[k].astype(self.net.dtype))
                if not bad.any():
                    return DataError(f"{place(k)}: {own}")
                at = int(bad.argmax())
                return self._wrong_cell(
                    f"{place(k)}, column {self.inputs.name_of(at)}", flat[k, at]
                )
        return error

    def _wrong_cell(self, where: str, value: Any) -> DataError:
        """Return the error for a number that is not finite in the type of the network."""
        if np.isfinite(value):
            rule = f"a number of at most {np.finfo(self.net.dtype).max:.1e}"
            remedy = "Correct it, or give the column in another unit."
            return DataError(where, f"{rule}, which the network can hold", f"{value:g}", remedy)
        got = "NaN" if np.isnan(value) else "infinity"
        return DataError(where, "a finite number", got, "Fill it: a network has no missing values.")


def _titles(name: str, count: int, loss: Any) -> list[str]:
    """Return the names of the columns of an output."""
    of = f"{name} " if name else ""
    if isinstance(loss, SoftmaxCrossEntropy | KLDivergence):
        return [f"{of}P({k})" for k in range(count)]
    if isinstance(loss, SigmoidCrossEntropy) and count == 1:
        return [f"{of}P(1)"]
    first = name or "prediction"
    return [first] if count == 1 else [f"{first} {k}" for k in range(count)]


class TableAnswers:
    """The answers of a model of `chainrule train`.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        The model.
    files : ParquetFiles
        The data, with the columns that it learned from.
    explain : bool
        True to add what each column contributes to each answer.
    reference : Table, optional
        Rows to compare with, instead of the median of the training rows.
    """

    def __init__(
        self, model: Any, files: ParquetFiles, *, explain: bool = False, reference: Any = None
    ) -> None:
        from ..estimators.tables.arrow_cells import kind_of
        from ..estimators.tables.encoder import checked_table
        from ..estimators.tables.table import Table

        self.model, self.files = model, files
        self.explain, self.reference = explain, reference
        named = getattr(model, "feature_names_in_", None)
        learned = [f"x{k}" for k in range(model.n_features_in_)] if named is None else list(named)
        self._columns = [str(name) for name in learned if name in files.columns]
        for field in files.schema(self._columns):
            try:
                kind_of(field.name, field.type)
            except DataError as error:
                raise DataError(f"{files.name}, {error}") from None
        nothing = {name: np.empty(0) for name in files.columns}
        checked_table(model, Table(nothing, files.name), reset=False)  # names what is missing
        self._unseen = UnseenWords(model.encoder_.columns_)

    @property
    def columns(self) -> list[str]:
        """The columns that it learned from, if they are there."""
        return self._columns

    def answer(self, batch: Any, place: Place) -> dict[str, Any]:
        """Return the columns that a CSV file gets: the target, P(class), and contributions."""
        import pyarrow as pa

        from ..estimators.tables.arrow_cells import cells_of
        from ..estimators.tables.encoder import checked_table
        from ..estimators.tables.table import Table

        source = self.files.name
        try:
            cells = {name: cells_of(name, batch.column(name)) for name in self._columns}
        except DataError as error:
            raise DataError(f"{place(0)} and the rows after it, {error}") from None
        rows, where = np.arange(len(batch)), lambda row: place(row).removeprefix(f"{source}, ")
        table = checked_table(self.model, Table(cells, source, rows, where), reset=False)
        target = self.model.target_ or "prediction"
        if hasattr(self.model, "classes_"):
            numbers, classes = self.model.predict_proba(table), self.model.classes_
            kind = pa.array(classes.tolist()).type
            labels = classes[numbers.argmax(axis=1)].tolist() if len(numbers) else []
            found = {target: pa.array(labels, kind)}
            found |= {f"P({c})": _column(numbers[:, k]) for k, c in enumerate(classes)}
        else:
            found = {target: _column(self.model.predict(table))}
        if self.explain:
            found |= self._contributions(table)
        self._unseen.look_at(table.emptied(self.model.missing))
        return found

    def _contributions(self, table: Any) -> dict[str, Any]:
        from ..estimators import explain
        from .tables import CHUNK

        names = [str(column.name) for column in self.model.encoder_.columns_]
        parts = [np.empty((0, len(names)))]
        for start in range(0, len(table), CHUNK):
            part = table.take(slice(start, start + CHUNK))
            whys = explain(self.model, part, self.reference)
            names = [str(name) for name in whys[0].names]
            parts.append(np.array([why.contributions for why in whys]))
        numbers = np.concatenate(parts)
        return {f"{name} contributes": _column(numbers[:, k]) for k, name in enumerate(names)}

    def remarks(self) -> list[str]:
        """Return a line for each column with words that no training row had."""
        return self._unseen.lines()


def _column(numbers: Array) -> Any:
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(numbers))
