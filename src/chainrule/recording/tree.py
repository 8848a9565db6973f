"""A run and its branches as a tree of lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..plots import html

KINDS = "loss", "val_loss"
WIDTH = 80


class Tree:
    """A run with its branches, and their branches; each line says what was changed.

    Parameters
    ----------
    root : Recording
        The run from which all others come.
    here : Recording
        The one that is marked by a star.
    """

    def __init__(self, root: Any, here: Any) -> None:
        self.root, self.here = root, here

    def __str__(self) -> str:
        lines = [*self._lines(self.root, "", "")]
        most = WIDTH - 2 - max(len(losses) for _, _, losses in lines)
        wide = min(max(len(what + mark) for what, mark, _ in lines), most)
        return "\n".join(
            f"{_cut(what, wide - len(mark)) + mark:{wide}}  {losses}".rstrip()
            for what, mark, losses in lines
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html.page(html.code(str(self)))

    def _lines(self, run: Any, first: str, rest: str) -> Iterator[tuple[str, str, str]]:
        """Yield for each run what it is, its mark, and its losses."""
        history = run.history
        is_root = run.parent is None and not run.recorded.changes
        what = "run" if is_root else in_words(run)
        if run is self.root or run.last != self.root.last:
            what += f", {run.last:,} steps"
        if history.stopped != "finished":
            what += f", {history.stopped}"
        losses = [
            f"{name} {history[name][-1]:.4g}"
            for name in KINDS
            if name in history and len(history[name])
        ]
        mark = " *" if run is self.here and (run.branches or run.parent) else ""
        yield first + what, mark, ", ".join(losses)
        branches = run.branches
        for branch in branches:
            last = branch is branches[-1]
            own = ("└── ", "    ") if last else ("├── ", "│   ")
            yield from self._lines(branch, rest + own[0], rest + own[1])


def _cut(text: str, wide: int) -> str:
    return text if len(text) <= wide else f"{text[: wide - 1]}…"


def in_words(run: Any) -> str:
    """Return what a branch changed, and from which step on."""
    changed = ", ".join(run.recorded.changes) or "no change"
    return f"at {run.first:,}: {changed}"
