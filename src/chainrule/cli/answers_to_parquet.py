"""Write the answers for a Parquet file into another one, so that a run that ends early can go on.

While a large file is answered, what is done lies beside it in the folder `.NAME.parts`: each piece
is a whole Parquet file, called by its first row. Every file and piece says in its metadata which
model and which data it was made from.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from ..errors import FileError
from ..files.writing import check_target, open_whole, remove_leftovers

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MADE_FROM = b"chainrule predict"  # the entry of the metadata
SECONDS = 20.0  # after which a piece is closed, so that no more work than this can be lost
ROWS = 1 << 17  # answers that are written together


def made_from(path: Path) -> str | None:
    """Return what a file of answers says that it was made from.

    "" for another file; None if there is none.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if not os.path.lexists(path):
        return None
    try:
        found = parquet.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return ""
    return str(found.get(MADE_FROM, b"").decode(errors="replace"))


class _Ended(Exception):
    """Nothing more is written."""


class Answers:
    """The answers for one file, written in order: `begin`, `add` ..., and `finish` or `end`.

    Parameters
    ----------
    target : Path
        The file to write.
    stamp : str
        What the answers are made from. Pieces that say something else are removed.
    """

    def __init__(self, target: Path, stamp: str) -> None:
        self.target, self.stamp = target, stamp
        self.parts = parts_of(target)
        self._whole = self._sound_pieces()
        self._stack = ExitStack()
        self._writer: Any = None
        self._pending: list[Any] = []
        self._begun = False
        self._opened = 0.0
        self._written = 0  # rows of the open piece

    @property
    def start(self) -> int:
        """The number of rows that whole pieces hold."""
        return sum(rows for _, rows in self._whole)

    def begin(self) -> None:
        """Prepare the folder; call it before `add`."""
        self._begun = True
        self.target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.target)

    def end(self, *, keep: bool) -> None:
        """End early.

        Parameters
        ----------
        keep : bool
            True: make a piece of the answers that are there. False: whole pieces stay.
        """
        if not self._begun:
            return
        self._begun = False
        if keep:
            self._close_piece()
        with suppress(_Ended), self._stack:
            raise _Ended  # so that an open piece is removed
        with suppress(OSError):  # there is none, or it has pieces
            self.parts.rmdir()

    def add(self, table: Any) -> None:
        """Append a pyarrow.Table of answers."""
        self._pending.append(table)
        if self._writer is None or sum(map(len, self._pending)) >= ROWS:
            self._flush()
        if perf_counter() - self._opened > SECONDS:
            self._close_piece()

    def finish(self) -> None:
        """Give the answers their name: all rows are there."""
        self._close_piece()
        pieces = [path for path, _ in self._whole]
        if len(pieces) == 1:
            os.replace(pieces[0], self.target)
        else:
            _join(pieces, self.target)
        discard_parts(self.target)
        self._begun = False

    def _sound_pieces(self) -> list[tuple[Path, int]]:
        """Return the pieces that follow each other from row 0 on, and the rows of each.

        All others are removed, and so is what a killed process was writing.
        """
        from pyarrow import parquet

        found: list[tuple[Path, int]] = []
        rows = 0
        for path in sorted(self.parts.iterdir()) if self.parts.is_dir() else ():
            if path.name == f"{rows:012}.parquet" and made_from(path) == self.stamp:
                found.append((path, parquet.read_metadata(path).num_rows))
                rows += found[-1][1]
            else:
                path.unlink()
        return found

    def _flush(self) -> None:
        """Write the pending rows to the open piece; open one if there is none."""
        import pyarrow as pa

        if not self._pending:
            return
        table = pa.concat_tables(self._pending)
        if self._writer is None:
            self._opened, self._written = perf_counter(), 0
            self.parts.mkdir(exist_ok=True)
            schema = table.schema.with_metadata({MADE_FROM: self.stamp.encode()})
            file = self._stack.enter_context(open_whole(self._piece))
            self._writer = self._stack.enter_context(_writer(file, schema))
        self._writer.write_table(table.replace_schema_metadata(self._writer.schema.metadata))
        self._written += len(table)
        self._pending = []

    @property
    def _piece(self) -> Path:
        """The path of the piece that is open, or that comes next."""
        return self.parts / f"{self.start:012}.parquet"

    def _close_piece(self) -> None:
        """Give the open piece its name."""
        self._flush()
        if self._writer is not None:
            self._stack.close()
            self._whole.append((self._piece, self._written))
            self._writer = None


def parts_of(target: Path) -> Path:
    """Return the folder of the pieces of a file that is not finished."""
    return target.with_name(f".{target.name}.parts")


def discard_parts(target: Path) -> None:
    """Remove the pieces of a file, and their folder."""
    parts = parts_of(target)
    for path in parts.iterdir() if parts.is_dir() else ():
        path.unlink()
    with suppress(OSError):
        parts.rmdir()


def _writer(file: Any, schema: Any) -> Any:
    """Return a writer; it makes no dictionaries of real numbers, which hardly ever repeat."""
    import pyarrow as pa
    from pyarrow import parquet

    repeat = [field.name for field in schema if not pa.types.is_floating(field.type)]
    return parquet.ParquetWriter(file, schema, use_dictionary=repeat)


def _join(pieces: list[Path], target: Path) -> None:
    """Write all pieces into one file, a group of rows at a time."""
    from pyarrow import parquet

    schema = parquet.read_schema(pieces[0])
    with open_whole(target) as file, _writer(file, schema) as writer:
        for path in pieces:
            with parquet.ParquetFile(path) as piece:
                for k in range(piece.num_row_groups):
                    writer.write_table(piece.read_row_group(k))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make the folder if it is missing, and keep other runs out of it until the block ends.

    Raises
    ------
    FileError
        It cannot be made, or another process writes answers into it now.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{folder} cannot be made: {error.strerror or error}. Choose another --output."
        ) from None
    if fcntl is None:
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileError(
                f"{folder}",
                "a folder into which nobody else writes",
                "one in which `chainrule predict` is at work",
                "Wait until it has ended, or choose another --output.",
            ) from None
        except OSError:
            pass  # not every file system has locks
        yield
    finally:
        os.close(held)


def check_answers(target: Path) -> str | None:
    """Return what the file that exists was made from; None if there is none.

    Raises
    ------
    FileError
        There is another file, or one that may not be written.
    """
    found = made_from(target)
    if found == "":
        raise FileError(
            f"{target}",
            "a new file, or one that `chainrule predict` wrote",
            "another one",
            "Choose another --output; nothing is changed.",
        )
    if target.parent.is_dir():
        check_target(f"{target}")
    return found
