"""The second half of an update: from the gradient to the new weights, as stages.

Clips, slots, new weights, constraints, the average and running statistics. The symbols are

    clipped.dW1, norm.dW1, norm.g     the gradient after a clip, and the norm that it takes
    old.m.W1, m.W1                    a slot before the update and after it
    W1, new.W1                        a weight before the update and after it
    free.W1                           a weight before its constraints, if it has some (NumPy
                                      computes it again, so C may have had another last bit)
    old.average.W1, average.W1        the average of the weights, before and after
    new.running_mean1                 state that follows the batch
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...arrays import Array
from ...optimizers.base import Optimizer
from ...optimizers.clipping import Clip
from ...optimizers.terms import Part, Said
from ...training.updates import AVERAGE, Group, Slots, Update
from .formulas import Entries, Symbol, given, quantity
from .one_update import OneUpdate
from .searches import search_stages
from .stage import Index, Quantity, Stage, Term, Terms
from .tensors import Tensor, tensors_of
from .words import greek, number

MOST_TERMS = 10_000  # of a norm; above it the terms are rows of the tensor


def rule_stages(update: OneUpdate) -> list[Stage]:
    """Return what happens after the gradient: clips, slots, new weights and what follows them.

    Parameters
    ----------
    update : OneUpdate
        One update of a run. The new numbers are those of `update.after`, bit for bit.

    Returns
    -------
    list of Stage
        Those that the update list has, in their order: "clips", "slots", "new weights",
        "constraints", "average", "running statistics". An optimizer that searches along the loss
        has "search" and "new weights".

    Examples
    --------
    >>> from chainrule import SGD
    >>> from chainrule.training.updates import Group, Update
    >>> rule = Update(SGD(lr=0.1), (Group(slice(0, 2)),))
    >>> def bowl(theta, batch, key, carry):
    ...     return (theta**2).sum(), 2 * theta, carry
    >>> one = OneUpdate(bowl, rule, np.array([1.0, -3.0]), {}, {}, t=1, step=0)
    >>> stage = rule_stages(one)[-1]
    >>> new = stage.quantities[-1]
    >>> new.equation, new.array
    ('new.theta = theta − lr·dtheta', array([ 0.8, -2.4]))
    >>> for term in new.terms((1,)).terms:
    ...     print(term.formula, "=", term.numbers, "=", term.value)
    theta[1] = −3 = -3.0
    −lr·dtheta[1] = −0.1·(−6) = 0.6000000000000001
    """
    if update.update.optimizer.full_batch:
        return search_stages(update)
    made = _Made(update)
    with np.errstate(all="ignore"):  # numbers of a run that diverges
        found = [_clips(made), _slots(made), _weights(made), _constraints(made), _average(made)]
        return [stage for stage in [*found, _statistics(made)] if stage.quantities]


@dataclass(frozen=True, eq=False)
class _Moved:
    """One group of the update list in one update.

    Parameters
    ----------
    group : Group
        The parameters.
    rule : Optimizer
        With the numbers of this step.
    old, new : dict
        The slots before and after, and θ and g: flat arrays.
    said : Said, optional
        The terms of the rule.
    """

    group: Group
    rule: Optimizer
    old: Mapping[str, Array]
    new: Mapping[str, Array]
    said: Said | None


class _Made:
    """One update with its names: what all stages read."""

    def __init__(self, one: OneUpdate) -> None:
        self.one, self.list, self.after = one, one.update, one.after
        self.tensors = tensors_of(one.objective, len(one.theta))

    @cached_property
    def clipped(self) -> list[Array]:
        """The gradient, and the gradient after each clip."""
        found = [self.after.g]
        for clip in self.list.clips:
            found.append(clip.clip(found[-1], self.list.tensors))
        return found

    @cached_property
    def free(self) -> Array:
        """θ before the constraints, by NumPy: the run does not keep it."""
        if not self.list.constraints:
            return self.after.theta
        parts = self.list.clips, self.list.tensors
        alone = Update(self.list.optimizer, self.list.groups, *parts, run=self.list.run)
        theta = self.one.theta.copy()
        slots = {name: a.copy() for name, a in self.one.slots.items()}
        alone(self.one.t, theta, self.after.g, slots)
        return theta

    @cached_property
    def parts(self) -> list[_Moved]:
        """The groups, each with the terms of its rule."""
        one, found = self.one, []
        for group, place in self.list.places:
            rule = self.list.optimizer
            if self.list.changes:
                rule = self.list.rule.at(one.t).scaled(group.lr)
            old, new = ({n: s[n][place] for n in rule.slots} for s in (one.slots, self.after.slots))
            old |= {"θ": one.theta[group.where], "g": self.clipped[-1][group.where]}
            new["θ"] = self.free[group.where]
            before, behind = (_as(group, a) for a in (old, new))
            said = rule.terms(one.t - group.born, before["θ"], before["g"], before, behind)
            found.append(_Moved(group, rule, old, new, said))
        return found

    def inside(self, where: slice) -> Iterator[Tensor]:
        """Yield the tensors in a slice of θ."""
        for tensor in self.tensors:
            if tensor.places.size and where.start <= tensor.places.flat[0] < where.stop:
                yield tensor

    def moved(self) -> Iterator[tuple[_Moved, Tensor]]:
        """Yield the tensors that the rule moves, each with its group."""
        for part in self.parts:
            for tensor in self.inside(part.group.where):
                yield part, tensor

    def gradient(self, tensor: Tensor) -> str:
        """Return the symbol of the gradient that the optimizer gets."""
        return _after_clip(len(self.list.clips), tensor)

    def constrained(self, tensor: Tensor) -> int:
        """Return the number of constraints of a tensor."""
        starts = [where.start for _, held in self.list.constraints for where, _ in held]
        return starts.count(int(tensor.places.flat[0])) if tensor.places.size else 0


def _as(group: Group, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return arrays of a group as the rule gets them: a hidden matrix as rows and columns."""
    return {n: a.reshape(group.rows, -1) if group.rows else a for n, a in arrays.items()}


