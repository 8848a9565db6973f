"""What a recorded run was made of, besides its states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import DataError
from ..training.objective import Objective
from ..training.run import Run
from ..training.run_state import RunState
from ..training.updates import Update
from .repeatable import mark_of_data

CHANGED = (
    "replay: expected the data of the run, got others: they were changed in place since. Put them "
    "back, or record again; a copy, fit(X.copy(), y), stays as it is."
)


@dataclass(frozen=True, eq=False)
class Origin:
    """The parts of a run that no step changes, and its state before the first one.

    Parameters
    ----------
    run : Run
        The run as it was made; only its parts that no step changes are used.
    objective : Objective
        The function that it minimized.
    update : Update
        Its update list, whose schedules have the lengths of the run.
    start : RunState
        A snapshot before the first step.
    until : int
        The epoch at which the run was to end.
    net : Model
        A model with the weights before the first step.
    data : str
        A mark of the rows in memory; see `mark_of_data`.
    """

    run: Run
    objective: Objective
    update: Update
    start: RunState
    until: int
    net: Any
    data: str = ""

    @classmethod
    def of(cls, run: Run) -> Origin:
        """Return the origin of a run that begins."""
        start = run.state.snapshot()
        net = run.net.twin(start.theta) if run.net is not None else None
        data = mark_of_data(run.source)
        return cls(run, run.objective, run.update, start, run.until, net, data)

    def check(self, run: Run) -> None:
        """Raise DataError if a run that is made again on these data has others."""
        if mark_of_data(run.source) != self.data:
            raise DataError(CHANGED)

    def replay(self) -> Run:
        """Return a run at the start, whose steps are those of the recorded one."""
        state = self.start.snapshot()
        state.update, state.kept = self.update.afresh(), None
        run = Run(self.objective, state, self.run.source, self.run.options, callbacks=())
        state.update = self.update.afresh()  # with the lengths that its schedules had then
        run.until = self.until
        return run

    def update_at(self, state: RunState) -> Update:
        """Return the update list as it was then: its schedules have the memories of that moment."""
        then = RunState(state.theta[:0].copy(), update=self.update.afresh())
        assert then.update is not None
        then.restore(RunState(state.theta[:0], update=then.update, kept=dict(state.kept or {})))
        return then.update
