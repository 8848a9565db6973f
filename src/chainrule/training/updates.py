"""The update list: what changes θ in each step.

Clip the gradient, run the optimizer on each group of parameters, constrain, average, move the
running statistics.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ..arrays import Array, copies_apart
from ..errors import ParameterError
from ..graph.program import Program
from ..optimizers.averages import Average
from ..optimizers.base import Optimizer
from ..optimizers.clipping import Clip
from ..optimizers.constraints import Constraint
from ..optimizers.schedules.base import Schedule, in_run
from ..optimizers.schedules.epochs import RunLength
from .hidden_matrices import hidden_matrices

Slots = dict[str, Array]
# A constraint, and the place and shape of each tensor that it holds for.
Bound = tuple[Constraint, list[tuple[slice, tuple[int, ...]]]]
AVERAGE = "average"  # the slot that holds the averaged parameters


@dataclass(frozen=True)
class Group:
    """Unfrozen parameters next to each other in θ, with one learning rate and one age.

    Parameters
    ----------
    where : slice
        Their place in θ.
    lr : float
        The factor of the learning rate.
    born : int
        The t at which their slots were made.
    rows : int
        The rows of a hidden matrix, for a rule that takes whole tensors; 0: a vector.
    """

    where: slice
    lr: float = 1.0
    born: int = 0
    rows: int = 0


def matches(path: str, prefix: str) -> bool:
    """Return True if a path is under a prefix.

    `block` and `block/dense1` match block/dense1/W; `block/den` does not.
    """
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def groups(
    program: Program,
    frozen: Iterable[str] = (),
    lr: Mapping[str, float] | None = None,
    born: Mapping[str, int] | None = None,
    *,
    by_tensor: bool = False,
) -> tuple[Group, ...]:
    """Return the groups of a Program's parameters; frozen ones are in no group.

    Parameters
    ----------
    program : Program
        train.
    frozen : paths
        The parameters that no optimizer changes.
    lr : dict, optional
        Factors of the learning rate by path.
    born : dict, optional
        The t at which thawed parameters got their slots, by path.
    by_tensor : bool
        True: a group for each tensor, for a rule that takes whole tensors.
    """
    frozen = tuple(frozen)
    hidden = hidden_matrices(program) if by_tensor else {}
    result: list[Group] = []
    for p in program.parameters:
        if any(matches(p.path, prefix) for prefix in frozen):
            continue
        factor = math.prod(f for prefix, f in (lr or {}).items() if matches(p.path, prefix))
        group = Group(p.where, factor, (born or {}).get(p.path, 0), hidden.get(p.path, 0))
        touches = result and result[-1].where.stop == p.where.start and not by_tensor
        if touches and (result[-1].lr, result[-1].born) == (group.lr, group.born):
            result[-1] = Group(slice(result[-1].where.start, p.where.stop), group.lr, group.born)
        else:
            result.append(group)
    return tuple(result)


def bind(constraint: Constraint, program: Program, frozen: Iterable[str] = ()) -> Bound:
    """Return a constraint with the tensors that it holds for.

    These are the unfrozen weights with two or more axes, all of them or those under the paths of
    the constraint, and any tensor whose own path is given.
    """
    for path in constraint.layers:
        if not any(matches(p.path, path) for p in program.parameters):
            known = ", ".join(dict.fromkeys(p.path.rpartition("/")[0] for p in program.parameters))
            raise ParameterError(
                repr(constraint),
                f"layers among {known}",
                repr(path),
                "Name a layer with parameters.",
            )
    held = []
    for p in program.parameters:
        under = not constraint.layers or any(matches(p.path, path) for path in constraint.layers)
        chosen = p.path in constraint.layers or (under and len(p.shape) > 1)
        if chosen and not any(matches(p.path, prefix) for prefix in frozen):
            held.append((p.where, p.shape))
    return constraint, held


class Update:
    """The update list of one run.

    Parameters
    ----------
    optimizer : Optimizer
        The rule, which runs on each group. A slot holds the unfrozen parameters only, group after
        group.
    groups : tuple of Group
        The parameters that the rule changes.
    clips : sequence of Clip
        Applied to the gradient first, in their order.
    tensors : sequence of slice
        The place of each tensor, for clips that work tensor by tensor.
    moves : sequence of (slice, float)
        State that follows the statistic of the batch: state += rate (g − state).
    constraints : sequence of (Constraint, tensors)
        Put tensors back into their sets after the rule, in their order.
    average : Average, optional
        Follows θ after the constraints; it has its own slot.
    run : RunLength, optional
        The length of the run. Without it a schedule in epochs, or for the whole run, has no number.

    Raises
    ------
    ParameterError
        A rule without a learning rate and groups with a factor of it, or a schedule whose first
        number is out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        groups: tuple[Group, ...],
        clips: Iterable[Clip] = (),
        tensors: Iterable[slice] = (),
        moves: Iterable[tuple[slice, float]] = (),
        constraints: Iterable[Bound] = (),
        average: Average | None = None,
        run: RunLength | None = None,
    ) -> None:
        self.constraints, self.average = tuple(constraints), average
        self.optimizer, self.groups = optimizer, groups
        self.clips, self.tensors, self.moves = tuple(clips), list(tensors), tuple(moves)
        # `optimizer` is what the user gave; `rule` has the lengths of its schedules in steps.
        self.rule = optimizer if run is None else in_run(optimizer, run)
        checked = in_run(optimizer, RunLength(1, 1)) if run is None else self.rule
        # The numbers of the optimizer that change with the step, by name.
        self.schedules: dict[str, Any] = getattr(optimizer, "schedules", {})
        self.changes = bool(self.schedules) or any(group.lr != 1 for group in groups)
        begin, self.places = 0, []
        for group in groups:
            checked.at(1).scaled(group.lr)  # a rule without lr refuses factors of it
            end = begin + group.where.stop - group.where.start
            self.places.append((group, slice(begin, end)))
            begin = end
        self.size, self.run = begin, run

    def start(self, theta: Array) -> Slots:
        """Return fresh slots."""
        whole = (
            np.concatenate([theta[group.where] for group in self.groups])
            if self.groups
            else theta[:0]
        )
        return self.optimizer.start(whole) | (
            {AVERAGE: whole.copy()} if self.average is not None else {}
        )

    def __call__(self, t: int, theta: Array, g: Array, slots: Slots) -> None:
        """Make one update; t = 1 at the first."""
        for clip in self.clips:
            g = clip.clip(g, self.tensors)
        for group, place in self.places:
            rule = self.rule.at(t).scaled(group.lr) if self.changes else self.rule
            parts = [theta[group.where], g[group.where], *[slots[n][place] for n in rule.slots]]
            if group.rows:
                parts = [part.reshape(group.rows, -1) for part in parts]
            rule.step(t - group.born, *parts)
        self.finish(t, theta, slots)
        for where, rate in self.moves:
            theta[where] += rate * (g[where] - theta[where])

    @property
    def parts(self) -> tuple[Any, ...]:
        """Clips, rule, constraints and average; equal to `UpdateParts` of the same options."""
        return self.clips, self.optimizer, self.held, self.average

    def differs_in_rate(self, parts: tuple[Any, ...]) -> bool:
        """Return True if these parts differ from its own in the learning rate alone."""
        clips, rule, held, average = parts
        mine: Any = self.optimizer
        if type(rule) is not type(mine) or "lr" not in {f.name for f in fields(mine)}:
            return False
        changes: Any = {"lr": mine.lr}
        with_mine = replace(rule, **changes)
        return not rule.full_batch and self.parts == (clips, with_mine, held, average)

    @property
    def held(self) -> tuple[Constraint, ...]:
        """The constraints alone."""
        return tuple(constraint for constraint, _ in self.constraints)

    @property
    def by_python(self) -> bool:
        """True if constraints or an average follow the optimizer; these have no twins in C."""
        return bool(self.constraints) or self.average is not None

    def undisturbed(self, t: int) -> int:
        """Return the number of steps until `finish` next has work to do."""
        return 1 if self.constraints or self.average is None else self.average.next(t) - t

    def finish(self, t: int, theta: Array, slots: Slots) -> None:
        """Apply constraints and the average, after step t."""
        for constraint, tensors in self.constraints:
            for where, shape in tensors:
                constraint.project(theta[where].reshape(shape))
        if self.average is not None and (alpha := self.average.rate(t)):
            mean = slots[AVERAGE]
            for group, place in self.places:
                mean[place] += theta.dtype.type(alpha) * (theta[group.where] - mean[place])

    def averaged(self, t: int, theta: Array, slots: Slots) -> Array:
        """Return a copy of θ with the average in place of the parameters."""
        mean = theta.copy()
        if self.average is not None and self.average.begun(t):
            mean[self.indices()] = slots[AVERAGE]
        return mean

    def with_groups(self, groups: tuple[Group, ...]) -> "Update":
        """Return the same update list for other groups."""
        return self._other(groups, self.run)

    def in_run(self, run: RunLength) -> "Update":
        """Return the same update list for a run of this length."""
        return self._other(self.groups, run)

    def afresh(self) -> "Update":
        """Return the same update list; its schedules have seen nothing yet."""
        rule, behind = forgetful(self.optimizer), (self.constraints, self.average)
        parts = self.groups, self.clips, self.tensors, self.moves
        return Update(rule, *parts, *behind, self.run)

    def _other(self, groups: tuple[Group, ...], run: RunLength | None) -> "Update":
        behind = self.constraints, self.average
        return Update(self.optimizer, groups, self.clips, self.tensors, self.moves, *behind, run)

    def moves_at(self, place: int) -> bool:
        """Return True if the rule changes the number of θ at this place."""
        k = bisect_right(self.groups, place, key=lambda group: group.where.start) - 1
        return k >= 0 and place < self.groups[k].where.stop

    def indices(self) -> Array:
        """Return the place in θ of each entry of a slot."""
        parts = [np.arange(group.where.start, group.where.stop) for group in self.groups]
        return np.concatenate(parts) if parts else np.zeros(0, int)

    def carry_over(self, theta: Array, slots: Slots, before: "Update") -> Slots:
        """Return slots for these groups from the slots of `before`.

        So parameters can be frozen and thawed in the middle of a run: what had a slot keeps it.
        """
        if [group.where for group in self.groups] == [group.where for group in before.groups]:
            return copies_apart(slots)
        new = self.start(theta)
        if self.optimizer.full_batch and not np.array_equal(self.indices(), before.indices()):
            return new  # its memory of differences belongs to the old parameters
        known = np.isin(self.indices(), before.indices())
        for name, fresh in new.items():
            if fresh.shape == (self.size,):
                whole = np.zeros(theta.shape, fresh.dtype)
                whole[before.indices()] = slots[name]
                fresh[known] = whole[self.indices()[known]]
            else:
                fresh[...] = slots[name]
        return new


