"""Batches that are too small for BatchNorm."""

from __future__ import annotations

import numpy as np

from ....graph.program import Program
from ....layers.batch_norm import BatchNorm
from ....layers.layer_norm import LayerNorm
from ..case import Case
from ..evidence import Evidence
from ..layers_changed import each
from ..suspicion import Cure, Suspicion

FEW = 8  # numbers of which a mean and a variance are taken


def too_small(e: Evidence) -> list[Suspicion]:
    """A BatchNorm whose statistics are of a few rows."""
    program = e.net.programs.train
    if not program.moves or hasattr(e.run.recorded.origin.run.source, "stream"):
        return []
    n = len(e.case.train)
    size = min(e.case.options.batch_size or n, n)
    made = {step.output: step for step in program.steps}
    move = min(program.moves, key=lambda m: _places(program, made[m.value].inputs[0]))
    places = _places(program, made[move.value].inputs[0])
    scope = move.state.rpartition("/")[0]
    left = n % size
    if size * places < FEW:
        what, cures = (
            f"batches of {size} rows",
            [
                Cure("Take batches of 32 rows.", lambda c: c.with_options(batch_size=32), 0.03),
                Cure("Take batches of 32 rows, and as many updates as before.", _larger, 0.03),
                Cure("Take LayerNorm() in its place.", _layer_norm, 0.03),
            ],
        )
    elif left and left * places < 4 and not e.case.options.drop_last and n // size < 50:
        what = f"a last batch of {left} row{'s' * (left > 1)}"
        cures = [Cure("Write drop_last=True.", lambda c: c.with_options(drop_last=True))]
    else:
        return []
    text = (
        f"The batch is too small for BatchNorm: {scope} takes means and variances of {what}, so "
        "they are mostly noise."
    )
    return [Suspicion("batch_too_small", scope, text, tuple(cures), short=what)]


def _places(program: Program, value: int) -> int:
    """Return how many numbers of each channel a row has."""
    return int(np.prod(program.values[value].shape[1:-1]))


def _larger(case: Case) -> Case:
    size = case.options.batch_size or 1
    return case.with_options(batch_size=32, epochs=int(np.ceil(case.options.epochs * 32 / size)))


def _layer_norm(case: Case) -> Case:
    return case.with_layers(
        *each(case.layers, lambda a: LayerNorm(name=a.name) if isinstance(a, BatchNorm) else a)
    )