def _after_clip(k: int, tensor: Tensor) -> str:
    """Return the symbol of a gradient after k clips."""
    return f"{_counted('clipped', k)}.{tensor.gradient}" if k else tensor.gradient


def _counted(word: str, k: int) -> str:
    """Return norm, norm2, norm3 for k = 1, 2, 3."""
    return word if k == 1 else f"{word}{k}"


def _rule_text(part: Any) -> str:
    """Return the first paragraph of the docstring of a rule, on one line."""
    return " ".join((inspect.getdoc(type(part)) or "").split("\n\n")[0].split())


# ---------------------------------------------------------------- clips


def _clips(made: _Made) -> Stage:
    """Return norm, factor and new gradient of each clip."""
    found: list[Quantity] = []
    texts = []
    for k, clip in enumerate(made.list.clips, 1):
        found += _clip(made, k, clip)
        texts.append(f"{clip!r}: {_rule_text(clip)}")
    text = "The gradient is limited before the optimizer sees it. " + " ".join(texts)
    return Stage("clips", tuple(found), text)


def _clip(made: _Made, k: int, clip: Clip) -> list[Quantity]:
    """Return the quantities of clip number k."""
    g, after, tensors = made.clipped[k - 1], made.clipped[k], made.list.tensors
    said = clip.terms(g, tensors)
    found: list[Quantity] = []
    if clip.measures == "all" and said:
        found.append(_norm(made, k, f"{_counted('norm', k)}.g", tensors, said[0].names["‖g‖"]))
    for n, where in enumerate(tensors):
        inside = [tensor for tensor in made.inside(where) if made.list.moves_at(where.start)]
        names = dict(said[n].names) if said else {}
        length = f"{_counted('norm', k)}.g"
        if clip.measures == "tensor" and said and inside:
            length = f"{_counted('norm', k)}.{'.'.join(t.gradient for t in inside)}"
            found.append(_norm(made, k, length, [where], names["‖g‖"]))
        symbols = {name: Symbol(name, value) for name, value in names.items()}
        if "‖g‖" in symbols:
            symbols["‖g‖"] = Symbol(length, names["‖g‖"])
        parts, notes = _parts_or_change(said[n] if said else None, "g", g[where], after[where])
        for tensor in inside:
            symbol, before = _after_clip(k, tensor), Symbol(_after_clip(k - 1, tensor), g[where])
            places = tensor.places - where.start
            entries = Entries(places, parts, symbols | {"g": before}, notes)
            path = f"clipped.{tensor.path}" if tensor.path else ""
            found.append(quantity(symbol, path, after[tensor.places], entries))
    return found


def _parts_or_change(
    said: Said | None, name: str, old: Array, new: Array
) -> tuple[list[Part], tuple[str, ...]]:
    """Return the terms that are said, or the old numbers and their change."""
    if said is not None and name in said.parts:
        return said.parts[name], said.notes
    return [Part(name, old), Part("change", new - old)], ("It does not say more.",)


