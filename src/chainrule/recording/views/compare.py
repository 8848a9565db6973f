"""Recorded runs side by side: where they part, their losses, how far weights move apart."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...plots import run_pages
from ..recording import Recording
from .layers import norm, squares, symbols_of_layers, tensors
from .samples import Walked, check_moments, ends_of_epochs, spaced
from .text_table import text_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 80
MOMENTS = 40  # at which weights are compared
QUIET = ("verbose", "callbacks", "resume", "epochs")  # they change no number, or are shown as until


class Apart(NamedTuple):
    """Where a run differs from the first one.

    Parameters
    ----------
    step : int, optional
        The first step at which θ has other bits; None: there is none that both runs have.
    until : int, optional
        The last step that both runs have; None: there is no such step.
    steps : array of int, (S,)
        The steps of the distances.
    distances : dict of arrays, (S,)
        |θ − θ'| / |θ| by layer, where θ are the weights of the first run. Empty if the two networks
        have different parameters.
    """

    step: int | None
    until: int | None
    steps: Array
    distances: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Recorded runs side by side; each is compared with the first. `print` says what differs.

    Parameters
    ----------
    runs : dict of Recording
        The runs by name; the first is the one that the others are compared with.
    apart : dict of Apart
        For each other run: where it differs.
    ends : dict of arrays
        For each run: the step at the end of each epoch.
    losses : dict of dicts of arrays
        For each run: what its history logged, one number for each epoch.
    settings : dict of tuples
        The options of `fit` that differ, as texts, one for each run.
    """

    runs: dict[str, Recording]
    apart: dict[str, Apart]
    ends: dict[str, Array]
    losses: dict[str, dict[str, Array]]
    settings: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"<Comparison: {', '.join(self.runs)}; {' '.join(self.sentences())}>"

    def sentences(self) -> list[str]:
        """Return where each run differs from the first one, in a sentence each."""
        first = next(iter(self.runs))
        return [_sentence(first, name, apart) for name, apart in self.apart.items()]

    def columns(self) -> tuple[list[str], list[list[str]]]:
        """Return the header and the lines of the table: a line for each number, a column a run."""
        lines = [
            ["steps", *(f"{r.first:,} to {r.last:,}" for r in self.runs.values())],
            ["ended", *(r.history.stopped for r in self.runs.values())],
            *([name, *texts] for name, texts in self.settings.items()),
        ]
        watched = dict.fromkeys(name for logs in self.losses.values() for name in logs)
        for name in watched:
            logs = [columns.get(name, np.zeros(0)) for columns in self.losses.values()]
            if not any(a.size for a in logs):
                continue
            lines.append([f"{name}, last epoch", *(_number(a[-1:]) for a in logs)])
            if name.endswith("loss"):
                lines.append([f"{name}, lowest", *(_number(_lowest(a)) for a in logs)])
        layers = dict.fromkeys(name for apart in self.apart.values() for name in apart.distances)
        for layer in layers:
            far = [apart.distances.get(layer, np.zeros(0)) for apart in self.apart.values()]
            cells = [f"{100 * a[-1]:.3g} %" if a.size else "" for a in far]
            lines.append([f"distance of {layer}", "", *cells])
        return ["", *self.runs], lines

    def notes(self) -> list[str]:
        """Return what the table does not say itself, in sentences."""
        said = []
        if any(apart.distances for apart in self.apart.values()):
            steps = {f"{apart.until:,}" for apart in self.apart.values() if apart.distances}
            said.append(
                f"distance: |θ − θ'| / |θ| of the weights of a layer at step "
                f"{' and '.join(sorted(steps))}, the last one of both; θ is that of "
                f"{next(iter(self.runs))}."
            )
        return said

    def __str__(self) -> str:
        header, lines = self.columns()
        said, notes = (
            [line for text in texts for line in textwrap.wrap(text, WIDTH)]
            for texts in (self.sentences(), self.notes())
        )
        return "\n".join([*said, "", text_table([header, *lines]), *notes])

    def _repr_html_(self) -> str:
        return run_pages.comparison(self)

    def plot(self, path: Any = None) -> Figure:
        """Draw losses and distances as a matplotlib figure; write it to `path`, if given."""
        from ... import plots

        figure = plots.comparison(self)
        if path is not None:
            plots.save(figure, path)
        return figure


