"""RunState: everything that a run is. A checkpoint is this state as one flat dict of arrays."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np

from ..arrays import Array, copies_apart
from .updates import Update

Numbers: TypeAlias = "array[float]"  # of type "d": 10,000 epochs are one object, not 10,000
COUNTERS = ("seed", "t", "step", "epoch", "position", "started")
MEMORIES = ("callback", "schedule")


class Remembers(Protocol):
    """An object with its own memory during a run: a callback or a schedule."""

    def state(self) -> Mapping[str, Array]:
        """Return the memory as named arrays."""

    def load(self, state: dict[str, Array]) -> None:
        """Set the memory from the arrays that `state` returned."""


@dataclass(eq=False)
class RunState:
    """θ, slots, counters and memories of a run.

    Parameters
    ----------
    theta : array
        [parameters | state], changed in place.
    slots : dict of arrays
        The arrays that the optimizer keeps between steps. The keys are their names.
    seed : int
        The seed of order and dropout.
    t, step, epoch : int
        The numbers of updates with these slots, of all updates, and of all epochs.
    position, sums : int, list
        Within the epoch: rows done (for a stream, batches done); Σ loss · rows and Σ rows so far.
    started : int
        The epoch at which this call of `fit` began.
    history : dict of numbers
        The numbers that each epoch of this call of `fit` logged.
    carry : dict of arrays
        The arrays that the objective passes from step to step.
    born : dict of int
        The t at which a thawed parameter got its slots, by path.
    update : Update, optional
        The update list that the slots belong to; None before the first fit. Its schedules may
        have memories.
    callbacks : tuple
        While a run lasts: the callbacks that take part in it, which have memories.
    stopped : str
        Why the run ended or is about to end; "" while it goes on.
    best_epoch : int, optional
        The index in the history of the epoch that early stopping found best.
    kept : dict of dicts of arrays, optional
        In a copy: the memories of schedules and callbacks, by name. In a live state they are in
        the objects themselves, and this is None.
    """

    theta: Array
    slots: dict[str, Array] = field(default_factory=dict)
    seed: int = 0
    t: int = 0
    step: int = 0
    epoch: int = 0
    position: int = 0
    started: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0])
    history: dict[str, Numbers] = field(default_factory=dict)
    carry: dict[str, Array] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    update: Update | None = None
    callbacks: tuple[Remembers, ...] = ()
    stopped: str = ""
    best_epoch: int | None = None
    kept: dict[str, dict[str, Array]] | None = None

    def __repr__(self) -> str:
        slots = ", ".join(self.slots) or "none"
        done = f"epoch {self.epoch}, step {self.step}"
        return f"<RunState: {done}; {self.theta.size:,} numbers in θ; slots: {slots}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles hold: callbacks belong to one call of `fit`."""
        return self.__dict__ | {"callbacks": ()}

    def record(self, name: str, values: Array | float) -> None:
        """Append one number for each epoch to the history."""
        numbers = np.ascontiguousarray(values, np.float64)
        self.history.setdefault(name, array("d")).frombytes(numbers.data.cast("B"))

    # ---- memories

    def remembering(self) -> dict[str, Remembers]:
        """Return the callbacks and schedules of a live state by name."""
        found = {f"callback/{k}": callback for k, callback in enumerate(self.callbacks)}
        schedules = {} if self.update is None else self.update.schedules
        return found | {f"schedule/{n}": s for n, s in schedules.items() if hasattr(s, "state")}

    def memories(self) -> dict[str, dict[str, Array]]:
        """Return the memories of callbacks and schedules, by name."""
        if self.kept is not None:
            return self.kept
        return {
            name: {key: np.asarray(a) for key, a in memory.state().items()}
            for name, memory in self.remembering().items()
        }

    # ---- as arrays

    def vectors(self) -> dict[str, Array]:
        """Return θ, slots and carry by name; not copies."""
        flat = {"theta": self.theta}
        flat |= {f"slot/{name}": a for name, a in self.slots.items()}
        return flat | {f"carry/{name}": a for name, a in self.carry.items()}

    def arrays(self) -> dict[str, Array]:
        """Return everything as one flat dict of arrays; `from_arrays` reads it."""
        flat = self.vectors()
        flat["run/counters"] = np.array([getattr(self, name) for name in COUNTERS], np.int64)
        flat["run/sums"] = np.array(self.sums, np.float64)
        flat |= {f"history/{name}": np.array(v, np.float64) for name, v in self.history.items()}
        flat |= {f"born/{path}": np.array(t, np.int64) for path, t in self.born.items()}
        for name, memory in self.memories().items():
            flat |= {f"{name}/{key}": a for key, a in memory.items()}
        return flat

    @classmethod
    def from_arrays(cls, flat: Mapping[str, Array]) -> RunState:
        """Return a state with copies of these arrays; it has memories, but no update list."""
        counters: dict[str, Any] = dict(zip(COUNTERS, map(int, flat["run/counters"]), strict=True))
        history = _under("history/", flat)
        kept: dict[str, dict[str, Array]] = {}
        for name, a in flat.items():
            kind, _, rest = name.partition("/")
            if kind in MEMORIES:
                owner, _, key = rest.partition("/")
                kept.setdefault(f"{kind}/{owner}", {})[key] = np.array(a)
        return cls(
            theta=np.array(flat["theta"]),
            slots=_under("slot/", flat),
            sums=[float(v) for v in flat["run/sums"]],
            history={
                name: array("d", a.astype(np.float64).tobytes()) for name, a in history.items()
            },
            carry=_under("carry/", flat),
            born={path: int(a) for path, a in _under("born/", flat).items()},
            kept=kept,
            **counters,
        )

    # ---- copies, and putting them back

    def copy(self) -> RunState:
        """Return a state that no step of this one changes; `restore` puts it back."""
        made = RunState.from_arrays(self.arrays())
        made.update, made.stopped, made.best_epoch = self.update, self.stopped, self.best_epoch
        return made

    def here(self) -> RunState:
        """Return a copy of θ, slots, carry and the counters within the run; `go_to` goes back."""
        return RunState(
            self.theta.copy(),
            copies_apart(self.slots),
            t=self.t,
            step=self.step,
            epoch=self.epoch,
            position=self.position,
            sums=list(self.sums),
            carry=copies_apart(self.carry),
        )

    def snapshot(self) -> RunState:
        """Return a copy without history. Whole states that callbacks keep are left out too."""
        made = self.here()
        made.seed, made.started, made.born = self.seed, self.started, dict(self.born)
        made.kept = {
            name: {key: np.array(a) for key, a in memory.items() if not _is_vector(key)}
            for name, memory in self.memories().items()
        }
        return made

    def go_to(self, other: RunState) -> None:
        """Set θ, slots, carry and the counters within the run from another state.

        Arrays that fit are changed in place. History, memories and the update list stay.
        """
        self.theta[...] = other.theta
        self.slots = _put(self.slots, other.slots)
        self.carry = _put(self.carry, other.carry)
        self.t, self.step, self.epoch = other.t, other.step, other.epoch
        self.position, self.sums = other.position, list(other.sums)

    def restore(self, other: RunState) -> None:
        """Set everything from another state, θ in its place.

        If a callback or a schedule refuses its memory, nothing changes.
        """
        update, self.update = self.update, other.update
        try:
            self._load(other.memories())
        except BaseException:
            self.update = update
            raise
        self.go_to(other)
        self.history = {name: array("d", values) for name, values in other.history.items()}
        self.born, self.seed, self.started = dict(other.born), other.seed, other.started
        self.stopped, self.best_epoch = other.stopped, other.best_epoch

    def _load(self, memories: Mapping[str, dict[str, Array]]) -> None:
        """Restore the memories of callbacks and schedules: all of them or none."""
        remembering = self.remembering()
        before = {
            name: {key: np.array(a) for key, a in memory.items()}
            for name, memory in self.memories().items()
        }
        try:
            for name, memory in remembering.items():
                memory.load(copies_apart(memories.get(name, {})))
        except BaseException:
            for name, memory in remembering.items():
                memory.load(before[name])
            raise


def _is_vector(key: str) -> bool:
    """Return True if a memory is an array of a whole state that a callback keeps."""
    return key.startswith("kept/") and key != "kept/place"


def _under(prefix: str, flat: Mapping[str, Array]) -> dict[str, Array]:
    """Return copies of the arrays with this prefix, without the prefix."""
    return copies_apart(
        {name.removeprefix(prefix): a for name, a in flat.items() if name.startswith(prefix)}
    )


def _put(mine: dict[str, Array], other: Mapping[str, Array]) -> dict[str, Array]:
    """Return `mine` with the values of `other`; new arrays if they do not fit."""
    if mine.keys() != other.keys() or any(
        (a.shape, a.dtype) != (other[name].shape, other[name].dtype) for name, a in mine.items()
    ):
        return copies_apart(other)
    for name, a in mine.items():
        a[...] = other[name]
    return mine
