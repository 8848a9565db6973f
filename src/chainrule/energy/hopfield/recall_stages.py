"""One visit of a recall as stages: the field of each unit, what moves, and the energy.

The symbols are

    s, new.s        the state before and after, ±1 (0 and 1 are −1 and 1)
    field           Σⱼ w_ij s_j − θ_i of each unit, in the state before
    p, u            at a temperature: P(s_i = 1), and the uniform number of the sweep
    E, new.E        the energy before and after, if the weights are symmetric
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...recording.stages.formulas import given
from ...recording.stages.stage import Index, Quantity, Stage, Term, Terms
from ...recording.stages.words import factor, number
from .couplings import Couplings
from .visits import ALL, Visit, chance

RESTING = (
    "{} takes the sign of its field; at 0 it stays.",
    "{} take the sign of their field; at 0 they stay.",
)


def visit_stages(
    c: Couplings, visit: Visit, s: Array, new: Array, energies: Array | None, u: Array | None
) -> list[Stage]:
    """Return the stages of one visit.

    Parameters
    ----------
    c : Couplings
        W and θ.
    visit : Visit
        Who moves.
    s, new : array (N,)
        The state before and after, ±1.
    energies : array (2,), optional
        Before and after.
    u : array (N,), optional
        At a temperature, the uniform numbers of the sweep.
    """
    who = "All units" if visit.unit == ALL else f"Unit {visit.unit}"
    field = _fields(c, visit, s)
    text = f"Sweep {visit.sweep}. {who} will look at what the others send."
    found = [Stage("field", (given("s", "the state before", s), field), text)]
    if u is None or visit.T == 0:
        moved, text = [_signs(visit, s, new, field)], RESTING[visit.unit == ALL].format(who)
    else:
        p, words = _chances(visit, field), "uniform numbers of the key of this sweep"
        moved = [p, given("u", words, u), _draws(visit, s, new, p, u)]
        verb = "become" if visit.unit == ALL else "becomes"
        text = f"{who} {verb} 1 with the probability p at T = {number(visit.T)}, else −1."
    flips = np.flatnonzero(s != new)
    text += " Nothing changes." if not len(flips) else f" Changed: {_list(flips)}."
    found.append(Stage("flip", tuple(moved), text))
    if energies is not None:
        found.append(_energy(c, s, new, field.array, energies))
    return found


def _list(units: Array) -> str:
    """Return units as text: 3, 5, 8 and 20 more."""
    shown = ", ".join(f"unit {i}" for i in units[:8])
    return shown + (f" and {len(units) - 8} more" if len(units) > 8 else "")


def _fields(c: Couplings, visit: Visit, s: Array) -> Quantity:
    """Return Σ w_ij s_j − θ_i of every unit; that of the visited unit has the recall's bits."""
    fields = c.excess(s[None])[0].copy()
    if visit.unit != ALL:
        fields[visit.unit] = visit.field

    def terms(index: Index) -> Terms:
        (i,) = index
        row = c.weights[i]
        made = [
            Term(f"w[{i}, {j}]·s[{j}]", f"{number(row[j])}·{factor(s[j])}", float(row[j] * s[j]))
            for j in np.flatnonzero(row)
        ]
        theta = float(c.thresholds[i])
        if theta:
            made.append(Term(f"−θ[{i}]", number(-theta), -theta))
        zero = len(row) - np.count_nonzero(row)
        words = (
            "1 weight is 0 and adds nothing."
            if zero == 1
            else f"{zero} weights are 0 and add nothing."
        )
        return Terms(made, note=words if zero else "")

    return Quantity("field", "field = Σⱼ w_ij s_j − θ_i", fields, terms=terms)


def _waits(visit: Visit, i: int, s: Array) -> Terms | None:
    """Return the terms of a unit whose turn it is not, else None."""
    if visit.unit in (ALL, i):
        return None
    note = f"It is the turn of unit {visit.unit}, so unit {i} stays."
    return Terms([Term(f"s[{i}]", number(s[i]), float(s[i]))], note=note)


