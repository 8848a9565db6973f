"""Every op has a twin in C that computes what its Python computes, in any layout of rows."""

import inspect
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import twin_calls
from tests.strategies import OPS, SHARED, Case, described, frozen, quick

from chainrule import equations, optimizers
from chainrule.engines import native

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

SETS = native.instruction_sets()
TOLERANCE = {"f32": 1e-5, "f64": 1e-12}  # relative to the largest entry
REAL = {"f32": np.float32, "f64": np.float64}


def rules():
    """Every optimiser class that there is."""
    found = []
    for info in iter_modules(optimizers.__path__):
        module = import_module(f"chainrule.optimizers.{info.name}")
        for cls in vars(module).values():
            ours = (
                inspect.isclass(cls)
                and issubclass(cls, optimizers.Optimizer)
                and cls.__module__ == module.__name__
            )
            if ours and not inspect.isabstract(cls):
                found.append(cls)
    return found


def test_only_these_have_no_twin():
    lacking = [
        name for name in OPS if not native.native_code.has_twin(f"f32_{SETS[-1]}", name, False)
    ]
    lacking += [cls.__name__ for cls in rules() if native.rule_name(cls()) is None]
    assert sorted(lacking) == [
        "FletcherReeves",
        "LBFGS",
        "LBFGSFixedStep",
        "LevenbergMarquardt",
        "PolakRibiere",
    ]  # they ask for the loss at points of their choice


def test_a_user_rule_of_our_name_has_no_twin():
    class Adam(optimizers.Optimizer):
        """θ ← θ."""

        def step(self, t, theta, g):
            pass

    assert native.rule_name(Adam()) is None and native.rule_name(optimizers.Adam()) == "Adam"


