"""A run and its branches as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..plots import html
from .overview import short

WIDTH = 80


class Family(Protocol):
    """A run that knows where it comes from; a Recording is one."""

    @property
    def parent(self) -> Any: ...
    @property
    def changes(self) -> Mapping[str, Any]: ...
    @property
    def branches(self) -> Iterable[Any]: ...


class Tree(NamedTuple):
    """A run with its branches; `print` draws them.

    Parameters
    ----------
    run : Recording
        The run.
    branches : tuple of Tree
        Its branches with theirs, by the step at which they begin.
    """

    run: Any
    branches: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"<Tree: {len(self.runs())} runs>"

    def __str__(self) -> str:
        lines = [*self._lines("", "")]
        names = [left for left, _ in lines]
        wide = min(max(map(len, names)), WIDTH - max(len(right) for _, right in lines) - 2)
        return "\n".join(
            f"{left if len(left) <= wide else left[: wide - 1] + '…':{wide}}  {right}"
            for left, right in lines
        )

    def _repr_html_(self) -> str:
        return html.page(html.code(str(self)))

    def runs(self) -> list[Any]:
        """Return all runs of the tree, each before its branches."""
        return [self.run, *(run for branch in self.branches for run in branch.runs())]

    def _lines(self, before: str, after: str) -> list[tuple[str, str]]:
        """Return what each line says of a run, and its loss.

        Parameters
        ----------
        before, after : str
            What stands before the first line, and before those of the branches.
        """
        lines = [(before + named(self.run), _ended(self.run))]
        for k, branch in enumerate(self.branches):
            last = k == len(self.branches) - 1
            first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
            lines += branch._lines(after + first, after + rest)
        return lines


def tree(run: Family) -> Tree:
    """Return the tree of a run and its branches."""
    branches = sorted(run.branches, key=lambda branch: branch.first)
    return Tree(run, tuple(map(tree, branches)))


def named(run: Any) -> str:
    """Return where a run begins and what is changed there."""
    if run.parent is None:
        return f"run from step {run.first:,} to {run.last:,}"
    changes = ", ".join(f"{name}={short(value)}" for name, value in run.changes.items())
    return f"at {run.first:,}: {changes or 'no change'}"


def _ended(run: Any) -> str:
    """Return the last numbers of a run's history."""
    logs = run.history.as_dict()
    shown = [
        f"{name} {values[-1]:.4g}"
        for name, values in logs.items()
        if name in ("loss", "val_loss") and len(values) and np.isfinite(values[-1])
    ]
    return "it failed" if run.error is not None else ", ".join(shown)
