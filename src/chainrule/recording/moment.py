"""One moment of a recorded run: the state after some updates, and the update that follows."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from ..arrays import Array
from ..errors import ParameterError
from ..settings import is_whole
from ..training.objective import Carry
from ..training.run_state import RunState
from ..training.updates import Slots
from .glance import Glance, glance
from .recorded import Recorded
from .replay import Replay
from .stages.explained import Explained, explain, find
from .stages.formulas import given
from .stages.names import named
from .stages.one_update import OneUpdate
from .stages.program_stages import program_stages
from .stages.rule_stages import rule_stages
from .stages.stage import Quantity, Stage, Stages
from .stages.tensors import tensors_of


class Visited(Protocol):
    """A run whose steps can be visited; a Recording is one."""

    @property
    def recorded(self) -> Recorded: ...
    @property
    def replay(self) -> Replay: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    def at(self, where: Any = None, *, step: int | None = None) -> Moment: ...
    def state_at(self, step: int) -> RunState: ...
    def state_at_epoch(self, epoch: int) -> RunState: ...


class Moment:
    """The state of a run after some updates, and the update that follows.

    `batch`, `loss`, values, gradients and stages are those of the update that follows. So
    `m.theta` are the weights that `m.loss` belongs to, and `m.next().theta` those after it.

    Parameters
    ----------
    recording : Recording
        The run.
    state : RunState
        A snapshot of its state.
    """

    def __init__(self, recording: Visited, state: RunState) -> None:
        self.recording, self.state = recording, state

    def __repr__(self) -> str:
        state = self.state
        return f"<Moment: step {state.step}, epoch {state.epoch}, position {state.position}>"

    def __str__(self) -> str:
        seen = self.glance()
        entry = f'm.explain("{seen.largest}"), ' if seen.largest else ""
        steps = "m.stages(), m.next(), " if self.has_update else ""
        return f"{seen}\n\nNext: {entry}{steps}m.back()"

    def _repr_html_(self) -> str:
        return self.glance()._repr_html_()

    def glance(self) -> Glance:
        """Return where it is, and by parameter the sizes of the update that follows."""
        return glance(self)

    @property
    def step(self) -> int:
        """The number of updates done."""
        return self.state.step

    @property
    def epoch(self) -> int:
        """The number of epochs done."""
        return self.state.epoch

    @cached_property
    def theta(self) -> Array:
        """All parameters and state as one vector; a copy."""
        return self.state.theta.copy()

    @cached_property
    def slots(self) -> Slots:
        """What the optimizer remembers, by name; copies."""
        return {name: a.copy() for name, a in self.state.slots.items()}

    @cached_property
    def carry(self) -> Carry:
        """What the objective passes from step to step, such as an RBM's chains; copies."""
        return {name: a.copy() for name, a in self.state.carry.items()}

    @cached_property
    def net(self) -> Any:
        """A network of its own with the weights of this moment."""
        return self.recording.recorded.origin.net.twin(self.state.theta)

    @property
    def is_last(self) -> bool:
        """True if no update follows."""
        return self.step >= self.recording.recorded.last

    @property
    def has_update(self) -> bool:
        """True if an update follows; at the end of a failed run it is the one that failed."""
        return not self.is_last or self.recording.recorded.error is not None

    # ---- the update that follows

    @cached_property
    def update(self) -> OneUpdate:
        """The update that follows, as data."""
        if not self.has_update:
            raise ParameterError(
                f"at(step={self.step})",
                "a moment with an update after it",
                "the last one of the run",
                "The last update is that of m.back().",
            )
        origin, state = self.recording.recorded.origin, self.state
        batch = self.recording.replay.batch(state)
        assert batch is not None
        return OneUpdate(
            origin.objective,
            origin.update_at(state),
            self.theta,
            self.slots,
            batch,
            state.t + 1,
            state.step,
            state.seed,
            self.carry,
            None if self.is_last else self._after,
        )

    def _after(self) -> tuple[Array, Slots, Carry]:
        after = self.next().state
        return after.theta, after.slots, after.carry

    @property
    def batch(self) -> dict[str, Any]:
        """The rows of the update that follows: x, y, c (their weights) and row (their numbers)."""
        return self.update.batch

    @property
    def loss(self) -> float:
        """The loss of the batch with these weights."""
        return self.update.after.loss

    def __getitem__(self, name: str) -> Array:
        """Return a value of the update that follows by its symbol or path: z1, dW1, dense1/W.

        At the end of a run there are only the weights.
        """
        if self.has_update:
            return find(self.stages(), name).array
        own = named(self._weights(), name) if isinstance(name, str) else None
        return own.array if own is not None else find(self.stages(), name).array

    def _weights(self) -> list[Quantity]:
        """Return the parameters and running statistics before the update, by name."""
        theta = self.state.theta
        return [
            given(
                t.symbol,
                f"{'a running statistic' if t.state else 'a parameter'}, before the update",
                theta[t.places],
                t.path,
            )
            for t in tensors_of(self.recording.recorded.origin.objective, theta.size)
        ]

    def stages(self) -> list[Stage]:
        """Return the stages of the update that follows: forward, loss, deltas, ..., new weights.

        `print` writes out the whole list, or one stage of it.
        """
        return self._stages

    @cached_property
    def _stages(self) -> Stages:
        own = getattr(self.update.objective, "stages", program_stages)
        stages = [*own(self.update), *rule_stages(self.update)]
        known = [q for stage in stages for q in stage.quantities]
        unread = tuple(q for q in self._weights() if named(known, q.symbol) is None)
        last = stages[-1]  # the new weights and statistics
        return Stages([*stages[:-1], replace(last, quantities=unread + last.quantities)])

    def explain(self, where: str, *, most: int = 10) -> Explained:
        """Explain one number of the update that follows: "dW1[2, 0]", "z1[3, 1]", "loss".

        Parameters
        ----------
        where : str
            A value with the place of one entry, counted from 0.
        most : int
            The number of terms that are shown, ≥ 1.
        """
        return explain(self.stages(), where, most=most)

    # ---- other moments

    def next(self, steps: int = 1) -> Moment:
        """Return the moment after one more update, or after so many."""
        return self._moved("next", steps, 1)

    def back(self, steps: int = 1) -> Moment:
        """Return the moment before the last update, or before so many."""
        return self._moved("back", steps, -1)

    def _moved(self, way: str, steps: int, sign: int) -> Moment:
        """Return the moment so many steps away; a negative number goes the other way."""
        if not is_whole(steps):
            raise ParameterError(
                f"{way}(...)", "a whole number of steps", repr(steps), f"Write {way}(10)."
            )
        first, last = self.recording.first, self.recording.last
        step = self.step + sign * steps
        if step > last or step < min(0, first):
            words = f"{max(last - self.step, 0)} steps forwards"
            words = words if step > last else f"{self.step} steps back"
            end = "end" if step > last else "start"
            raise ParameterError(
                f"{way}({steps})",
                f"at most {words} from step {self.step}",
                f"{abs(steps)}",
                f'The run {"ends" if end == "end" else "begins"} there: run.at("{end}").',
            )
        return self.recording.at(step=step)
