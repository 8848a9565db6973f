"""Which weights are hidden matrices: those that an optimizer for matrices, such as Muon, trains."""

import math

from ..graph.program import Program


def hidden_matrices(program: Program) -> dict[str, int]:
    """Return the hidden matrices of a train or score Program: {path: rows of the matrix}.

    They are the parameters with two or more axes but those of the last layer and of embeddings. A
    kernel (..., in, out) has (... · in) rows.

    Parameters
    ----------
    program : Program
        It ends with L.
    """
    weights = {p.value for p in program.parameters if len(p.shape) > 1}
    outside = _embeddings(program) | _last(program, weights)
    return {
        p.path: math.prod(p.shape[:-1])
        for p in program.parameters
        if p.value in weights and p.value not in outside
    }


def _embeddings(program: Program) -> set[int]:
    """Return the values that whole numbers look up."""
    found: set[int] = set()
    for step in program.steps:
        if any(program.values[i].number == "index" for i in step.inputs):
            found |= set(step.inputs)
    return found


def _last(program: Program, weights: set[int]) -> set[int]:
    """Return the weights between which and L lie no others."""
    behind = {i: {i} for i in weights}  # the weights that a shared value is made of
    for step in program.steps:
        made_of = set().union(*[behind.get(i, set()) for i in step.inputs])
        if made_of and step.kind == "shared":
            behind[step.output] = made_of
    ends, found = {program.output}, set[int]()
    for step in reversed(program.steps):  # a value is computed before it is used
        if step.output not in ends:
            continue
        own = set[int]().union(*[behind.get(i, set()) for i in step.inputs])
        if own and step.kind == "row":
            found |= own
        else:
            ends |= set(step.inputs)
    return found
