"""The byte form, read by a decoder that knows only its description."""

import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest

import chainrule as cr
from chainrule.graph.byte_form import is_ours, to_bytes
from chainrule.graph.operation import op
from chainrule.graph.program import Program
from chainrule.layers.tanh import tanh as built_in_tanh

PROGRAMS = {
    "plain": ((cr.Dense(4), cr.Tanh(), cr.Dense(1)), cr.SquaredError(), (3,)),
    "everything": (
        (
            cr.Dense(4, penalty=cr.ElasticNet(0.1, 0.2)),
            cr.Residual(cr.Dense(4), cr.LeakyReLU(slope=0.3)),
            cr.BatchNorm(rate=0.3),
            cr.Dropout(0.25),
            cr.Dense(3, name="Köpfe"),
        ),
        cr.SoftmaxCrossEntropy(label_smoothing=0.1),
        (3,),
    ),
    "index": (
        (cr.Embedding(7, 2), cr.Reshape(3, 2), cr.EachStep(cr.Dense(2)), cr.Flatten()),
        cr.SquaredError(),
        (3,),
    ),
    "nothing": ((cr.Identity(),), cr.SquaredError(), (2, 3)),
}
CASES = [(name, mode) for name in PROGRAMS for mode in ("train", "predict", "score")]


def program(name, mode) -> Program:
    return getattr(cr.trace(*PROGRAMS[name]), mode)


