"""What `chainrule train` and `chainrule predict` do with tables; scikit-learn loads when they run."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .container import read
from .errors import DataError, FileError, ParameterError

if TYPE_CHECKING:
    from .arrays import Array
    from .inspect.explanation import Explanation
    from .network import Network

Say = Callable[[str], Any]
FEW = 8  # classes or columns that a line names


def train(
    data: str, target: str, output: str | None, *, say: Say, task: str | None, test_fraction: float, baselines: bool,
    kinds: Sequence[str], **settings: Any,
) -> bool:  # fmt: skip
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
    test_fraction : float
        Of the rows that are held out.
    baselines : bool
        Whether other models are trained for comparison.
    kinds : sequence of str
        "column=kind".
    **settings
        Of TableClassifier and TableRegressor.
    """
    from .estimators import TableClassifier, TableEncoder, TableRegressor, table_report
    from .estimators.table import as_table
    from .estimators.table_target import infer_task, labels_of, numbers_of, split_target

    path = output or f"{Path(data).stem}.safetensors"
    if (folder := os.path.dirname(path)) and not os.path.isdir(folder):
        raise FileError(f"{path} cannot be written: there is no folder {folder}.")
    if os.path.exists(path) and os.path.exists(data) and os.path.samefile(path, data):
        raise FileError(f"{path}: expected another file than the data. Choose another --output.")
    whole = as_table(data)
    table, cells, without = split_target(whole, target)
    chosen = _kinds(kinds, table.names)
    guessed, task = task is None, task or infer_task(cells)
    y = (labels_of if task == "classification" else numbers_of)(table, target, cells)
    learned, held = _parts(y, test_fraction, settings["random_state"], task == "classification", data)
    say(f"{data}: {len(whole)} rows, {len(whole.columns)} columns")
    say(f"target {target}: {_about(y, task)}{_hint(y, task) if guessed else ''}")
    if len(without):
        say(f"{len(without)} row{'s' * (len(without) > 1)} without {target} left out")
    cls = TableClassifier if task == "classification" else TableRegressor
    for line in _columns(TableEncoder(kinds=chosen).fit(table.take(learned)).columns_):
        say(line)
    say(f"learning from {len(learned)} rows, {len(held)} held out")
    model = cls(kinds=chosen, verbose=None, **settings)
    model.fit(table.take(learned), y[learned])
    model.target_ = target
    model.save(path)
    if model.interrupted_:
        say("interrupted: what was trained is kept, without the comparison with other models")
    if len(held):
        compared = baselines and not model.interrupted_
        parts = (table.take(learned), y[learned], table.take(held), y[held])
        say(f"on the {len(held)} rows held out:")
        say(table_report.as_text(table_report.compare(model, *parts, baselines=compared)))
    say(f"saved in {path}; to use it: chainrule predict {path} NEW.csv")
    return model.interrupted_


def _parts(y: Array, fraction: float, seed: int, classes: bool, data: str) -> tuple[Array, Array]:
    from .estimators import table_report

    if len(y) < 10:
        raise DataError(data, "at least 10 rows with a target", str(len(y)), "Collect more.")
    if fraction and math.ceil(fraction * len(y)) >= len(y) - 1:
        raise DataError("--test-fraction", "rows to learn from", f"none of the {len(y)}", "The usual value is 0.2.")
    learned, held = table_report.hold_out(y, fraction, seed, classes)
    if classes and len(np.unique(y[learned])) < 2:
        raise DataError(data, "two classes among the rows to learn from", "one", "Lower --test-fraction.")
    return learned, held


def _kinds(given: Sequence[str], names: list[str]) -> dict[str, str]:
    from .estimators.table_kinds import KINDS, check_kinds

    pairs = [text.rpartition("=") for text in given]
    for text, (name, _, kind) in zip(given, pairs, strict=True):
        if not name or kind not in KINDS:
            raise ParameterError("--kind", f"COLUMN={'|'.join(KINDS)}", text, "Write --kind zip=category.")
    return check_kinds({name: kind for name, _, kind in pairs}, names)


