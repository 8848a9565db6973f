"""The objective of a run: (theta, batch, key, carry) -> (reported loss, g, carry).

A Program is an objective, and so is a plain function. `program_objective` is the one place that
chooses the objective of a network.
"""

import math
from collections.abc import Collection
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from ..arrays import Array
from ..engines.choice import uses_native
from ..engines.native import Native
from ..engines.reference import Reference
from ..engines.thread_count import Threads, threads_for
from ..errors import EngineError, OutOfMemoryError
from ..graph.program import Program
from .updates import Update, matches

Carry = dict[str, Array]
AT_ONCE = 256  # rows that the reference engine runs at once, if only L combines them


class Objective(Protocol):
    """Anything with this call. `g` has the length of theta: [gradient | this batch's statistics].

    An objective that can make many steps in one call of C also has a method `plan`: see
    `native_steps`. If its θ can diverge, it has a `limit`, beyond which no parameter means
    anything, and a method `run_away` that reports this. If its calls change nothing, it may have
    `droppable = True`: Ctrl-C then ends a call at once.
    """

    def __call__(
        self, theta: Array, batch: dict[str, Any], key: Array, carry: Carry
    ) -> tuple[Any, Array, Carry]: ...


class Settled(Protocol):
    """The settings of a model that an objective needs besides its Program."""

    @property
    def engine(self) -> str: ...
    @property
    def threads(self) -> int | None: ...


class MakesObjective(Protocol):
    """Makes the objective of a fit. Another one than `program_objective` may wrap it."""

    def __call__(
        self, model: Settled, program: Program, frozen: Collection[str] = ()
    ) -> Objective: ...


