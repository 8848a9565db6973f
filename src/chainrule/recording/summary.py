"""A recorded run in a few lines: what was trained, how, and how it ended."""

from __future__ import annotations

from typing import Any

import numpy as np

LONG = 90  # characters of a line


def facts_of(run: Any) -> list[tuple[str, str]]:
    """Return names and texts of what is shown of a run.

    Parameters
    ----------
    run : Recording
        The run.
    """
    recorded = run.recorded
    origin, history = recorded.origin, run.history
    net, options = origin.net, origin.run.options
    chain = ", ".join(map(repr, net.layers)) if hasattr(net, "layers") else repr(net)
    if hasattr(net, "loss"):
        chain += f"; {net.loss!r}"
    epochs = f"{len(history)} epoch{'s' * (len(history) != 1)}"
    facts = [
        ("steps", f"{run.first:,} to {run.last:,}, {epochs}, {history.stopped}"),
        ("model", chain if len(chain) <= LONG else f"{chain[: LONG - 1]}…"),
        ("optimizer", _optimizer(options.optimizer)),
        ("batches", _batches(origin.run)),
    ]
    for name, values in history.as_dict().items():
        if len(values):
            facts.append((name, _ends(values, name.endswith("loss"))))
    if run.parent is not None:
        facts.append(("branch", f"begins at step {run.first:,} of its parent"))
    if run.error is not None:
        facts.append(("failed", str(run.error)))
    return facts


def _optimizer(given: Any) -> str:
    parts = given if isinstance(given, (tuple, list)) else (given,)
    return ", ".join("Adam()" if part is None else repr(part) for part in parts)


def _batches(run: Any) -> str:
    if run.stream is not None:
        return "those of a stream"
    size = min(run.batch_size, len(run.source))
    return f"{size:,} of {len(run.source):,} rows"


def _ends(values: Any, down: bool) -> str:
    """Return the first and the last number, and the best one."""
    finite = np.flatnonzero(np.isfinite(values))
    text = f"{values[0]:.4g} in the first epoch, {values[-1]:.4g} in the last"
    if down and len(finite):
        best = int(finite[np.argmin(values[finite])])
        if best != len(values) - 1:
            text += f"; lowest {values[best]:.4g} in epoch {best + 1}"
    return text
