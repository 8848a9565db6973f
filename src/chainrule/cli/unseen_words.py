"""Count the words of categories that no training row had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..estimators.tables.table import Table

LINE = 60  # characters of names in one line
MOST = 1000  # different words of a column that are remembered


class UnseenWords:
    """The words of tables that a model has never seen, a part of the rows after another.

    Parameters
    ----------
    columns : sequence of Column
        The columns of the model.
    """

    def __init__(self, columns: Sequence[Any]) -> None:
        # rare words of the training rows are not kept, so that new ones cannot be told from them
        self._known = {c.name: set(c.words) for c in columns if getattr(c, "words", None)}
        for column in columns:
            if getattr(column, "other", False):
                self._known.pop(column.name, None)
        self._rows: dict[str, int] = dict.fromkeys(self._known, 0)
        self._words: dict[str, set[str]] = {name: set() for name in self._known}

    def look_at(self, table: Table) -> None:
        """Count the words of some rows."""
        from ..estimators.tables.columns import as_words

        for name, known in self._known.items():
            rows = Counter(as_words(table.columns[name]))
            new = {word for word in rows.keys() - known if word is not None}
            self._rows[name] += sum(rows[word] for word in new)
            if len(self._words[name]) < MOST:
                self._words[name] |= new

    def lines(self) -> list[str]:
        """Return a line for each column that has such words."""
        found = []
        for name, rows in self._rows.items():
            if rows:
                words = listed(sorted(self._words[name]))
                found.append(
                    f"{name}: {rows} row{'s' * (rows > 1)} with words that the model has "
                    f"never seen: {words}"
                )
        return found


def listed(names: Sequence[str]) -> str:
    """Join as many names as a line holds, and count the others."""
    shown, size = 0, 0
    while shown < len(names) and (not shown or size + len(names[shown]) <= LINE):
        size += len(names[shown]) + 2
        shown += 1
    more = f" and {len(names) - shown} more" if shown < len(names) else ""
    return ", ".join(names[:shown]) + more
