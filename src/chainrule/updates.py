"""The update list: what moves theta after each step. Clip, optimise each group, move the running statistics."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from .arrays import Array
from .errors import ParameterError
from .graph import Program
from .optimizers.base import Optimizer
from .optimizers.clipping import Clip

Slots = dict[str, Array]


@dataclass(frozen=True)
class Group:
    """Neighbouring unfrozen parameters with one multiplier and one age."""

    where: slice
    lr: float = 1.0
    born: int = 0  # the step count at which their slots were made


def matches(path: str, prefix: str) -> bool:
    """`block` and `block/dense1` match block/dense1/W; `block/den` does not."""
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def groups(
    program: Program,
    frozen: Iterable[str] = (),
    lr: Mapping[str, float] | None = None,
    born: Mapping[str, int] | None = None,
) -> tuple[Group, ...]:
    """Neighbours alike are one slice; frozen parameters are in none."""
    frozen = tuple(frozen)
    result: list[Group] = []
    for p in program.parameters:
        if any(matches(p.path, prefix) for prefix in frozen):
            continue
        factor = math.prod(f for prefix, f in (lr or {}).items() if matches(p.path, prefix))
        group = Group(p.where, factor, (born or {}).get(p.path, 0))
        if result and (result[-1].where.stop, result[-1].lr, result[-1].born) == (p.where.start, group.lr, group.born):
            result[-1] = Group(slice(result[-1].where.start, p.where.stop), group.lr, group.born)
        else:
            result.append(group)
    return tuple(result)


class Update:
    """The update list of one run, bound once.

    Parameters
    ----------
    optimizer : Optimizer
        Runs on each group; a slot holds the unfrozen parameters only, group after group.
    groups : tuple of Group
        What it sees.
    clips : sequence of Clip
        Applied to the gradient first, in their order.
    tensors : sequence of slice
        The single tensors, for clips that go by tensor.
    moves : sequence of (slice, float)
        State that follows this batch's statistic: state += rate (g − state).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        groups: tuple[Group, ...],
        clips: Iterable[Clip] = (),
        tensors: Iterable[slice] = (),
        moves: Iterable[tuple[slice, float]] = (),
    ) -> None:
        self.optimizer, self.groups = optimizer, groups
        self.clips, self.tensors, self.moves = tuple(clips), list(tensors), tuple(moves)
        self.changes = bool(getattr(optimizer, "schedules", {})) or any(group.lr != 1 for group in groups)
        begin, self.places = 0, []
        for group in groups:
            optimizer.at(1).scaled(group.lr)  # a rule without lr refuses rates of its own here
            end = begin + group.where.stop - group.where.start
            self.places.append((group, slice(begin, end)))
            begin = end
        self.size = begin

    def start(self, theta: Array) -> Slots:
        """Fresh slots."""
        whole = np.concatenate([theta[group.where] for group in self.groups]) if self.groups else theta[:0]
        return self.optimizer.start(whole)

    def __call__(self, t: int, theta: Array, g: Array, slots: Slots) -> None:
        """One update; t = 1 at the first."""
        for clip in self.clips:
            g = clip.clip(g, self.tensors)
        for group, place in self.places:
            rule = self.optimizer.at(t).scaled(group.lr) if self.changes else self.optimizer
            rule.step(t - group.born, theta[group.where], g[group.where], *[slots[name][place] for name in rule.slots])
        for where, rate in self.moves:
            theta[where] += rate * (g[where] - theta[where])

    def indices(self) -> Array:
        """The places in theta that slots stand for, in their order."""
        parts = [np.arange(group.where.start, group.where.stop) for group in self.groups]
        return np.concatenate(parts) if parts else np.zeros(0, int)

    def carry_over(self, theta: Array, slots: Slots, before: "Update") -> Slots:
        """The slots for these groups out of those of `before`: for freezing and thawing in the middle of a run."""
        new = self.start(theta)
        if self.optimizer.full_batch and not np.array_equal(self.indices(), before.indices()):
            return new  # pairs of differences belong to the vector that they were taken of
        known = np.isin(self.indices(), before.indices())
        for name, fresh in new.items():
            if fresh.shape == (self.size,):
                whole = np.zeros(theta.shape, fresh.dtype)
                whole[before.indices()] = slots[name]
                fresh[known] = whole[self.indices()[known]]
            else:
                fresh[...] = slots[name]
        return new


def as_update_list(optimizer: Any) -> tuple[Optimizer, tuple[Clip, ...]]:
    """What stands behind `optimizer=`: an optimizer, or clips and then an optimizer."""
    parts = tuple(optimizer) if isinstance(optimizer, (tuple, list)) else (optimizer,)
    for part in parts:
        if isinstance(part, type) and issubclass(part, Optimizer):
            raise ParameterError(
                "optimizer", "an instance", f"the class {part.__name__}", f"Write {part.__name__}(...)."
            )
    *clips, rule = parts or (None,)
    if not isinstance(rule, Optimizer):
        raise ParameterError(
            "optimizer", "an optimizer such as Adam(lr=0.001)", repr(rule), "Optimizers are objects here, not words."
        )
    for clip in clips:
        if not isinstance(clip, Clip):
            raise ParameterError(
                "optimizer", "clips before the optimizer", repr(clip), "Write (ClipNorm(1.0), Adam())."
            )
    return rule, tuple(clips)


def forgetful(rule: Optimizer) -> Optimizer:
    """The same optimiser with schedules that have seen nothing yet: a run has its own, whoever else uses these."""
    fresh: dict[str, Any] = {name: replace(cast(Any, s)) for name, s in rule.schedules.items() if hasattr(s, "observe")}
    return replace(rule, **fresh) if fresh else rule
