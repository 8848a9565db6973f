"""Steps in C: many in one call, if rows have numbers and the update rule has a twin."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from ..arrays import Array
from ..data.sources import Arrays
from ..distributed.recovery import Loss, is_tolerant
from ..engines.many_steps import ManySteps, StepsDone
from ..engines.native import hyper_names, orders, rule_name
from .callbacks.base import can_change, can_wait
from .failure import failure
from .made_rows import Epoch, MadeRows
from .run import Run
from .shared_cores import SharedCores
from .steps import BUDGET
from .undo import Undo

AHEAD = 256  # steps for which schedules are computed in advance
MANY = 200_000  # the most row numbers, or steps, in one call
SMALL = 1 << 18  # bytes of θ and slots that are copied before each call
CALLS = 20  # the calls of C for which one copy of a larger network serves: about a second


def native_steps(run: Run) -> NativeSteps | None:
    """Return the steps in C; None if a step needs Python.

    The objective must have a method `plan(update, rows, dtype)` that returns a Plan, the rows must
    have numbers, and the optimizer and the clips must have twins.
    """
    objective, update, dtype = run.objective, run.update, run.state.theta.dtype
    if not hasattr(objective, "plan") or run.stream is not None or dtype.kind != "f":
        return None
    if update.optimizer.full_batch or rule_name(update.optimizer) is None:
        return None

    def make_plan() -> Plan | None:
        made: Plan | None = objective.plan(update, run.batch_size, dtype)
        return made

    plan = make_plan()
    return None if plan is None else NativeSteps(run, plan, make_plan)


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


class NativeSteps:
    """Steps in C: a plan, the data set in the form that C takes, and the numbers of each step.

    Parameters
    ----------
    run : Run
        The objective and the update list.
    plan : Plan
        The plan for this objective and this update.
    make_plan : function, optional
        Makes the plan again, when a process was lost.
    """

    def __init__(self, run: Run, plan: Plan, make_plan: Callable[[], Any] | None = None) -> None:
        self.run, self.plan, self.update = run, plan, run.update
        source: Any = run.source
        self.n = len(source)
        # The rows from which c is computed before an epoch begins; None: they come with it.
        self.known = source if isinstance(source, Arrays) else getattr(source, "source", None)
        self.known = self.known if isinstance(self.known, Arrays) else None
        # None: C gathers the rows itself.
        self.made = None if isinstance(source, Arrays) else MadeRows(run, self._in_c)
        self.cores = None if self.made is None else SharedCores(plan)
        weights = None if self.known is None else self.known.weights
        # With weights by output, each output has its own c, which belongs to the epoch.
        gathered = self.made is None and not isinstance(weights, dict)
        self.data = plan.data(self._inputs()) if gathered else ()
        self.names = hyper_names(self.update.optimizer)
        rule, clips = self.update.optimizer, self.update.clips
        self.careful = rule.hides_overflow or any(clip.hides_overflow for clip in clips)
        self.constant = None if self.update.schedules else self._numbers(1)
        # Weighted rows and schedules need different numbers in each epoch.
        self.one_by_one = self.constant is None or weights is not None
        self._undo = Undo(run.state, depth=2, again=self._again)
        self._repeatable = False  # True: a call can be made again
        # the last call of C: its steps, the losses of those made, and the epoch at its start
        self._last: tuple[ManySteps, Array, int] | None = None
        self._known: Epoch | None = None
        self._make_plan = make_plan or (lambda: plan)
        self._losses = 0 if run.processes is None else run.processes.losses

    def _in_c(self, batch: Mapping[str, Array]) -> Any:
        return self.plan.data(batch)

    def _inputs(self) -> dict[str, Array]:
        """Return the arrays from which C gathers rows."""
        assert self.known is not None
        return self.known.inputs | ({} if self.known.y is None else {"y": self.known.y})

    # ---- what the loop asks

    def begin_epoch(self) -> None:
        """Do nothing: an epoch is laid out when its rows are needed."""

    def has_more(self) -> bool:
        """Return True if this epoch has a further batch."""
        return self.run.state.position < self._epoch().total

    def close(self) -> None:
        """End the thread that makes rows, if there is one."""
        if self.made is not None:
            self.made.close()

    def advance(self, k: int, budget: float = BUDGET) -> int:
        """Make up to k steps; see `Steps.advance`.

        Constraints and averages run in Python: a call of C ends at the next step that needs them.
        """
        update, state = self.update, self.run.state
        if self.made is not None:
            self.made.may_reach(k, self._epoch().total)
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
        run, state, n = self.run, self.run.state, self.n
        looked_at = not can_wait(run.callbacks) or run.watch or run.order or state.position
        if run.processes is not None:
            return 0
        if self.one_by_one or self.made or self.update.by_python or looked_at:
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
        self._keep()
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
            n = self.n
            shuffled = run.order is None and run.batch_size < n
            rows = orders(run.state.seed, run.epoch, 1, n) if shuffled else run.rows_of_epoch(n)
            total = run.rows_taken(n if rows is None else len(rows))
            c, own = self._weights(rows, [*range(0, total, run.batch_size), total])
            order = None if rows is None else np.ascontiguousarray(rows[:total], np.int32)
            self._known = Epoch(run.epoch, order, total, c, own)
            if own and self.made is None:
                self.data = self.plan.data(self._inputs(), own)
        return self._known

    def _weights(self, rows: Array | None, cuts: list[int]) -> tuple[Array, dict[str, Array]]:
        """Return c for the rows, and c for each output; batches begin and end at `cuts`."""
        source, total = self.known, cuts[-1]
        if source is None:
            return np.empty(0, self.run.state.theta.dtype), {}
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

    def _call(self, asked: ManySteps) -> StepsDone:
        """Call C. Rows that it does not gather itself are made first."""
        steps, losses = self._with_rows(asked), self._losses
        begun = perf_counter()
        found = self._advanced(steps, self._undo.go_back, asked)
        if self.made is not None and self.cores is not None:
            self.cores.look(self.made.seconds, perf_counter() - begun)
        if self.run.processes is not None:
            self.run.processes.made(found.done, perf_counter() - begun)
        if found.finite and found.done:
            steps = steps if losses == self._losses else self._with_rows(asked)
            self._last = steps, found.losses[: found.done], self.run.state.epoch
            if self._repeatable:
                for some in self._first(steps, found.done):
                    self._undo.made(some)
        return found

    def _keep(self) -> None:
        """Note the state before a call. A large network is copied once in many calls."""
        self._repeatable = self._is_repeatable()
        self._undo.keep(copy=not self._repeatable or self._undo.made_since >= CALLS)

    def _is_repeatable(self) -> bool:
        """Return True if steps since the last copy of a large network can be made again.

        Then C alone changes it: no objective that remembers, no constraint, no code of the user's.
        Rows that Python has made may not be there any more.
        """
        run, state = self.run, self.run.state
        if state.theta.nbytes + sum(a.nbytes for a in state.slots.values()) <= SMALL:
            return False
        # After a loss the processes have no meeting in common but the undone.
        if run.processes is not None and is_tolerant(run.processes.comm):
            return False
        if self.made is not None or self.update.by_python or state.carry or run.by_step:
            return False
        return not any(map(can_change, run.callbacks))

    def _again(self, steps: ManySteps) -> None:
        """Make steps again that have been made before."""
        state, processes = self.run.state, self.run.processes
        here = state if processes is None else state.here()
        error = self._advanced(steps, lambda: state.go_to(here)).error
        if error is not None:
            raise error

    def _first(self, steps: ManySteps, done: int) -> list[ManySteps]:
        """Return the first `done` of these steps: whole epochs, and a part of one."""
        each, groups = len(steps.starts) - 1, len(self.update.groups)
        epochs, rest = divmod(done, each)
        total = int(steps.starts[-1])
        order = steps.order
        if order is not None and steps.epochs > 1:  # much of it may be of epochs that come later
            order = order[: (epochs + 1) * total].copy()
        steps = replace(steps, order=order, milliseconds=0)
        first = [replace(steps, epochs=epochs)] if epochs else []
        if rest:
            own = len(steps.hyper) > groups  # each step has its own numbers
            first.append(
                replace(
                    steps,
                    order=None if order is None else order[epochs * total :],
                    starts=steps.starts[: rest + 1],
                    hyper=steps.hyper[: rest * groups] if own else steps.hyper,
                    t=steps.t + epochs * each,
                    step=steps.step + epochs * each,
                    epochs=1,
                )
            )
        return first

    def _with_rows(self, asked: ManySteps) -> ManySteps:
        """Return the same steps with the rows that are made for them, if C does not gather them."""
        if self.made is None:
            return asked
        return self.made.at(self._epoch(), int(asked.starts[0])).steps(asked)

    def _advanced(
        self, steps: ManySteps, undo: Callable[[], object], asked: ManySteps | None = None
    ) -> StepsDone:
        """Call C; if a process is lost, the others undo the steps and make them without it.

        Then each of them has other rows to read than before: those of `asked` are made again.
        """
        state, processes = self.run.state, self.run.processes
        if processes is None:
            return self.plan.advance(state.theta, state.slots, steps, state.carry)
        carry = {name: np.array(a) for name, a in state.carry.items()}

        def call() -> StepsDone:
            nonlocal steps
            if self._losses != processes.losses:
                self._losses, self.plan = processes.losses, self._make_plan()
                self.cores = None if self.made is None else SharedCores(self.plan)
                steps = steps if asked is None else self._with_rows(asked)
            found = self.plan.advance(state.theta, state.slots, steps, state.carry)
            if isinstance(found.error, Loss):
                raise found.error
            return found

        def go_back() -> None:
            undo()
            state.carry = {name: np.array(a) for name, a in carry.items()}

        return processes.together(call, go_back)

    def _step_back(self) -> None:
        """Go to the weights before the last update, which gave a finite loss.

        A call of C makes many steps and keeps no copies between them. So all of its steps but the
        last are made again.
        """
        assert self._last is not None
        (steps, losses, epoch), state = self._last, self.run.state
        done = len(losses) - 1
        self._undo.go_back()
        for again in self._first(steps, done):
            self._again(again)
        epochs, rest = divmod(done, len(steps.starts) - 1)
        if epoch + epochs == state.epoch:
            self._add(losses[epochs * (len(steps.starts) - 1) : done], steps.starts[: rest + 1])
        state.t += done
        state.step += done

    def _steps_made(self, made: MadeRows) -> int:
        """Return the number of steps whose rows are made; if none are, make some."""
        run, position = self.run, self.run.state.position
        end = 0
        with run.one_sided():
            end = made.at(self._epoch(), position).end
        if run.processes is not None:
            end = min(run.processes.share(end))
        return -(-(end - position) // run.batch_size)

    def _advance(self, k: int, budget: float) -> int:
        """Make up to k steps in one call; 0: to the end of the epoch."""
        run, state, epoch = self.run, self.run.state, self._epoch()
        total = epoch.total
        steps = -(-(total - state.position) // run.batch_size)
        if not steps:
            run.epoch_is_over = True
            return 0
        steps = min(k, steps) if k else steps
        if self.made is not None:
            steps = min(steps, self._steps_made(self.made))
        if run.processes is not None:
            steps, budget = run.processes.steps(steps, budget), 0.0
        hyper = self.constant
        if hyper is None:
            hyper = self._ahead(state.t, min(steps, AHEAD))
            steps = len(hyper) // len(self.update.groups) if self.update.groups else steps
        starts = np.minimum(state.position + run.batch_size * np.arange(steps + 1), total)
        asked = self._steps(epoch.order, epoch.c, starts, hyper, budget)
        self._keep()
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
            self._keep()
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
        run, epoch = self.run, self._epoch()
        begin, end = steps.starts.tolist()
        if self.made is not None and run.processes is None:
            batch = self.made.at(epoch, begin).rows(begin, end)
        else:  # this process may have read only a part of the batch
            source: Any = run.source
            source = source.at(run.epoch) if hasattr(source, "at") else source
            batch = source.rows(epoch.rows(begin, end))
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
        self._add(losses, starts[: done + 1])
        state.t += done
        state.step += done
        run.loss = float(losses[-1])

    def _add(self, losses: Array, starts: Array) -> None:
        """Add up the losses of steps of an epoch that begin and end at `starts`."""
        state, rows = self.run.state, np.diff(starts)
        with np.errstate(over="ignore"):  # the loss of a diverging run may overflow
            # np.add.accumulate adds one number after another, as NumpySteps does
            sums = np.add.accumulate(np.append(state.sums[0], losses * rows))
        state.sums[0] = float(sums[-1])
        state.sums[1] += float(rows.sum())
        state.position = int(starts[-1])

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
