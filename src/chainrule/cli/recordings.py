"""What `chainrule replay` and `diagnose` do: open a recording with its data, and look into it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import DataError, FileError, ParameterError
from ..files.container import read
from ..files.text import Reading, check_plain_file
from ..recording import Moment, Recording
from ..recording.file_overview import file_overview
from .notes import PICTURES, asked_again, note_of

if TYPE_CHECKING:
    from ..arrays import Array
    from ..estimators.tables.table import Table

Say = Callable[[str], Any]
WhereIs = Callable[[int], str]
LINES = 3  # rows whose lines are named
DATA = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".parquet", ".npy", ".npz")


@dataclass(frozen=True)
class Opening:
    """Which recording to open, and with which data.

    Parameters
    ----------
    file : str
        The recording.
    data : str, optional
        The data of its run: a table, or a .npz file with X and y.
    target : str, optional
        The column of the table that is y, if the file does not say it.
    reading : Reading
        How the table is read.
    """

    file: str
    data: str | None = None
    target: str | None = None
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True)
class Place:
    """Which moment to visit: one of three is given, or none.

    Parameters
    ----------
    step, epoch : int, optional
        Updates done, epochs done.
    word : str, optional
        "start", "best" or "end".
    """

    step: int | None = None
    epoch: int | None = None
    word: str | None = None

    @property
    def count(self) -> int:
        """How many are given."""
        return sum(v is not None for v in (self.step, self.epoch, self.word))


def replay(
    opening: Opening, place: Place, explained: tuple[str, ...], say: Say, *, stages: bool, most: int
) -> None:
    """Print what a recording is, or one of its moments.

    Parameters
    ----------
    opening : Opening
        The recording and its data.
    place : Place
        The moment.
    explained : sequence of str
        Entries to explain: "dW1[2, 0]".
    say : function
        Called with each text.
    stages : bool
        True: print every number of the update.
    most : int
        The terms that are shown of each explanation.
    """
    if not place.count:
        _say_overview(opening, say)
        return
    run, where_is = opened(opening)
    moment = _moment(run, place)
    if (stages or explained) and not moment.has_update:
        name = "--stages" if stages else "--explain"
        raise ParameterError(
            name,
            "a moment with an update after it",
            f"step {moment.step}, where the run ends",
            f"The last update is that of --step {moment.step - 1}.",
        )
    say(str(moment.glance()))
    if stages:
        for stage in moment.stages():
            say(f"\n{stage}")
    for where in explained:
        found = moment.explain(where, most=most)
        say(f"\n{found}")
        if where_is is not None and found.rows:
            named = [f"row {row} is {where_is(row)}" for row, _ in found.rows[:LINES]]
            inside = f"In {Path(str(opening.data)).name}: {', '.join(named)}"
            say(textwrap.fill(inside, 80, initial_indent="  ", subsequent_indent="    "))
    if not stages and not explained:
        say(f"\n{_next_of(moment)}")


def _say_overview(opening: Opening, say: Say) -> None:
    """Print what a recording is, and what to type next."""
    about = _about(opening)
    inside = about["record"]["data"] is not None
    if opening.data is not None or inside:
        run, _ = opened(opening)
        say(str(run).rpartition("\n\nNext:")[0])
        middle = (run.first + run.last) // 2
    else:
        say(str(file_overview(opening.file)))
        middle = int(about["record"]["last"]) // 2
    say(f"\n{_next(opening, about, middle, inside=inside)}")


def _next(opening: Opening, about: dict[str, Any], middle: int, *, inside: bool) -> str:
    """Return what to type next."""
    note = note_of(about) or note_of(about, PICTURES)
    begin = f"chainrule replay {opening.file}"
    if opening.data is not None:
        begin += f" --data {opening.data}"
        begin += f" --target {opening.target}" if opening.target else ""
    elif not inside:
        begin += f" --data {note['data'] if note else 'DATA.csv --target COLUMN'}"
    return (
        f"Next: {begin} --step {middle}\n      {begin} --step {middle} --stages\n"
        f"      {begin.replace('replay', 'diagnose', 1)}"
    )


def _next_of(moment: Moment) -> str:
    """Return what to type next at a moment."""
    first, largest = moment.recording.recorded.origin.start.step, moment.glance().largest
    steps = [str(moment.step - 1)] if moment.step > first else []
    steps += [] if moment.is_last else [str(moment.step + 1)]
    parts = [f'add --explain "{largest}" or --stages'] if largest else []
    parts += [f"go to --step {' or '.join(steps)}"] if steps else []
    return f"Next: {', or '.join(parts)}" if parts else ""


def _moment(run: Recording, place: Place) -> Moment:
    """Return the moment; errors speak of the command's options."""
    try:
        if place.word is not None:
            return run.at(place.word)
        return run.at(step=place.step, epoch=place.epoch)
    except ParameterError as error:
        low, high = run.first, run.last
        if place.epoch is not None:
            low = run.recorded.origin.start.epoch
            high = run.recorded.origin.start.started + len(run.history)
        name = "--step" if place.step is not None else "--epoch" if place.epoch is not None else ""
        if not name:
            raise
        got = place.step if place.step is not None else place.epoch
        raise ParameterError(
            name, f"a number from {low} to {high}", f"{got}", f"Write {name} {high}."
        ) from error


