"""Recognize files of other programs, for the message to a user who gave the wrong one."""

from __future__ import annotations

from ..errors import FileError

STARTS = (
    (b"\x93NUMPY", "an array of numpy.save"),
    (b"PK\x03\x04", "a zip file (.npz, .xlsx, .pt and .keras are such files)"),
    (b"\x89HDF", "an HDF5 file, as Keras writes it"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x80\x02", "a pickle file"),
    (b"\x80\x03", "a pickle file"),
    (b"\x80\x04", "a pickle file"),
    (b"\x80\x05", "a pickle file"),
)
DATA = ("a CSV file", "an array of numpy.save", "a Parquet file", "a picture")


def check_is_text(path: str, start: bytes) -> None:
    """Raise FileError for a text file, by its name, that is an archive, a picture or a web page."""
    if start.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise FileError(
            f"{path}: expected rows of cells, got a web page. Download the file that it shows."
        )
    if found := next((words for mark, words in STARTS if start.startswith(mark)), None):
        raise FileError(
            f"{path}: expected text, got {found}. Give it the suffix of such files, or save it as "
            "CSV, UTF-8."
        )


def other_format(path: str, start: bytes) -> FileError | None:
    """Return the error for a file of a format that is recognized; None for any other.

    Parameters
    ----------
    path : str
        The file, for the message.
    start : bytes
        Its first hundred bytes or so.
    """
    found = next((words for mark, words in STARTS if start.startswith(mark)), None) or _text(start)
    if found is None:
        return None
    remedy = "Give the .safetensors file that net.save or chainrule train wrote."
    if found in DATA:
        remedy += f" To use data: chainrule predict NET.safetensors {path}"
    return FileError(f"{path}: expected a network of chainrule, got {found}. {remedy}")


def _text(start: bytes) -> str | None:
    """Return what kind of text these bytes begin, or None if they are no text."""
    text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="ignore")
    if len(text) < 2 or not all(c.isprintable() or c in "\t\r\n" for c in text):
        return None
    if text.lstrip()[:1] in ("{", "["):
        return "a JSON file"
    return "a CSV file" if any(d in text.splitlines()[0] for d in ",;\t") else "a text file"
