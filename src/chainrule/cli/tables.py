"""What `chainrule train` and `predict` do with tables; scikit-learn loads when they run."""

from __future__ import annotations

import math
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..distributed.all_or_none import from_first
from ..errors import DataError, FileError, ParameterError
from ..files.container import read
from ..files.text import Reading
from ..files.writing import check_target
from .unseen_words import UnseenWords
from .unseen_words import listed as _listed

if TYPE_CHECKING:
    from ..arrays import Array
    from ..estimators.tables.model import FirstRun
    from ..estimators.tables.table import Table
    from ..inspect.explanation import Explanation
    from ..network import Network

Say = Callable[[str], Any]
PICTURES = (".png", ".svg", ".pdf")
LEAKS = 8  # columns that give the target away and are named
WIDE = 1000  # columns: with more, their importance is not measured
CHUNK = 5000  # rows that are explained together
FEW_ROWS = 100  # with fewer rows held out, the report says that they are few


@dataclass(frozen=True)
class Training:
    """The arguments of `chainrule train`.

    Parameters
    ----------
    data : str
        A .csv or .parquet file.
    target : str
        The column to predict.
    settings : dict
        Settings of TableClassifier and TableRegressor.
    output : str, optional
        The file to write; the default is the data's name, as .safetensors, in the current folder.
    task : str, optional
        "classification" or "regression"; the default is what the target looks like.
    weight : str, optional
        The column that says how much each row counts.
    test_fraction : float
        The fraction of the rows that is held out.
    baselines : bool
        True to train other models for comparison.
    refit : bool
        True to learn from all rows after the report, and to save that model.
    force : bool
        True if an existing file may be replaced.
    kinds : sequence of str
        "column=kind" for each column whose kind is given.
    missing : sequence of str
        Words that mean an empty cell.
    reading : Reading
        How the file is read: its encoding, its sheet.
    class_weight : str, optional
        "balanced": each class counts the same in training.
    importance : bool
        True to say which columns matter.
    picture : str, optional
        A file to draw that in.
    record : str, optional
        A file to record the training of the first network in.
    sample : int, optional
        For a folder: the number of rows that the columns are measured on.
    cache : str, optional
        For a folder: where the encoded rows are kept on disk.
    comm : communicator, optional
        The processes that train together.
    """

    data: str
    target: str
    settings: dict[str, Any]
    output: str | None = None
    task: str | None = None
    weight: str | None = None
    test_fraction: float = 0.2
    baselines: bool = True
    refit: bool = False
    force: bool = False
    kinds: Sequence[str] = ()
    missing: Sequence[str] = ()
    reading: Reading = field(default_factory=Reading)
    class_weight: str | None = None
    importance: bool = True
    picture: str | None = None
    record: str | None = None
    sample: int | None = None
    cache: str | None = None
    comm: Any = None

    @property
    def path(self) -> str:
        """The file to write."""
        return self.output or f"{_stem(self.data)}.safetensors"