def _norm(made: _Made, k: int, symbol: str, parts: list[slice], value: float) -> Quantity:
    """Return ‖g‖ over some tensors; its terms are squares."""
    g = made.clipped[k - 1]
    tensors = [tensor for where in parts for tensor in made.inside(where)]
    names = [greek(_after_clip(k - 1, tensor)) for tensor in tensors]
    many = sum(tensor.places.size for tensor in tensors) > MOST_TERMS

    def terms(index: Index) -> Terms:
        made_of: list[Term] = []
        for tensor, name in zip(tensors, names, strict=True):
            a = g[tensor.places].astype(np.float64)
            if many:
                for i, row in enumerate(a):
                    made_of.append(Term(f"Σ {name}[{i}]²", "", float(row.ravel() @ row.ravel())))
                continue
            for at, x in np.ndenumerate(a):
                place = f"[{', '.join(map(str, at))}]" if at else ""
                text = f"({number(x)})²" if x < 0 else f"{number(x)}²"
                made_of.append(Term(f"{name}{place}²", text, float(x) * float(x)))
        total = float(value) * float(value)
        return Terms(made_of, total, f"{symbol} = √{number(total)} = {number(value)}")

    squares = " + ".join(f"Σ {name}²" for name in names)
    return Quantity(symbol, f"{symbol} = √({squares})", np.asarray(value), terms=terms)


# ---------------------------------------------------------------- the rule


def _symbols(made: _Made, part: _Moved, tensor: Tensor) -> dict[str, Symbol]:
    """Return what the symbols of a rule are for one tensor."""
    name, owner = tensor.symbol, type(part.rule).__name__
    found = {}
    for s, value in part.rule.numbers.items():  # β2 may also be a parameter of BatchNorm
        found[s] = Symbol(f"{s}({owner})" if s == greek(name) else s, value)
    found |= {f"old.{s}": Symbol(f"old.{s}.{name}", part.old[s]) for s in part.rule.slots}
    found |= {s: Symbol(f"{s}.{name}", part.new[s]) for s in part.rule.slots}
    found |= {"θ": Symbol(name, part.old["θ"]), "g": Symbol(made.gradient(tensor), part.old["g"])}
    for s, value in (part.said.names if part.said else {}).items():
        label = found[s].label if s in found else f"{s}.{name}"
        found[s] = Symbol(label if np.ndim(value) else s, value)
    return found


def _entries(made: _Made, part: _Moved, tensor: Tensor, name: str) -> Entries:
    """Return the terms of a slot, or of θ, for one tensor."""
    key, symbols = ("theta" if name == "θ" else name), _symbols(made, part, tensor)
    places = tensor.places - part.group.where.start
    if part.said is not None and key in part.said.parts:
        return Entries(places, part.said.parts[key], symbols, part.said.notes)
    old, new = part.old[name], part.new[name]
    first = Part(name if name == "θ" else f"old.{name}", old)
    if part.said is not None:  # the rule does not use this slot here
        return Entries(places, [first], symbols, ("The rule leaves it as it is.",))
    g, step = made.gradient(tensor), Part("change", new - old)
    notes = (f"{type(part.rule).__name__} does not say more: {_rule_text(part.rule)}",)
    symbols["change"] = Symbol(f"change({tensor.symbol}, {g})", new - old)
    return Entries(places, [first, step], symbols, notes)


def _slots(made: _Made) -> Stage:
    """Return each slot of each tensor, before and after."""
    found = []
    for part, tensor in made.moved():
        for name in part.rule.slots:
            before, after = ((a[name].ravel()) for a in (part.old, part.new))
            places = tensor.places - part.group.where.start
            symbol, path = f"{name}.{tensor.symbol}", f"{name}.{tensor.path}" if tensor.path else ""
            old = "old." + path if path else ""
            found.append(given(f"old.{symbol}", "a slot, before the update", before[places], old))
            entries = _entries(made, part, tensor, name)
            found.append(quantity(symbol, path, after[places], entries))
    rule = type(made.list.optimizer).__name__
    text = f"What {rule} remembers from update to update. {_numbers(made)}"
    return Stage("slots", tuple(found), text)


def _weights(made: _Made) -> Stage:
    """Return each new weight that the rule makes."""
    found = []
    for part, tensor in made.moved():
        word = "free" if made.constrained(tensor) else "new"
        path = f"{word}.{tensor.path}" if tensor.path else ""
        entries = _entries(made, part, tensor, "θ")
        array = (made.free if word == "free" else made.after.theta)[tensor.places]
        found.append(quantity(f"{word}.{tensor.symbol}", path, array, entries))
    moved = {tensor.symbol for _, tensor in made.moved()}
    kept = (t for t in made.tensors if t.symbol not in moved and not t.state)
    still = [t.path or t.symbol for t in kept if t.places.size]
    rule = made.list.optimizer
    text = f"Each weight takes its step. {type(rule).__name__}: {_rule_text(rule)} {_numbers(made)}"
    if still:
        text += f" Frozen, so unchanged: {', '.join(still)}."
    return Stage("new weights", tuple(found), text)


