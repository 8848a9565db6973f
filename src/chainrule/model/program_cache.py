"""The Programs that a network was traced to, by the sizes of its inputs and its kind of targets."""

from __future__ import annotations

from typing import Any

from ..graph.program import Shape
from ..losses.base import Loss
from ..losses.joint import JointLoss
from .checks import ranks
from .tracing import Programs

# Steps of all training Programs that are kept, some 80 MB. With more sizes in turn, each is traced
# again.
MOST = 20_000


class ProgramCache(dict[Any, Programs]):
    """The latest Programs of a network."""

    def find(
        self, loss: Loss | JointLoss, shapes: dict[str, Shape], y: Any, by_output: bool
    ) -> Programs | None:
        """Return the Programs for these shapes and targets like y; None if there are none yet."""
        rows = tuple(sorted(shapes.items())), by_output
        found = self.get((rows, ranks(y)))
        if found is None:  # the Programs for other targets of this kind, or for no targets
            alike = (
                p for (known, _), p in tuple(self.items()) if known == rows and _fits(p, loss, y)
            )
            if (found := next(alike, None)) is not None:
                self[rows, ranks(y)] = found
        return found

    def keep(self, shapes: dict[str, Shape], y: Any, by_output: bool, programs: Programs) -> None:
        """Remember these Programs; forget the oldest if all together have too many steps."""
        self[(tuple(sorted(shapes.items())), by_output), ranks(y)] = programs
        steps = sum(len(p.train.steps) for p in tuple(self.values()))
        for key in tuple(self)[:-1]:
            if steps <= MOST:
                break
            steps -= len(self.pop(key, programs).train.steps)


def _fits(programs: Programs, loss: Loss | JointLoss, y: Any) -> bool:
    """Return True if a trace for y would give the same Programs.

    y decides only the shape and the kind of the targets.
    """
    train = programs.train
    asked = loss.target(programs.output, y)
    targets = asked if isinstance(asked, dict) else {"": asked}
    values = {name: train.values[train.inputs[f"y_{name}" if name else "y"]] for name in targets}
    return all((v.shape, v.number) == targets[name] for name, v in values.items())