def _about(y: Array, task: str) -> str:
    if task == "regression":
        return f"regression, a number from {y.min():.6g} to {y.max():.6g}"
    counts = Counter(y.tolist()).most_common()
    told = ", ".join(f"{label} ({count})" for label, count in counts[:FEW])
    more = f" and {len(counts) - FEW} more" if len(counts) > FEW else ""
    return f"classification, {len(counts)} classes: {told}{more}"


def _hint(y: Array, task: str) -> str:
    return " (if it is a number: --task regression)" if task == "classification" and y.dtype.kind in "if" else ""


def _columns(columns: Sequence[Any]) -> list[str]:
    """What the columns were taken for."""
    words = {"NumberColumn": "numbers", "CategoryColumn": "categories", "DateColumn": "dates"}
    lines = []
    for kind, word in words.items():
        if names := [column.name for column in columns if type(column).__name__ == kind]:
            more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
            lines.append(f"{word}: {', '.join(names[:FEW])}{more}")
    if ignored := [f"{column.name} ({column.why})" for column in columns if type(column).__name__ == "IgnoredColumn"]:
        lines.append(f"left out: {', '.join(ignored)}")
    return lines


# ---------------------------------------------------------------- predict


def is_table(file: str) -> bool:
    """Whether a file of chainrule holds a table's model."""
    return "table" in read(file)[0]


def predict(file: str, data: str, output: str | None, reference: str | None, *, explain: bool, say: Say) -> None:
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
    say : function
        Takes each line.
    """
    from . import estimators
    from .estimators.table import as_table
    from .estimators.table_encoder import checked_table
    from .estimators.table_save import load

    model = load(file)
    table = checked_table(model, as_table(data), reset=False)
    whys = None
    if explain:
        others = None if reference is None else as_table(reference)
        whys = estimators.explain(model, table, others)
    if hasattr(model, "classes_"):
        p = model.predict_proba(table)
        best = p.argmax(axis=1)
        lines = [f"{model.classes_[k]}  probability {row[k]:.4f}" for k, row in zip(best, p, strict=True)]
        titles, numbers, first = [f"P({label})" for label in model.classes_], p, model.classes_[best].tolist()
    else:
        values = model.predict(table)
        lines, titles, numbers, first = [f"{v:.6g}" for v in values], [], values[:, None], None
    target = model.target_ or "prediction"
    if output is None:
        say_all(lines, whys, say)
    elif output.lower().endswith(".npy"):
        _save_npy(output, numbers)
    else:
        _save_csv(output, [target, *titles], numbers, first, whys)


def say_all(lines: list[str], whys: list[Explanation] | None, say: Say) -> None:
    for k, line in enumerate(lines):
        say(line if whys is None else f"row {k + 1}: {line}")
        if whys is not None:
            say(f"  {whys[k]}".replace("\n", "\n  "))


def _save_npy(path: str, numbers: Array) -> None:
    try:
        np.save(path, numbers)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from None


def _save_csv(
    path: str, titles: list[str], numbers: Array, labels: list[Any] | None, whys: list[Explanation] | None
) -> None:
    """Labels and probabilities, or numbers; then what each column contributed."""
    titles = titles + ([f"{name} contributes" for name in whys[0].names] if whys else [])
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(titles)
            for k, row in enumerate(numbers):
                start = [] if labels is None else [labels[k]]
                because = whys[k].contributions.tolist() if whys else []
                writer.writerow([*start, *(f"{v:.9g}" for v in row), *(f"{v:.9g}" for v in because)])
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from None


def explain_rows(net: Network, rows: Array, others: Array | None, data: str) -> list[Explanation]:
    """Why a network alone answers so: compared with the median of other rows, or of its own rows."""
    from .inspect.explaining import explain

    if others is None and len(rows) < 2:
        raise DataError(data, "several rows, whose median is compared with", "one row", "Give --reference FILE.")
    middle = np.median(np.asarray(rows if others is None else others, float), axis=0)
    return [explain(net, row, middle) for row in rows]
