"""What `chainrule train` does with a folder of Parquet files: any number of rows, few in memory."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import random
from ..distributed.all_or_none import from_first
from ..errors import ParameterError
from . import tables
from .tables import Examples, Say, Training

if TYPE_CHECKING:
    from ..arrays import Array
    from ..estimators.tables.folder import FolderTable
    from ..estimators.tables.on_disk import Disk
    from ..estimators.tables.target_in_parts import Target

SAMPLE = 100_000  # rows in memory for the report, and as many for the other models


@dataclass(frozen=True, eq=False)
class Folder:
    """A folder that is ready to be learned.

    Parameters
    ----------
    whole : FolderTable
        The rows that have a target, and a weight > 0, with these columns.
    rest : FolderTable
        The same rows without these columns.
    y : array (N,)
        The target of each row: numbers, or the numbers of classes. On disk.
    classes : array, optional
        The classes.
    weights : array (N,), optional
        The weight of each row. On disk.
    kinds : dict
        The kind of each column whose kind is given, and of those that only count the rows.
    counters : list of str
        The columns that only count the rows.
    """

    whole: FolderTable
    rest: FolderTable
    y: Array
    classes: Array | None
    weights: Array | None
    kinds: dict[str, str]
    counters: list[str]

    def some(self, rows: Array) -> Examples:
        """Return some of the rows in memory, by number."""
        y = self.y[rows]
        y = y.astype(np.float64) if self.classes is None else self.classes[y]
        weights = None if self.weights is None else self.weights[rows]
        kept = [name for name in self.rest.names if self.kinds.get(name) != "ignore"]
        table = self.rest.rows(rows, kept)
        empty = np.full(len(rows), None, object)
        columns = {name: table.columns.get(name, empty) for name in self.rest.names}
        return Examples(replace(table, columns=columns), y, weights, self.classes is not None)

    def learner(self, rows: Array | None) -> FolderTable:
        """Return the rows to learn from, with target and weights; `rows` are numbers."""
        if rows is None:
            return self.whole
        chosen = np.zeros(len(self.y), bool)
        chosen[rows] = True
        return self.whole.take(chosen)


def is_many_rows(data: str) -> bool:
    """Return True for a folder of Parquet files, and for such a file of very many rows."""
    if Path(data).is_dir():
        return next(Path(data).rglob("*.parquet"), None) is not None
    if not data.lower().endswith(".parquet"):
        return False
    from ..estimators.tables.folder import is_folder

    return bool(is_folder(data))


def train(asked: Training, say: Say) -> bool:
    """Learn to predict a column of a folder, report and save; see `tables.train`.

    Parameters
    ----------
    asked : Training
        The folder, the column and the options.
    say : function
        Called with each line of the report.
    """
    from ..estimators.tables.leaks import leaks
    from ..estimators.tables.on_disk import Disk

    if asked.record is not None:
        raise ParameterError(
            "--record",
            "rows that fit in memory",
            f"the folder {asked.data}",
            "Record a run on a part of them, in one file.",
        )
    tables.check_outputs(asked)
    disk = Disk(asked.cache)
    ready = _prepared(asked, disk, say)
    learned, held = tables.division(ready.y, ready.classes is not None, asked)
    seed = asked.settings["random_state"]
    first = ready.some(_sample(learned, seed))
    columns = _measured(ready, learned, first, asked, disk, say)
    first = first.with_numbers(columns)
    test = ready.some(_sample(held, seed)).with_numbers(columns) if len(held) else None
    found = leaks(columns, first.table, first.y, first.classes, seed)
    tables.say_leaks(found, asked, say)
    say(f"learning from {len(learned)} rows, {len(held)} held out")
    model = _fitted(ready, learned, first.classes, asked, say)
    interrupted: bool = model.interrupted_
    if interrupted:
        say("interrupted: what was trained is kept, without the comparison with other models")
    if test is not None:
        baselines = asked.baselines and not interrupted
        about = _about_samples(len(learned), len(first.y), len(held), len(test.y), baselines)
        interrupted = (
            tables.say_report(model, first, test, asked, baselines, say, about) or interrupted
        )
    if asked.refit and not from_first(asked.comm, interrupted) and len(held):
        interrupted = _learn_again(ready, len(learned), first.classes, asked, say)
    say(f"saved in {asked.path}; to use it: chainrule predict {asked.path} NEW/ --output OUT/")
    return interrupted


def _prepared(asked: Training, disk: Disk, say: Say) -> Folder:
    """Read target and weights of all rows, and say what was found."""
    from ..estimators.tables.folder import FolderTable
    from ..estimators.tables.target_in_parts import read_target

    table = FolderTable.open(asked.data, None)
    kinds = tables.kinds_of(asked.kinds, table.names)
    table = FolderTable.open(asked.data, [n for n, kind in kinds.items() if kind == "ignore"])
    table = replace(table, progress=_bar())
    table = table.emptied(asked.missing)
    files = len(table.files.paths)
    say(
        f"{asked.data}: {len(table)} rows, {len(table.names)} columns in {files} "
        f"file{'s' * (files > 1)}"
    )
    found = read_target(table, asked.target, asked.weight, disk)
    task = asked.task or found.task()
    classes, y = None, found.cells
    if task == "classification":
        classes, y = found.classes(disk)
    else:
        y = found.numbers(disk)
    _say_target(found, classes, asked, say)
    counters = [n for n in _counters(table, found.table.names, kinds) if n not in kinds]
    if len(counters) < len(found.table.names):
        kinds |= dict.fromkeys(counters, "ignore")
    whole = replace(table, kept=found.table.kept)
    return Folder(whole, found.table, y, classes, found.weights, kinds, counters)


def _say_target(found: Target, classes: Array | None, asked: Training, say: Say) -> None:
    """Describe the target and the weights."""
    if classes is None:
        say(f"target {asked.target}: {tables.about_numbers(found.least, found.largest)}")
    else:
        names: Counter[Any] = Counter()
        for label, count in zip(found.labels().tolist(), found.words.counts.tolist(), strict=True):
            names[label] += count
        hint = tables.hint(classes) if asked.task is None else ""
        say(f"target {asked.target}: {tables.about_classes(names)}{hint}")
    if gone := found.gone:
        say(f"{gone} row{'s' * (gone > 1)} without {asked.target} left out")
    if found.weights is not None:
        least = 0.0 if found.weightless else float(found.weights.min())
        say(f"weights: {asked.weight}, from {least:.6g} to {found.weights.max():.6g}")
        if gone := found.weightless:
            say(f"{gone} row{'s' * (gone > 1)} of weight 0 left out")


def _counters(table: FolderTable, names: Sequence[str], kinds: dict[str, str]) -> list[str]:
    """Return the columns that only count the rows: k, k + 1, k + 2 ... through all files."""
    whole = replace(table, missing=(), progress=None)
    likely = [n for n in names if kinds.get(n) != "ignore" and table.kind(n) != "date"]
    if len(table) < 2 or not likely:
        return []
    first = next(whole.parts(likely))[1]
    likely = [n for n in likely if len(first) < 2 or tables.counts_rows(first.columns[n])]
    last: dict[str, Any] = {}
    for _, part in whole.parts(likely) if likely else ():
        for name in likely:
            cells = part.columns[name]
            joined = np.concatenate([last[name], cells]) if name in last else cells
            if len(joined) > 1 and not tables.counts_rows(joined):
                likely = [n for n in likely if n != name]
            last[name] = cells[-1:]
        if not likely:
            break
    return likely


def _sample(rows: Array, seed: int) -> Array:
    """Return at most 100,000 of the rows, in their order."""
    if len(rows) <= SAMPLE:
        return rows
    key = seed, random.path_hash("sample of rows")
    some: Array = rows[np.sort(random.permutation(key, len(rows))[:SAMPLE])]
    return some


def _measured(
    ready: Folder, learned: Array, first: Examples, asked: Training, disk: Disk, say: Say
) -> Sequence[Any]:
    """Return the measured columns, and say what each was taken for."""
    from ..estimators import TableEncoder

    chosen = np.zeros(len(ready.y), bool)
    chosen[learned] = True
    limit = {"max_categories": asked.settings["max_categories"]}
    encoder = TableEncoder(kinds=ready.kinds, missing=asked.missing, **limit)
    weights = None if ready.weights is None else ready.weights[learned]
    if asked.sample is not None and asked.sample < len(learned):
        say(f"columns measured on a sample of {asked.sample} rows")
    table = ready.rest.take(chosen)
    encoder.fit(table, sample_weight=weights, sample=asked.sample, cache=asked.cache)
    columns: Sequence[Any] = encoder.columns_
    part = f" (in a sample of {len(first.y)} rows)" if len(first.y) < len(learned) else ""
    for line in tables.lines_of_columns(columns, first.table, ready.counters, part):
        say(line)
    return columns


def _fitted(ready: Folder, learned: Array | None, classes: bool, asked: Training, say: Say) -> Any:
    """Return a model that learned from some rows, and save it."""
    model = tables.model_of(classes, asked, ready.kinds)
    table = ready.learner(learned)
    options = {"sample": asked.sample, "cache": asked.cache, "comm": asked.comm}
    model.fit(table, asked.target, asked.weight, **options)
    model.save(asked.path)
    return model


def _learn_again(ready: Folder, learned: int, classes: bool, asked: Training, say: Say) -> bool:
    """Replace the model by one that learned from all rows. Return True if Ctrl-C ended it."""
    say(f"learning again, now from all {len(ready.y)} rows")
    try:
        interrupted: bool = _fitted(ready, None, classes, asked, say).interrupted_
        say(
            "the model that is saved learned from all rows; "
            f"the figures above are those of {learned} rows"
        )
        return interrupted
    except KeyboardInterrupt:
        say(f"interrupted: the model of {learned} rows is kept")
        return True


def _about_samples(learned: int, first: int, held: int, tested: int, baselines: bool) -> str | None:
    """Return what the report is about if it is about a part of the rows."""
    if first == learned and tested == held:
        return None
    some = (
        f"on a sample of {tested} of the {held} rows held out"
        if tested < held
        else (f"on the {held} rows held out")
    )
    if baselines and first < learned:
        some += f"; the other models learned from a sample of {first} of the {learned} rows"
    return some


def _bar() -> Callable[[int, int], None] | None:
    """Return a function that shows on a terminal how many rows were read; None: no terminal."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bars: list[Any] = []

    def tell(done: int, rows: int) -> None:
        if not bars:
            bars.append(tqdm(total=rows, desc="reading", unit=" rows", leave=False))
        bars[-1].update(done - bars[-1].n)
        if done >= rows:
            bars.pop().close()

    return tell
