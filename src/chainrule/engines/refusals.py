"""Sentences for the error codes of the native engine: why it refuses a Program, a plan or a run."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ChainruleError, EngineError, OutOfMemoryError
from ..graph.program import Program

# The codes of engine.h, in their order there.
(
    FINE,
    NO_TWIN,
    NO_RULE,
    NOT_A_PROGRAM,
    TOO_LARGE,
    NOT_SUPPORTED,
    NO_MEMORY,
    WRONG_SIZE,
    WRONG_ROLE,
    WRONG_PLACE,
    WRONG_ORDER,
    COMPUTED_TWICE,
    WRONG_KIND,
    WRONG_ARITY,
    WRONG_NUMBERS,
    WRONG_SHAPES,
    WRONG_INPUT,
    WRONG_MOVE,
    WRONG_OUTPUT,
    WRONG_REQUEST,
    WRONG_GROUP,
    WRONG_RULE,
    MISSING,
    WRONG_TYPE,
    TOO_SHORT,
    NOT_ALIGNED,
    READ_ONLY,
    WRONG_COUNT,
    WRONG_STARTS,
    WRONG_ROW,
    WRONG_STEP,
    WRONG_PLAN,
) = range(32)
A_PROGRAM, A_VALUE, A_STEP, AN_INPUT, A_MOVE, A_GROUP = range(6)
# The arrays of a run: engine.h calls the first NO_ARRAY = 16.
FIRST_ARRAY = 16
ARRAYS = (
    *("the call", "theta", "a slot of the optimizer", "a row input", "order", "numbers", "c"),
    *("starts", "hyper", "constants", "losses", "the gradient", "the output"),
)

# The fault of a Program, and the remedy.
PROGRAMS = {
    NO_TWIN: "has a twin in C without a gradient",
    NOT_A_PROGRAM: "is not a Program that a plan can hold (at most 8 inputs a step, 4 axes a row)",
    TOO_LARGE: "has more inputs, or larger numbers, than a plan can hold",
    NOT_SUPPORTED: "adds to a value in a way that the native engine does not know",
    WRONG_SIZE: "has a size of 0, or sizes whose product is too large",
    WRONG_ROLE: "has a role (input, parameter, state, computed) that does not go with its use",
    WRONG_PLACE: "lies outside of theta, or shares a place in theta with another tensor",
    WRONG_ORDER: "reads a value that no step before it computes",
    COMPUTED_TWICE: "computes a value that is there already",
    WRONG_KIND: "is of another kind (row, reduction, shared) than its values",
    WRONG_ARITY: "has another number of inputs than its op takes",
    WRONG_NUMBERS: "has another number of attributes than its op takes",
    WRONG_SHAPES: "has shapes, types or attributes that its op does not take",
    WRONG_INPUT: "is an input of another shape or type than its name stands for",
    WRONG_MOVE: "moves something else than state towards a statistic of its shape",
    WRONG_OUTPUT: "is an output, but neither one row for each row nor one number",
    WRONG_REQUEST: "does not go with the rows, slots or arrays of this plan",
    WRONG_GROUP: "is a group outside of the parameters, or one that overlaps with another",
    WRONG_RULE: "is to be updated by a rule with other slots or numbers than it takes",
}
# The rule for an array, what was found, and the remedy.
RUNS = {
    MISSING: ("an array", "None", "Give it."),
    WRONG_TYPE: ("an array of the plan's type", "another one", "Convert it with astype."),
    TOO_SHORT: ("an array as long as the plan needs", "a shorter one", "Look at its length."),
    NOT_ALIGNED: ("aligned memory", "an array between two numbers", "Copy the array."),
    READ_ONLY: ("an array that can be written to", "a read-only one", "Copy the array."),
    WRONG_COUNT: ("as many as the plan has", "another number", "Bind a plan for them."),
    WRONG_STARTS: (
        "starts that rise from 0 or more, by no more than the plan's rows",
        "others",
        "Look at the batches.",
    ),
    WRONG_ROW: ("row numbers of the data set", "one below 0", "Look at the order of the rows."),
    WRONG_STEP: ("t > 0 and step ≥ 0", "others", "Count updates from 1, steps from 0."),
    WRONG_PLAN: (
        "a plan that was made for this",
        "one that predicts, or one that trains",
        "Bind the Program for it: train, predict or score.",
    ),
}


def bind_refused(
    program: Program, rows: int, trouble: Sequence[int], optimizer: object = None
) -> ChainruleError:
    """Return the error for a plan that was refused.

    Parameters
    ----------
    program : Program
        The Program that the plan is for.
    rows : int
        The number of rows in a step.
    trouble : (code, what, at)
        The answer of C.
    optimizer : Optimizer, optional
        The one of the update.
    """
    code, what, at = trouble
    if code == NO_RULE:
        expected, remedy = "an optimizer with a twin in C", "Use the reference engine."
        return EngineError("native engine", expected, repr(optimizer), remedy)
    if code == NO_MEMORY:
        return OutOfMemoryError(
            f"native engine, {program.mode} program: a step of {rows:,} rows needs more memory "
            "than there is. Take a smaller batch_size."
        )
    problem = PROGRAMS.get(code, f"fails with error {code}")
    return EngineError(
        f"native engine, {program.mode} program: {_place(program, what, at)} {problem}. "
        "Use engine='reference'."
    )


def _place(program: Program, what: int, at: int) -> str:
    """Return the words that name a part of a Program; "it" if it has no such part."""
    if what == A_STEP and at < len(program.steps):
        return f"step {at} ({program.values[program.steps[at].output].path})"
    if what == A_VALUE and at < len(program.values):
        return f"value {at} ({program.values[at].path})"
    if what == AN_INPUT and at < len(program.inputs):
        return f"input {list(program.inputs)[at]!r}"
    if what == A_MOVE and at < len(program.moves):
        return f"the state {program.moves[at].state}"
    return "the update" if what == A_GROUP else "it"


def run_refused(where: str, trouble: Sequence[int]) -> EngineError:
    """Return the error for a call that was refused; nothing was computed.

    Parameters
    ----------
    where : str
        The call: `advance`, `predict`.
    trouble : (code, what, at)
        The answer of C.
    """
    code, what, at = trouble
    name = ARRAYS[what - FIRST_ARRAY] if 0 < what - FIRST_ARRAY < len(ARRAYS) else ""
    place = f" ({name}{f' {at}' if at else ''})" if name else ""
    expected, got, remedy = RUNS.get(code, ("a call that the plan takes", f"error {code}", ""))
    return EngineError(f"native engine, {where}{place}", expected, got, remedy)
