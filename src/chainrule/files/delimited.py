"""The rows of a CSV text: its delimiter, its quotes, and the line of each row."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from ..errors import DataError

DELIMITERS = ",;\t|"
SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
# float() would also take 1_0, which no spreadsheet writes, and words such as "infinity".
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
GROUPS = re.compile(r"[+-]?\d{1,3}(?: \d{3})+")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


def rows_of(name: str, text: str) -> tuple[list[list[str]], list[int], str]:
    """Return the rows that are not empty, the line of each, and the delimiter of their cells.

    Parameters
    ----------
    name : str
        The file, for messages.
    text : str
        Its text.

    Raises
    ------
    DataError
        Quotes that do not close, or a cell that is longer than Python's csv module takes.
    """
    separator = SEPARATOR_LINE.match(text)  # Excel's first line: sep=;
    delimiter = separator[1] if separator else delimiter_of(text)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (separator and start == 1):
                rows.append(cells)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise _not_cells(f"{name}, line {start}", error) from None
    last = rows[1:][-5:] or rows  # a line of names may be above them
    if rows and all(len(row) == 1 and _is_spaced(row[0]) for row in last):
        raise DataError(
            f"{name}, line {lines[-1]}",
            "commas, semicolons, tabs or bars between cells",
            f"blanks: {rows[-1][0].strip()!r:.40}",
            "Save it as CSV.",
        )
    return rows, lines, delimiter


def delimiter_of(text: str) -> str:
    """Return the delimiter that cuts the first lines into the most cells, as many in each.

    A delimiter that cuts all of them into numbers comes first: 1,5;2,5 has two cells.
    """
    lines = list(islice((line for line in io.StringIO(text) if line.strip()), 5))
    if not lines:
        return DELIMITERS[0]
    cut = {d: [_cut(line, d) for line in lines] for d in DELIMITERS}

    def merit(d: str) -> tuple[bool, bool, int]:
        counts = [len(cells) for cells in cut[d]]
        even = counts[0] > 1 and len(set(counts)) == 1
        numbers = even and all(is_number(c, d) or not c.strip() for row in cut[d][1:] for c in row)
        return numbers and is_number(cut[d][-1][0], d), even, counts[0]

    return max(DELIMITERS, key=merit)


def is_number(cell: str, delimiter: str = ",") -> bool:
    """Return True for a plain number; 3,5 is one where commas do not separate cells."""
    text = cell.strip()
    return bool(NUMBER.fullmatch(text) or (delimiter != "," and DECIMAL_COMMA.fullmatch(text)))


def _is_spaced(cell: str) -> bool:
    """Return True for several numbers with blanks between them; 1 234 is one number."""
    words = cell.split()
    return (
        not GROUPS.fullmatch(cell.strip())
        and len(words) > 1
        and all(NUMBER.fullmatch(word) for word in words)
    )


def _cut(line: str, delimiter: str) -> list[str]:
    """Cut a line at each delimiter outside quotes; of a quoted cell only its quotes are left.

    Python's csv module cannot do this with a wrong delimiter: the whole line would be one cell,
    and the length of a cell is limited.
    """
    quoted = rf'(^|(?<={re.escape(delimiter)}))\s*"(?:[^"]|"")*"'
    return re.sub(quoted, '""', line.rstrip("\r\n")).split(delimiter)


def _not_cells(place: str, error: csv.Error) -> DataError:
    if "field larger than" in str(error):
        limit = csv.field_size_limit()
        return DataError(
            place,
            f"cells of at most {limit:,} characters",
            "a longer one",
            "Close its quotes or shorten it (in Python, csv.field_size_limit raises the limit).",
        )
    return DataError(place, "cells of a CSV file", f"an error: {error}", "Correct its quotes.")