def diagnose(opening: Opening, say: Say) -> None:
    """Print what is wrong with a recorded run."""
    found = with_data(opening)
    say(str(found.run.diagnose(found.names)))


def diagnose_table(data: str, target: str, settings: dict[str, Any], say: Say, **more: Any) -> None:
    """Train a network on a table, and print what is wrong with its training.

    Parameters
    ----------
    data, target : str
        The table, and the column to predict.
    settings : dict
        Settings of the model that differ from those of `chainrule train`.
    say : function
        Called with each text.
    **more
        Further arguments of Training.
    """
    from .tables import Training, first_run

    usual = {"n_estimators": 1, "max_categories": 250, "random_state": 0}
    run = first_run(Training(data, target, usual | settings, test_fraction=0.0, **more), say)
    recorded = run.net.record(run.X, run.y, **run.options, verbose=0)
    say("")
    say(str(recorded.diagnose(run.names)))


# ---------------------------------------------------------------- its data


class Opened(NamedTuple):
    """A recording with its data.

    Parameters
    ----------
    run : Recording
        The recording.
    where_is : function, optional
        Says where a row comes from.
    names : tuple of str
        The names of the columns of X, if they are known.
    """

    run: Recording
    where_is: WhereIs | None = None
    names: tuple[str, ...] = ()


def opened(opening: Opening) -> tuple[Recording, WhereIs | None]:
    """Return a recording with its data, and what says where a row comes from, if that is known."""
    found = with_data(opening)
    return found.run, found.where_is


def with_data(opening: Opening) -> Opened:
    """Return a recording with its data and what is known of them."""
    about = _about(opening)
    record, note, of_pictures = about["record"], note_of(about), note_of(about, PICTURES)
    if opening.data is None:
        if record["data"] is None:
            known = note or of_pictures
            write = (
                f"Write --data {known['data']}."
                if known
                else ("Write --data DATA.csv --target COLUMN, or --data DATA.npz.")
            )
            raise DataError(opening.file, "its data, which are not in the file", "none", write)
        return Opened(Recording.load(opening.file))
    options: dict[str, Any] = {}
    y: Array | None
    where_is: WhereIs | None = None
    names: tuple[str, ...] = ()
    if of_pictures is not None:
        X, y, options, paths = _of_pictures(opening, of_pictures)
    elif note is not None:
        X, y, options, where_is, names = _of_table(opening, note)
    else:
        X, y = _of_rows(opening, record)
    try:
        run = Recording.load(opening.file, X, y, **options)
        return Opened(run, where_is if of_pictures is None else _picture_of(run, X, paths), names)
    except DataError:
        wanted = (record.get("rows") or {}).get("x", ["", [len(X)]])[1][0]
        got = f"{len(X)} rows to learn from in place of {wanted}"
        raise DataError(
            opening.data,
            "the data that the run learned from",
            got if len(X) != wanted else "other numbers",
            "Give the file as it was then: the same rows in the same order.",
        ) from None


def _about(opening: Opening) -> dict[str, Any]:
    """Return what a recording says of itself; FileError for another file."""
    if opening.file.lower().endswith(DATA):
        raise FileError(
            f"{opening.file}: expected a recording, got data. "
            f"Write the recording first: RUN.safetensors --data {opening.file}."
        )
    file_overview(opening.file)
    return read(opening.file)[0]


def _of_pictures(
    opening: Opening, note: dict[str, Any]
) -> tuple[Array, Array, dict[str, Any], list[str]]:
    """Return the pictures that `train` learned from, further options, and the names of files."""
    from .pictures import PictureTraining, learned

    try:
        asked = PictureTraining(
            str(opening.data),
            test_fraction=float(note["test_fraction"]),
            epochs=int(note["epochs"]),
            seed=int(note["seed"]),
        )
    except (KeyError, TypeError, ValueError):
        raise FileError(
            f"{opening.file}: its note of the pictures is not complete. Take another copy of it."
        ) from None
    found = learned(asked)
    return found.X, found.y, {"estimator": found.model}, found.paths


