"""RunState: everything that a run is. A checkpoint is this, as one flat dict of named arrays."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from ..arrays import Array

Numbers: TypeAlias = "array[float]"  # of kind "d": 10,000 epochs are no 10,000 objects
COUNTERS = ("seed", "t", "step", "epoch", "position", "started")


@dataclass(eq=False)
class RunState:
    """θ, slots and the place of a run.

    Parameters
    ----------
    theta : array
        [parameters | state], changed in place.
    slots : dict of arrays
        What the optimiser remembers, by name.
    seed : int
        Of order and dropout.
    t, step, epoch : int
        Updates with these slots, updates in all, epochs in all.
    position, sums : int, array
        Inside the epoch: rows done; Σ loss · rows and rows so far.
    started : int
        The epoch at which this call of `fit` began.
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
    history: dict[str, Numbers] = field(default_factory=dict)  # of this call of fit
    carry: dict[str, Array] = field(default_factory=dict)  # the objective's own
    born: dict[str, int] = field(
        default_factory=dict
    )  # t at which a thawed parameter got its slots

    def record(self, name: str, values: Array | float) -> None:
        """One more number for each epoch."""
        self.history.setdefault(name, array("d")).frombytes(
            np.asarray(values, np.float64).tobytes()
        )

    def arrays(self) -> dict[str, Array]:
        """One flat dict; `from_arrays` undoes it exactly."""
        flat = {
            "theta": self.theta,
            "run/counters": np.array([getattr(self, name) for name in COUNTERS], np.int64),
        }
        flat["run/sums"] = np.array(self.sums, np.float64)
        flat |= {f"slot/{name}": a for name, a in self.slots.items()}
        flat |= {f"carry/{name}": a for name, a in self.carry.items()}
        flat |= {f"history/{name}": np.array(v, np.float64) for name, v in self.history.items()}
        flat |= {f"born/{path}": np.array(t, np.int64) for path, t in self.born.items()}
        return flat

    @classmethod
    def from_arrays(cls, flat: dict[str, Array]) -> RunState:
        def under(prefix: str) -> dict[str, Array]:
            return {
                name.removeprefix(prefix): np.array(a)
                for name, a in flat.items()
                if name.startswith(prefix)
            }

        counters = dict(zip(COUNTERS, map(int, flat["run/counters"]), strict=True))
        return cls(
            theta=np.array(flat["theta"]),
            slots=under("slot/"),
            sums=[float(v) for v in flat["run/sums"]],
            history={
                name: array("d", a.astype(np.float64).tobytes())
                for name, a in under("history/").items()
            },
            carry=under("carry/"),
            born={path: int(a) for path, a in under("born/").items()},
            **counters,
        )

    def copy(self) -> RunState:
        """Another state that no step of this one changes."""
        return RunState.from_arrays({name: np.array(a) for name, a in self.arrays().items()})
