"""What looks ill in a run, told from a few numbers: plain functions that return signs.

Each function gets numbers, not a run, and returns what it sees: nothing on a healthy run. So a
live view and a diagnosis afterwards use the same rules and the same words. A rule is silent when it
is in doubt: plateaus, noise and converged runs are healthy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.program import Program

GROWN = 10.0  # a loss this many times as large as at first will not come back
FAR = 1000.0  # ... and this many times, at once or in a run that continues another one
HUGE = 1e4  # weights this many times as large as at first
RISING = 3  # looks in a row that must have risen
FLAT = ("relu", "relu6", "hard_sigmoid")  # ops whose slope is exactly 0 in places
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0}  # ops whose slope goes to 0, and their largest slope
SATURATED = 0.01  # a slope below this share of the largest one
MOST = 0.9  # share of the units, or of the values, of a layer
LEARNED = 0.5  # a loss below this share of the first one shows that the network learns
UPDATES, EPOCHS = 200, 10  # so many must have passed before "it does not move" means something
STILL = 1e-6  # relative change of a loss or a weight that is none
MOVED = 1e-3  # a weight that moved by this share of its size is not still
VANISHED = 1e-3  # the first weights move by less than this share of what the last ones do
WORSE = 1.25  # a validation loss this many times its best one
HARM = 0.25  # ... and its rise, as a share of what it had fallen
TAIL = 5  # epochs over which a median is taken


@dataclass(frozen=True)
class Sign:
    """One thing that looks ill in a run.

    Parameters
    ----------
    kind : str
        The word for it: "dead_units", "learning_rate_too_high", "overfitting", ...
    place : str
        Where it is: a layer or a parameter; "" for the whole network.
    text : str
        What is seen, with its numbers.
    advice : str
        What to do.
    """

    kind: str
    place: str
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.text} {self.advice}"


# ---------------------------------------------------------------- the loss


def growing_loss(
    first: float, looks: Sequence[float], *, lr: float | None = None, continued: bool = False
) -> list[Sign]:
    """Return a sign if the loss grows, so that NaN is ahead.

    Parameters
    ----------
    first : float
        The loss before the first update.
    looks : sequence of float
        The mean loss between looks since then, the oldest one first.
    lr : float, optional
        The learning rate, for the advice.
    continued : bool
        True: the network was trained before. Then its first loss is small, and a loss that is ten
        times as large means little.
    """
    if not looks or not math.isfinite(first):
        return []
    last, least = looks[-1], max(abs(first), 1e-12)
    grown = FAR if continued else GROWN
    rises = len(looks) >= RISING and all(
        b > a for a, b in zip(looks[-RISING:-1], looks[1 - RISING :], strict=True)
    )
    far = len(looks) >= 2 and min(looks[-2:]) > FAR * least
    if math.isfinite(last) and not (far or (rises and last > grown * least)):
        return []
    now = f"{last:.3g} now" if math.isfinite(last) else "no longer finite"
    text = f"The loss grows: {first:.3g} at first, {now}. NaN is ahead."
    return [Sign("learning_rate_too_high", "", text, f"{_lower(lr)}, or scale the inputs.")]


def high_loss(
    first: float, losses: Sequence[float] | Array, *, lr: float | None = None
) -> list[Sign]:
    """Return a sign if the loss stays far above what it was before the first update.

    Parameters
    ----------
    first : float
        The loss before the first update.
    losses : sequence of float
        The mean loss of each epoch so far.
    lr : float, optional
        The learning rate, for the advice.
    """
    if len(losses) < 2 or not math.isfinite(first):
        return []
    if not min(losses[-2:]) > GROWN * max(abs(first), 1e-12):
        return []
    text = f"The loss is worse than without training: {first:.3g} at first, {losses[-1]:.3g} now."
    return [Sign("learning_rate_too_high", "", text, f"{_lower(lr)}, or scale the inputs.")]


def still_loss(losses: Sequence[float] | Array, updates: int) -> list[Sign]:
    """Return a sign if the loss has not moved at all since the run began.

    A run that begins on a plateau moves a little. A run that has converged has moved before.

    Parameters
    ----------
    losses : sequence of float
        The mean loss of each epoch, from the first one of a fresh network.
    updates : int
        The number of updates so far.
    """
    if len(losses) < EPOCHS or updates < UPDATES or not np.isfinite(losses).all():
        return []
    if np.ptp(losses) > STILL * abs(losses[0]):
        return []
    text = (
        f"The loss does not move: {losses[0]:.6g} in the first epoch, {losses[-1]:.6g} after "
        f"{len(losses)} epochs."
    )
    advice = "Look at net.gradients(X, y): they are 0, or lr is far too small."
    return [Sign("guessing", "", text, advice)]


def overfitting(loss: Sequence[float] | Array, val_loss: Sequence[float] | Array) -> list[Sign]:
    """Return a sign if the validation loss rises clearly while the loss falls.

    Parameters
    ----------
    loss, val_loss : sequences of float
        One number for each epoch.
    """
    losses, held = np.asarray(loss, float), np.asarray(val_loss, float)
    n = min(len(losses), len(held))
    if n < 2 * TAIL or not (np.isfinite(losses).all() and np.isfinite(held).all()):
        return []
    losses, held = losses[:n], held[:n]
    best = int(held.argmin())
    if n - 1 - best < 2 * TAIL or held[best] <= 0:
        return []
    now, before = np.median(held[-TAIL:]), np.median(held[-2 * TAIL : -TAIL])
    fell = np.median(losses[-TAIL:]) < 0.9 * losses[best]
    rose = now > WORSE * held[best] and now - held[best] > HARM * abs(held[0] - held[best])
    if not (fell and rose and now > before > held[best]):
        return []
    text = (
        f"The network learns its training rows by heart: val_loss was {held[best]:.3g} in epoch "
        f"{best + 1} and is {held[-1]:.3g} in epoch {n}, while loss fell from "
        f"{losses[best]:.3g} to {losses[-1]:.3g}."
    )
    advice = "EarlyStopping() keeps the best epoch; Dropout, penalties and more rows help."
    return [Sign("overfitting", "", text, advice)]


# ---------------------------------------------------------------- units


def dead_units(program: Program, values: Sequence[Any], learned: bool) -> list[Sign]:
    """Return a sign for each layer whose units have slope 0 for all rows.

    Parameters
    ----------
    program : Program
        The Program that was run.
    values : sequence
        The array of each of its values, for some rows.
    learned : bool
        True if the loss has fallen clearly. Then a layer that is dead in part is only sparse.
    """
    off: dict[str, Array] = {}
    for step in program.steps:
        if step.op.name not in FLAT or step.op.backward is None:
            continue
        flat = _slopes(step, values) == 0
        scope = program.values[step.output].scope  # a layer that is used twice is one layer
        units = flat.reshape(-1, flat.shape[-1]).all(axis=0)
        off[scope] = (
            off[scope] & units if scope in off and off[scope].shape == units.shape else units
        )
    signs = []
    rows = _rows(program, values)
    for scope, units in off.items():
        dead, count = int(units.sum()), units.size
        if not dead or (dead < count and (learned or count < 10 or dead < MOST * count)):
            continue
        which = f"all {count}" if dead == count else f"{dead} of {count}"
        text = f"{scope}: {which} units are dead: slope 0 for all {rows} rows that were tried."
        why = "no layer before it learns" if dead == count else "these units learn nothing"
        advice = f"So {why}. Start again with a lower lr, or with LeakyReLU() or HeUniform()."
        signs.append(Sign("dead_units", scope, text, advice))
    return signs


def saturated_units(program: Program, values: Sequence[Any], learned: bool) -> list[Sign]:
    """Return a sign for each hidden layer of sigmoid or tanh units that hardly have a slope.

    Parameters
    ----------
    program, values, learned
        As in `dead_units`. A network that has learned may saturate.
    """
    if learned:
        return []
    signs: list[Sign] = []
    for step in program.steps:
        steepest = STEEPEST.get(step.op.name)
        if steepest is None or step.op.backward is None or not is_hidden(program, step.output):
            continue
        flat = np.abs(_slopes(step, values)) < SATURATED * steepest
        share, scope = float(flat.mean()), program.values[step.output].scope
        if share < MOST or any(sign.place == scope for sign in signs):
            continue
        text = f"{scope}: {100 * share:.0f} % of its values are saturated, with almost no slope."
        advice = (
            "So what is before it hardly learns. Scale the inputs, or lower lr and start again."
        )
        signs.append(Sign("saturated_units", scope, text, advice))
    return signs


# ---------------------------------------------------------------- weights


def growing_weights(
    before: Mapping[str, Array], last: Mapping[str, Array], now: Mapping[str, Array]
) -> list[Sign]:
    """Return a sign if weights grow without end.

    Parameters
    ----------
    before, last, now : dicts of Array
        The weights by name, or some of each: before the first update, at the last look, and now.
    """
    most = max((_largest(a) for a in before.values()), default=0.0)
    for name, a in now.items():
        size, then = _largest(a), _largest(last.get(name, a))
        if size > HUGE * max(most, 1.0) and size > 2 * then:
            text = f"{name} grows fast: no weight was above {most:.3g} at first, now {size:.3g}."
            advice = "NaN is ahead. Lower lr, or limit the gradient: (ClipNorm(1), Adam())."
            return [Sign("updates_too_large", name, text, advice)]
    return []


def still_weights(
    moved: Mapping[str, float], updates: int, *, lr: float | None = None
) -> list[Sign]:
    """Return a sign if no weight moves.

    Parameters
    ----------
    moved : dict of float
        From `movements`: how far each weight is from where a fresh network began.
    updates : int
        The number of updates between them.
    lr : float, optional
        The learning rate, for the text.
    """
    if not moved or updates < UPDATES or not all(map(math.isfinite, moved.values())):
        return []
    name = max(moved, key=lambda name: moved[name])
    if moved[name] >= min(STILL * updates, MOVED):
        return []
    rate = "" if lr is None else f" with lr={lr:g}"
    if not moved[name]:
        text = f"No weight has moved{rate} in {updates:,} updates."
        advice = "Look at net.gradients(X, y): they are 0, or lr is far too small."
        return [Sign("updates_too_small", "", text, advice)]
    text = (
        f"The weights hardly move{rate}: {updates:,} updates have changed {name} by "
        f"{moved[name]:.2g} of its size{', no other one by more' * (len(moved) > 1)}."
    )
    return [Sign("updates_too_small", name, text, "Raise lr.")]


def vanishing_gradients(moved: Mapping[str, float], updates: int) -> list[Sign]:
    """Return a sign if the first weights of a network do not move while its last ones do.

    Parameters
    ----------
    moved : dict of float
        From `movements`, in the order of the network.
    updates : int
        The number of updates so far.
    """
    if len(moved) < 2 or updates < UPDATES or not all(map(math.isfinite, moved.values())):
        return []
    ends = list(moved.items())
    (first, little), (last, much) = ends[0], ends[-1]
    if little >= VANISHED * much or little >= MOVED:
        return []
    text = (
        f"The gradients vanish on their way back: {updates:,} updates have changed {last} by "
        f"{much:.2g} of its size, but {first} by {little:.2g}."
    )
    advice = "Take ReLU(), BatchNorm(), fewer layers or Adam()."
    return [Sign("vanishing_gradients", first, text, advice)]


def movements(before: Mapping[str, Array], now: Mapping[str, Array]) -> dict[str, float]:
    """Return how far each weight has moved, as a share of its size: ‖Δw‖ / ‖w‖.

    Parameters
    ----------
    before, now : dicts of Array
        The weights by name, or the same part of each. A weight of 0 is left out.
    """
    sizes = {name: _size(a) for name, a in before.items()}
    return {
        name: _size(np.asarray(now[name], float) - before[name]) / size
        for name, size in sizes.items()
        if size > 0 and name in now
    }


# ---------------------------------------------------------------- helpers


def _lower(lr: float | None) -> str:
    return (
        "Lower the learning rate" if lr is None else f"Lower lr={lr:g}, for instance to {lr / 10:g}"
    )


def _slopes(step: Any, values: Sequence[Any]) -> Array:
    """Return the slope of an activation at each of its values."""
    z, a = values[step.inputs[0]], values[step.output]
    found: Array = step.op.backward(np.ones_like(a), a, z, **step.attrs)[0]
    return found


def _rows(program: Program, values: Sequence[Any]) -> int:
    """Return the number of rows that were run."""
    kinds = zip(program.values, values, strict=True)
    return next((len(a) for value, a in kinds if value.kind == "row"), 0)


def is_hidden(program: Program, value: int) -> bool:
    """Return True if a parameter follows this value on its way to the output."""
    reached = {value}
    for step in program.steps:
        if reached.isdisjoint(step.inputs):
            continue
        if any(program.values[i].role == "parameter" for i in step.inputs):
            return True
        reached.add(step.output)
    return False


def _largest(a: Array) -> float:
    return float(np.abs(a).max()) if a.size else 0.0


def _size(a: Array) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(a, dtype=float)))) if a.size else 0.0