def compare(*runs: Recording, moments: int = MOMENTS, **named: Recording) -> Comparison:
    """Put recorded runs side by side, such as a run and its branch.

    Weights of two runs are compared at the same step, that is after as many updates. Where the
    networks have different parameters, only losses are.

    Parameters
    ----------
    *runs : Recording
        Two or more runs. Each is compared with the first.
    moments : int
        At how many steps weights are compared, ≥ 2.
    **named : Recording
        The same with names of your own: compare(slow=a, fast=b).

    Returns
    -------
    comparison : Comparison
        `print` says what differs, `plot` draws it.

    Raises
    ------
    ParameterError
        Fewer than two runs, or no runs.

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.xor()
    >>> net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    >>> run = net.record(X, y, epochs=20, verbose=0)
    >>> other = run.branch(at=7, optimizer=cr.Adam(0.1))
    >>> found = cr.compare(run, other)
    >>> found.sentences()
    ['branch at 7: equal to run up to step 7, different from step 8 on.']
    """
    count = check_moments("compare(moments=...)", moments)
    given = _named(runs, named)
    names = list(given)
    first = given[names[0]]
    return Comparison(
        given,
        {name: _apart(first, given[name], count) for name in names[1:]},
        {name: ends_of_epochs(run) for name, run in given.items()},
        {name: run.history.as_dict() for name, run in given.items()},
        _settings(given),
    )


def _named(runs: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Recording]:
    """Return the runs by name; raise ParameterError unless they are two or more recorded runs."""
    rule, remedy = "two or more recorded runs", "Write compare(run, run.branch(at=300, ...))."
    for run in (*runs, *named.values()):
        if not isinstance(run, Recording):
            raise ParameterError("compare", rule, f"a {type(run).__name__}", remedy)
    if len(runs) + len(named) < 2:
        raise ParameterError("compare", rule, f"{len(runs) + len(named)}", remedy)
    roots = sum(run.parent is None for run in runs)
    found: dict[str, Recording] = {}
    for run in runs:
        name = "run" if run.parent is None else f"branch at {run.branched_at:,}"
        k = 1 + sum(old.rpartition(" (")[0] == name or old == name for old in found)
        if run.parent is None and roots > 1:
            name = f"run {1 + sum(old.startswith('run ') for old in found)}"
        elif k > 1:
            name = f"{name} ({k})"
        found[name] = run
    return found | named


def _apart(one: Walked, other: Walked, moments: int) -> Apart:
    """Return where two runs differ."""
    low, high = max(_earliest(one), _earliest(other)), min(one.last, other.last)
    if low > high:
        return Apart(None, None, np.zeros(0, int), {})
    nets = [run.recorded.origin.net for run in (one, other)]
    layers = symbols_of_layers(nets[0])
    if not _same_parameters(*nets):
        return Apart(None, high, np.zeros(0, int), {})
    steps = spaced(low, high, moments)
    equal = [_is_equal(one, other, step) for step in steps]
    step = None
    if not all(equal):
        place = equal.index(False)
        step = steps[place]
        if place:
            step = _first(one, other, steps[place - 1], step)
    distances: dict[str, list[float]] = {name: [] for name in layers}
    steps = sorted({*steps, *([] if step is None else [step, max(step - 1, low)])})
    for k in steps:
        a, b = (run.at(step=k).theta for run in (one, other))
        with np.errstate(all="ignore"):
            mine, between = (squares(tensors(nets[0], v)) for v in (a, a - b))
        for name, symbols in layers.items():
            size = norm(mine, symbols)
            far = norm(between, symbols)
            distances[name].append(far / size if size else (0.0 if far == 0 else np.nan))
    return Apart(step, high, np.array(steps), {n: np.array(a) for n, a in distances.items()})


def _earliest(run: Walked) -> int:
    """Return the first step that a run or the past that it shares with its parents has."""
    return run.first if run.parent is None else min(run.first, _earliest(run.parent))


def _same_parameters(one: Any, other: Any) -> bool:
    shapes = [
        [(name, a.shape) for name, a in tensors(net, net.theta).items()] for net in (one, other)
    ]
    return shapes[0] == shapes[1] and one.theta.size == other.theta.size