class ProgramObjective:
    """A Program as an objective; it carries nothing.

    Parameters
    ----------
    program : Program
        train or score.
    frozen : tuple of str
        Paths whose gradient is left out.
    engine : {"reference", "native"}
        The engine that computes.
    threads : int, optional
        The threads of the native engine.
    """

    droppable = True
    reads_own_rows = True  # of several processes, each reads the rows of its shards

    def __init__(
        self,
        program: Program,
        frozen: tuple[str, ...] = (),
        engine: str = "reference",
        threads: int | None = None,
    ) -> None:
        self.program, self.threads = program, threads
        self.wrt = [
            p.value
            for p in program.parameters
            if not any(matches(p.path, prefix) for prefix in frozen)
        ]
        self.native = uses_native(engine)
        self.processes: Any = None  # that compute each step together
        self._losses = 0  # of processes, when the plan was made
        self._plan: Native | None = None
        self._forward: Native | None = None
        self.keyed = "key" in program.inputs
        meetings = [step for step in program.steps if step.kind == "reduction"]
        # If only L combines rows, some may run after the others.
        self.alone = len(meetings) == 1 and not program.moves
        self.of_rows = [
            name for name, i in program.inputs.items() if program.values[i].kind == "row"
        ]

    @cached_property
    def engine(self) -> Reference:
        """The reference engine, made when it is needed."""
        return Reference(self.program, wrt=self.wrt)

    def inputs(self, theta: Array, batch: dict[str, Any], key: Array) -> dict[str, Any]:
        """Return the batch with the default λ, and with the key if something is random."""
        if self.program.defaults:
            number = theta.real.dtype.type
            batch = {name: number(v) for name, v in self.program.defaults.items()} | batch
        return batch | {"key": key} if self.keyed else batch

    def __call__(
        self, theta: Array, batch: dict[str, Any], key: Array, carry: Carry
    ) -> tuple[Any, Array, Carry]:
        inputs, rows = self.inputs(theta, batch, key), len(batch["c"])
        if self.native and theta.dtype.kind == "f":
            loss, g = self._bound(rows, theta.dtype).loss_and_grad(theta, inputs)
        elif self.alone and rows > AT_ONCE:
            loss, g = self._in_chunks(theta, inputs, rows)
        else:
            try:
                loss, g = self.engine.loss_and_grad(theta, inputs, [slice(0, rows)])
            except MemoryError:
                raise OutOfMemoryError(
                    f"{self.program.mode} program: a step of {rows:,} rows needs more memory than "
                    "there is. Take a smaller batch_size."
                ) from None
        return loss, g, carry

    def join(self, processes: Any) -> None:
        """Compute every step together with other processes; None: alone again."""
        if processes is not None and not self.native:
            raise EngineError(
                "fit(comm=...)",
                "the native engine",
                "the reference engine",
                "Leave out engine='reference', or comm.",
            )
        self.processes, self._plan = processes, None
        self._losses = 0 if processes is None else processes.losses

    def _threads(self, rows: int) -> Threads:
        sharers = 1 if self.processes is None else self.processes.sharers
        return threads_for(self.program, rows, self.threads, sharers)

    def _in_chunks(self, theta: Array, inputs: dict[str, Any], rows: int) -> tuple[Any, Array]:
        """Sum L and g over chunks of rows, with the memory of one; penalties count in the first."""
        loss, g = self.engine.loss_and_grad(theta, self._some(inputs, 0), [slice(0, AT_ONCE)])
        inputs = inputs | {name: theta.dtype.type(0) for name in self.program.defaults}
        for begin in range(AT_ONCE, rows, AT_ONCE):
            part, dg = self.engine.loss_and_grad(
                theta, self._some(inputs, begin), [slice(0, min(AT_ONCE, rows - begin))]
            )
            loss = loss + part
            g += dg
        return loss, g

    def _some(self, inputs: dict[str, Any], begin: int) -> dict[str, Any]:
        return inputs | {name: inputs[name][begin : begin + AT_ONCE] for name in self.of_rows}

    def plan(self, update: Update, rows: int, dtype: Any) -> Native | None:
        """Return a plan of many steps in C, updates included; None if they run in NumPy."""
        if not self.native:
            return None
        threads = self._threads(rows)
        try:
            plan = Native(self.program, rows, dtype, wrt=self.wrt, update=update, threads=threads)
        except EngineError:
            return None
        if self.processes is not None:
            plan.join(self.processes)
        return plan

    def _bound(self, rows: int, dtype: Any) -> Native:
        """Return the plan; make it again for more rows."""
        plan = self._plan
        if self.processes is not None and self._losses != self.processes.losses:
            self._losses, plan = self.processes.losses, None
        if plan is None or plan.rows < rows or plan.dtype != dtype:
            threads = self._threads(rows)
            plan = self._plan = Native(self.program, rows, dtype, wrt=self.wrt, threads=threads)
            if self.processes is not None:
                plan.join(self.processes)
        return plan

    def loss(self, theta: Array, batch: dict[str, Any]) -> float:
        """Return L without the gradient, and without randomness."""
        inputs, rows = self.inputs(theta, batch, np.zeros(2, np.int64)), len(batch["c"])
        if self.native and theta.dtype.kind == "f":
            if self._forward is None or self._forward.rows < rows:
                self._forward = Native(
                    self.program,
                    rows,
                    theta.dtype,
                    threads=threads_for(self.program, rows, self.threads),
                )
            loss = self._forward.loss(theta, inputs)
            if math.isfinite(loss):
                return loss
            # else the reference engine says which index is out of range, if that is the reason
        return float(self.engine.forward(theta, inputs, [slice(0, rows)])[self.program.output][0])

    def explain(self, theta: Array, batch: dict[str, Any], key: Array) -> str:
        """Return the first value that is not finite: `z2 (dense2)`."""
        value = self.engine.forward(
            theta, self.inputs(theta, batch, key), [slice(0, len(batch["c"]))]
        )
        for v, parts in zip(self.program.values, value, strict=True):
            if v.number == "real" and parts and not np.isfinite(parts[0]).all():
                return f"{v.symbol} ({v.scope})" if v.scope else v.symbol
        return "the gradient"


def program_objective(
    model: Settled, program: Program, frozen: Collection[str] = ()
) -> ProgramObjective:
    """Return the objective of a Program as this model computes it.

    Parameters
    ----------
    model : Model
        Its engine and threads count.
    program : Program
        train or score.
    frozen : collection of str
        Paths whose gradient is left out.
    """
    return ProgramObjective(program, tuple(frozen), model.engine, model.threads)
