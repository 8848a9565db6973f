"""All numbers of one forward and backward pass, by the reference engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...engines.reference import Reference
from ...graph import equations
from ...graph.program import Program, Step


class Use(NamedTuple):
    """A step through which a gradient comes back to one of its inputs.

    Parameters
    ----------
    step : Step
        The step.
    place : int
        Which of its inputs.
    """

    step: Step
    place: int

    @property
    def letter(self) -> str:
        """The letter of the input in the equations of the op."""
        return equations.parameters(self.step.op.forward)[self.place]


class OnePass:
    """Values and gradients of one batch, computed once each, when they are asked for.

    Parameters
    ----------
    program : Program
        With L as its output.
    theta : array
        [parameters | state].
    inputs : dict
        All inputs of the Program.
    wrt : sequence of int, optional
        The parameters that need a gradient; by default all.
    """

    def __init__(
        self,
        program: Program,
        theta: Array,
        inputs: dict[str, Any],
        wrt: Sequence[int] | None = None,
    ) -> None:
        self.program, self.theta, self.inputs = program, theta, inputs
        self.engine = Reference(program, wrt=wrt)
        self.rows = len(inputs["c"])

    @cached_property
    def value(self) -> list[Array]:
        """All values, in the order of the Program."""
        with np.errstate(all="ignore"):
            parts = self.engine.forward(self.theta, self.inputs, [slice(0, self.rows)])
        return [np.asarray(part[0]) if part else np.zeros(0) for part in parts]

    @cached_property
    def gradient(self) -> dict[int, Array]:
        """The gradients of all values on the way from L to the parameters, by value."""
        on_the_way = {i for _, _, _, _, wanted in self.engine.back for _, i in wanted}
        engine = Reference(self.program, wrt=sorted({*on_the_way, *self.engine.wrt}))
        parts = [[v] for v in self.value]
        one = [np.ones_like(self.value[self.program.output])]
        with np.errstate(all="ignore"):
            found = engine.backward(parts, {self.program.output: one})
        made = {i: d[0] if isinstance(d, list) else d for i, d in found.items()}
        return made | {self.program.output: one[0]}

    @cached_property
    def uses(self) -> dict[int, list[Use]]:
        """The steps through which the gradient of each value comes back, last step first."""
        wanted = {out: places for _, _, _, out, places in self.engine.back}
        found: dict[int, list[Use]] = {}
        for step in reversed(self.program.steps):
            if step.output not in self.gradient or step.op.backward is None:
                continue
            said = equations.gradients(step.op.backward)
            for place, i in wanted.get(step.output, ()):
                use = Use(step, place)
                if "d" + use.letter in said or self.share(step)[place] is not None:
                    found.setdefault(i, []).append(use)
        return found

    @cached_property
    def _shares(self) -> dict[int, tuple[Any, ...]]:
        return {}

    def share(self, step: Step) -> tuple[Any, ...]:
        """Return what one step gives back to each of its inputs; None: nothing."""
        if step.output not in self._shares:
            arguments = [self.value[i] for i in step.inputs]
            dy, y = self.gradient[step.output], self.value[step.output]
            assert step.op.backward is not None
            with np.errstate(all="ignore"):
                self._shares[step.output] = step.op.backward(dy, y, *arguments, **step.attrs)
        return self._shares[step.output]

    def arrays(self, step: Step) -> dict[str, Array]:
        """Return the arrays of one step by the letters of its op, with dy if there is one."""
        letters = equations.parameters(step.op.forward)
        found = {letter: self.value[i] for letter, i in zip(letters, step.inputs, strict=False)}
        found[step.op.letter] = self.value[step.output]
        if step.output in self.gradient:
            found["d" + step.op.letter] = self.gradient[step.output]
        return found