def _signs(visit: Visit, s: Array, new: Array, field: Quantity) -> Quantity:
    """Return the new state at T = 0."""

    def terms(index: Index) -> Terms:
        (i,) = index
        if (waits := _waits(visit, i, s)) is not None:
            return waits
        h = float(field.array[i])
        if h == 0:
            note = "The field is 0, so the unit keeps its value."
            return Terms([Term(f"s[{i}]", number(s[i]), float(s[i]))], note=note)
        verb = "stays" if s[i] == new[i] else "flips"
        note = f"The field is {number(h)}, so the unit {verb}: {number(s[i])} → {number(new[i])}."
        return Terms(
            [Term(f"sign(field[{i}])", f"sign({number(h)})", float(np.sign(h)))], note=note
        )

    return Quantity("new.s", "new.s = sign(field) for the unit whose turn it is", new, terms=terms)


def _chances(visit: Visit, field: Quantity) -> Quantity:
    """Return P(s_i = 1) of every unit."""
    p = chance(field.array, visit.T)

    def terms(index: Index) -> Terms:
        (i,) = index
        told, h = field.terms(index), float(field.array[i])  # type: ignore[misc]
        then = f"p[{i}] = 1 / (1 + exp(−2·{factor(h)} / {number(visit.T)})) = {number(p[i])}"
        return Terms(told.terms, h, then, told.note, float(chance(np.array(h), visit.T)), 1.0)

    return Quantity("p", "p = 1 / (1 + exp(−2 field / T))", p, terms=terms)


def _draws(visit: Visit, s: Array, new: Array, p: Quantity, u: Array) -> Quantity:
    """Return the new state at a temperature."""

    def terms(index: Index) -> Terms:
        (i,) = index
        if (waits := _waits(visit, i, s)) is not None:
            return waits
        x, draw, value = float(p.array[i]), float(u[i]), float(new[i])
        sign = ">" if draw < x else "≤"
        note = f"{number(x)} {sign} u = {number(draw)}, so {number(value)}."
        numbers = f"{number(x)} > {number(draw)} is {draw < x}"
        return Terms([Term(f"p[{i}] > u[{i}]", numbers, value)], note=note)

    return Quantity("new.s", "new.s = 1 where p > u, else −1", new, terms=terms)


def _energy(c: Couplings, s: Array, new: Array, field: Array, energies: Array) -> Stage:
    """Return the energy before and after."""
    flips = np.flatnonzero(s != new)

    def change(index: Index) -> Terms:
        made = [Term("E", number(energies[0]), float(energies[0]))]
        if len(flips) != 1:
            return Terms(made, note="Nothing changed.") if not len(flips) else _parts(c, new)
        i = int(flips[0])
        own, h, sign = float(c.weights[i, i]), float(field[i]), float(s[i])
        formula, numbers = f"2·s[{i}]·field[{i}]", f"2·{factor(sign)}·{factor(h)}"
        made.append(Term(formula, numbers, 2 * sign * h))
        if own:
            made.append(Term(f"−2·w[{i}, {i}]", f"−2·{factor(own)}", -2 * own))
        return Terms(made, note=f"Unit {i} flips.")

    equation = "E = −½ s·W s + θ·s"
    before = Quantity("E", equation, np.asarray(energies[0]), terms=lambda index: _parts(c, s))
    after = Quantity(
        "new.E",
        "new.E = E + 2 s_i field_i for a flip of unit i",
        np.asarray(energies[1]),
        terms=change,
    )
    fall = float(energies[1] - energies[0])
    verb = "falls" if fall < 0 else "rises" if fall > 0 else "stays the same"
    by = f" by {number(abs(fall))}" if fall else ""
    return Stage("energy", (before, after), f"The energy {verb}{by}.")


def _parts(c: Couplings, s: Array) -> Terms:
    """Return the energy as a sum over units: −½ s_i Σⱼ w_ij s_j + θ_i s_i."""
    h = s @ c.weights.T
    made = []
    for i, x in enumerate(s):
        theta = float(c.thresholds[i])
        formula, numbers = f"−½·s[{i}]·h[{i}]", f"−½·{factor(x)}·{factor(h[i])}"
        made.append(Term(formula, numbers, float(-x * h[i] / 2)))
        if theta:
            made.append(Term(f"θ[{i}]·s[{i}]", f"{number(theta)}·{factor(x)}", theta * float(x)))
    return Terms(made, note="h[i] = Σⱼ w_ij s_j is the field without the threshold.")
