"""What `chainrule train` and `chainrule predict` do with tables; scikit-learn loads when they run."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError, FileError, ParameterError
from ..files.container import read

if TYPE_CHECKING:
    from ..arrays import Array
    from ..estimators.tables.table import Table
    from ..inspect.explanation import Explanation
    from ..network import Network

Say = Callable[[str], Any]
LINE = 60  # letters of the classes or columns that a line names
FEW_ROWS = 100  # held out: the report warns of fewer


def train(
    data: str,
    target: str,
    output: str | None,
    *,
    say: Say,
    task: str | None = None,
    weight: str | None = None,
    test_fraction: float = 0.2,
    baselines: bool = True,
    refit: bool = False,
    force: bool = False,
    kinds: Sequence[str] = (),
    missing: Sequence[str] = (),
    **settings: Any,
) -> bool:
    """Learn to predict a column, report, save; whether Ctrl-C ended it.

    Parameters
    ----------
    data : str
        A .csv or .parquet file.
    target : str
        The column.
    output : str, optional
        The file to write; without it the name of the data, as .safetensors, in the folder where one is.
    say : function
        Takes each line.
    task : str, optional
        "classification" or "regression".
    weight : str, optional
        The column that says how much each row counts.
    test_fraction : float
        Of the rows that are held out.
    baselines : bool
        Whether other models are trained for comparison.
    refit : bool
        Whether the model that is saved learns from all rows in the end.
    force : bool
        Whether a file that is there may be replaced.
    kinds : sequence of str
        "column=kind".
    missing : sequence of str
        Words that stand for nothing.
    **settings
        Of TableClassifier and TableRegressor.
    """
    from ..estimators import TableClassifier, TableEncoder, TableRegressor
    from ..estimators.tables.table import as_table
    from ..estimators.tables.target import (
        infer_task,
        labels_of,
        numbers_of,
        split_target,
        split_weights,
    )

    path = output or f"{_stem(data)}.safetensors"
    _check_output(path, data, force)
    whole = as_table(data)
    table, cells, kept = split_target(whole.emptied(missing), target)
    weights = None
    if weight is not None:
        table, weights = split_weights(table, weight)
    chosen = _kinds(kinds, table.names)
    guessed, task = task is None, task or infer_task(cells)
    y = (labels_of if task == "classification" else numbers_of)(table, target, cells)
    say(f"{data}: {len(whole)} rows, {len(whole.columns)} columns")
    say(f"target {target}: {_about(y, task)}{_hint(y, task) if guessed else ''}")
    if gone := int((~kept).sum()):
        say(f"{gone} row{'s' * (gone > 1)} without {target} left out")
    if weights is not None:
        say(f"weights: {weight}, from {weights.min():.6g} to {weights.max():.6g}")
        if gone := int((weights == 0).sum()):
            say(f"{gone} row{'s' * (gone > 1)} of weight 0 left out")
        table, y, weights = table.take(weights > 0), y[weights > 0], weights[weights > 0]
    learned, held = _parts(
        y, test_fraction, settings["random_state"], task == "classification", data
    )
    cls = TableClassifier if task == "classification" else TableRegressor
    encoder = TableEncoder(kinds=chosen, missing=missing).fit(table.take(learned))
    for line in _columns(encoder.columns_, table):
        say(line)
    say(f"learning from {len(learned)} rows, {len(held)} held out")

    def fitted(rows: Array) -> Any:
        model = cls(kinds=chosen, missing=missing, verbose=None, **settings)
        model.fit(
            table.take(rows), y[rows], sample_weight=None if weights is None else weights[rows]
        )
        model.target_ = target
        model.save(path)
        return model

    model = fitted(learned)
    interrupted: bool = model.interrupted_
    if interrupted:
        say("interrupted: what was trained is kept, without the comparison with other models")
    if len(held):
        interrupted = (
            _report(model, table, y, weights, learned, held, baselines and not interrupted, say)
            or interrupted
        )
    if refit and not interrupted and len(held):
        say(f"learning again, now from all {len(y)} rows")
        try:
            interrupted = fitted(np.arange(len(y))).interrupted_
            say(
                f"the model that is saved learned from all rows; the figures above are those of {len(learned)} rows"
            )
        except KeyboardInterrupt:
            interrupted = True
            say(f"interrupted: the model of {len(learned)} rows is kept")
    say(f"saved in {path}; to use it: chainrule predict {path} NEW.csv")
    return interrupted


def _report(
    model: Any,
    table: Table,
    y: Array,
    weights: Array | None,
    learned: Array,
    held: Array,
    baselines: bool,
    say: Say,
) -> bool:
    """How good the model is on the held-out rows, beside others; whether Ctrl-C ended the comparison."""
    from ..estimators.tables import report as table_report

    parts = (table.take(learned), y[learned], table.take(held), y[held])
    w = (None, None) if weights is None else (weights[learned], weights[held])
    interrupted = False
    try:
        scores = table_report.compare(model, *parts, weights=w, baselines=baselines)
    except KeyboardInterrupt:
        interrupted = True
        say("interrupted: without the comparison with other models")
        scores = table_report.compare(model, *parts, weights=w, baselines=False)
    few = " (few: small differences are chance)" if len(held) < FEW_ROWS else ""
    say(f"on the {len(held)} rows held out{few}:")
    say(table_report.as_text(scores))
    return interrupted


def _stem(data: str) -> str:
    path = Path(data)
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _check_output(path: str, data: str, force: bool) -> None:
    """Before hours of work: the file can be written, and nothing is lost by it."""
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        raise FileError(f"{path} cannot be written: there is no folder {folder}.")
    if os.path.isdir(path):
        raise FileError(f"{path} cannot be written: it is a folder. Name a file in it.")
    if not os.access(folder or ".", os.W_OK):
        raise FileError(
            f"{path} cannot be written: the folder {folder or '.'} is read-only. Choose another --output."
        )
    if os.path.exists(path):
        if os.path.exists(data) and os.path.samefile(path, data):
            raise FileError(
                f"{path}: expected another file than the data. Choose another --output."
            )
        if not force:
            raise FileError(
                f"{path}: expected a new file, got one that is there. Replace it with --force, or choose another --output."
            )


def _parts(y: Array, fraction: float, seed: int, classes: bool, data: str) -> tuple[Array, Array]:
    from ..estimators.tables import report as table_report

    if len(y) < 10:
        raise DataError(data, "at least 10 rows with a target", str(len(y)), "Collect more.")
    if fraction and math.ceil(fraction * len(y)) >= len(y) - 1:
        raise DataError(
            "--test-fraction",
            "rows to learn from",
            f"none of the {len(y)}",
            "The usual value is 0.2.",
        )
    learned, held = table_report.hold_out(y, fraction, seed, classes)
    if classes and len(np.unique(y[learned])) < 2:
        raise DataError(
            data, "two classes among the rows to learn from", "one", "Lower --test-fraction."
        )
    return learned, held


def _kinds(given: Sequence[str], names: list[str]) -> dict[str, str]:
    from ..estimators.tables.kinds import KINDS, check_kinds

    pairs = [text.rpartition("=") for text in given]
    for text, (name, _, kind) in zip(given, pairs, strict=True):
        if not name or kind not in KINDS:
            raise ParameterError(
                "--kind", f"COLUMN={'|'.join(KINDS)}", text, "Write --kind zip=category."
            )
    return check_kinds({name: kind for name, _, kind in pairs}, names)


def _about(y: Array, task: str) -> str:
    if task == "regression":
        return f"regression, a number from {y.min():.6g} to {y.max():.6g}"
    counts = Counter(y.tolist()).most_common()
    return f"classification, {len(counts)} classes: {_listed([f'{label} ({count})' for label, count in counts])}"


def _hint(y: Array, task: str) -> str:
    return (
        " (if it is a number: --task regression)"
        if task == "classification" and y.dtype.kind in "if"
        else ""
    )


def _columns(columns: Sequence[Any], table: Table) -> list[str]:
    """What the columns were taken for, and what may surprise."""
    from ..estimators.tables.numbers import unknown_words

    of_kind: dict[str, list[Any]] = {}
    for column in columns:
        of_kind.setdefault(type(column).__name__, []).append(column)
    words = {"NumberColumn": "numbers", "CategoryColumn": "categories", "DateColumn": "dates"}
    lines = []
    for kind, word in words.items():
        if kind in of_kind:
            told = [
                f"{c.name} ({c.unit})" if getattr(c, "unit", "") else c.name for c in of_kind[kind]
            ]
            lines.append(f"{word}: {_listed(told)}")
    if ignored := [f"{column.name} ({column.why})" for column in of_kind.get("IgnoredColumn", [])]:
        lines.append(f"left out: {_listed(ignored)}")
    numbers = {
        column.name: table.columns[column.name] for column in of_kind.get("NumberColumn", [])
    }
    if gone := [
        f"{', '.join(w)} in {name}"
        for name, cells in numbers.items()
        if (w := unknown_words(cells))
    ]:
        lines.append(f"taken as missing: {_listed(gone)}")
    lines += [
        f"{name} only counts the rows, it seems; to leave it out: --kind {name}=ignore"
        for name, cells in numbers.items()
        if counts_rows(cells)
    ]
    return lines


def counts_rows(cells: Array) -> bool:
    """Whether a column is k, k + 1, k + 2 ... down the file, as line numbers are."""
    with suppress(ValueError, TypeError):
        return len(cells) > 1 and bool((np.diff(cells.astype(np.float64)) == 1).all())
    return False


def _listed(names: list[str]) -> str:
    """As many as a line holds."""
    told, size = 0, 0
    while told < len(names) and (not told or size + len(names[told]) <= LINE):
        size += len(names[told]) + 2
        told += 1
    return ", ".join(names[:told]) + (f" and {len(names) - told} more" if told < len(names) else "")


# ---------------------------------------------------------------- predict


def is_table(file: str) -> bool:
    """Whether a file of chainrule holds a table's model."""
    return "table" in read(file)[0]


