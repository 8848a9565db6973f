"""A moment of a run as a small table: where it is, its batch, and the sizes of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .layers import norm, symbols_of_layers, tensors
from .text_table import text_table

ROWS = 8  # numbers of rows that are shown
HEADER = ("layer", "parameters", "|θ|", "|g|", "|Δθ|", "|Δθ| / |θ|")


@dataclass(frozen=True)
class MomentTable:
    """What is shown of a moment. `print` shows it as text.

    Parameters
    ----------
    facts : list of pairs
        Names and texts.
    layers : list of lists of str
        A line for each layer that has parameters; see `HEADER`.
    """

    facts: list[tuple[str, str]]
    layers: list[list[str]]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns; without an update there are no gradients."""
        return HEADER[: len(self.layers[0])] if self.layers else ()

    def __str__(self) -> str:
        lines = text_table(self.facts, left=2)
        if not self.layers:
            return lines
        return "\n".join([lines, "", text_table([self.header, *self.layers])])


def moment_table(moment: Any) -> MomentTable:
    """Return what is shown of a moment.

    Parameters
    ----------
    moment : Moment
        The moment.
    """
    recorded, state = moment.recording.recorded, moment.state
    net, facts = recorded.origin.net, [("step", f"{moment.step:,} of {recorded.last:,}")]
    done = f"{moment.epoch:,} completed{_position(recorded.origin.run, state)}"
    facts.append(("epochs", done))
    layers, weights = symbols_of_layers(net), tensors(net, state.theta)
    sizes = {name: sum(weights[s].size for s in symbols) for name, symbols in layers.items()}
    rows = {
        name: [name, f"{sizes[name]:,}", f"{norm(weights, symbols):.4g}"]
        for name, symbols in layers.items()
    }
    if moment.is_last and recorded.error is None:
        facts.append(("next", "no update: this is the end of the run"))
        return MomentTable(facts, list(rows.values()))
    update = moment.update
    with np.errstate(all="ignore"):
        after = update.after
        moved = tensors(net, after.theta - update.theta)
    gradient = tensors(net, after.g)
    facts += [
        ("batch", _batch(update.batch)),
        ("loss", f"{after.loss:.6g}, of this batch, before the update"),
    ]
    rate = getattr(update.update.rule.at(update.t), "lr", None)
    if rate is not None:
        facts.append(("lr", f"{rate:.6g}"))
    for name, symbols in layers.items():
        size, step = norm(weights, symbols), norm(moved, symbols)
        part = f"{step / size:.2e}" if size else "–"
        rows[name] += [f"{norm(gradient, symbols):.4g}", f"{step:.4g}", part]
    return MomentTable(facts, list(rows.values()))


def _position(run: Any, state: Any) -> str:
    """Return how much of the current epoch is done."""
    if not state.position:
        return ""
    if run.stream is not None:
        return f", and {state.position:,} batches of the next one"
    return f", and {state.position:,} of {len(run.source):,} rows of the next one"


def _batch(batch: dict[str, Any]) -> str:
    """Return how many rows a batch has, and their numbers."""
    count = len(batch["c"])
    words = f"{count:,} row{'s' * (count != 1)}"
    if "row" not in batch:
        return words
    shown = ", ".join(str(int(r)) for r in batch["row"][:ROWS])
    return f"{words}: {shown}{', ...' * (count > ROWS)}"
