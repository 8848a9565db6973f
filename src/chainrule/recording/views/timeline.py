"""How a run went, step by step: loss, sizes of gradients and updates, units that are dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...engines.reference import Reference
from ...graph.program import Program, Step
from ...plots import run_pages
from .layers import norm, squares, symbols_of_layers, tensors
from .samples import (
    MOMENTS,
    Rows,
    Walked,
    check_moments,
    ends_of_epochs,
    some_rows,
    spaced,
    updated,
    work_of_a_row,
)
from .text_table import text_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLAT = 1e-3  # a unit whose activation has a smaller slope passes next to nothing on
WORK = 5e6  # multiply-adds of one look at the units
SHOWN = 10  # lines of the table


@dataclass(frozen=True, eq=False)
class Timeline:
    """Numbers of some moments of a run. `print` shows a table, `plot` draws them.

    Parameters
    ----------
    steps : array of int, (S,)
        The moments: the number of updates done.
    losses : array, (S,)
        The loss of the batch of the update that follows.
    gradient_norms : array, (S,)
        The norm of its whole gradient, before clips.
    gradients : dict of arrays, (S,)
        The same for the parameters of each layer.
    ratios : dict of arrays, (S,)
        The size of the update relative to the weights that it changes, |Δθ| / |θ|, by layer. NaN
        where the weights are 0.
    dead : dict of arrays, (S,)
        By layer of activations: the share of its units that are dead. The slope of a dead unit is
        below 0.001 for every one of `rows`, so no gradient passes it. A channel counts as a unit.
    units : dict of int
        The number of units of these layers.
    rows : str
        The rows on which units were looked at.
    ends, epochs : array, dict of arrays
        The step at the end of each epoch, and the losses of the history, one for each epoch.
    """

    steps: Array
    losses: Array
    gradient_norms: Array
    gradients: dict[str, Array]
    ratios: dict[str, Array]
    dead: dict[str, Array]
    units: dict[str, int]
    rows: str
    ends: Array
    epochs: dict[str, Array]

    def __repr__(self) -> str:
        return (
            f"<Timeline: {len(self.steps)} moments from step {self.steps[0]:,} to "
            f"{self.steps[-1]:,}, {len(self.ratios)} layers>"
        )

    def cells(self, most: int = SHOWN) -> tuple[list[str], list[list[str]]]:
        """Return the header and the lines of a table of up to `most` moments."""
        shown = np.unique(np.linspace(0, len(self.steps) - 1, most).astype(int))
        columns: list[tuple[str, Array, str]] = [
            ("loss", self.losses, ".4g"),
            ("|g|", self.gradient_norms, ".3g"),
        ]
        columns += [(f"update, {name}", a, ".1e") for name, a in few(self.ratios).items()]
        columns += [(f"dead, {name}", a, ".0%") for name, a in few(self.dead).items()]
        lines = [
            [f"{self.steps[k]:,}", *(_cell(float(a[k]), form) for _, a, form in columns)]
            for k in shown
        ]
        return ["step", *(name for name, _, _ in columns)], lines

    def notes(self) -> list[str]:
        """Return what the columns mean, in sentences."""
        said = ["update: size of the update relative to the weights of the layer, |Δθ| / |θ|."]
        if self.dead:
            said.append(f"dead: units that pass no gradient, on {self.rows}.")
        return said

    def __str__(self) -> str:
        header, lines = self.cells()
        return "\n".join([text_table([header, *lines], left=0), *self.notes()])

    def _repr_html_(self) -> str:
        return run_pages.timeline(self)

    def plot(self, path: Any = None) -> Figure:
        """Draw it as a matplotlib figure; write it to `path`, if given."""
        from ... import plots

        figure = plots.timeline(self)
        if path is not None:
            plots.save(figure, path)
        return figure


def few(columns: dict[str, Array], most: int = 3) -> dict[str, Array]:
    """Return the first, the middle and the last of many columns."""
    names = list(columns)
    chosen = sorted({round(k) for k in np.linspace(0, len(names) - 1, most)}) if names else []
    return {names[k]: columns[names[k]] for k in chosen}


def _cell(value: float, form: str) -> str:
    return "–" if np.isnan(value) else f"{value:{form}}"


def timeline(run: Walked, moments: int = MOMENTS) -> Timeline:
    """Measure a run at some of its moments.

    Parameters
    ----------
    run : Recording
        The run.
    moments : int
        How many, at even distances, ≥ 2.
    """
    count = check_moments("timeline(moments=...)", moments)
    if run.recorded.error is not None:  # then the update that failed follows the last step
        steps = spaced(run.first, run.last, count)
    else:
        steps = spaced(*updated(run, "timeline"), count)
    origin = run.recorded.origin
    layers = symbols_of_layers(origin.net)
    columns: dict[str, dict[str, list[float]]] = {
        kind: {name: [] for name in layers} for kind in ("g", "ratio")
    }
    losses, norms = [], []
    units = _Units(run)
    for step in steps:
        moment = run.at(step=step)
        update = moment.update
        with np.errstate(all="ignore"):
            loss, g, _ = origin.objective(update.theta, update.batch, update.key, update.carry)
        losses.append(float(loss))
        gradient = squares(tensors(origin.net, g))
        weights = squares(tensors(origin.net, update.theta))
        moved = None
        if not moment.is_last:
            with np.errstate(all="ignore"):
                change = run.state_at(step + 1).theta - update.theta
            moved = squares(tensors(origin.net, change))
        norms.append(norm(gradient, gradient))
        for name, symbols in layers.items():
            columns["g"][name].append(norm(gradient, symbols))
            size = norm(weights, symbols)
            ratio = norm(moved, symbols) / size if moved is not None and size else np.nan
            columns["ratio"][name].append(ratio)
        units.look(update.theta)
    still = [name for name in layers if all(r == 0 for r in columns["ratio"][name])]  # frozen
    history = run.history.as_dict()
    return Timeline(
        np.array(steps),
        np.array(losses),
        np.array(norms),
        {name: np.array(a) for name, a in columns["g"].items() if name not in still},
        {name: np.array(a) for name, a in columns["ratio"].items() if name not in still},
        {name: np.array(a) for name, a in units.dead.items()},
        units.count,
        units.rows.words,
        ends_of_epochs(run),
        {name: history[name] for name in ("loss", "val_loss") if name in history},
    )


class _Units:
    """Looks at the units of a network: which of them are dead for some rows.

    Parameters
    ----------
    run : Recording
        The run.
    """

    def __init__(self, run: Walked) -> None:
        self.dead: dict[str, list[float]] = {}
        self.count: dict[str, int] = {}
        programs = getattr(run.recorded.origin.net, "programs", None)
        most = int(np.clip(WORK / work_of_a_row(run), 64, 512)) if programs else 1
        self.rows: Rows = some_rows(run, most)
        self._steps: list[tuple[str, Step]] = []
        if programs is not None:
            self._program: Program = programs.score
            self._engine = Reference(self._program)
            self._inputs = {n: float(v) for n, v in self._program.defaults.items()}
            self._inputs |= self.rows.batch

    def look(self, theta: Array) -> None:
        """Add the shares of dead units with these weights."""
        if not hasattr(self, "_engine"):
            return
        with np.errstate(all="ignore"):
            value = self._engine.forward(theta, self._inputs, [slice(0, self.rows.number)])
            if not self.dead:
                arrays = [parts[0] if parts else np.zeros(0) for parts in value]
                self._steps = list(activation_steps(self._program, arrays))
            for name, step in self._steps:
                ins, y = [value[i][0] for i in step.inputs], value[step.output][0]
                assert step.op.backward is not None
                slope = step.op.backward(np.ones_like(y), y, *ins, **step.attrs)[0]
                assert slope is not None
                most = np.abs(slope).max(axis=tuple(range(slope.ndim - 1)))
                self.dead.setdefault(name, []).append(float((most < FLAT).mean()))
                self.count[name] = most.size


def activation_steps(program: Program, arrays: list[Array]) -> list[tuple[str, Step]]:
    """Return the steps of a score Program that apply a curve to each number, by the layer's path.

    Parameters
    ----------
    program : Program
        score.
    arrays : list of arrays
        All its values for some rows.
    """
    found: list[tuple[str, Step]] = []
    for step in program.steps:
        out = program.values[step.output]
        rows = [i for i in step.inputs if program.values[i].kind == "row"]
        plain = step.kind == "row" and step.op.backward is not None and len(rows) == 1
        if plain and step.inputs[0] == rows[0] and len(out.shape) > 1:
            z = program.values[rows[0]]
            if z.shape == out.shape and z.number == out.number == "real" and _bends(step, arrays):
                found.append((out.scope or out.symbol, step))
    names = [name for name, _ in found]
    return [
        (name if names.count(name) == 1 else program.values[step.output].path, step)
        for name, step in found
    ]


def _bends(step: Step, arrays: list[Array]) -> bool:
    """Return True if each output depends on its own input alone, and not in a straight line."""
    shape = arrays[step.inputs[0]].shape[1:]
    others = [arrays[i] for i in step.inputs[1:]]
    z = np.zeros((3, *shape))
    z.reshape(3, -1)[1, 0], z.reshape(3, -1)[2, 0] = 5.0, -1.0
    try:
        flat = step.op.forward(z, *others, **step.attrs).reshape(3, -1)
    except (ValueError, TypeError):  # it wants the rows that it was made for
        return False
    alone = flat.shape[1] == 1 or bool((flat[:, 1:] == flat[0, 1:]).all())
    return alone and bool(abs(flat[1, 0] + 5 * flat[2, 0] - 6 * flat[0, 0]) > 1e-6)
