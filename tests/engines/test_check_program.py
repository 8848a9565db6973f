"""Programs that no plan may be made of: each is refused by its code, and nothing is run."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native, refusals
from chainrule.engines.native import Native
from chainrule.graph.byte_form import MAGIC, to_bytes
from chainrule.graph.program import Move, Param, Program, Step, Value
from chainrule.layers.dense import linear
from chainrule.layers.embedding import look_up
from chainrule.layers.relu import relu
from chainrule.ops import concatenate, convolve, max_pool, penalise, reshape, weighted_sum

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")
SOURCES = Path(cr.__file__).parent
ENGINE = f"f64_{native.instruction_sets()[-1]}" if native.available() else ""


def bind(program, rows=4, wanted=None, **other):
    """Return (code, what, at), or None if the plan was made."""
    given = {"rule": None, "groups": (), "slots": 0, "hypers": 0, "outside": None} | other
    groups = np.array(given["groups"], np.int32).reshape(-1, 3)
    plan = native.native_code.bind(
        ENGINE,
        program if isinstance(program, bytes) else to_bytes(program),
        rows,
        1,
        0,
        wanted,
        given["rule"],
        groups,
        given["slots"],
        given["hypers"],
        np.zeros(0),
        given["outside"],
        None,
    )
    return plan if isinstance(plan, tuple) else None


def code(program, **other):
    found = bind(program, **other)
    return found[0] if found else refusals.FINE


def tiny():
    """y = relu(x W): one row input, one tensor."""
    values = (
        Value("x", "x", (0, 3), "input"),
        Value("dense1/W", "W", (3, 2), "parameter"),
        Value("dense1/z", "z", (0, 2), "computed"),
        Value("relu1/a", "a", (0, 2), "computed"),
    )
    steps = (Step(linear, (0, 1), 2, {}, "row"), Step(relu, (2,), 3, {}, "row"))
    params = (Param("dense1/W", 1, (3, 2), cr.initializers.Zeros()),)
    return Program("predict", steps, values, params, (), {"x": 0}, {}, 3, 6)


def with_value(program, i, **changes):
    values = list(program.values)
    values[i] = replace(values[i], **changes)
    return replace(program, values=tuple(values))


def with_step(program, i, **changes):
    steps = list(program.steps)
    steps[i] = replace(steps[i], **changes)
    return replace(program, steps=tuple(steps))


def one_step(op, inputs, result, attrs=None, kind="row"):
    """A Program of one op: inputs are (shape, number), a shared one is a parameter."""
    values, params, place = [], [], 0
    for k, (shape, number) in enumerate(inputs):
        row = shape[:1] == (0,)
        values.append(Value(f"v{k}", f"v{k}", shape, "input" if row else "parameter", number))
        if not row:
            params.append(Param(f"v{k}", k, shape, cr.initializers.Zeros(), start=place))
            place += int(np.prod(shape))
    values.append(Value("y", "y", *result[:1], "computed", *result[1:]))
    step = Step(op, tuple(range(len(inputs))), len(inputs), attrs or {}, kind)
    names = {v.path: k for k, v in enumerate(values) if v.role == "input"}
    return Program(
        "predict", (step,), tuple(values), tuple(params), (), names, {}, len(inputs), place
    )


def real(*shape):
    return shape, "real"


def index(*shape):
    return shape, "index"


def trained():
    layers = cr.Dense(3), cr.BatchNorm(), cr.Tanh(), cr.Dense(2, penalty=cr.L2(0.1))
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(4,))
    return net.programs.train


def test_a_good_program_is_fine():
    assert code(tiny()) == refusals.FINE
    program = trained()
    for made in (program, replace(program, steps=program.steps)):
        wanted = np.ones(len(made.values), np.uint8)
        bound = native.native_code.bind(
            ENGINE, to_bytes(made), 4, 1, 0, wanted, None, None, 0, 0, np.zeros(1), None, None
        )
        assert not isinstance(bound, tuple)


# ---------------------------------------------------------------- bytes


def test_bytes_that_end_too_early_or_are_not_aligned():
    good = to_bytes(tiny())
    for length in (*range(48), *range(48, len(good), 7)):
        assert code(good[:length]) == refusals.NOT_A_PROGRAM
    shifted = memoryview(b"\0" + good)[1:]
    assert native.native_code.bind(
        ENGINE, shifted, 4, 1, 0, None, None, None, 0, 0, None, None, None
    ) == (refusals.NOT_A_PROGRAM, 0, 0)


def test_numbers_of_the_header_that_do_not_fit_the_table():
    good = np.frombuffer(to_bytes(tiny()), np.uint8)
    assert good[:4].view("<i4")[0] == MAGIC
    for place in range(1, 10):
        for number in (-1, 2**31 - 1, -(2**31), 10**6):
            bad = good.copy()
            bad[4 * place : 4 * place + 4] = np.array([number], "<i4").view(np.uint8)
            if place == 4 and number > 0:  # theta may be larger than the tensors of this Program
                continue
            assert code(bad.tobytes()) in (refusals.NOT_A_PROGRAM, refusals.TOO_LARGE), place


# ---------------------------------------------------------------- values


def test_sizes_whose_product_runs_over_64_bits():
    """Four dimensions of 65,536 give 0 in int64."""
    for shape in ((65536,) * 4, (2**31 - 2,) * 4, (2**20, 2**20)):
        assert code(with_value(tiny(), 2, shape=(0, *shape))) in (
            refusals.NOT_A_PROGRAM,
            refusals.WRONG_SIZE,
        )


def test_a_size_of_nothing():
    assert bind(with_value(tiny(), 2, shape=(0, 0))) == (refusals.WRONG_SIZE, refusals.A_VALUE, 2)


def test_more_rows_than_memory():
    assert code(with_value(tiny(), 0, shape=(0, 2**30)), rows=2**31 - 1) == refusals.NO_MEMORY


def test_tensors_outside_of_theta_or_on_each_other():
    program = trained()
    first = program.params[0]
    for start in (1, program.params[1].start, program.size - 1, 2**31 - 5):
        params = (replace(first, start=start), *program.params[1:])
        moved = replace(program, params=params)
        assert code(moved) == refusals.WRONG_PLACE, start


def test_a_parameter_of_whole_numbers_or_of_rows():
    assert code(with_value(tiny(), 1, number="index")) == refusals.WRONG_ROLE
    assert code(with_value(tiny(), 1, shape=(0, 3, 2))) == refusals.WRONG_ROLE


def test_an_input_that_is_not_named_or_named_twice():
    program = tiny()
    assert code(replace(program, inputs={})) == refusals.WRONG_ORDER
    assert code(replace(program, inputs={"x": 0, "z": 0})) == refusals.WRONG_INPUT
    assert code(replace(program, inputs={"x": 0, "a": 2})) == refusals.WRONG_INPUT


def test_values_that_nothing_asks_for_may_be_missing():
    """A part of a Program keeps the values of the whole: it reads neither c nor later values."""
    program, unread = tiny(), Value("c", "c", (0,), "input")
    part = replace(program, output=2, steps=program.steps[:1])
    assert code(replace(part, values=(*part.values, unread))) == refusals.FINE
    assert code(replace(part, output=3)) == refusals.WRONG_ORDER


@pytest.mark.parametrize("name", ["c", "row"])
def test_weights_and_row_numbers_of_another_shape(name):
    program = tiny()
    assert code(replace(program, inputs={name: 0})) == refusals.WRONG_INPUT


def test_a_key_or_a_number_of_rows_of_another_shape():
    for name, shape in (("key", (1,)), ("N", (3,)), ("lam", (2,))):
        values = (*tiny().values, Value(name, name, shape, "input"))
        program = replace(tiny(), values=values, inputs={"x": 0, name: 4})
        assert code(program) == refusals.WRONG_INPUT, name


# ---------------------------------------------------------------- steps


def test_a_step_before_its_input():
    program = tiny()
    turned = replace(program, steps=program.steps[::-1])
    assert bind(turned) == (refusals.WRONG_ORDER, refusals.A_STEP, 0)
    assert code(with_step(program, 1, inputs=(3,))) == refusals.WRONG_ORDER
    assert code(replace(program, steps=program.steps[:1])) == refusals.WRONG_ORDER


def test_a_value_that_is_computed_twice():
    program = tiny()
    twice = (*program.steps, program.steps[-1])
    assert bind(replace(program, steps=twice)) == (refusals.COMPUTED_TWICE, refusals.A_STEP, 2)


@pytest.mark.parametrize("role", ["input", "parameter", "state"])
def test_a_step_that_writes_to_what_is_not_computed(role):
    assert code(with_value(tiny(), 3, role=role)) != refusals.FINE
    assert code(with_step(tiny(), 1, output=0)) == refusals.WRONG_ROLE


@pytest.mark.parametrize("kind", ["reduction", "shared"])
def test_a_step_of_another_kind_than_its_values(kind):
    assert code(with_step(tiny(), 0, kind=kind)) == refusals.WRONG_KIND


def test_rows_of_nothing():
    program = one_step(linear, [real(2, 3), real(3, 2)], ((0, 2),))
    assert code(program) == refusals.WRONG_KIND


def test_another_number_of_inputs():
    assert code(with_step(tiny(), 1, inputs=(2, 2))) == refusals.WRONG_ARITY
    assert code(with_step(tiny(), 0, inputs=(0,))) == refusals.WRONG_ARITY
    assert code(with_step(tiny(), 1, inputs=(2,) * 9)) == refusals.NOT_A_PROGRAM


def test_another_number_of_attributes():
    assert code(with_step(tiny(), 1, attrs={"slope": 0.5})) == refusals.WRONG_NUMBERS
    pool = one_step(max_pool, [real(0, 4, 4, 2)], ((0, 2, 2, 2),), {"size": (2, 2)})
    assert code(pool) == refusals.WRONG_NUMBERS


SHAPES = {
    "a product of other widths": (linear, [real(0, 4), real(3, 2)], ((0, 2),), {}),
    "a product with another result": (linear, [real(0, 3), real(3, 2)], ((0, 5),), {}),
    "words as real numbers": (look_up, [real(0, 3), real(9, 2)], ((0, 3, 2),), {}),
    "a result of whole numbers": (relu, [real(0, 3)], ((0, 3), "index"), {}),
    "whole numbers for relu": (relu, [index(0, 3)], ((0, 3),), {}),
    "an image that is too small": (
        convolve,
        [real(0, 3, 3, 2), real(5, 5, 2, 4)],
        ((0, 1, 1, 4),),
        {"stride": (1, 1), "padding": (0, 0, 0, 0), "dilation": (1, 1)},
    ),
    "groups that do not divide the channels": (
        convolve,
        [real(0, 5, 5, 3), real(3, 3, 2, 4)],
        ((0, 3, 3, 4),),
        {"stride": (1, 1), "padding": (0, 0, 0, 0), "dilation": (1, 1)},
    ),
    "a negative padding": (
        convolve,
        [real(0, 5, 5, 2), real(3, 3, 2, 4)],
        ((0, 1, 1, 4),),
        {"stride": (1, 1), "padding": (-1, -1, -1, -1), "dilation": (1, 1)},
    ),
    "a stride of nothing": (
        convolve,
        [real(0, 5, 5, 2), real(3, 3, 2, 4)],
        ((0, 3, 3, 4),),
        {"stride": (0, 1), "padding": (0, 0, 0, 0), "dilation": (1, 1)},
    ),
    "windows beyond the image": (
        max_pool,
        [real(0, 4, 4, 2)],
        ((0, 3, 2, 2),),
        {"size": (2, 2), "stride": (2, 2)},
    ),
    "a window that is no number": (
        max_pool,
        [real(0, 4, 4, 2)],
        ((0, 2, 2, 2),),
        {"size": (float("nan"), 2), "stride": (2, 2)},
    ),
    "more numbers than there are": (reshape, [real(0, 6)], ((0, 7),), {"shape": (7,)}),
    "an axis that is not there": (
        concatenate,
        [real(0, 3), real(0, 3)],
        ((0, 6),),
        {"axis": 7},
    ),
    "parts that are longer than the whole": (
        concatenate,
        [real(0, 3), real(0, 3)],
        ((0, 5),),
        {"axis": 1},
    ),
}


@pytest.mark.parametrize("what", SHAPES)
def test_shapes_and_attributes_that_an_op_does_not_take(what):
    op, inputs, result, attrs = SHAPES[what]
    program = one_step(op, inputs, result, attrs)
    assert bind(program) == (refusals.WRONG_SHAPES, refusals.A_STEP, 0)


def test_the_last_steps_take_one_number_a_row():
    """Their gradients do not wait for the loss, so they are looked at like any other op."""
    program = one_step(weighted_sum, [real(0, 5), real(0, 5)], ((),), kind="reduction")
    assert code(program) == refusals.WRONG_SHAPES
    program = one_step(penalise, [real(2), real(2), real(2)], ((2,),), kind="shared")
    assert code(program) == refusals.WRONG_SHAPES


# ---------------------------------------------------------------- moves, output, the update


def test_moves_of_what_is_not_state():
    program = trained()
    move = program.moves[0]
    other = next(i for i, v in enumerate(program.values) if v.kind == "row")
    weight = program.params[0].path
    for bad in (replace(move, value=other), replace(move, state=weight), Move(move.state, 0, 0.1)):
        assert code(replace(program, moves=(bad,))) == refusals.WRONG_MOVE
    assert code(replace(program, moves=(move, move))) == refusals.WRONG_MOVE


def test_an_output_that_is_neither_rows_nor_a_loss():
    assert code(replace(tiny(), output=1)) == refusals.WRONG_OUTPUT
    wanted = np.ones(4, np.uint8)
    assert code(tiny(), wanted=wanted) == refusals.WRONG_OUTPUT


def test_arrays_of_another_length_than_the_program():
    for wanted in (np.ones(3, np.uint8), np.ones(400, np.uint8)):
        assert code(tiny(), wanted=wanted) == refusals.WRONG_REQUEST
    assert code(tiny(), outside=np.ones(1, np.uint8)) == refusals.WRONG_REQUEST
    for rows in (0, -1):
        assert code(tiny(), rows=rows) == refusals.WRONG_REQUEST
    assert code(tiny(), slots=5) == refusals.WRONG_REQUEST
    assert code(tiny(), hypers=-1) == refusals.WRONG_REQUEST


@pytest.mark.parametrize(
    "groups", [[(0, 7, 0)], [(-1, 3, 0)], [(5, -2, 0)], [(0, 4, 0), (3, 2, 0)], [(2**31 - 2, 4, 0)]]
)
def test_groups_outside_of_the_parameters_or_on_each_other(groups):
    assert code(tiny(), rule="SGD", groups=groups, hypers=1) == refusals.WRONG_GROUP
    assert code(tiny(), rule="SGD", groups=[(0, 3, 0), (3, 3, 0)], hypers=1) == refusals.FINE


def test_a_rule_without_its_slots_or_numbers():
    assert code(tiny(), rule="Adam", slots=2, hypers=4) == refusals.FINE
    for slots, hypers in ((0, 4), (1, 4), (3, 4), (2, 0), (2, 3), (2, 5)):
        assert code(tiny(), rule="Adam", slots=slots, hypers=hypers) == refusals.WRONG_RULE
    assert code(tiny(), rule="Nothing") == refusals.NO_RULE


# ---------------------------------------------------------------- sentences, and what twins declare


def test_a_refusal_is_a_sentence_that_names_the_step():
    program = with_value(tiny(), 3, shape=(0, 5))
    with pytest.raises(cr.EngineError, match=r"predict program: step 1 \(relu1/a\) has shapes"):
        Native(program, 4, "float64")


def test_python_numbers_the_codes_as_c_does():
    header = (SOURCES / "engines/engine.h").read_text(encoding="utf-8")
    listed = re.search(r"enum \{\s*FINE.*?\};", header, re.S)[0]
    names = re.findall(r"^\s*([A-Z_]+),?", re.sub(r"//.*", "", listed), re.M)
    assert [getattr(refusals, name) for name in names] == list(range(len(names)))
    assert set(refusals.PROGRAMS) | set(refusals.RUNS) | {
        0,
        refusals.NO_RULE,
        refusals.NO_MEMORY,
    } == {*range(len(names))}


def test_every_twin_says_what_it_takes():
    text = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES.rglob("*.c"))
    patterns = dict(re.findall(r'^TAKES\((\w+), "([^"]+)"', text, re.M))
    twins = {
        name
        for name in re.findall(r"^void OP\((\w+)\)\(", text, re.M)
        if f"void OP({name}_backward)(" in text
    }
    assert twins <= set(patterns)
    for name, pattern in patterns.items():
        assert re.fullmatch(r"([(\[][\w,*]*[)\]] )+-> [(\[][\w,*]*[)\]]", pattern), name
    assert set(re.findall(r"^void RULE\((\w+)\)", text, re.M)) == set(
        re.findall(r"^RULE_TAKES\((\w+),", text, re.M)
    )
