"""The bytes and the text of a data file: encodings, gzip, and what is no plain file."""

from __future__ import annotations

import codecs
import gzip
import os
import stat
import zlib
from dataclasses import dataclass

from ..errors import DataError, FileError, ParameterError
from .other_formats import check_is_text

MEGABYTE = 1_000_000
MARKS = (  # byte order marks; that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),  # Excel's "Unicode text"
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Reading:
    """How a data file is read.

    Parameters
    ----------
    encoding : str, optional
        The encoding of a text file, such as "latin-1". The default is UTF-8, or what the file's
        byte order mark says.
    sheet : str, optional
        The sheet of an Excel file. The default is the only one that is not empty.
    max_size : int
        The most megabytes of text, after unpacking.
    """

    encoding: str | None = None
    sheet: str | None = None
    max_size: int = 1000

    def __post_init__(self) -> None:
        if self.encoding is not None:
            try:
                "a".encode(self.encoding)
            except (LookupError, ValueError):
                raise ParameterError(
                    "--encoding",
                    "the name of an encoding",
                    repr(self.encoding),
                    "The usual ones are utf-8, latin-1, cp1252 and utf-16.",
                ) from None


def check_plain_file(name: str) -> int:
    """Return the size of a file; a pipe, which could wait forever, or a folder is refused.

    Raises
    ------
    FileError
        There is no such file, or it is something else.
    """
    try:
        found = os.stat(name)
    except (OSError, ValueError) as error:
        raise FileError(f"{name} cannot be read: {_reason(error)}.") from None
    if stat.S_ISREG(found.st_mode):
        return found.st_size
    got = next((word for test, word in KINDS if test(found.st_mode)), "something else")
    raise FileError(
        f"{name}: expected a file, got {got}. "
        + ("Name a file in it." if got == "a folder" else "Write its contents into a file first.")
    )


def read_bytes(name: str, reading: Reading) -> bytes:
    """Return the bytes of a file; those of a .gz file are unpacked.

    Raises
    ------
    FileError
        A file that cannot be read, is no plain file, or is larger than the limit.
    """
    zipped = name.lower().endswith(".gz")
    size, limit = check_plain_file(name), reading.max_size * MEGABYTE
    try:
        if size > limit and not zipped:
            raise _too_large(name, f"{size / MEGABYTE:.0f} MB", reading)
        with gzip.open(name) if zipped else open(name, "rb") as file:
            data = file.read(limit + 1)
    except FileError:
        raise
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(f"{name} cannot be read: {_reason(error)}.") from None
    except MemoryError:
        raise no_memory(name) from None
    if len(data) > limit:
        raise _too_large(name, "more after unpacking" if zipped else "more", reading)
    return data


def read_text(name: str, reading: Reading) -> str:
    """Return the text of a file, without its byte order mark.

    Raises
    ------
    FileError
        Bytes that are no text in this encoding; the message names the line.
    """
    data = read_bytes(name, reading)
    check_is_text(name, data[:100])
    marked = next((codec for mark, codec in MARKS if data.startswith(mark)), None)
    codec = reading.encoding or marked or "utf-8"
    if marked and codecs.lookup(codec).name in marked:  # --encoding utf-8, and a mark of UTF-8
        codec = marked
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise _undecodable(name, data, error, codec) from None
    except MemoryError:
        raise no_memory(name) from None
    if codecs.lookup(codec).name.startswith(("iso8859", "cp125")) and _is_utf_8(data):
        raise FileError(
            f"{name}: expected text in {codec}, got text in UTF-8. Leave --encoding {codec} out."
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        remedy = "Save it again as CSV, UTF-8."
        for first, order in ((1, "le"), (0, "be")):  # letters and zeros take turns
            if data[first:400:2].count(0) > 0.9 * len(data[first:400:2]):
                remedy = f"Write --encoding utf-16-{order}, or save it as CSV, UTF-8."
        raise FileError(f"{name}, line {line}: expected text, got a zero byte. {remedy}")
    return text


def no_memory(name: str) -> FileError:
    """Return the error for a file whose rows do not fit into memory."""
    return FileError(
        f"{name}: its rows need more memory than there is. Take fewer columns or a part of the rows."
    )


def _is_utf_8(data: bytes) -> bool:
    """Return True for letters beyond ASCII in UTF-8; text in Latin-1 is never that by chance."""
    try:
        return not data.isascii() and bool(data.decode())
    except UnicodeDecodeError:
        return False


def _undecodable(name: str, data: bytes, error: UnicodeDecodeError, codec: str) -> FileError:
    line = data.count(b"\n", 0, error.start) + 1
    byte = data[error.start]
    expected = codec.removesuffix("-sig").upper() if codec.startswith("utf") else codec
    letter = bytes([byte]).decode("cp1252", errors="ignore")
    if expected != "UTF-8" or not letter or byte < 0xA0:
        return FileError(
            f"{name}, line {line}: expected text in {expected}, got byte {byte:#04x}. "
            "Name its --encoding, or save it as CSV, UTF-8."
        )
    return FileError(
        f"{name}, line {line}: expected text in UTF-8, got byte {byte:#04x}, which is {letter} in "
        "Latin-1. Write --encoding latin-1 (in Python, give "
        "pandas.read_csv(..., encoding='latin-1')), or save it as CSV, UTF-8."
    )


def _too_large(name: str, got: str, reading: Reading) -> DataError:
    return DataError(
        name,
        f"at most {reading.max_size} MB of text",
        got,
        f"Raise the limit with --max-size {2 * reading.max_size} if there is memory, ten times "
        "the size of the text (in Python, give a data frame).",
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