def _is_equal(one: Walked, other: Walked, step: int) -> bool:
    a, b = (run.at(step=step).theta for run in (one, other))
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def _first(one: Walked, other: Walked, low: int, high: int) -> int:
    """Return the first step that differs: at `low` the runs are equal, at `high` they are not.

    Two runs that have parted stay apart, so half of the steps can be left out each time.
    """
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_equal(one, other, middle) else (low, middle)
    return high


def _settings(runs: dict[str, Recording]) -> dict[str, tuple[str, ...]]:
    """Return what the runs were given, where it differs, as texts."""
    origins = [run.recorded.origin for run in runs.values()]
    options = [origin.run.options for origin in origins]
    found = {
        field.name: tuple(_short(getattr(o, field.name, None)) for o in options)
        for field in fields(options[0])
        if field.name not in QUIET
    }
    found |= {
        "optimizer": tuple(_update(origin.update) for origin in origins),
        "until epoch": tuple(f"{origin.until:,}" for origin in origins),
        "seed": tuple(str(origin.start.seed) for origin in origins),
        "layers": _layers([origin.net for origin in origins]),
        "loss function": tuple(repr(getattr(origin.net, "loss", None)) for origin in origins),
        "rows": _rows([origin.run.source for origin in origins]),
    }
    return {name: texts for name, texts in found.items() if len(set(texts)) > 1}


def _update(update: Any) -> str:
    """Return the parts of an update list; also the default one has a name there."""
    parts = [*update.clips, update.optimizer, *(c for c, _ in update.constraints)]
    return _short_text(", ".join(map(repr, [*parts, *filter(None, [update.average])])))


def _layers(nets: list[Any]) -> tuple[str, ...]:
    """Return the layers of each network that the others do not have in the same place."""
    chains = [[repr(layer) for layer in getattr(net, "layers", (net,))] for net in nets]
    most = max(map(len, chains))
    padded = [[*chain, *[""] * (most - len(chain))] for chain in chains]
    places = [k for k in range(most) if len({chain[k] for chain in padded}) > 1]
    return tuple(_short_text(", ".join(filter(None, (c[k] for k in places)))) for c in padded)


def _rows(sources: list[Any]) -> tuple[str, ...]:
    """Return how many training rows each run has, and whether they are those of the first."""
    if len({id(source) for source in sources}) == 1 or not all(
        hasattr(source, "rows") for source in sources
    ):
        return ("",) * len(sources)
    prints = [source.fingerprint() for source in sources]
    return tuple(
        f"{len(source):,}{' others' if mine != prints[0] else ''}"
        for source, mine in zip(sources, prints, strict=True)
    )


def _short(value: Any) -> str:
    """Return a setting in a few words."""
    if value is None:
        return "–"
    if isinstance(value, np.ndarray):
        return f"{value.shape}"
    if isinstance(value, (tuple, list)):
        return _short_text(", ".join(map(_short, value))) or "–"
    if callable(value) and not hasattr(value, "step"):
        return str(getattr(value, "__name__", type(value).__name__))
    return _short_text(repr(value))


def _short_text(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _sentence(first: str, name: str, apart: Apart) -> str:
    if apart.until is None:
        return f"{name}: has no step that {first} has, so only losses are compared."
    if not apart.distances:
        return f"{name}: has other parameters than {first}, so only losses are compared."
    if apart.step is None:
        return f"{name}: equal to {first} up to step {apart.until:,}, the last one of both."
    if apart.step == apart.steps[0]:
        return f"{name}: different from {first} from the start, step {apart.step:,}."
    if apart.step - 1 == apart.steps[0]:
        return (
            f"{name}: begins with the weights of {first} at step {apart.step - 1:,}, "
            f"different from step {apart.step:,} on."
        )
    return (
        f"{name}: equal to {first} up to step {apart.step - 1:,}, "
        f"different from step {apart.step:,} on."
    )


def _lowest(values: Array) -> Array:
    finite = values[np.isfinite(values)]
    return finite[[finite.argmin()]] if finite.size else finite


def _number(values: Array) -> str:
    return f"{values[0]:.4g}" if values.size else ""