def behind_optimizer(optimizer: Any) -> tuple[Any, tuple[Constraint, ...], Average | None]:
    """Split `optimizer=` into clips with the optimizer, the constraints, and the average."""
    parts = list(optimizer) if isinstance(optimizer, (tuple, list)) else [optimizer]
    average = parts.pop() if len(parts) > 1 and isinstance(parts[-1], Average) else None
    constraints: list[Constraint] = []
    while len(parts) > 1 and isinstance(parts[-1], Constraint):
        constraints.insert(0, parts.pop())
    if (constraints or average) and getattr(parts[-1], "full_batch", False):
        raise ParameterError(
            "optimizer",
            "constraints and averages after a rule that takes one step",
            repr(parts[-1]),
            "Use Adam().",
        )
    return tuple(parts), tuple(constraints), average


def as_update_list(optimizer: Any) -> tuple[Optimizer, tuple[Clip, ...]]:
    """Return the optimizer and the clips of `optimizer=`, without constraints and average."""
    parts = tuple(optimizer) if isinstance(optimizer, (tuple, list)) else (optimizer,)
    for part in parts:
        if isinstance(part, type) and issubclass(part, Optimizer):
            raise ParameterError(
                "optimizer",
                "an instance",
                f"the class {part.__name__}",
                f"Write {part.__name__}(...).",
            )
    *clips, rule = parts or (None,)
    if not isinstance(rule, Optimizer):
        remedy = "Optimizers are objects here, not words."
        if isinstance(rule, (Clip, Constraint, Average)):
            remedy = (
                "Write (ClipNorm(1.0), Adam(), MaxNorm(3.0), EMA(0.999)): "
                "clips, optimizer, constraints, average."
            )
        raise ParameterError("optimizer", "an optimizer such as Adam(lr=0.001)", repr(rule), remedy)
    for clip in clips:
        if not isinstance(clip, Clip):
            raise ParameterError(
                "optimizer",
                "clips before the optimizer",
                repr(clip),
                "Write (ClipNorm(1.0), Adam()).",
            )
    if clips and rule.full_batch:  # it would not see them: they change no loss
        raise ParameterError(
            "optimizer",
            "no clips before a rule that searches along the loss itself",
            repr(clips[0]),
            f"Write optimizer={rule!r}.",
        )
    return rule, tuple(clips)


def forgetful(rule: Optimizer) -> Optimizer:
    """Return the same optimizer with schedules that have seen nothing yet.

    So each run has its own schedules, even if several fits are given the same ones.
    """
    fresh = {name: _fresh(s) for name, s in rule.schedules.items() if hasattr(s, "observe")}
    return replace(rule, **fresh) if fresh else rule


def _fresh(schedule: Any) -> Any:
    """Return an equal schedule without a memory; so is a schedule inside it."""
    if not isinstance(schedule, Schedule):
        return replace(schedule)
    inside = {f.name: getattr(schedule, f.name) for f in fields(schedule)}
    return replace(schedule, **{k: _fresh(s) for k, s in inside.items() if hasattr(s, "observe")})