@dataclass(frozen=True)
class Examples:
    """The rows of a table with their targets and, if there is a weight column, their weights."""

    table: Table
    y: Array
    weights: Array | None
    classes: bool

    def take(self, rows: Array) -> Examples:
        """Return some of the rows; `rows` are numbers or booleans."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.table.take(rows), self.y[rows], weights, self.classes)

    def with_numbers(self, columns: Sequence[Any]) -> Examples:
        """Return the same rows; words that are numbers without a unit are read once, here."""
        from ..estimators.tables.columns import NumberColumn
        from ..estimators.tables.kinds import ASK
        from ..estimators.tables.numbers import as_numbers

        found = dict(self.table.columns)
        for column in columns:
            if isinstance(column, NumberColumn) and not column.unit:
                found[column.name] = as_numbers(
                    column.name, found[column.name], self.table.place, "", ASK
                )
        return replace(self, table=replace(self.table, columns=found))


def train(asked: Training, say: Say) -> bool:
    """Learn to predict a column, report and save. Return True if Ctrl-C ended the training.

    Parameters
    ----------
    asked : Training
        The file, the column and the options.
    say : function
        Called with each line of the report.
    """
    from ..estimators.tables.leaks import leaks

    check_outputs(asked)
    ready = prepared(asked, say)
    examples, kinds, learned, held = ready.examples, ready.kinds, ready.learned, ready.held
    first, test = examples.take(learned), examples.take(held)
    seed = asked.settings["random_state"]
    say_leaks(leaks(ready.columns, examples.table, examples.y, examples.classes, seed), asked, say)
    say(f"learning from {len(learned)} rows, {len(held)} held out")
    model = _fitted(first, asked, kinds)
    interrupted: bool = model.interrupted_
    if interrupted:
        say("interrupted: what was trained is kept, without the comparison with other models")
    if len(held):
        baselines = asked.baselines and not interrupted
        interrupted = say_report(model, first, test, asked, baselines, say) or interrupted
    if asked.refit and not from_first(asked.comm, interrupted) and len(held):
        interrupted = _learn_again(examples, len(learned), asked, kinds, say)
    say(f"saved in {asked.path}; to use it: chainrule predict {asked.path} NEW.csv")
    if asked.record is not None:
        say(
            f"recorded in {asked.record}; to look into it: "
            f"chainrule replay {asked.record} --data {asked.data}"
        )
    return interrupted


def check_outputs(asked: Training) -> None:
    """Check, before hours of work, the files that are to be written."""
    _check_output(asked.path, asked.data, asked.force)
    if asked.picture is not None and not asked.picture.lower().endswith(PICTURES):
        raise ParameterError(
            "--picture", f"a file with {', '.join(PICTURES)}", asked.picture, "Write columns.png."
        )
    if asked.picture is not None:
        check_target(asked.picture)
    if asked.record is not None:
        check_record(asked.record, asked.path, asked.data, asked.force)


@dataclass(frozen=True)
class Prepared:
    """A table that is ready to be learned.

    Parameters
    ----------
    examples : Examples
        All rows with a target.
    kinds : dict
        The kind of each column whose kind is not what it looks like.
    columns : sequence
        How each column is encoded.
    learned, held : arrays of int
        The rows to learn from, and those that are held out.
    """

    examples: Examples
    kinds: dict[str, str]
    columns: Sequence[Any]
    learned: Array
    held: Array


def prepared(asked: Training, say: Say) -> Prepared:
    """Read the table, check it, and divide its rows; say what was found."""
    from ..estimators import TableEncoder
    from ..estimators.tables.dirty import check_cells

    examples, counters = _read_examples(asked, say)
    kinds = kinds_of(asked.kinds, examples.table.names)
    counters = [name for name in counters if name not in kinds]
    if len(counters) < len(examples.table.names):
        kinds |= dict.fromkeys(counters, "ignore")
    learned, held = division(examples.y, examples.classes, asked)
    first, test = examples.take(learned), examples.take(held)
    check_cells(examples.table, kinds)  # of the rows held out too: before hours of training
    limit = {"max_categories": asked.settings["max_categories"]}
    encoder = TableEncoder(kinds=kinds, missing=asked.missing, **limit)
    encoder.fit(first.table, sample_weight=first.weights)
    for line in lines_of_columns(encoder.columns_, first.table, counters):
        say(line)
    if held.size:
        encoder.transform(test.table)
    return Prepared(examples.with_numbers(encoder.columns_), kinds, encoder.columns_, learned, held)


def first_run(asked: Training, say: Say) -> FirstRun:
    """Return the first network that `train` trains, untrained, with its rows and options."""
    ready = prepared(asked, say)
    rows = ready.examples if asked.refit else ready.examples.take(ready.learned)
    run: FirstRun = model_of(rows.classes, asked, ready.kinds).first_run(
        rows.table, rows.y, rows.weights
    )
    return run


def say_leaks(found: list[str], asked: Training, say: Say) -> None:
    """Name the columns that give the target away, the first of them."""
    for name in found[:LEAKS]:
        say(
            f"{name} alone predicts {asked.target} without a mistake: is it known beforehand? "
            f"To leave it out: --kind {name}=ignore"
        )
    if (more := len(found) - LEAKS) > 0:
        say(f"and {more} more such column{'s' * (more > 1)}")


def _read_examples(asked: Training, say: Say) -> tuple[Examples, list[str]]:
    """Read the table, take target and weights out of it, and say what was found.

    The second result are the columns that only count the rows of the file.
    """
    from ..estimators.tables.table import as_table
    from ..estimators.tables.target import (
        infer_task,
        labels_of,
        numbers_of,
        split_target,
        split_weights,
    )

    target = asked.target
    whole = as_table(asked.data, asked.reading)
    table, cells, kept = split_target(whole.emptied(asked.missing), target)
    counters = [name for name in table.names if counts_rows(whole.columns[name])]
    weights = None
    if asked.weight is not None:
        table, weights = split_weights(table, asked.weight)
    task = asked.task or infer_task(cells, target, table.place)
    y = (labels_of if task == "classification" else numbers_of)(table, target, cells)
    examples = Examples(table, y, weights, task == "classification")
    say(f"{asked.data}: {len(whole)} rows, {len(whole.columns)} columns")
    say(f"target {target}: {_about(examples)}{about_task(examples, asked)}")
    if gone := int((~kept).sum()):
        say(f"{gone} row{'s' * (gone > 1)} without {target} left out")
    if weights is None:
        return examples, counters
    say(f"weights: {asked.weight}, from {weights.min():.6g} to {weights.max():.6g}")
    if gone := int((weights == 0).sum()):
        say(f"{gone} row{'s' * (gone > 1)} of weight 0 left out")
    return examples.take(weights > 0), [name for name in counters if name != asked.weight]


def _fitted(examples: Examples, asked: Training, kinds: dict[str, str]) -> Any:
    """Return a model that learned from the examples, and save it."""
    from ..recording import Record
    from .notes import write_note

    model = model_of(examples.classes, asked, kinds)
    if asked.record is not None:
        model.record_first(Record(asked.record))
    model.fit(examples.table, examples.y, sample_weight=examples.weights, comm=asked.comm)
    model.target_ = asked.target
    model.save(asked.path)
    if asked.record is not None and os.path.exists(asked.record):  # the first process records
        write_note(asked.record, asked)
    return model


def model_of(classes: bool, asked: Training, kinds: dict[str, str]) -> Any:
    """Return a model of classes, or of numbers, that has not learned."""
    from ..estimators import TableClassifier, TableRegressor

    cls = TableClassifier if classes else TableRegressor
    more: dict[str, Any] = {"class_weight": asked.class_weight} if classes else {}
    if asked.class_weight and not classes:
        raise ParameterError("--class-weight", "a target of classes", "numbers", "Leave it out.")
    return cls(kinds=kinds, missing=asked.missing, verbose=None, **asked.settings, **more)


def _learn_again(
    examples: Examples, learned: int, asked: Training, kinds: dict[str, str], say: Say
) -> bool:
    """Replace the model by one that learned from all rows. Return True if Ctrl-C ended it."""
    say(f"learning again, now from all {len(examples.y)} rows")
    try:
        interrupted: bool = _fitted(examples, asked, kinds).interrupted_
        say(
            "the model that is saved learned from all rows; "
            f"the figures above are those of {learned} rows"
        )
        return interrupted
    except KeyboardInterrupt:
        say(f"interrupted: the model of {learned} rows is kept")
        return True


def say_report(
    model: Any,
    first: Examples,
    test: Examples,
    asked: Training,
    baselines: bool,
    say: Say,
    about: str | None = None,
) -> bool:
    """Print the scores on the rows held out. Return True if Ctrl-C ended this.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        The model.
    first, test : Examples
        Rows that the other models learn from, and rows to test on.
    asked : Training
        What was asked for.
    baselines : bool
        True to train other models for comparison.
    say : function
        Called with each line.
    about : str, optional
        Which rows these are, if they are samples.
    """
    from ..estimators.tables import report

    parts = first.table, first.y, test.table, test.y
    w = first.weights, test.weights
    interrupted = False
    try:
        scores = report.compare(model, *parts, weights=w, baselines=baselines)
    except KeyboardInterrupt:
        interrupted = True
        say("interrupted: without the comparison with other models")
        scores = report.compare(model, *parts, weights=w, baselines=False)
    few = " (few: small differences are chance)" if len(test.y) < FEW_ROWS else ""
    say(f"{about or f'on the {len(test.y)} rows held out'}{few}:")
    say(report.as_text(scores))
    if test.classes:
        for line in report.details(model, test.table, test.y, test.weights):
            say(line)
    if asked.importance and not interrupted:
        interrupted = _say_importance(model, test, asked, say)
    return interrupted


def _say_importance(model: Any, test: Examples, asked: Training, say: Say) -> bool:
    """Print which columns matter, and draw it if asked for. Return True if Ctrl-C ended this."""
    from ..estimators import importance

    if len(test.table.names) > WIDE:
        say(f"importance of the columns: not for more than {WIDE:,} columns, it would take long")
        return False
    try:
        found = importance(model, test.table, test.y, test.weights)
    except KeyboardInterrupt:
        say("interrupted: without the importance of columns")
        return True
    say(f"importance of the columns, on {found.rows} rows held out:")
    say(found.text())
    if asked.picture is not None:
        found.plot(asked.picture)
        say(f"drawn in {asked.picture}")
    return False


def _stem(data: str) -> str:
    """Return the name of a file without folder and suffix; of "a.csv.gz" it is "a"."""
    path = Path(data)
    if path.is_dir():
        return path.resolve().name
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def check_record(record: str, output: str, data: str, force: bool) -> None:
    """Check, before hours of work, that the recording gets a file of its own."""
    if not record.endswith(".safetensors"):
        raise ParameterError(
            "--record", "a file whose name ends in .safetensors", record, "Write run.safetensors."
        )
    if "{id}" in record:
        raise ParameterError(
            "--record",
            "the name of one file",
            record,
            "Write run.safetensors: one run is recorded.",
        )
    if os.path.realpath(record) == os.path.realpath(output):
        raise ParameterError(
            "--record", "another file than the model's", record, "Choose another name."
        )
    _check_output(record, data, force, "--record")


def _check_output(path: str, data: str, force: bool, option: str = "--output") -> None:
    """Check, before hours of work, that the file can be written and that no other file is lost."""
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        raise FileError(f"{path} cannot be written: there is no folder {folder}.")
    if os.path.isdir(path):
        raise FileError(f"{path} cannot be written: it is a folder. Name a file in it.")
    if not os.access(folder or ".", os.W_OK):
        raise FileError(
            f"{path} cannot be written: the folder {folder or '.'} is read-only. "
            f"Choose another {option}."
        )
    if os.path.exists(path):
        if os.path.exists(data) and os.path.samefile(path, data):
            raise FileError(
                f"{path}: expected another file than the data. Choose another {option}."
            )
        check_target(path)
        if not force:
            raise FileError(
                f"{path}: expected a new file, got one that exists. "
                f"Replace it with --force, or choose another {option}."
            )


def division(y: Array, classes: bool, asked: Training) -> tuple[Array, Array]:
    """Return the numbers of the rows to learn from and of the rows to test on.

    Parameters
    ----------
    y : array (N,)
        The target of each row.
    classes : bool
        True if these are classes.
    asked : Training
        What was asked for.
    """
    from ..estimators.tables import report

    fraction = asked.test_fraction
    if len(y) < 10:
        raise DataError(asked.data, "at least 10 rows with a target", str(len(y)), "Collect more.")
    if fraction and math.ceil(fraction * len(y)) >= len(y) - 1:
        raise DataError(
            "--test-fraction",
            "rows to learn from",
            f"none of the {len(y)}",
            "The usual value is 0.2.",
        )
    seed = asked.settings["random_state"]
    learned, held = report.hold_out(y, fraction, seed, classes)
    if classes and len(np.unique(y[learned])) < 2:
        raise DataError(
            asked.data,
            "two classes among the rows to learn from",
            "one",
            "Lower --test-fraction.",
        )
    return learned, held


def kinds_of(given: Sequence[str], names: list[str]) -> dict[str, str]:
    """Return the kinds by column of texts such as "zip=category"."""
    from ..estimators.tables.kinds import KINDS, check_kinds

    pairs = [text.rpartition("=") for text in given]
    for text, (name, _, kind) in zip(given, pairs, strict=True):
        if not name or kind not in KINDS:
            raise ParameterError(
                "--kind", f"COLUMN={'|'.join(KINDS)}", text, "Write --kind zip=category."
            )
    return check_kinds({name: kind for name, _, kind in pairs}, names)


def _about(examples: Examples) -> str:
    """Describe the target: its range, or its classes and how often each occurs."""
    y = examples.y
    return (
        about_classes(Counter(y.tolist())) if examples.classes else about_numbers(y.min(), y.max())
    )


def about_task(examples: Examples, asked: Training) -> str:
    """Return a hint if the classes may be meant as numbers, and nobody said what they are."""
    return hint(examples.y) if examples.classes and asked.task is None else ""


def about_numbers(least: float, largest: float) -> str:
    """Describe a target of numbers: its range."""
    return f"regression, a number from {least:.6g} to {largest:.6g}"


def about_classes(counts: Counter[Any]) -> str:
    """Describe a target of classes: how often each occurs."""
    names = _listed([f"{label} ({count})" for label, count in counts.most_common()])
    return f"classification, {len(counts)} classes: {names}"


def hint(labels: Array) -> str:
    """Return a hint for a target whose classes are numbers: they may be meant as numbers."""
    return " (if it is a number: --task regression)" if labels.dtype.kind in "if" else ""


def lines_of_columns(
    columns: Sequence[Any], table: Table, counters: Sequence[str], part: str = ""
) -> list[str]:
    """Return lines that say what each column was taken for, and what may surprise.

    Parameters
    ----------
    columns : sequence of Column
        The columns.
    table : Table
        The training rows, or some of them.
    counters : sequence of str
        The columns that only count the rows.
    part : str
        What is added to lines about single cells, such as " (in a sample of 1000 rows)".
    """
    from ..estimators.tables.columns import CategoryColumn, IgnoredColumn, NumberColumn
    from ..estimators.tables.dates import DateColumn
    from ..estimators.tables.embedded import EmbeddedColumn
    from ..estimators.tables.numbers import unknown_words

    kinds = {"numbers": NumberColumn, "categories": CategoryColumn, "dates": DateColumn}
    vectors = [c for c in columns if isinstance(c, EmbeddedColumn)]
    lines = []
    for word, kind in kinds.items():
        found = [column for column in columns if isinstance(column, kind)]
        names = [f"{c.name} ({c.unit})" if getattr(c, "unit", "") else c.name for c in found]
        lines += [f"{word}: {_listed(names)}"] if names else []
    if vectors:
        names = [f"{c.name} ({len(c.words)} words, {c.units} numbers each)" for c in vectors]
        lines.append(f"categories with an embedding: {_listed(names)}")
    lines += [line + part for line in _days_first(columns, table) + _merged(columns, table)]
    ignored = [
        f"{c.name} ({_why_left_out(c, counters)})" for c in columns if isinstance(c, IgnoredColumn)
    ]
    if ignored:
        lines.append(f"left out: {_listed(ignored)}")
    numbers = {c.name: table.columns[c.name] for c in columns if isinstance(c, NumberColumn)}
    words = {name: unknown_words(cells) for name, cells in numbers.items()}
    if gone := [f"{', '.join(found)} in {name}" for name, found in words.items() if found]:
        lines.append(f"taken as missing: {_listed(gone)}{part}")
    return lines


def _why_left_out(column: Any, counters: Sequence[str]) -> str:
    if column.name not in counters:
        return str(column.why)
    return f"only counts the rows; to keep it: --kind {column.name}=number"


def _days_first(columns: Sequence[Any], table: Table) -> list[str]:
    """Return a line about dates whose day may be their month, if there are any."""
    from ..estimators.tables.dates import DateColumn, day_or_month

    dates = [column for column in columns if isinstance(column, DateColumn)]
    pairs = [
        (column.name, day_or_month(table.columns[column.name], column.form)) for column in dates
    ]
    found = [f"{name} ({pair[0]} is {pair[1]})" for name, pair in pairs if pair]
    hint = "if the month comes first, write year-month-day"
    return [f"read with the day first: {_listed(found)}; {hint}"] if found else []


def _merged(columns: Sequence[Any], table: Table) -> list[str]:
    """Return a line about the words that share one input, if there are any."""
    from ..estimators.tables.columns import as_words

    found, more = [], False
    for column in columns:
        if not getattr(column, "other", False):
            continue
        rows = Counter(w for w in as_words(table.columns[column.name]) if w is not None)
        rare = rows.keys() - set(column.words)
        more = more or any(rows[w] > 1 for w in rare)
        found.append(f"{len(rare)} of {len(rows)} words of {column.name}")
    hint = "; to tell more apart: --max-categories" if more else ""
    return [f"rare words that count as one: {_listed(found)}{hint}"] if found else []


def counts_rows(cells: Array) -> bool:
    """Return True if a column is k, k + 1, k + 2 ... down the file, as line numbers are."""
    with suppress(ValueError, TypeError), np.errstate(invalid="ignore"):  # inf − inf
        return len(cells) > 1 and bool((np.diff(cells.astype(np.float64)) == 1).all())
    return False


# ---------------------------------------------------------------- predict


def is_table(file: str) -> bool:
    """Return True if a file of chainrule holds the model of a table."""
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
    reading: Reading | None = None,
) -> None:
    """Print one line for each row, or write a file.

    Parameters
    ----------
    file, data : str
        A model of `train`, and a .csv or .parquet file with the columns that it learned from.
    output : str, optional
        A .csv or .npy file to write.
    reference : str, optional
        A file of rows to compare with, instead of the median of the training rows.
    explain : bool
        True to add what each column contributes to each answer.
    say, tell : function
        Called with each line of the answer, and with each line about it.
    reading : Reading, optional
        How data and reference are read: encoding, sheet.
    """
    from .. import estimators
    from ..estimators.tables.encoder import checked_table
    from ..estimators.tables.model import TableModel
    from ..estimators.tables.table import as_table
    from .answers_to_files import write_answers

    model: Any = TableModel.load(file)
    table = checked_table(model, as_table(data, reading), reset=False)
    whys: list[Explanation] | None = None
    if explain:
        others = None if reference is None else as_table(reference, reading)
        whys = []
        for start in range(0, len(table), CHUNK):
            part = table.take(slice(start, start + CHUNK))
            whys += estimators.explain(model, part, others)
            if sys.stderr.isatty() and len(table) > CHUNK:
                tell(f"explained {len(whys)} of {len(table)} rows")
    labels: list[Any] | None = None
    titles: list[str] = []
    if hasattr(model, "classes_"):
        numbers = model.predict_proba(table)
        best = numbers.argmax(axis=1)
        labels, titles = model.classes_[best].tolist(), [f"P({c})" for c in model.classes_]
        likely = zip(model.classes_[best], numbers.max(axis=1), strict=True)
        lines = [f"{label}  probability {p:.4f}" for label, p in likely]
    else:
        numbers = model.predict(table)[:, None]
        lines = [f"{v:.6g}" for v in numbers[:, 0]]
    if output is None:
        say_all(lines, whys, say)
    elif output.lower().endswith(".npy"):
        tell(write_answers(output, numbers))
    else:
        titles = [model.target_ or "prediction", *titles]
        if whys is not None:
            titles += [f"{name} contributes" for name in whys[0].names]
            numbers = np.hstack([numbers, np.array([why.contributions for why in whys])])
        tell(write_answers(output, numbers, titles, labels))
    unseen = UnseenWords(model.encoder_.columns_)
    unseen.look_at(table.emptied(model.missing))
    for line in unseen.lines():
        tell(line)


def say_all(lines: list[str], whys: list[Explanation] | None, say: Say) -> None:
    """Print each line and, below it, its explanation."""
    for k, line in enumerate(lines):
        say(line if whys is None else f"row {k + 1}: {line}")
        if whys is not None:
            say(f"  {whys[k]}".replace("\n", "\n  "))


def explain_rows(net: Network, rows: Array, others: Array | None, data: str) -> list[Explanation]:
    """Explain each row of a network, compared with the median of other rows or of these rows."""
    from ..inspect.explaining import explain

    if others is None and len(rows) < 2:
        raise DataError(
            data, "several rows, to compare with their median", "one row", "Give --reference FILE."
        )
    middle = np.median(np.asarray(rows if others is None else others, float), axis=0)
    return [explain(net, row, middle) for row in rows]