def decode(data):
    """Decode the byte form; written from the docstring of chainrule.graph.byte_form."""
    word = [w for (w,) in struct.iter_unpack("<i", data[: len(data) // 4 * 4])]
    names = (
        "magic",
        "values",
        "steps",
        "parameters",
        "theta",
        "output",
        "inputs",
        "moves",
        "table",
        "text",
    )
    head = SimpleNamespace(**dict(zip(names, word, strict=False)))
    begin = 4 * (len(names) + head.table)
    text = data[begin:]
    assert len(text) == head.text and len(data) == begin + head.text
    at = len(names)

    def take(count=1):
        nonlocal at
        taken = word[at : at + count]
        at += count
        return taken if count != 1 else taken[0]

    def string():
        start, length = take(2)
        return text[start : start + length].decode()

    def several(count):
        return [take() for _ in range(count)]

    values, steps, inputs, moves, numbers = [], [], {}, [], []
    for _ in range(head.values):
        shared, index, role, place, dimensions = take(5)
        values.append(
            (
                shared,
                index,
                ("input", "parameter", "state", "computed")[role],
                place,
                tuple(several(dimensions)),
                string(),
                string(),
            )
        )
    for _ in range(head.steps):
        kind, ours, output, count = take(4)
        ins = tuple(several(count))
        steps.append(
            (
                ("row", "reduction", "shared")[kind],
                ours,
                output,
                ins,
                string(),
                json.loads(string()),
            )
        )
        numbers.append(
            [struct.unpack("<d", struct.pack("<2i", *take(2)))[0] for _ in range(take())]
        )
    for _ in range(head.inputs):
        i = take()
        inputs[string()] = i
    for _ in range(head.moves):
        state, value = take(2)
        moves.append((state, value, struct.unpack("<d", struct.pack("<2i", *take(2)))[0]))
    assert at == len(names) + head.table
    assert numbers == [
        [v for _, v in sorted(step[5].items()) if not isinstance(v, (list, str))]
        or step[5].get("shape", [])
        for step in steps
    ]
    return head, values, steps, inputs, moves


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_a_decoder_finds_everything_again(name, mode):
    p = program(name, mode)
    head, values, steps, inputs, moves = decode(cr.to_bytes(p))
    assert head.magic.to_bytes(4, "little") == b"CRC1"
    assert (head.theta, head.output) == (p.size, p.output)
    assert head.parameters == sum(int(np.prod(q.shape)) for q in p.parameters)
    place = {q.value: q.start for q in p.params}
    assert values == [
        (
            v.kind == "shared",
            v.number == "index",
            v.role,
            place.get(i, -1),
            v.shape,
            v.path,
            v.symbol,
        )
        for i, v in enumerate(p.values)
    ]
    assert steps == [
        (s.kind, 1, s.output, s.inputs, s.op.name, json.loads(json.dumps(s.attrs))) for s in p.steps
    ]
    assert inputs == p.inputs and list(inputs) == list(p.inputs)
    by_path = {q.path: q.value for q in p.params}
    assert moves == [(by_path[m.state], m.value, m.rate) for m in p.moves]
    assert name != "everything" or mode != "train" or [m[2] for m in moves] == [0.3, 0.3]


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_it_is_deterministic(name, mode):
    first, again = cr.to_bytes(program(name, mode)), cr.to_bytes(program(name, mode))
    assert first == again and cr.fingerprint(program(name, mode)) == cr.fingerprint(
        program(name, mode)
    )
    assert len(cr.fingerprint(program(name, mode))) == 64


def test_it_changes_when_anything_changes():
    def bytes_of(*chain, loss=None, inputs=(3,), mode="train"):
        return cr.to_bytes(getattr(cr.trace(chain, loss or cr.SquaredError(), inputs), mode))

    different = [
        bytes_of(cr.Dense(4), cr.Tanh()),
        bytes_of(cr.Dense(5), cr.Tanh()),
        bytes_of(cr.Dense(4), cr.Tanh(), inputs=(2,)),
        bytes_of(cr.Dense(4), cr.Sigmoid()),
        bytes_of(cr.Dense(4), cr.LeakyReLU()),
        bytes_of(cr.Dense(4), cr.LeakyReLU(slope=0.02)),
        bytes_of(cr.Dense(4, name="hidden"), cr.Tanh()),
        bytes_of(cr.Dense(4, bias=False), cr.Tanh()),
        bytes_of(cr.Dense(4, penalty=cr.L2(0.1)), cr.Tanh()),
        bytes_of(cr.Dense(4, penalty=cr.L1(0.1)), cr.Tanh()),
        bytes_of(cr.Dense(4), cr.Tanh(), cr.Dropout(0.5)),
        bytes_of(cr.Dense(4), cr.Tanh(), cr.Dropout(0.4)),
        bytes_of(cr.Dense(4), cr.Tanh(), cr.Dropout(0.5, name="d")),
        bytes_of(cr.Dense(4), cr.Tanh(), cr.BatchNorm()),
        bytes_of(cr.Dense(4), cr.Tanh(), cr.BatchNorm(rate=0.2)),
        bytes_of(cr.Dense(4), cr.Tanh(), cr.BatchNorm(eps=1e-4)),
        bytes_of(cr.Dense(4), cr.Tanh(), loss=cr.SquaredError(half=True)),
        bytes_of(cr.Dense(4), cr.Tanh(), loss=cr.AbsoluteError()),
        bytes_of(cr.Dense(4), cr.Tanh(), mode="predict"),
    ]
    assert len(set(different)) == len(different)


def test_starting_values_are_not_part_of_it():
    a, b = (cr.trace((cr.Dense(2, init=i),), cr.SquaredError(), (3,)).train for i in (0.0, 1.0))
    assert cr.to_bytes(a) == cr.to_bytes(b)


# ---------------------------------------------------------------- ours?


@op
def tanh(z):
    """a = tanh(z)"""
    return np.tanh(z)


@tanh.gradient
def tanh_backward(da, a, z):
    """dz = da (1 − a²)"""
    return (da * (1 - a * a),)


class MyTanh(cr.Layer):
    """A user's op of the same name is another object."""

    def __call__(self, z):
        return tanh(z)


def test_a_users_op_of_the_same_name_is_not_ours():
    assert is_ours(built_in_tanh) and is_ours(cr.graph.add) and not is_ours(tanh)
    ours, theirs = (
        decode(cr.to_bytes(cr.trace((cr.Dense(2), layer), cr.SquaredError(), (3,)).train))[2]
        for layer in (cr.Tanh(), MyTanh())
    )
    assert [step[1] for step in ours] == [1, 1, 1, 1] and [step[1] for step in theirs] == [
        1,
        0,
        1,
        1,
    ]
    assert [step[4] for step in theirs] == ["affine", "tanh", "squared_error", "weighted_sum"]


def test_an_op_that_says_it_comes_from_us_is_still_another_object():
    def forward(z):
        """a = tanh(z)"""
        return z

    forward.__name__, forward.__module__ = "tanh", "chainrule.layers.tanh"
    assert not is_ours(op(forward))


# ---------------------------------------------------------------- attributes


@op
def scaled(x, k):
    """z = k x"""
    return x * np.asarray(k, x.dtype)


class Scaled(cr.Layer):
    k: object = 1

    def __call__(self, x):
        return scaled(x, k=self.k)


@pytest.mark.parametrize("k", [2, 0.1, 1e-300, np.float32(0.5), np.float64(0.1), np.int64(3)])
def test_an_attribute_is_kept_to_the_last_bit(k):
    p = cr.trace((cr.Dense(2), Scaled(k=k)), cr.SquaredError(), (3,)).train
    (attrs,) = [step[5] for step in decode(cr.to_bytes(p))[2] if step[4] == "scaled"]
    assert attrs == {"k": k}


@pytest.mark.parametrize("k", [np.ones(2), object(), float("nan")])
def test_an_attribute_that_no_file_can_hold_is_refused_in_words(k):
    with pytest.raises(cr.ParameterError, match=r"scaled1.*k"):
        cr.fingerprint(cr.trace((cr.Dense(2), Scaled(k=k)), cr.SquaredError(), (3,)).train)


@pytest.mark.parametrize("about", [{}, {"entry": "m[n, d] = x[n, d] w[d]"}])
def test_what_an_op_says_of_its_terms_is_not_in_the_bytes(about):
    @op(**about)
    def weigh(x, w):
        """m = x ⊙ w"""
        return x * w

    @weigh.gradient
    def weigh_backward(dm, m, x, w):
        """dx = dm ⊙ w,   dw = Σₙ dm ⊙ x"""
        return dm * w, (dm * x).sum(axis=0)

    class Weigh(cr.Layer):
        def __call__(self, x):
            return weigh(x, x.tape.param("w", x.shape[1:], cr.initializers.Constant(1.0)))

    def written():
        return to_bytes(cr.trace((Weigh(),), cr.SquaredError(), (3,)).train)

    before = written()
    weigh.terms("m")(lambda at, arrays: None)
    weigh.shows("w")(lambda arrays: arrays["w"])
    assert written() == before and b"entry" not in before
