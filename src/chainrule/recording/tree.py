"""A run and its branches as a tree of lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..plots import html

KINDS = "loss", "val_loss"


class Tree:
    """A run with its branches, and their branches; each line says what was changed.

    Parameters
    ----------
    root : Recording
        The run from which all others come.
    here : Recording
        The one that is marked.
    """

    def __init__(self, root: Any, here: Any) -> None:
        self.root, self.here = root, here

    def __str__(self) -> str:
        return "\n".join(self._lines(self.root, "", ""))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html.page(html.code(str(self)))

    def _lines(self, run: Any, first: str, rest: str) -> Iterator[str]:
        yield first + self._line(run)
        branches = run.branches
        for branch in branches:
            last = branch is branches[-1]
            own = ("└── ", "    ") if last else ("├── ", "│   ")
            yield from self._lines(branch, rest + own[0], rest + own[1])

    def _line(self, run: Any) -> str:
        history = run.history
        losses = [
            f"{name} {history[name][-1]:.4g}"
            for name in KINDS
            if name in history and len(history[name])
        ]
        what = "run" if run.parent is None and not run.recorded.changes else in_words(run)
        end = f"{run.last:,} steps"
        stopped = [] if history.stopped == "finished" else [history.stopped]
        mark = "  ← this one" if run is self.here and (run.branches or run.parent) else ""
        return f"{what}: {', '.join([end, *losses, *stopped])}{mark}"


def in_words(run: Any) -> str:
    """Return what a branch changed, and from which step on."""
    changed = ", ".join(run.recorded.changes) or "no change"
    return f"{changed} from step {run.first:,}"
