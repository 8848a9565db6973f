"""Tables as lines of text."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(lines: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return lines of texts, one below the other.

    Parameters
    ----------
    lines : sequence of sequences of str
        The header, if there is one, and the lines; all have as many columns.
    left : int
        So many columns begin on the left; the others are numbers and end on the right.
    """
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if k < left else cell.rjust(w)
            for k, (cell, w) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in lines
    )
