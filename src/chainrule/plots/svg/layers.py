"""The layers of a network and what flows between them, read from its Program: boxes and arrows."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...graph.equations import docstring
from ...graph.program import Program, Shape, Step

FIRST, LAST = 40, 15  # boxes of a very long chain that are drawn
MANY = 60  # boxes; of a larger network, layers inside others are drawn as one box


@dataclass
class Box:
    """One layer, input or output."""

    path: str
    kind: str  # input, weights, plain, join or output
    shape: Shape = ()  # of one row of its result
    number: str = "real"
    parameters: int = 0
    frozen: bool = False
    equations: list[str] = field(default_factory=list)
    words: str = ""  # what stands in it instead of a shape
    layers: int = 1  # how many layers it stands for

    @property
    def within(self) -> str:
        """The path of what the layer is in."""
        return self.path.rpartition("/")[0]

    @property
    def title(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def shown(self) -> str:
        """The shape as people write it."""
        if self.words:
            return self.words
        return f"(N, {', '.join(map(str, self.shape))})" if self.shape else "(N,)"


Arrows = set[tuple[int, int]]


def layers_of(net: Any) -> tuple[list[Box], Arrows]:
    """Return the boxes of a network and the arrows between them, as pairs of numbers."""
    if not net.is_built:
        return _chain(net)
    for depth in (99, 2, 1):
        boxes, arrows = _Reader(net, depth).read()
        if len(boxes) <= MANY:
            break
    return _shortened(boxes, arrows)


def _shortened(boxes: list[Box], arrows: Arrows) -> tuple[list[Box], Arrows]:
    """Leave out the middle of a very long chain."""
    if len(boxes) <= 2 * MANY or arrows != {(k, k + 1) for k in range(len(boxes) - 1)}:
        return boxes, arrows
    out = boxes[FIRST : len(boxes) - LAST]
    gap = Box(f"{len(out)} more layers", "plain", words="not drawn here", layers=len(out))
    gap.parameters = sum(box.parameters for box in out)
    boxes = [*boxes[:FIRST], gap, *boxes[-LAST:]]
    return boxes, {(k, k + 1) for k in range(len(boxes) - 1)}


def _chain(net: Any) -> tuple[list[Box], Arrows]:
    """Return the layers of a network whose shapes are not known yet."""
    boxes = [Box("x", "input", words="shape not known yet")]
    for layer in net.layers:
        words = repr(layer)
        title = words.partition("(")[0]
        boxes.append(Box(title, "plain", words=words if len(words) <= 44 else f"{words[:43]}…"))
    loss = repr(net.loss)
    boxes.append(Box("p", "output", words=loss if len(loss) <= 44 else f"{loss[:43]}…"))
    return boxes, {(k, k + 1) for k in range(len(boxes) - 1)}


class _Reader:
    """Reads the train Program, which has dropout too, up to the loss."""

    def __init__(self, net: Any, depth: int) -> None:
        self.net, self.depth = net, depth
        self.program: Program = net.programs.train
        self.boxes: list[Box] = []
        self.arrows: Arrows = set()
        self.owner: dict[int, int] = {}  # from a value to the box that made it
        self.latest: dict[str, int] = {}  # from a path to its last box
        self.before: list[set[int]] = []  # of each box: all boxes on the way to it
        self.waiting: dict[str, list[Step]] = {}  # steps of shared values, before their layer's box
        self.uncounted = {p.value: p for p in self.program.parameters}  # Shared counts once

    def read(self) -> tuple[list[Box], Arrows]:
        values = self.program.values
        for name, i in self.net.programs.predict.inputs.items():
            if values[i].kind == "row" and name != "row":
                box = Box(name, "input", values[i].shape[1:], values[i].number)
                self.owner[self.program.inputs[name]] = self._add(box, set())
        for step in self.program.steps:
            if values[step.output].scope:
                self._step(step)
        for box in self.boxes:
            joins = sum(self.boxes[b] is box for _, b in self.arrows) > 1
            if joins and not box.parameters:
                box.kind = "join"
        self._outputs()
        return self.boxes, self.arrows

    def _add(self, box: Box, sources: set[int]) -> int:
        k = len(self.boxes)
        self.boxes.append(box)
        self.before.append(sources.union(*(self.before[s] for s in sources)))
        self.arrows |= {(s, k) for s in sources}
        return k

    def _step(self, step: Step) -> None:
        """Put a step into the box of its layer, or begin a box."""
        values = self.program.values
        path = "/".join(values[step.output].scope.split("/")[: self.depth])
        sources = {self.owner[i] for i in step.inputs if i in self.owner}
        k = self.latest.get(path, -1)
        if not sources:  # of parameters and numbers alone, such as a penalty
            self.waiting.setdefault(path, []).append(step)
            return
        others = sources - {k}
        # what comes back from layers inside it is a box of its own: arrows never go in a circle
        circle = any(k in self.before[s] for s in others)
        if k < 0 or circle or k not in sources:
            k = self.latest[path] = self._add(Box(path, "plain"), sources)
        else:
            self.arrows |= {(s, k) for s in others}
            self.before[k] |= others.union(*(self.before[s] for s in others))
        for each in [*self.waiting.pop(path, []), step]:
            self._describe(self.boxes[k], each)
        self.owner[step.output] = k

    def _describe(self, box: Box, step: Step) -> None:
        """Add what a step says about its layer."""
        values = self.program.values
        if values[step.output].kind == "row":
            box.shape = values[step.output].shape[1:]
        for i in step.inputs:
            if p := self.uncounted.pop(i, None):
                box.kind, box.parameters = "weights", box.parameters + math.prod(p.shape)
                box.frozen = p.path in self.net.frozen
        if docstring(step.op.forward) not in box.equations:
            box.equations.append(docstring(step.op.forward))

    def _outputs(self) -> None:
        """Add a box for each output, with its loss."""
        for name, loss in self._losses():
            value = self._output_value(f"y_{name}" if name else "y")
            source = self.owner.get(value, 0)
            words = loss if len(loss) <= 44 else f"{loss[:43]}…"
            self._add(Box(name or "p", "output", words=words), {source})

    def _losses(self) -> Iterator[tuple[str, str]]:
        parts = getattr(self.net.loss, "parts", None)
        if self.net.outputs and parts:
            yield from ((name, repr(loss)) for name, _, loss in parts)
        else:
            yield "", repr(self.net.loss)

    def _output_value(self, target: str) -> int:
        """Return the value that the loss compares with this target."""
        made = {step.output: step for step in self.program.steps}
        y = self.program.inputs.get(target, -1)
        found = [i for s in self.program.steps if y in s.inputs for i in s.inputs if i != y]
        for i in found:
            while i in made and i not in self.owner:  # the loss may prepare its input
                i = made[i].inputs[0]
            if i in self.owner:
                return i
        return max(self.owner, default=-1)
