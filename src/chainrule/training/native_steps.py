"""Steps in C: many in one call, if the rows are arrays and the update rule has a twin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.sources import Arrays
from ..engines.many_steps import ManySteps, StepsDone
from ..engines.native import hyper_names, orders, rule_name
from .callbacks.base import can_wait
from .failure import failure
from .run import Run
from .steps import BUDGET
from .undo import Undo

AHEAD = 256  # steps for which schedules are computed in advance
MADE = 2048  # rows that augmentation makes in advance
MANY = 200_000  # the most row numbers, or steps, in one call


def native_steps(run: Run) -> NativeSteps | None:
    """Return the steps in C; None if a step needs Python.

    The objective must have a method `plan(update, rows, dtype)` that returns a Plan, the rows must
    be arrays (perhaps augmented), and the optimizer and the clips must have twins.
    """
    objective, update, source = run.objective, run.update, run.source
    rows = source.source if isinstance(source, Augmented) else source
    dtype = run.state.theta.dtype
    if not hasattr(objective, "plan") or not isinstance(rows, Arrays) or dtype.kind != "f":
        return None
    if update.optimizer.full_batch or rule_name(update.optimizer) is None:
        return None
    plan: Plan | None = objective.plan(update, run.batch_size, dtype)
    if plan is None:
        return None
    return NativeSteps(run, plan, rows, source if isinstance(source, Augmented) else None)


class Plan(Protocol):
    """Steps in C; `engines.native.Native` describes these two methods."""

    def data(
        self, inputs: Mapping[str, Array], in_order: Mapping[str, Array] | None = None
    ) -> Any: ...
    def advance(
        self,
        theta: Array,
        slots: Mapping[str, Array],
        steps: ManySteps,
        carry: dict[str, Array] | None = None,
    ) -> StepsDone: ...


@dataclass(frozen=True, eq=False)
class Epoch:
    """The rows of one epoch, one batch after another.

    Parameters
    ----------
    number : int
        The number of the epoch.
    order : array of int32, optional
        Row numbers; None: the rows in their own order.
    c : array
        The weights of the rows.
    own : dict of arrays
        The weights of the rows for each output, if outputs have different weights.
    """

    number: int
    order: Array | None
    c: Array
    own: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Made:
    """Rows that augmentation made for steps which have not run yet.

    Parameters
    ----------
    epoch : int
        The number of the epoch.
    begin, end : int
        The positions of these rows in the epoch.
    data : tuple
        The rows in the form that C takes.
    numbers : array of int32
        The row numbers, which random steps such as dropout need.
    """

    epoch: int
    begin: int
    end: int
    data: Any
    numbers: Array


class NativeSteps:
    """Steps in C: a plan, the data set in the form that C takes, and the numbers of each step.

    Parameters
    ----------
    run : Run
        The objective and the update list.
    plan : Plan
        The plan for this objective and this update.
    source : Arrays
        The rows.
    changing : Augmented, optional
        The same rows, augmented in each epoch: NumPy makes the rows of some steps in advance.
    """

    def __init__(
        self, run: Run, plan: Plan, source: Arrays, changing: Augmented | None = None
    ) -> None:
        self.run, self.plan, self.source, self.changing = run, plan, source, changing
        self.update = run.update
        self.inputs = source.inputs | ({} if source.y is None else {"y": source.y})
        # With weights by output, each output has its own c, which belongs to the epoch.
        by_output = isinstance(source.weights, dict)
        self.data = () if changing or by_output else plan.data(self.inputs)
        self.names = hyper_names(self.update.optimizer)
        rule, clips = self.update.optimizer, self.update.clips
        self.careful = rule.hides_overflow or any(clip.hides_overflow for clip in clips)
        self.constant = None if self.update.schedules else self._numbers(1)
        # Weighted rows and schedules need different numbers in each epoch.
        self.one_by_one = self.constant is None or source.weights is not None
        self._undo = Undo(run.state, depth=2)
        self._last: tuple[ManySteps, int] | None = None  # the last call of C, and its steps
        self._known: Epoch | None = None
        self._made: Made | None = None

    # ---- what the loop asks

    def begin_epoch(self) -> None:
        """Do nothing: an epoch is laid out when its rows are needed."""

    def has_more(self) -> bool:
        """Return True if this epoch has a further batch."""
        return self.run.state.position < len(self._epoch().c)

    def advance(self, k: int, budget: float = BUDGET) -> int:
        """Make up to k steps; see `Steps.advance`.

        Constraints and averages run in Python: a call of C ends at the next step that needs them.
        """
        update, state = self.update, self.run.state
        if not update.by_python:
            return self._advance(k, budget)
        end, before, run = perf_counter() + budget, state.step, self.run
        while (left := k - (state.step - before) if k else MANY) and run.agreed(
            perf_counter() < end
        ):
            most = min(left, update.undisturbed(state.t))
            if not self._advance(most, max(end - perf_counter(), 1e-3)):
                break
            update.finish(state.t, state.theta, state.slots)
        return state.step - before

    def whole_epochs(self, budget: float = BUDGET) -> int:
        """Make many small epochs in one call; see `Steps.whole_epochs`."""
        run, state, n = self.run, self.run.state, self.source.n
        looked_at = not can_wait(run.callbacks) or run.watch or run.order or state.position
        if run.processes is not None:
            return 0
        if self.one_by_one or self.changing or self.update.by_python or looked_at:
            return 0
        total, shuffled = run.rows_taken(n), run.batch_size < n
        most = min(run.until - state.epoch, MANY // (n if shuffled else 1))
        if most < 2:
            return 0
        order = orders(state.seed, state.epoch, most, n) if shuffled else None
        if order is not None and total < n:
            order = np.ascontiguousarray(order.reshape(most, n)[:, :total]).ravel()
        starts = np.append(np.arange(0, total, run.batch_size), total)
        steps = replace(
            self._steps(order, self._epoch().c, starts, self.constant, budget), epochs=most
        )
        self._undo.keep()
        losses, done, finite, error = self._call(steps)
        if not finite:  # epochs in single calls will find the step
            self._undo.go_back()
            self._undo.forget()
            self.one_by_one = True
            return 0
        self._count_epochs(losses[:done], starts)
        if error is not None:
            raise error
        return done

    # ---- the numbers of steps

    def _numbers(self, t: int) -> list[list[float]]:
        """Return the numbers of one step for each group."""
        rule = self.update.rule.at(t)
        rules = [rule.scaled(group.lr) for group in self.update.groups]
        return [[float(getattr(rule, name)) for name in self.names] for rule in rules]

    def _ahead(self, t: int, steps: int) -> list[list[float]]:
        """Return the numbers of the next steps, up to one at which a schedule fails."""
        table = self._numbers(t + 1)
        for i in range(1, steps):
            try:
                table += self._numbers(t + 1 + i)
            except Exception:
                break
        return table

    def _epoch(self) -> Epoch:
        """Return the rows and weights of the current epoch."""
        run = self.run
        if self._known is None or self._known.number != run.epoch:
            n = self.source.n
            shuffled = run.order is None and run.batch_size < n
            rows = orders(run.state.seed, run.epoch, 1, n) if shuffled else run.rows_of_epoch(n)
            total = run.rows_taken(n if rows is None else len(rows))
            c, own = self._weights(rows, [*range(0, total, run.batch_size), total])
            order = None if rows is None else np.ascontiguousarray(rows[:total], np.int32)
            self._known = Epoch(run.epoch, order, c, own)
            if own and not self.changing:
                self.data = self.plan.data(self.inputs, own)
        return self._known

    def _weights(self, rows: Array | None, cuts: list[int]) -> tuple[Array, dict[str, Array]]:
        """Return c for the rows, and c for each output; batches begin and end at `cuts`."""
        source, total = self.source, cuts[-1]
        if source.weights is None and len(cuts) > 2:  # all batches alike, except for the last one
            every = source.weigh(slice(0, 0), self.run.batch_size)
            c = np.tile(every, len(cuts) - 1)[:total]
            c[cuts[-2] :] = source.weigh(slice(0, 0), total - cuts[-2])
            return c, {}
        batches = [(slice(a, b) if rows is None else rows[a:b], b - a) for a, b in pairwise(cuts)]
        c = np.concatenate([source.weigh(batch, n) for batch, n in batches])
        parts = [source.weigh_by_output(batch) for batch, _ in batches]
        return c, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _steps(
        self,
        order: Array | None,
        c: Array,
        starts: Array,
        hyper: list[list[float]] | None,
        budget: float = 0.0,
    ) -> ManySteps:
        """Return the steps between these starts in the form that C takes."""
        state = self.run.state
        return ManySteps(
            self.data,
            order,
            c,
            starts,
            np.array(hyper, np.float64),
            t=state.t + 1,
            step=state.step,
            seed=state.seed,
            milliseconds=round(1000 * budget),
            careful=self.careful,
        )

    # ---- calls of C

    def _call(self, steps: ManySteps) -> StepsDone:
        """Call C. If the source is augmented, the rows of these steps are augmented first."""
        state = self.run.state
        if self.changing:
            made = self._make(steps)
            here = slice(made.begin, made.begin + len(made.numbers))
            steps = replace(
                steps,
                data=made.data,
                order=None,
                c=steps.c[here],
                starts=steps.starts - made.begin,
                numbers=made.numbers,
            )
        begun = perf_counter()
        found = self.plan.advance(state.theta, state.slots, steps, state.carry)
        if self.run.processes is not None:
            self.run.processes.made(found.done, perf_counter() - begun)
        if found.finite and found.done:
            self._last = steps, found.done
        return found

    def _step_back(self) -> None:
        """Go to the weights before the last update, which gave a finite loss.

        A call of C makes many steps and keeps no copies between them. So all of its steps but the
        last are made again.
        """
        assert self._last is not None
        (steps, done), state = self._last, self.run.state
        self._undo.go_back()
        counters = state.t, state.step, state.position, state.sums
        each, groups = len(steps.starts) - 1, len(self.update.groups)
        epochs, rest = divmod(done - 1, each)
        total = int(steps.starts[-1])
        steps = replace(steps, milliseconds=0)
        calls = [replace(steps, epochs=epochs)] if epochs else []
        if rest:
            own = len(steps.hyper) > groups  # each step has its own numbers
            calls.append(
                replace(
                    steps,
                    order=None if steps.order is None else steps.order[epochs * total :],
                    starts=steps.starts[: rest + 1],
                    hyper=steps.hyper[: rest * groups] if own else steps.hyper,
                    t=steps.t + epochs * each,
                    step=steps.step + epochs * each,
                    epochs=1,
                )
            )
        for again in calls:
            self.plan.advance(state.theta, state.slots, again, state.carry)
        state.t, state.step, state.position, state.sums = counters
        state.t += done - 1
        state.step += done - 1

    def _make(self, steps: ManySteps) -> Made:
        """Return the augmented rows of these steps, and keep them until all the steps have run."""
        begin, end = int(steps.starts[0]), int(steps.starts[-1])
        made, epoch = self._made, self.run.epoch
        if made is None or made.epoch != epoch or begin < made.begin or end > made.end:
            assert self.changing is not None
            where = slice(begin, end)
            rows = where if steps.order is None else steps.order[where]
            batch = self.changing.at(epoch).rows(rows)
            # A weight is a share of its batch, not of all the rows that are made here.
            batch |= {name: c[where] for name, c in self._epoch().own.items()}
            numbers = np.ascontiguousarray(batch["row"], np.int32)
            made = self._made = Made(epoch, begin, end, self.plan.data(batch), numbers)
        return made

    def _advance(self, k: int, budget: float) -> int:
        """Make up to k steps in one call; 0: to the end of the epoch."""
        run, state, epoch = self.run, self.run.state, self._epoch()
        total = len(epoch.c)
        steps = -(-(total - state.position) // run.batch_size)
        if not steps:
            run.epoch_is_over = True
            return 0
        steps = min(k, steps) if k else steps
        if self.changing:
            steps = min(steps, max(1, MADE // run.batch_size))
        if run.processes is not None:
            steps, budget = run.processes.steps(steps, budget), 0.0
        hyper = self.constant
        if hyper is None:
            hyper = self._ahead(state.t, min(steps, AHEAD))
            steps = len(hyper) // len(self.update.groups) if self.update.groups else steps
        starts = np.minimum(state.position + run.batch_size * np.arange(steps + 1), total)
        asked = self._steps(epoch.order, epoch.c, starts, hyper, budget)
        self._undo.keep()
        losses, done, finite, error = self._call(asked)
        if not finite:
            self._undo.go_back()
            self._undo.forget()
            done = self._one_at_a_time(starts, hyper)
        else:
            self._count(losses[:done], starts)
            with run.one_sided():
                if error is not None:
                    raise error
        run.epoch_is_over = state.position == total and (not k or done < k)
        return done

    def _one_at_a_time(self, starts: Array, hyper: list[list[float]]) -> int:
        """Repeat the steps one by one, undo the first that is not finite, and raise its error."""
        epoch, groups = self._epoch(), len(self.update.groups)
        for i in range(len(starts) - 1):
            numbers = hyper if len(hyper) == groups else hyper[i * groups : (i + 1) * groups]
            steps = self._steps(epoch.order, epoch.c, starts[i : i + 2], numbers)
            self._undo.keep()
            losses, done, finite, error = self._call(replace(steps, careful=True))
            if not finite:
                self._undo.go_back()
                raise self._failure(steps, losses, done)
            if error is not None:
                raise error
            self._count(losses[:1], starts[i : i + 2])
        return len(starts) - 1

    def _failure(self, steps: ManySteps, losses: Array, done: int) -> Exception:
        """Return the report of a single step that is not finite."""
        run, where = self.run, slice(*steps.starts.tolist())
        source = self.changing.at(run.epoch) if self.changing else self.source
        batch = source.rows(where if steps.order is None else steps.order[where])
        loss, what = (math.inf, "theta after this update") if done else (float(losses[0]), "")
        # What an objective carries from step to step cannot be taken back.
        overflows = not done and not math.isfinite(loss)
        back = overflows and self._undo.held > 1 and not run.state.carry
        key = np.array([run.state.seed, run.state.step])
        with np.errstate(all="ignore"):
            error = failure(run, loss, batch, key, what, steps_back=int(back))
        if back:
            self._undo.forget()
            self._step_back()
        return error

    # ---- counting

    def _count(self, losses: Array, starts: Array) -> None:
        """Count the steps that were done within an epoch."""
        run, state, done = self.run, self.run.state, len(losses)
        if not done:
            return
        rows = np.diff(starts[: done + 1])
        with np.errstate(over="ignore"):  # the loss of a diverging run may overflow
            # np.add.accumulate adds one number after another, as NumpySteps does
            sums = np.add.accumulate(np.append(state.sums[0], losses * rows))
        state.sums[0] = float(sums[-1])
        state.sums[1] += float(rows.sum())
        state.t += done
        state.step += done
        state.position = int(starts[done])
        run.loss = float(losses[-1])

    def _count_epochs(self, losses: Array, starts: Array) -> None:
        """Count the steps of whole epochs, and those of the last epoch if the call ended in it."""
        run, state, each = self.run, self.run.state, len(starts) - 1
        whole = len(losses) // each
        if whole:
            sums = losses[: whole * each].reshape(whole, each) * np.diff(starts)
            sums = np.add.accumulate(sums, axis=1)[:, -1] if each > 1 else sums[:, 0]
            state.record("loss", sums / starts[-1])
            state.epoch += whole
            state.t += whole * each
            state.step += whole * each
            run.logs = {"loss": state.history["loss"][-1]}
            run.loss = float(losses[whole * each - 1])
        rest = losses[whole * each :]
        self._count(rest, starts[: len(rest) + 1])
