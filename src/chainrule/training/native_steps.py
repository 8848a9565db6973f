"""Steps of a run in C: as many as Python can leave alone, over arrays in memory, by a rule that has a twin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.sources import Arrays
from ..engines.many_steps import ManySteps, StepsDone
from ..engines.native import hyper_names, orders, rule_name
from .objective import ProgramObjective
from .updates import Update

if TYPE_CHECKING:
    from .run import Run

AHEAD = 256  # steps whose schedules are asked before they run
MADE = 2048  # rows that augmentation makes ahead
MANY = 200_000  # row numbers, or steps, that are laid out for one call
# Rules that look at signs, leave a place alone or bound it: theta can stay finite where the gradient is not.
CAREFUL = frozenset({"AdaMax", "Rprop", "RpropPausing", "RpropOneLate", "ClipValue"})


def native_steps(
    objective: Any, source: Any, update: Update, batch_size: int, dtype: Any
) -> NativeSteps | None:
    """The steps in C, where everything in them has a twin; else None, and each step returns to Python.

    Parameters
    ----------
    objective : Objective
        With a method `plan` (update, rows, dtype) -> Plan or None: a Program that runs natively, the estimate of an RBM.
    source : Source or Stream
        Arrays.
    update : Update
        By an optimiser and clips of ours.
    batch_size : int
        Rows of a step.
    dtype : dtype
        Of theta.
    """
    rows = source.source if isinstance(source, Augmented) else source
    if not hasattr(objective, "plan") or not isinstance(rows, Arrays) or dtype.kind != "f":
        return None
    if isinstance(source, Augmented) and not isinstance(objective, ProgramObjective):
        return None
    if update.optimizer.full_batch or rule_name(update.optimizer) is None:
        return None
    plan: Plan | None = objective.plan(update, batch_size, dtype)
    if plan is None:
        return None
    return NativeSteps(plan, rows, update, source if isinstance(source, Augmented) else None)


class Plan(Protocol):
    """Steps in C: `engines.native.Native` says what these two do."""

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
    """A plan, the data set as C takes it, and the numbers of each step.

    Parameters
    ----------
    plan : Plan
        Bound to what is minimised and to the update.
    source : Arrays
        The rows.
    update : Update
        Its optimiser may have schedules.
    changing : Augmented, optional
        The same rows, changed in each epoch: NumPy makes some steps' rows ahead.
    """

    def __init__(
        self, plan: Plan, source: Arrays, update: Update, changing: Augmented | None = None
    ) -> None:
        self.plan, self.source, self.update, self.changing = plan, source, update, changing
        self.inputs = source.inputs | ({} if source.y is None else {"y": source.y})
        by_output = isinstance(
            source.weights, dict
        )  # each output has a c of its own: data of the epoch
        self.data = () if changing or by_output else plan.data(self.inputs)
        self.made: tuple[int, int, tuple[Any, ...], Array] | None = (
            None  # epoch, first position, rows, their numbers
        )
        self.names = hyper_names(update.optimizer)
        self.careful = any(
            type(part).__name__ in CAREFUL for part in (*update.clips, update.optimizer)
        )
        self.constant = None if update.optimizer.schedules else self._numbers(1)
        self.known: tuple[int, Array | None, Array, dict[str, Array]] | None = (
            None  # epoch, order, c, c of each output
        )
        self.one_by_one = (
            self.constant is None or source.weights is not None
        )  # epochs: each needs numbers of its own

    def _numbers(self, t: int) -> list[list[float]]:
        """The numbers of one step, for each group."""
        rule = self.update.optimizer.at(t)
        rules = [rule.scaled(group.lr) for group in self.update.groups]
        return [[float(getattr(rule, name)) for name in self.names] for rule in rules]

    def _epoch(self, run: Run) -> tuple[Array | None, Array, dict[str, Array]]:
        """Row numbers and weights of the epoch that runs, batch after batch; also the weights of each output."""
        if self.known is None or self.known[0] != run.epoch:
            n = self.source.n
            shuffled = run.order is None and run.batch_size < n
            rows = orders(run.state.seed, run.epoch, 1, n) if shuffled else run.rows_of_epoch(n)
            total = run.taken(n if rows is None else len(rows))
            cuts = [*range(0, total, run.batch_size), total]
            own: dict[str, Array] = {}
            if (
                self.source.weights is None and len(cuts) > 2
            ):  # all batches alike, but for the last one
                c = np.tile(self.source.weigh(slice(0, 0), run.batch_size), len(cuts) - 1)[:total]
                c[cuts[-2] :] = self.source.weigh(slice(0, 0), total - cuts[-2])
            else:
                batches = [
                    (slice(a, b) if rows is None else rows[a:b], b - a) for a, b in pairwise(cuts)
                ]
                c = np.concatenate([self.source.weigh(batch, n) for batch, n in batches])
                parts = [self.source.weigh_by_output(batch) for batch, _ in batches]
                own = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            order = None if rows is None else np.ascontiguousarray(rows[:total], np.int32)
            self.known = run.epoch, order, c, own
            if own and not self.changing:
                self.data = self.plan.data(self.inputs, own)
        return self.known[1:]

    def left(self, run: Run) -> bool:
        """Whether this epoch has a further batch."""
        return run.state.position < len(self._epoch(run)[1])

    def epochs(self, run: Run, budget: float) -> int:
        """Many small epochs in one call, where nothing looks at their ends; returns the steps done, 0 where that is not so."""
        state, n = run.state, self.source.n
        total = run.taken(n)
        schedules = run.optimizer.schedules.values()
        if (
            self.one_by_one
            or self.changing
            or self.update.by_python
            or run.callbacks
            or run.watch
            or run.order
            or state.position
            or schedules
        ):
            return 0
        begins = np.arange(0, total, run.batch_size)
        rows = np.minimum(begins + run.batch_size, total) - begins
        shuffled = run.batch_size < n
        most = min(run.until - state.epoch, MANY // (n if shuffled else 1))
        if most < 2:
            return 0
        order = orders(state.seed, state.epoch, most, n) if shuffled else None
        if order is not None and total < n:
            order = np.ascontiguousarray(order.reshape(most, n)[:, :total]).ravel()
        _, c, _ = self._epoch(run)
        starts = np.append(begins, total)
        run.keep()
        losses, done, finite, error = self._run(
            run, order, c, starts, self.constant, round(1000 * budget), self.careful, most
        )
        if not finite:  # which step it was is found out epoch by epoch
            run.go_back()
            self.one_by_one = True
            return 0
        whole = done // len(begins)
        sums = losses[: whole * len(begins)].reshape(whole, len(begins)) * rows
        sums = (
            np.add.accumulate(sums, axis=1)[:, -1] if len(begins) > 1 else sums[:, 0]
        )  # one after another
        state.record("loss", sums / total)
        state.epoch += whole
        if whole:
            run.logs = {"loss": state.history["loss"][-1]}
            state.t += whole * len(begins)
            state.step += whole * len(begins)
            run.loss = float(losses[whole * len(begins) - 1])
        if rest := done % len(begins):
            self._count(run, losses[done - rest : done], starts[: rest + 1])
        if error is not None:
            raise error
        return done

    def advance(self, run: Run, k: int, budget: float) -> int:
        """As `Run.advance`; what stands behind the optimiser looks at theta after each step that concerns it."""
        if not self.update.by_python:
            return self._advance(run, k, budget)
        end, state, before = perf_counter() + budget, run.state, run.state.step
        while (left := k - (state.step - before) if k else MANY) and perf_counter() < end:
            if not self._advance(
                run, min(left, self.update.undisturbed(state.t)), max(end - perf_counter(), 1e-3)
            ):
                break
            self.update.finish(state.t, state.theta, state.slots)
        return state.step - before

    def _advance(self, run: Run, k: int, budget: float) -> int:
        order, c, _ = self._epoch(run)
        state, total = run.state, len(c)
        steps = -(-(total - state.position) // run.batch_size)
        if not steps:
            run.epoch_is_over = True
            return 0
        steps = min(k, steps) if k else steps
        if self.changing:
            steps = min(steps, max(1, MADE // run.batch_size))
        hyper = (
            self.constant if self.constant is not None else self._ahead(state.t, min(steps, AHEAD))
        )
        if self.constant is None:
            steps = len(hyper) // len(self.update.groups) if self.update.groups else steps
        starts = np.minimum(state.position + run.batch_size * np.arange(steps + 1), total)
        run.keep()
        losses, done, finite, error = self._run(
            run, order, c, starts, hyper, round(1000 * budget), self.careful
        )
        if not finite:
            run.go_back()
            done = self._step_by_step(run, order, c, starts, hyper)
        else:
            self._count(run, losses[:done], starts)
            if error is not None:
                raise error
        run.epoch_is_over = state.position == total and (not k or done < k)
        return done

    def _ahead(self, t: int, steps: int) -> list[list[float]]:
        """The numbers of the next steps; a schedule that fails later fails when its step has come."""
        table = self._numbers(t + 1)
        for i in range(1, steps):
            try:
                table += self._numbers(t + 1 + i)
            except Exception:
                break
        return table

    def _run(
        self,
        run: Run,
        order: Array | None,
        c: Array,
        starts: Array,
        hyper: list[list[float]] | None,
        budget: int,
        careful: bool,
        epochs: int = 1,
    ) -> tuple[Array, int, bool, BaseException | None]:
        state, data, numbers = run.state, self.data, None
        if self.changing:
            first, data, numbers = self._make(run, order, starts)
            order, c, starts = None, c[first : first + len(numbers)], starts - first
        steps = ManySteps(
            data,
            order,
            c,
            starts,
            np.array(hyper, np.float64),
            t=state.t + 1,
            step=state.step,
            seed=state.seed,
            milliseconds=budget,
            careful=careful,
            epochs=epochs,
            numbers=numbers,
        )
        return self.plan.advance(state.theta, state.slots, steps, state.carry)

    def _make(
        self, run: Run, order: Array | None, starts: Array
    ) -> tuple[int, tuple[Any, ...], Array]:
        """The changed rows of these steps, kept until all of them have run: the position of the first one, rows, numbers."""
        begin, end = int(starts[0]), int(starts[-1])
        made = self.made
        if made is None or made[0] != run.epoch or begin < made[1] or end > made[1] + len(made[3]):
            assert self.changing is not None
            where = slice(begin, end)
            batch = self.changing.at(run.epoch).rows(where if order is None else order[where])
            own = self._epoch(run)[2]  # shares of their batches, not of the rows that are made here
            batch |= {name: c[where] for name, c in own.items()}
            made = self.made = (
                run.epoch,
                begin,
                self.plan.data(batch),
                np.ascontiguousarray(batch["row"], np.int32),
            )
        return made[1], made[2], made[3]

    def _count(self, run: Run, losses: Array, starts: Array) -> None:
        """What the steps that were done mean for the run."""
        state, done = run.state, len(losses)
        if not done:
            return
        rows = np.diff(starts[: done + 1])
        with np.errstate(over="ignore"):  # of a run that is about to explode
            state.sums[0] = float(
                np.add.accumulate(np.append(state.sums[0], losses * rows))[-1]
            )  # one after another
        state.sums[1] += float(rows.sum())
        state.t += done
        state.step += done
        state.position = int(starts[done])
        run.loss = float(losses[-1])

    def _step_by_step(
        self, run: Run, order: Array | None, c: Array, starts: Array, hyper: list[list[float]]
    ) -> int:
        """The same steps again, one at a time, up to the one that is not finite: it is named, and undone."""
        state, groups = run.state, len(self.update.groups)
        for i in range(len(starts) - 1):
            numbers = hyper if len(hyper) == groups else hyper[i * groups : (i + 1) * groups]
            run.keep()
            losses, done, finite, error = self._run(
                run, order, c, starts[i : i + 2], numbers, 0, True
            )
            if not finite:
                run.go_back()
                rows = slice(*starts[i : i + 2].tolist())
                source = self.changing.at(run.epoch) if self.changing else self.source
                batch = source.rows(rows if order is None else order[rows])
                loss, what = (
                    (math.inf, "theta after this update") if done else (float(losses[0]), "")
                )
                with np.errstate(all="ignore"):
                    raise run.failure(loss, batch, np.array([state.seed, state.step]), what)
            if error is not None:
                raise error
            self._count(run, losses[:1], starts[i : i + 2])
        return len(starts) - 1