def _numbers(made: _Made) -> str:
    """Return the numbers of the rule in this step, and what differs by tensor."""
    rule, t = made.list.rule.at(made.one.t), made.one.t
    numbers = [f"t = {t}", *(f"{s} = {number(v, 6)}" for s, v in rule.numbers.items())]
    lines = [f"In this step {', '.join(numbers)}."]
    for part in made.parts:
        names = ", ".join(t.path or t.symbol for t in made.inside(part.group.where))
        if part.group.lr != 1:
            own = part.rule.numbers["lr"]
            lines.append(
                f"For {names}: lr = {number(own, 6)} ({number(part.group.lr, 6)} times lr)."
            )
        if part.group.born:
            lines.append(
                f"For {names}, thawed after update {part.group.born}: t = {t - part.group.born}."
            )
    return " ".join(lines)


# ---------------------------------------------------------------- what follows the rule


def _constraints(made: _Made) -> Stage:
    """Return each weight after its constraints."""
    theta, found, texts = made.free.copy(), [], []
    done: dict[str, int] = {}
    for constraint, held in made.list.constraints:
        texts.append(f"{constraint!r}: {_rule_text(constraint)}")
        for where, shape in held:
            before = theta[where].copy()
            said = constraint.terms(before.reshape(shape))
            constraint.project(theta[where].reshape(shape))
            parts, notes = _parts_or_change(said, "θ", before, theta[where])
            for tensor in made.inside(where):
                k = done[tensor.symbol] = done.get(tensor.symbol, 0) + 1
                last = k == made.constrained(tensor)
                symbol = "new" if last else _counted("free", k + 1)
                symbols = {n: Symbol(n, v) for n, v in (said.names if said else {}).items()}
                symbols["θ"] = Symbol(f"{_counted('free', k)}.{tensor.symbol}", before)
                entries = Entries(tensor.places - where.start, parts, symbols, notes)
                path = f"{symbol}.{tensor.path}" if tensor.path else ""
                array = theta[tensor.places]
                found.append(quantity(f"{symbol}.{tensor.symbol}", path, array, entries))
    text = "Weights that left their set are put back. " + " ".join(texts)
    return Stage("constraints", tuple(found), text)


def _average(made: _Made) -> Stage:
    """Return the average of the weights, before and after."""
    average, found = made.list.average, []
    if average is None:
        return Stage("average", ())
    rate = average.rate(made.one.t)
    slots: list[Slots] = [made.one.slots, made.after.slots]
    for group, place in made.list.places:
        before, after = (slot[AVERAGE][place] for slot in slots)
        theta = made.after.theta[group.where]
        parts = [Part("(1 − α)·old", (1 - rate) * before), Part("α·θ", rate * theta)]
        for tensor in made.inside(group.where):
            name, path = f"average.{tensor.symbol}", f"average.{tensor.path}" if tensor.path else ""
            symbols = {
                "α": Symbol("α", rate),
                "old": Symbol(f"old.{name}", before),
                "θ": Symbol(f"new.{tensor.symbol}", theta),
            }
            places = tensor.places - group.where.start
            old = "old." + path if path else ""
            what = "the average, before the update"
            found.append(given(f"old.{name}", what, before[places], old))
            entries = Entries(places, parts if rate else [Part("old", before)], symbols)
            found.append(quantity(name, path, after[places], entries))
    text = f"{average!r}: {_rule_text(average)} α = {number(rate, 6)} at t = {made.one.t}."
    return Stage("average", tuple(found), text + ("" if rate else " This step does not count."))


def _statistics(made: _Made) -> Stage:
    """Return state that follows the statistics of the batch."""
    found = []
    for where, rate in made.list.moves:
        old, batch = made.one.theta[where], made.clipped[-1][where]
        parts = [Part("(1 − rate)·θ", (1 - rate) * old), Part("rate·g", rate * batch)]
        for tensor in made.inside(where):
            symbols = {
                "rate": Symbol("rate", rate),
                "θ": Symbol(tensor.symbol, old),
                "g": Symbol(tensor.gradient, batch),
            }
            entries = Entries(tensor.places - where.start, parts, symbols)
            path = f"new.{tensor.path}" if tensor.path else ""
            array = made.after.theta[tensor.places]
            found.append(quantity(f"new.{tensor.symbol}", path, array, entries))
    text = "State moves towards the statistic of this batch: state += rate (batch − state)."
    return Stage("running statistics", tuple(found), text)
