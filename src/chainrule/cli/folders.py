"""What `chainrule predict` does with a folder of Parquet files, or with one: piece by piece."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from ..datasets.parquet_files import ParquetFiles
from ..errors import DataError, FileError, ParameterError
from ..files.text import Reading
from ..graph.program import Shape
from ..network import Network
from ..training.callbacks.progress import plain_bar
from .answering import NetworkAnswers, TableAnswers
from .answers_to_parquet import Answers, alone_in, check_answers, discard_parts, parts_of
from .one_by_one import OneByOne
from .rows_from_parquet import Place, place_in

Say = Callable[[str], Any]
SUFFIXES = (".parquet", ".parq", ".pq")
QUIET = 10.0  # seconds from one line about the progress to the next, where there is no bar
ENDS = 1 << 16  # bytes at the end of a file that say what it holds


class Answering(Protocol):
    """A model that answers for the rows of a batch."""

    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""

    def answer(self, batch: Any, place: Place) -> dict[str, Any]:
        """Return the answers for a pyarrow.RecordBatch: pyarrow.Array by name.

        `place` says where a row of the batch is.
        """

    def remarks(self) -> list[str]:
        """Return what is to be said when all rows are answered."""


@dataclass(frozen=True)
class Request:
    """The arguments of `chainrule predict` for Parquet files.

    Parameters
    ----------
    model : str
        The file of the model.
    data : str
        A folder of Parquet files, or one file.
    output : str, optional
        The folder to write; for one file also the name of a file.
    without : sequence of str
        Columns that are no inputs of a network.
    keep : sequence of str
        Columns of the data that are written before the answers.
    explain : bool
        True to add what each column contributes.
    reference : str, optional
        With `explain`: the rows to compare with.
    reading : Reading
        How the reference is read.
    """

    model: str
    data: str
    output: str | None
    without: Sequence[str] = ()
    keep: Sequence[str] = ()
    explain: bool = False
    reference: str | None = None
    reading: Reading = field(default_factory=Reading)

    @property
    def stamp(self) -> dict[str, Any]:
        """What the answers depend on, besides the data."""
        return {
            "model": _hash(self.model),
            "without": list(self.without),
            "keep": list(self.keep),
            "explain": self.explain,
            "reference": self.reference and _hash(self.reference),
        }


@dataclass
class Target:
    """A file of the data and the file of its answers.

    Parameters
    ----------
    path : Path
        The file to write.
    begin, end : int
        The first row of the data, and the one after the last.
    stamp : str
        What its answers are made from.
    done : bool
        True if they are there.
    """

    path: Path
    begin: int
    end: int
    stamp: str
    done: bool = False


def is_parquet(path: str) -> bool:
    """Return True if the name of a file ends as that of a Parquet file."""
    return Path(path).suffix.lower() in SUFFIXES


def is_for_folders(data: str, output: str | None) -> bool:
    """Return True if DATA and --output ask for answers in Parquet files."""
    to_parquet = output is not None and Path(output).suffix.lower() not in (".csv", ".npy")
    return os.path.isdir(data) or (is_parquet(data) and to_parquet)


def one_input(file: str) -> tuple[Network, Shape]:
    """Return a network from a file, and the shape of a row; it has one input."""
    net = Network.load(file)
    inputs = net.inputs or {}
    if list(inputs) != ["x"]:
        raise DataError(
            file, "a network with one input", ", ".join(inputs), "Call net.predict from Python."
        )
    return net, inputs["x"]


def predict(asked: Request, tell: Say) -> None:
    """Write a file of answers for each file of the data; go on where an earlier run ended.

    Parameters
    ----------
    asked : Request
        The arguments.
    tell : function
        Called with each line about the answers.
    """
    if asked.output is None:
        raise FileError(
            f"{asked.data}: expected a file, got a folder. To predict the Parquet files in it, "
            "name a folder for the answers: --output FOLDER."
        )
    files, answering = _opened(asked, tell)
    files.check_columns(list(asked.keep), "--keep")
    paths = _paths(asked, files)
    with alone_in(Path(asked.output or "") if len(paths) > 1 else paths[0].parent):
        targets = _targets(asked, files, paths, tell)
        done, count = sum(t.done for t in targets), _count(len(targets), "file")
        if done == len(targets):
            tell(f"nothing is left to do: {count} in {asked.output} made by an earlier run")
            return
        if done:
            tell(f"{done:,} of {count} done by an earlier run")
        try:
            _answer_all(asked, files, answering, targets, tell)
        except BaseException:
            _say_what_is_done(targets, tell)
            raise
    for line in answering.remarks():
        tell(line)
    tell(f"{_count(len(files), 'row')} in {count} written to {asked.output}")


def _opened(asked: Request, tell: Say) -> tuple[ParquetFiles, Answering]:
    """Return the data and the model, which fit together."""
    from .tables import is_table

    if is_table(asked.model):
        if asked.without:
            raise ParameterError(
                "--without", "a network", "the model of a table", "It knows its columns."
            )
        from ..estimators.tables.model import TableModel
        from ..estimators.tables.table import as_table

        model = TableModel.load(asked.model)
        others = asked.reference and as_table(asked.reference, asked.reading)
        files = ParquetFiles(asked.data)
        return files, TableAnswers(model, files, explain=asked.explain, reference=others or None)
    if asked.explain:
        raise ParameterError(
            "--explain", "the model of a table", "a network alone", "Leave it out."
        )
    net, _ = one_input(asked.model)
    files = ParquetFiles(asked.data)
    answers = NetworkAnswers(net, files, asked.without)
    for line in answers.inputs.lines():
        tell(line)
    return files, answers


def _say_what_is_done(targets: Sequence[Target], tell: Say) -> None:
    """Say how far a run came that ends early, if there is something to go on from."""
    done, more = sum(t.done for t in targets), any(parts_of(t.path).exists() for t in targets)
    if done or more:
        part = " and a part of the next one" * more
        tell(f"{done:,} of {_count(len(targets), 'file')}{part} done; the same command goes on")


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"


# ---------------------------------------------------------------- which files


def _paths(asked: Request, files: ParquetFiles) -> list[Path]:
    """Return the file to write for each file of the data."""
    data, output = Path(asked.data), Path(asked.output or "")
    if not data.is_dir():
        to_file = output.suffix.lower() in SUFFIXES and not output.is_dir()
        paths = [output if to_file else output / data.name]
    elif output.exists() and not output.is_dir():
        raise FileError(
            f"--output {output}", "a folder, as the data are one", "a file", "Name another one."
        )
    elif output.suffix.lower() in (".csv", ".npy") and not output.exists():
        raise FileError(
            f"--output {output}",
            "a folder, as the data are one",
            f"a name that ends in {output.suffix}",
            "Name a folder: it gets a Parquet file for each file of the data.",
        )
    else:
        paths = [output / path.relative_to(data) for path in files.paths]
    inside = output.resolve()
    if data.is_dir() and (inside == data.resolve() or data.resolve() in inside.parents):
        raise FileError(
            f"--output {output}",
            "a folder outside of the data",
            f"one in {data}",
            "Its files would be taken for data. Choose another one.",
        )
    if {path.resolve() for path in paths} & {path.resolve() for path in files.paths}:
        raise FileError(
            f"--output {output}", "another file than the data", "the same", "Choose another one."
        )
    return paths


def _targets(asked: Request, files: ParquetFiles, paths: Sequence[Path], tell: Say) -> list[Target]:
    """Return what is to be written; say what is made again, and what else is there."""
    common = asked.stamp
    ends = files.ends.tolist()
    targets, again = [], 0
    for path, source, begin, end in zip(paths, files.paths, [0, *ends[:-1]], ends, strict=True):
        stamp = json.dumps({**common, "data": _fingerprint(source)}, sort_keys=True)
        found = check_answers(path)
        targets.append(Target(path, begin, end, stamp, found == stamp))
        again += found is not None and found != stamp
        if found == stamp:
            discard_parts(path)
    if again:
        was, now = ("were", "are") if again > 1 else ("was", "is")
        tell(
            f"{_count(again, 'file')} in {asked.output} {was} made from another model, from other "
            f"data or with other options, and {now} made again"
        )
    others = _others(Path(asked.output or ""), set(paths)) if Path(asked.data).is_dir() else []
    if others:
        named = ", ".join(str(path) for path in others[:3]) + ", ..." * (len(others) > 3)
        tell(f"in {asked.output} there is more than the answers for {asked.data}: {named}")
    return targets


def _hash(path: str) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _fingerprint(path: Path) -> str:
    """Return a hash of the size of a file, of the time of its last change, and of its end."""
    about = path.stat()
    digest = sha256(f"{about.st_size} {about.st_mtime_ns}".encode())
    with path.open("rb") as file:
        file.seek(max(0, about.st_size - ENDS))
        digest.update(file.read())
    return digest.hexdigest()


def _others(folder: Path, known: set[Path]) -> list[Path]:
    """Return the Parquet files in a folder that are none of these."""
    found = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES]
    seen = [p for p in found if not any(n[0] in "._" for n in p.relative_to(folder).parts)]
    return sorted(set(seen) - known)


# ---------------------------------------------------------------- answers


def _answer_all(
    asked: Request, files: ParquetFiles, answering: Answering, targets: list[Target], tell: Say
) -> None:
    """Write the files that are missing."""
    columns = list(dict.fromkeys([*answering.columns, *asked.keep]))
    with _progress(targets, tell) as advance:
        for run in _runs(targets):
            first, begun = run[0]
            row = first.begin + begun.start
            advance(begun.start)
            with _ahead(files.batches(columns, start=row)) as batches, OneByOne() as behind:
                try:
                    for target, answers in run:
                        behind(answers.begin)
                        if target.begin == target.end:
                            batch = _no_rows(files, columns)
                            behind(answers.add, _table(asked, files, answering, batch, row))
                        while row < target.end:
                            batch = next(batches)
                            behind(answers.add, _table(asked, files, answering, batch, row))
                            row += len(batch)
                            advance(len(batch))
                        behind(answers.finish)
                        behind(setattr, target, "done", True)
                    behind.wait()
                except BaseException as error:
                    sound = behind.settle() and isinstance(error, KeyboardInterrupt)
                    for _, answers in run:
                        answers.end(keep=sound)
                    raise


def _runs(targets: Sequence[Target]) -> Iterator[list[tuple[Target, Answers]]]:
    """Yield missing files that follow each other; only the first may have pieces already."""
    run: list[tuple[Target, Answers]] = []
    for target in targets:
        answers = None if target.done else Answers(target.path, target.stamp)
        if run and (answers is None or answers.start):
            yield run
            run = []
        if answers is not None:
            run.append((target, answers))
    if run:
        yield run


def _no_rows(files: ParquetFiles, columns: Sequence[str]) -> Any:
    """Return a pyarrow.RecordBatch of these columns without rows."""
    import pyarrow as pa

    schema = files.schema(columns)
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in schema], schema=schema)


def _table(asked: Request, files: ParquetFiles, answering: Answering, batch: Any, row: int) -> Any:
    """Return the columns that are kept, and the answers, as a pyarrow.Table."""
    import pyarrow as pa

    found = answering.answer(batch, place_in(files, row))
    if twice := next((name for name in asked.keep if name in found), None):
        rule, got = "columns that are called otherwise than the answers", repr(twice)
        raise FileError(f"--keep {twice}", rule, got, "Leave it out, or rename it in the data.")
    return pa.table({name: batch.column(name) for name in asked.keep} | found)


@contextmanager
def _ahead(batches: Iterator[Any]) -> Iterator[Iterator[Any]]:
    """Read the next batch while one is answered."""
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:

        def each() -> Iterator[Any]:
            coming = reader.submit(next, batches, None)
            while (batch := coming.result()) is not None:
                coming = reader.submit(next, batches, None)
                yield batch

        yield each()


@contextmanager
def _progress(targets: Sequence[Target], tell: Say) -> Iterator[Callable[[int], None]]:
    """Show how far it is: a bar on a terminal, else a line every ten seconds, on stderr."""
    total = sum(t.end - t.begin for t in targets if not t.done)
    if sys.stderr.isatty():
        with plain_bar()(total=total, unit=" rows", unit_scale=True, leave=False) as bar:
            yield bar.update
        return
    rows, last = 0, perf_counter()

    def advance(more: int) -> None:
        nonlocal rows, last
        rows += more
        if perf_counter() - last > QUIET:
            done = sum(t.done for t in targets)
            tell(f"{done:,} of {len(targets):,} files done, {rows:,} of {total:,} rows")
            last = perf_counter()

    yield advance
