"""The Parquet files of a folder, read as one table, a batch of rows at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

from ..errors import DataError, DependencyError, FileError, ParameterError

Files = str | Path | Sequence[str | Path]

ENDS = 1 << 16  # bytes at each end of a file that its fingerprint covers
BUFFER = 1 << 20  # bytes of a column that are read at a time
BUFFERS = 1 << 25  # bytes of all columns: each of many is read in smaller pieces
ROWS = 1 << 16  # of a batch
BYTES = 1 << 25  # of a batch, about: wide rows come fewer at a time
ENDINGS = (".parquet", ".parq", ".pq", "")
MAGIC = b"PAR1"  # a Parquet file begins and ends with it
SHOWN = 8  # names of columns that a message lists


class ParquetFiles:
    """The Parquet files of a folder as one table.

    Rows are numbered through all files in the order of their names. Files and folders whose names
    begin with "_" or "." are left out, as are files of other kinds. A folder called `column=value`
    gives its rows that column.

    Parameters
    ----------
    files : str, path, or a list of them
        A folder, with the folders in it; one file; or several files, in this order.

    Raises
    ------
    FileError
        There is no such file or folder, there is no Parquet file in it, or one is broken.
    DataError
        All files are empty, or a column has two names or kinds.
    DependencyError
        pyarrow is not installed.

    Examples
    --------
    >>> import pyarrow as pa, tempfile
    >>> from pyarrow import parquet
    >>> folder = tempfile.TemporaryDirectory()
    >>> for k in range(2):
    ...     table = pa.table({"a": [k, k], "b": [0.5, 1.5]})
    ...     parquet.write_table(table, f"{folder.name}/{k}.parquet")
    >>> found = ParquetFiles(folder.name)
    >>> len(found), found.columns, [batch.num_rows for batch in found.batches(["b"])]
    (4, ['a', 'b'], [2, 2])
    >>> folder.cleanup()
    """

    def __init__(self, files: Files) -> None:
        pyarrow()
        self.name, self.paths = _found(files)
        self._states = [_state(path) for path in self.paths]
        opened = [_opened(path) for path in self.paths]
        self._schemas = [schema for schema, _, _ in opened]
        self._footers = [footer for _, footer, _ in opened]
        self._row_bytes = max(size for *_, size in opened)
        self.ends = np.cumsum([footer.num_rows for footer in self._footers])
        if not self.ends[-1]:
            raise DataError(self.name, "rows", "none", "Check how they were written.")
        root = Path(files) if isinstance(files, (str, Path)) and Path(files).is_dir() else None
        self._values = [
            {} if root is None else _words(path.relative_to(root)) for path in self.paths
        ]
        self._folders = _kinds(self._values)

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __repr__(self) -> str:
        files = f"{len(self.paths)} Parquet file{'s' * (len(self.paths) > 1)}"
        return f"<{files}: {len(self)} rows, {len(self.columns)} columns>"

    @cached_property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the first file."""
        names = dict.fromkeys(name for schema in self._schemas for name in schema.names)
        return list(names | dict.fromkeys(name for keys in self._folders for name in keys))

    def check_columns(self, names: Sequence[str], where: str = "") -> None:
        """Raise DataError unless every file has these columns.

        Parameters
        ----------
        names : list of str
            The columns.
        where : str
            The argument that names them, for messages.
        """
        of = f"{self.name}, {where}" if where else self.name
        for name in names:
            if not isinstance(name, str):
                raise ParameterError(of, "names of columns", repr(name), 'Write ["a", "b"].')
            if name not in self.columns:
                near = get_close_matches(name, self.columns, 1, 0.6)
                more = ", ..." * (len(self.columns) > SHOWN)
                known = f"Columns are {', '.join(self.columns[:SHOWN])}{more}."
                remedy = f"Did you mean {near[0]!r}?" if near else known
                raise DataError(of, "a column of the files", repr(name), remedy)
            for k, path in enumerate(self.paths):
                if name not in self._schemas[k].names and name not in self._folders[k]:
                    remedy = "Write the file again with it, or leave the file or the column out."
                    raise DataError(f"{path}", f"the column {name!r}", "none", remedy)

    def schema(self, columns: Sequence[str] | None = None) -> Any:
        """Return the pyarrow.Schema of these columns, or of all.

        Numbers of different types become a type that holds all of them. Other differences between
        files are refused.
        """
        pa = pyarrow()
        names = self.columns if columns is None else list(columns)
        self.check_columns(names)
        return pa.schema([(name, self._type(name)) for name in names])

    def _type(self, name: str) -> Any:
        """Return the type of a column in all files."""
        pa = pyarrow()
        kinds: dict[Any, Path] = {}
        for path, schema, keys in zip(self.paths, self._schemas, self._folders, strict=True):
            kinds.setdefault(schema.field(name).type if name in schema.names else keys[name], path)
        if len(kinds) > 1:  # words may be numbered in some files only, or in other ways
            given, kinds = kinds, {}
            for kind, path in given.items():
                kinds.setdefault(kind.value_type if pa.types.is_dictionary(kind) else kind, path)
        first, *others = kinds
        found = pa.schema([(name, first)])
        for other in others:
            try:
                both = [found, pa.schema([(name, other)])]
                found = pa.unify_schemas(both, promote_options="permissive")
            except pa.ArrowException:
                got = f"{other} in {kinds[other]}"
                remedy = "Write all files with one type."
                where = f"{kinds[first]}, column {name!r}"
                raise DataError(where, f"one type in all files, {first}", got, remedy) from None
        return found.field(0).type

    def batches(
        self, columns: Sequence[str] | None = None, *, rows: int | None = None, start: int = 0
    ) -> Iterator[Any]:
        """Yield the rows as pyarrow.RecordBatch objects, in order.

        A batch never reaches over the end of a file. No more than a batch and the pages that it
        comes from is in memory.

        Parameters
        ----------
        columns : list of str, optional
            The columns, in this order; None: all.
        rows : int, optional
            The most rows of a batch, ≥ 1. The default holds about 32 MB, at most 65,536 rows.
        start : int
            The number of the first row.
        """
        schema = self.schema(columns)
        most = rows or min(ROWS, max(1, BYTES // self._row_bytes))
        for k, (path, end) in enumerate(zip(self.paths, self.ends.tolist(), strict=True)):
            if end > start:
                begin = end - self._footers[k].num_rows
                yield from self._of_file(k, path, schema, most, max(start - begin, 0))

    def _of_file(self, k: int, path: Path, schema: Any, rows: int, start: int) -> Iterator[Any]:
        """Yield the batches of one file from this row on."""
        pa = pyarrow()
        from pyarrow import parquet

        own, groups, skip = self._schemas[k].names, *_groups(self._footers[k], start)
        stored = [name for name in schema.names if name in own]
        buffer = max(1 << 14, min(BUFFER, BUFFERS // max(1, len(stored))))
        try:
            with parquet.ParquetFile(
                path, metadata=self._footers[k], buffer_size=buffer, pre_buffer=False
            ) as file:
                self._check_same(k)
                for batch in file.iter_batches(rows, groups, stored):
                    whole = self._with_folders(k, batch, schema)
                    if skip < len(whole):
                        yield whole.slice(skip)
                    skip = max(0, skip - len(whole))
        except (OSError, pa.ArrowException) as error:
            if isinstance(error, FileError):
                raise
            self._check_same(k)
            raise broken(path, error) from None
        self._check_same(k)

    def _check_same(self, k: int) -> None:
        """Raise FileError if a file has changed: its footer would be that of other rows."""
        if _state(self.paths[k]) != self._states[k]:
            remedy = "Open the files again when nobody writes them."
            raise FileError(
                f"{self.paths[k]}", "the file that was opened", "another or none", remedy
            )

    def _with_folders(self, k: int, batch: Any, schema: Any) -> Any:
        """Return the batch with the columns that folders give, in the types of the schema."""
        pa, n = pyarrow(), batch.num_rows
        arrays = []
        for field in schema:
            if field.name in batch.schema.names:
                column = batch.column(field.name)
                self._check_folder(k, field.name, column)
            else:
                column = pa.repeat(self._of_folder(k, field.name), n)
            arrays.append(column if column.type == field.type else self._cast(k, column, field))
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _check_folder(self, k: int, name: str, column: Any) -> None:
        """Raise DataError if a column of a file holds something else than its folder says."""
        word = self._values[k].get(name)
        if word is None:
            return
        pa = pyarrow()
        try:
            of_folder = pa.scalar(word).cast(column.type)
        except pa.ArrowException:  # of another kind, such as numbered words
            return
        if any(value != of_folder for value in column.unique() if value.is_valid):
            where, rule = f"{self.paths[k]}, column {name!r}", f"{word}, as its folder says"
            remedy = "Rename the folder, or leave the column out of the file."
            raise DataError(where, rule, "other values", remedy)

    def _cast(self, k: int, column: Any, field: Any) -> Any:
        """Return a column in the type of all files."""
        pa = pyarrow()
        try:
            return column.cast(field.type)
        except pa.ArrowException:
            where = f"{self.paths[k]}, column {field.name!r}"
            rule = f"values that fit into {field.type}, the type for all files"
            remedy = "Write all files with one type."
            raise DataError(where, rule, f"others, as {column.type}", remedy) from None

    def _of_folder(self, k: int, name: str) -> Any:
        """Return the value of a column that a folder gives, as a pyarrow.Scalar."""
        pa = pyarrow()
        kind, word = self._folders[k][name], self._values[k][name]
        whole = word is not None and kind == pa.int64()
        return pa.scalar(int(word) if whole and word else word, kind)

    def place(self, row: int) -> str:
        """Return the file of a row, and its number in it, for messages."""
        k = int(np.searchsorted(self.ends, row, side="right"))
        begin = int(self.ends[k]) - self._footers[k].num_rows
        return f"row {row - begin} of {self.paths[k].name}"

    def fingerprint(self, *, times: bool = False) -> str:
        """Return a hash of names, sizes and both ends of each file, and of columns in folders.

        The end of a Parquet file says where each column lies and which numbers it holds. Reading
        all of a file would take as long as an epoch.

        Parameters
        ----------
        times : bool
            True: the times of the last changes count too.
        """
        digest = sha256()
        for path, words in zip(self.paths, self._values, strict=True):
            about = path.stat()
            digest.update(f"{path.name} {words or ''} {about.st_size}".encode())
            if times:
                digest.update(f" {about.st_mtime_ns}".encode())
            with path.open("rb") as file:
                digest.update(file.read(ENDS))
                file.seek(max(0, about.st_size - ENDS))
                digest.update(file.read(ENDS))
        return digest.hexdigest()


def broken(path: Path, error: Exception) -> FileError:
    """Return the error for a file that pyarrow cannot read."""
    reason = " ".join(str(error).split())[:120]
    return FileError(f"{path}: expected a whole Parquet file ({reason}). Take another copy of it.")


def pyarrow() -> Any:
    """Return the package pyarrow.

    Raises
    ------
    DependencyError
        It is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise DependencyError(
            "Parquet files need pyarrow. Install it: pip install 'chainrule[parquet]'"
        ) from error
    return pyarrow


def _opened(path: Path) -> tuple[Any, Any, int]:
    """Return schema, footer, and the bytes of a row, of one file."""
    pa = pyarrow()
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            schema, footer = file.schema_arrow, file.metadata
    except (OSError, pa.ArrowException) as error:
        raise broken(path, error) from None
    names = schema.names
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError(f"{path}", "each name once", f"{twice!r} twice", "Rename one of them.")
    size = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
    return schema, footer, max(1, size // max(1, footer.num_rows))


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of a file, which change with it; None if it is gone."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def _groups(footer: Any, start: int) -> tuple[list[int], int]:
    """Return the row groups from this row on, and how many of their rows come before it."""
    sizes = [footer.row_group(i).num_rows for i in range(footer.num_row_groups)]
    ends = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
    groups = [i for i, (_, end) in enumerate(pairwise(ends)) if end > start]
    return groups, start - ends[groups[0]] if groups else 0


# ---- which files


def _found(given: Files) -> tuple[str, list[Path]]:
    """Return what the files are called together, and all of them in order."""
    if isinstance(given, (str, Path)):
        path, name = Path(given), f"{given}"
        if "://" in name:
            remedy = "Copy them to a disk, or read them with Dask or Ray Data: Blocks(...)."
            raise FileError(name, "files on this machine", "an address", remedy)
        if path.is_dir():
            return name, _in_folder(path)
        return name, [_existing(path)]
    if not isinstance(given, (list, tuple)) or not given:
        got = "none" if isinstance(given, (list, tuple)) else type(given).__name__
        remedy = 'Write Parquet("folder/", ...).'
        raise ParameterError("Parquet", "a folder, a file, or a list of files", got, remedy)
    paths = [_existing(Path(path)) for path in given]
    if len({path.resolve() for path in paths}) < len(paths):
        raise FileError("Parquet", "each file once", "one of them twice", "Remove it.")
    return f"{len(paths)} files from {paths[0]}", paths


def _existing(path: Path) -> Path:
    if path.is_file():
        return path
    got = "a folder" if path.is_dir() else "something else" if path.exists() else "no such file"
    if any(sign in path.name for sign in "*?["):
        remedy = f'Write sorted(glob("{path}")), or name the folder.'
    else:
        remedy = "Check its name."
    raise FileError(f"{path}", "a Parquet file, or a folder of them", got, remedy)


def _in_folder(folder: Path) -> list[Path]:
    """Return the Parquet files in a folder and its folders, sorted by name."""
    found = []
    for path in sorted(_all_in(folder, (folder.resolve(),))):
        if path.suffix.lower() in ENDINGS[:-1]:
            found.append(path)
        elif _begins_like_one(path):
            if path.suffix.lower() not in ENDINGS:
                rule = "the ending .parquet for each Parquet file"
                raise FileError(f"{path}", rule, path.suffix, "Rename it, or move it elsewhere.")
            found.append(path)
    if not found:
        raise FileError(f"{folder}", "Parquet files", "none", "Check the name of the folder.")
    return found


def _all_in(folder: Path, around: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files in a folder and in its folders, also in linked ones."""
    for path in folder.iterdir():
        if path.name.startswith(("_", ".")):
            continue
        if path.is_dir():
            real = path.resolve()
            if real in around:
                rule, remedy = "files", "Remove the link."
                raise FileError(f"{path}", rule, "a link to a folder that it is in", remedy)
            yield from _all_in(path, (*around, real))
        elif path.is_file():
            yield path


def _begins_like_one(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


# ---- folders called column=value


def _words(path: Path) -> dict[str, str | None]:
    """Return the columns of the folders of a file, as text."""
    found: dict[str, str | None] = {}
    for part in path.parts[:-1]:
        name, sign, value = part.partition("=")
        if sign and name:
            missing = value == "__HIVE_DEFAULT_PARTITION__"
            found[unquote(name)] = None if missing else unquote(value)
    return found


def _kinds(given: list[dict[str, str | None]]) -> list[dict[str, Any]]:
    """Return the types of the columns of folders: whole numbers, if all are, else text."""
    pa = pyarrow()
    names = {name for words in given for name in words}
    whole = {n: all(_is_whole(words.get(n)) for words in given) for n in names}
    return [{n: pa.int64() if whole[n] else pa.string() for n in words} for words in given]


def _is_whole(word: str | None) -> bool:
    return word is None or re.fullmatch(r"-?[0-9]{1,18}", word) is not None