def _picture_of(run: Recording, X: Array, paths: list[str]) -> WhereIs:
    """Return what says which file a row of the run is; the estimator held some pictures out."""
    source: Any = run.recorded.origin.run.source
    numbers = run.recorded.origin.run.numbers

    def where_is(row: int) -> str:
        at = row if numbers is None else int(np.searchsorted(numbers, row))
        picture = source.rows(np.array([at]))["x"]
        same = (picture == X).reshape(len(X), -1).all(axis=1)
        return paths[int(np.argmax(same))] if same.any() else "a picture of the folder"

    return where_is


def _of_table(
    opening: Opening, note: dict[str, Any]
) -> tuple[Array, Array, dict[str, Any], WhereIs | None, tuple[str, ...]]:
    """Return the rows that `train` made of a table, options, where each is, and columns' names."""
    from .tables import Training, first_run

    if opening.target not in (None, note["target"]):
        raise ParameterError(
            "--target", f"{note['target']}, which the run learned", opening.target, "Leave it out."
        )
    asked = Training(str(opening.data), **asked_again(opening.file, note, opening.reading))
    run = first_run(asked, lambda line: None)
    options = {name: run.options[name] for name in ("sample_weight", "validation_data")}
    options = {name: value for name, value in options.items() if value is not None}
    lines = run.lines
    where_is: WhereIs | None = None if lines is None else lambda row: f"line {lines[row]}"
    return run.X, run.y, options, where_is, run.names


def _of_rows(opening: Opening, record: dict[str, Any]) -> tuple[Array, Array | None]:
    """Return rows of numbers in the types and shapes that the run had."""
    data, wanted = str(opening.data), record.get("rows") or {}
    if not {"x"} <= wanted.keys() <= {"x", "y"}:
        raise FileError(
            f"{opening.file}: this run did not learn from one array x and targets y. "
            "Open it from Python: chainrule.Recording.load(path, X, y)."
        )
    if data.lower().endswith(".npz") and opening.target is not None:
        raise ParameterError(
            "--target", "a table with it", data, "Leave it out: the file has y itself."
        )
    arrays = _of_npz(data) if data.lower().endswith(".npz") else _of_columns(opening, "y" in wanted)
    found = {name: _fitting(data, name, arrays[name], wanted[name]) for name in wanted}
    return found["x"], found.get("y")


def _of_npz(path: str) -> dict[str, Array]:
    """Return the arrays X and y of a .npz file."""
    check_plain_file(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name.lower(): file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError):
        raise FileError(
            f"{path}: expected arrays X and y of numbers in NumPy's format. "
            "Write it with numpy.savez(path, X=X, y=y)."
        ) from None
    if "x" not in arrays:
        raise DataError(path, "an array X", ", ".join(arrays) or "none", "Write it again.")
    return arrays


def _of_columns(opening: Opening, needs_target: bool) -> dict[str, Array]:
    """Return the columns of a table as x, and one of them as y."""
    from ..estimators.tables.table import as_table

    table = as_table(str(opening.data), opening.reading)
    if needs_target and opening.target is None:
        raise ParameterError(
            "--target",
            "the column that the run learned to predict",
            "none",
            f"Write --target {table.names[-1]}, if that is it.",
        )
    found = {}
    if needs_target:
        if opening.target not in table.names:
            shown = textwrap.shorten(", ".join(table.names), 100, placeholder=" …")
            raise ParameterError(
                "--target", f"a column among {shown}", str(opening.target), "Correct it."
            )
        found["y"] = _numbers(table, str(opening.target))
        table = table.without(str(opening.target))
    found["x"] = np.stack([_numbers(table, name) for name in table.names], axis=1)
    return found


def _numbers(table: Table, name: str) -> Array:
    """Return a column of numbers."""
    cells = table.columns[name]
    try:
        return cells.astype(np.float64)
    except (ValueError, TypeError):
        raise DataError(
            f"{table.source}, column {name}",
            "numbers, as the run had them",
            "words",
            "Open the recording from Python: chainrule.Recording.load(path, X, y).",
        ) from None


def _fitting(data: str, name: str, given: Array, wanted: Any) -> Array:
    """Return an array in the type and shape that the run had; DataError if it cannot be."""
    try:
        kind, shape = np.dtype(wanted[0]), tuple(int(n) for n in wanted[1])
    except (TypeError, ValueError, IndexError):
        raise FileError("what the file says of its rows is not complete.") from None
    if given.dtype.kind not in "fiub" or given.size != math.prod(shape):
        what = "rows of inputs" if name == "x" else "targets"
        raise DataError(
            data,
            f"{what} of shape {shape}, as the run had them",
            f"{given.shape}",
            "Give the file as it was then: the same rows, and no further columns.",
        )
    with np.errstate(all="ignore"):
        return given.reshape(shape).astype(kind)