def predict(
    file: str,
    data: str,
    output: str | None,
    reference: str | None,
    *,
    explain: bool,
    say: Say,
    tell: Say,
) -> None:
    """One line a row, or a file; with explain the contributions of the columns below each line.

    Parameters
    ----------
    file, data : str
        A model of `train`, and a .csv or .parquet file with the columns that it learned from.
    output : str, optional
        .csv or .npy.
    reference : str, optional
        Rows to compare with, instead of the middle of the training rows.
    explain : bool
        Whether to say why.
    say, tell : function
        Takes each line of the answer; takes what is said about it.
    """
    from .. import estimators
    from ..estimators.tables.encoder import checked_table
    from ..estimators.tables.model import TableModel
    from ..estimators.tables.table import as_table
    from .answers_to_files import write_answers

    model: Any = TableModel.load(file)
    table = checked_table(model, as_table(data), reset=False)
    whys = None
    if explain:
        others = None if reference is None else as_table(reference)
        whys = estimators.explain(model, table, others)
    if hasattr(model, "classes_"):
        p = model.predict_proba(table)
        best = p.argmax(axis=1)
        lines = [
            f"{model.classes_[k]}  probability {row[k]:.4f}" for k, row in zip(best, p, strict=True)
        ]
        titles, numbers, first = (
            [f"P({label})" for label in model.classes_],
            p,
            model.classes_[best].tolist(),
        )
    else:
        values = model.predict(table)
        lines, titles, numbers, first = [f"{v:.6g}" for v in values], [], values[:, None], None
    if output is None:
        say_all(lines, whys, say)
        return
    titles = [model.target_ or "prediction", *titles]
    because = None if whys is None else np.array([why.contributions for why in whys])
    if whys is not None:
        titles += [f"{name} contributes" for name in whys[0].names]
    if output.lower().endswith(".npy"):
        tell(write_answers(output, numbers))
    else:
        numbers = numbers if because is None else np.hstack([numbers, because])
        tell(write_answers(output, numbers, titles, first))


def say_all(lines: list[str], whys: list[Explanation] | None, say: Say) -> None:
    for k, line in enumerate(lines):
        say(line if whys is None else f"row {k + 1}: {line}")
        if whys is not None:
            say(f"  {whys[k]}".replace("\n", "\n  "))


def explain_rows(net: Network, rows: Array, others: Array | None, data: str) -> list[Explanation]:
    """Why a network alone answers so: compared with the median of other rows, or of its own rows."""
    from ..inspect.explaining import explain

    if others is None and len(rows) < 2:
        raise DataError(
            data, "several rows, whose median is compared with", "one row", "Give --reference FILE."
        )
    middle = np.median(np.asarray(rows if others is None else others, float), axis=0)
    return [explain(net, row, middle) for row in rows]