@st.composite
def large_cases(draw, op):
    """Sizes up to 40 a side and 150 rows; the numbers follow from a drawn seed."""
    names = equations.parameters(op.forward)
    specs = described(op)
    specs = draw(st.sampled_from(specs)) if isinstance(specs, tuple) else specs
    sizes = {letter: draw(st.integers(1, 40)) for letter in "CDTUV"}
    sizes |= {"K": draw(st.integers(2, 40)), "N": draw(st.integers(1, 150))}
    sizes["*"] = draw(st.sampled_from([(), (1,), (19,), (3, 7)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs, attrs, row, free = [], {}, [], []
    for name in names:
        spec = specs[name]
        if isinstance(spec, str):
            shape = [
                n for word in spec.split() for n in (sizes["*"] if word == "*" else (sizes[word],))
            ]
            value = np.asarray(rng.normal(size=shape))
        else:
            value = spec(rng, sizes)
        if isinstance(value, np.ndarray):
            inputs.append(frozen(value))
            free.append(isinstance(spec, str))
            row.append(spec.startswith("N") if isinstance(spec, str) else spec not in SHARED)
        else:
            attrs[name] = value
    return Case(op, inputs, attrs, row, free, 0, rng)


def laid_out(array, row, real, gap):
    """An array as the engine lays it out, rows a stride apart, NaN between; and what C is told."""
    array = array.astype(np.int32 if array.dtype.kind in "iu" else real)
    if not row:
        return np.ascontiguousarray(array).reshape(-1), 0, array.shape
    size = int(np.prod(array.shape[1:]))
    memory = np.full(
        (len(array), size + gap), np.nan if array.dtype.kind == "f" else -7, array.dtype
    )
    memory[:, :size] = array.reshape(len(array), size)
    return memory, size + gap, array.shape[1:]


def back(memory, stride, shape, row):
    """The array out of its layout; the gaps must be as they were."""
    if not row:
        return memory.reshape(shape)
    size = int(np.prod(shape))
    gap = memory[:, size:]
    assert np.isnan(gap).all() if memory.dtype.kind == "f" else (gap == -7).all()
    return memory[:, :size].reshape(len(memory), *shape)


def near(found, expected, dtype):
    """Relative to the largest entry; NaN where NaN is expected."""
    expected = np.asarray(expected)
    assert found.shape == expected.shape
    finite = np.isfinite(expected)
    assert (np.isnan(found) == np.isnan(expected)).all()
    scale = np.abs(expected[finite]).max(initial=0)
    assert np.abs(found - expected)[finite].max(initial=0) <= TOLERANCE[dtype] * max(scale, 1e-30)


def numbers(attrs):
    flat = []
    for name in sorted(attrs):
        flat += list(attrs[name]) if isinstance(attrs[name], (tuple, list)) else [attrs[name]]
    return np.array(flat, np.float64)


def call(engine, case, backward, rows, arrays):
    twin_calls.call(engine, case.op.name, backward, rows, tuple(arrays), numbers(case.attrs))


def is_row(case):
    return case.part(slice(0, 0)).forward().shape[:1] == (0,)


def rows_of(case):
    return next((len(a) for a, row in zip(case.inputs, case.rows, strict=True) if row), 1)


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize("name", OPS)
@quick
@given(data=st.data())
def test_forward(name, dtype, data):
    case = data.draw(large_cases(OPS[name]))
    case = case.change(
        lambda a, row: a.astype(REAL[dtype]).astype(np.float64) if a.dtype.kind == "f" else a
    )
    gap, row, results = data.draw(st.sampled_from([0, 1, 13])), is_row(case), set()
    expected = np.asarray(case.forward())
    for instructions in SETS:
        y = laid_out(np.full(expected.shape, 0.5), row, REAL[dtype], gap)
        inputs = [
            laid_out(a, r, REAL[dtype], gap) for a, r in zip(case.inputs, case.rows, strict=True)
        ]
        call(f"{dtype}_{instructions}", case, False, rows_of(case), [(*a, 0) for a in (y, *inputs)])
        found = back(*y, row)
        near(found, expected, dtype)
        results |= {found.tobytes()} if instructions != "plain" else set()
    assert len(results) <= 1  # AVX2 and AVX-512: the same bits


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize("name", [name for name in OPS if OPS[name].backward is not None])
@quick
@given(data=st.data())
def test_backward(name, dtype, data):
    case = data.draw(large_cases(OPS[name]))
    case = case.change(
        lambda a, row: a.astype(REAL[dtype]).astype(np.float64) if a.dtype.kind == "f" else a
    )
    gap, row, add = (
        data.draw(st.sampled_from([0, 1, 13])),
        is_row(case),
        data.draw(st.integers(0, 1)),
    )
    y = np.asarray(case.forward())
    dy = np.asarray(case.seed(y)).astype(REAL[dtype]).astype(np.float64)
    expected = case.backward(dy, y)
    wanted = [d is not None and data.draw(st.booleans()) for d in expected]
    before = [np.asarray(case.rng.normal(size=a.shape)).astype(REAL[dtype]) for a in case.inputs]
    results = set()
    for instructions in SETS:
        arrays = [laid_out(a, row, REAL[dtype], gap) for a in (dy, y)]
        arrays += [
            laid_out(a, r, REAL[dtype], gap) for a, r in zip(case.inputs, case.rows, strict=True)
        ]
        gradients = [
            laid_out(b, r, REAL[dtype], gap) for b, r in zip(before, case.rows, strict=True)
        ]
        asked = [(g if w else (None, *g[1:])) for g, w in zip(gradients, wanted, strict=True)]
        call(
            f"{dtype}_{instructions}",
            case,
            True,
            rows_of(case),
            [*((*a, 0) for a in arrays), *((*d, add) for d in asked)],
        )
        for g, w, d, b, r in zip(gradients, wanted, expected, before, case.rows, strict=True):
            found = back(*g, r)
            if w:
                total = np.abs(b).max(initial=0) if add else 0
                near(
                    np.append(found - (b if add else 0), total),
                    np.append(np.broadcast_to(d, found.shape), total),
                    dtype,
                )
            else:
                assert (found == b).all()
        if instructions != "plain":
            results.add(b"".join(g[0].tobytes() for g in gradients))
    assert len(results) <= 1


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize(
    "cls", [cls for cls in rules() if native.rule_name(cls())], ids=lambda cls: cls.__name__
)
def test_rules(cls, dtype):
    """Forty steps of the twin and of the Python rule; gradients of all sizes, and zeros."""
    rng = np.random.default_rng(0)
    for rule in {
        cls(),
        *(form for form in (cls.paper or cls).profiles().values() if type(form) is cls),
    }:
        theta = rng.normal(size=57).astype(REAL[dtype])
        slots = rule.start(theta)
        numbers_of_rule = np.array([float(getattr(rule, n)) for n in native.hyper_names(rule)])
        both = {
            s: (theta.copy(), {n: a.copy() for n, a in slots.items()}) for s in ("python", *SETS)
        }
        for t in range(1, 41):
            g = (rng.normal(size=57) * 10.0 ** rng.integers(-3, 2, 57)).astype(REAL[dtype])
            g[::11] = 0
            for who, (own, memory) in both.items():
                if who == "python":
                    rule.step(t, own, g, *memory.values())
                else:
                    twin_calls.step(
                        f"{dtype}_{who}",
                        cls.__name__,
                        t,
                        own,
                        g,
                        tuple(memory.values()),
                        numbers_of_rule,
                    )
        expected, memory = both["python"]
        for who in SETS:
            near(both[who][0], expected, dtype)
            for name, a in both[who][1].items():
                near(a, memory[name], dtype)
        assert (
            both[SETS[-1]][0].tobytes() == both["avx2" if "avx2" in SETS else SETS[-1]][0].tobytes()
        )


@pytest.mark.parametrize("rule", [optimizers.Adam(), optimizers.AdamW()])
def test_a_long_vector_gets_the_bits_of_its_parts(rule):
    """A rule reads vectors of more than 2²⁰ numbers block by block."""
    rng, n = np.random.default_rng(0), (1 << 20) + 37
    theta, g = rng.random(n, np.float32), rng.random(n, np.float32)
    numbers = np.array([getattr(rule, name) for name in native.hyper_names(rule)], np.float64)
    vectors = theta, *rule.start(theta).values()
    whole, parts = [a.copy() for a in vectors], [a.copy() for a in vectors]
    for made, cuts in ((whole, [slice(0, n)]), (parts, [slice(0, 512), slice(512, n)])):
        for cut in cuts:
            own, *slots = (a[cut] for a in made)
            name, variant = type(rule).__name__, f"f32_{SETS[-1]}"
            twin_calls.step(variant, name, 3, own, np.ascontiguousarray(g[cut]), slots, numbers)
    for a, b in zip(whole, parts, strict=True):
        assert a.tobytes() == b.tobytes()
