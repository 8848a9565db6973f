"""Convolution, relu and maxima as one call of a prediction have the bits of three calls."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests import twin_calls
from tests.strategies import quick

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

SETS = native.instruction_sets()
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


def network(conv, pool, shape, *, activation=None, dtype="float32"):
    layers = conv, activation or cr.ReLU(), pool
    return cr.Network(*layers, loss=cr.SquaredError(), inputs=shape, dtype=dtype, seed=3)


def plan_of(net, **options):
    return Native(net.programs.predict, 9, net.dtype, **options)


def one_by_one(net, X, instructions):
    """What the three twins give, each by itself."""
    program, values = net.programs.predict, {net.programs.predict.inputs["x"]: (X, True)}
    for parameter in program.params:
        values[parameter.value] = (
            net.theta[parameter.where].reshape(program.values[parameter.value].shape),
            False,
        )
    for step in program.steps:
        out = np.full((len(X), *program.values[step.output].shape[1:]), np.nan, X.dtype)
        values[step.output] = out, True
        arrays = [values[i] for i in (step.output, *step.inputs)]
        told = tuple(
            (a.reshape(-1), a[0].size if row else 0, a.shape[row:], 0) for a, row in arrays
        )
        numbers = np.array(
            [n for name in sorted(step.attrs) for n in np.ravel(step.attrs[name])], np.float64
        )
        twin_calls.call(
            native.variant(f"f{8 * X.itemsize}", instructions),
            step.op.name,
            False,
            len(X),
            told,
            numbers,
        )
    return values[program.output][0]


@st.composite
def cases(draw):
    """Usual ones, which have tiles of their own, and any others."""
    usual = draw(st.booleans())
    groups = draw(st.sampled_from([1, 1, 1, 2, 3]))
    side = draw(st.sampled_from([3, 5]))
    conv = {
        "kernel": (side, side) if usual else draw(PAIRS),
        "stride": (1, 1) if draw(st.booleans()) else draw(PAIRS),
        "dilation": 1 if usual else draw(PAIRS),
        "padding": draw(st.sampled_from(["valid", "same", 1, (9, 8)])),
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    filters = groups * draw(st.sampled_from([1, 2, 5, 6, 8, 9, 16, 23, 32, 33, 70]))
    pool = (2, {"stride": None}) if usual else (draw(PAIRS), {"stride": draw(st.none() | PAIRS)})
    shape = (
        draw(st.integers(1, 19)),
        draw(st.integers(1, 19)),
        groups * draw(st.sampled_from([1, 1, 2, 7])),
    )
    return (
        (filters, conv),
        pool,
        shape,
        draw(st.sampled_from(["float32", "float64"])),
        draw(st.integers(0, 99)),
    )


@quick
@given(case=cases())
def test_the_bits_are_those_of_three_calls(case):
    (filters, conv), (size, stride), shape, dtype, seed = case
    try:
        net = network(cr.Conv2D(filters, **conv), cr.MaxPool2D(size, **stride), shape, dtype=dtype)
    except cr.ShapeError:
        assume(False)
    rng = np.random.default_rng(seed)
    net.theta[...] = rng.normal(size=net.theta.size)
    X = rng.normal(size=(3, *shape)).astype(dtype)
    X[rng.random(X.shape) < 0.3] = -0.0
    X[2].flat[:: 1 + seed % 50] = rng.choice([np.nan, np.inf, -np.inf])
    results = set()
    for instructions in SETS:
        found, expected = (
            plan_of(net, instructions=instructions).predict(net.theta, {"x": X}),
            one_by_one(net, X, instructions),
        )
        assert found[:2].tobytes() == expected[:2].tobytes()
        np.testing.assert_array_equal(found, expected)  # a NaN may have another sign
        results |= {found[:2].tobytes()} if instructions != "plain" else set()
    assert len(results) <= 1  # AVX2 and AVX-512


@pytest.mark.parametrize("rows", [1, 8, 100, 1300])
def test_rows_and_threads_change_no_bit(rows):
    net = network(cr.Conv2D(40), cr.MaxPool2D(2), (28, 28, 1))
    X = np.random.default_rng(1).normal(size=(rows, 28, 28, 1)).astype("float32")
    expected = one_by_one(net, X, SETS[-1])
    for threads in (1, 2, 3):
        for keep in (False, True):
            assert (
                plan_of(net, threads=threads, keep=keep).predict(net.theta, {"x": X}).tobytes()
                == expected.tobytes()
            )


def test_what_lies_between_takes_no_memory():
    conv, pool, shape = cr.Conv2D(64), cr.MaxPool2D(2), (28, 28, 1)
    fused, apart = (
        network(conv, pool, shape, activation=a) for a in (cr.ReLU(), cr.LeakyReLU(slope=0.0))
    )
    assert plan_of(fused).memory < plan_of(apart).memory / 2


@pytest.mark.parametrize(
    "layers",
    [
        (
            cr.Conv2D(5),
            cr.ReLU(),
            cr.Concatenate(cr.MaxPool2D(2), cr.AveragePool2D(2)),
        ),  # two read what lies between
        (cr.Conv2D(5), cr.ReLU(), cr.Concatenate(cr.MaxPool2D(2), cr.MaxPool2D(2))),
        (
            cr.Conv2D(5),
            cr.ReLU(),
            cr.MaxPool2D(2),
            cr.ReLU(),
            cr.MaxPool2D(2),
            cr.Conv2D(3, kernel=2),
            cr.ReLU(),
        ),
        (
            cr.Conv2D(5),
            cr.ReLU(),
            cr.Dropout(0.5),
            cr.MaxPool2D(2),
            cr.Conv2D(3),
            cr.ReLU(),
            cr.MaxPool2D(2),
        ),
        (cr.Conv2D(5), cr.MaxPool2D(2), cr.ReLU(), cr.Conv2D(3), cr.ReLU(), cr.AveragePool2D(2)),
        (cr.TransposedConv2D(5), cr.ReLU(), cr.MaxPool2D(2)),
    ],
    ids=["two readers", "twice", "relu behind", "dropout between", "maxima first", "transposed"],
)
def test_beside_other_calls(layers):
    nets = [
        cr.Network(
            *layers,
            cr.Flatten(),
            cr.Dense(4),
            loss=cr.SoftmaxCrossEntropy(),
            inputs=(14, 13, 2),
            engine=engine,
        )
        for engine in ("native", "reference")
    ]
    X, y = (
        np.random.default_rng(2).normal(size=(30, 14, 13, 2)).astype("float32"),
        np.arange(30) % 4,
    )
    nets[1].theta[...] = nets[0].theta
    for net in nets:
        net.fit(X, y, epochs=2, optimizer=cr.SGD(lr=0.01), verbose=0)
    predicted, expected = (net.predict(X) for net in nets)
    np.testing.assert_allclose(predicted, expected, atol=1e-5)
    assert nets[0].evaluate(X, y)["loss"] == pytest.approx(nets[1].evaluate(X, y)["loss"], abs=1e-5)


def test_frozen_kernels_need_no_places_in_training():
    """No gradient flows through them, so the train Program's calls become one as well."""
    X, y = (
        np.random.default_rng(2).normal(size=(30, 14, 13, 1)).astype("float32"),
        np.arange(30) % 4,
    )
    losses = []
    for engine in ("native", "reference"):
        layers = (
            cr.Conv2D(5, trainable=False),
            cr.ReLU(),
            cr.MaxPool2D(2),
            cr.Flatten(),
            cr.Dense(4),
        )
        net = cr.Network(
            *layers, loss=cr.SoftmaxCrossEntropy(), inputs=(14, 13, 1), engine=engine, seed=1
        )
        losses.append(net.fit(X, y, epochs=4, verbose=0).loss)
    np.testing.assert_allclose(*losses, rtol=1e-5)
