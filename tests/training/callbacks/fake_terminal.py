"""A terminal that keeps what it shows."""

import io
import re


class Fake(io.StringIO):
    """A terminal; `rows` is what it shows."""

    def __init__(self, encoding="utf-8"):
        super().__init__()
        self.code = encoding

    @property
    def encoding(self):
        return self.code

    def isatty(self):
        return True

    @property
    def rows(self):
        """Play what was written, as a terminal does."""
        rows, row, column = [""], 0, 0
        for part in re.findall(r"\x1b\[\d*[AKJ]|\x1b\[[\d;]*m|[^\x1b]", self.getvalue()):
            if part.endswith("A") and len(part) > 1:
                row -= int(part[2:-1])
                assert row >= 0
            elif part == "\x1b[K":
                rows[row] = rows[row][:column]
            elif part == "\x1b[J":
                rows = [*rows[:row], rows[row][:column]]
            elif part == "\n":
                row, column = row + 1, 0
                rows += [""] * (row + 1 - len(rows))
            elif part == "\r":
                column = 0
            elif len(part) == 1:
                rows[row] = rows[row][:column] + part + rows[row][column + 1 :]
                column += 1
        return rows
