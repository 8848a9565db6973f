"""What every op promises. It runs over all ops; a new one needs its oracle in tests/naive.py."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_convolutions, naive_images  # noqa: F401  (their oracles join the others)
from tests.naive import ORACLES
from tests.strategies import INPUTS, OPS, cases, quick

from chainrule import equations
from chainrule.graph.entries import declared

STEP = 1e-30


@pytest.fixture(params=OPS.values(), ids=list(OPS))
def op(request):
    return request.param


def largest(arrays):
    return max((float(np.abs(a).max()) for a in arrays if a is not None and a.size), default=0.0)


def assert_close(got, expected, tolerance):
    assert np.shape(got) == np.shape(expected)
    scale = max(1.0, largest([np.asarray(expected)]))
    assert largest([np.asarray(got - expected)]) <= tolerance * scale


def test_descriptions_and_oracles_are_of_ops_that_exist():
    assert set(INPUTS) <= set(OPS)
    assert set(ORACLES) == set(OPS), (
        "each op needs an oracle in tests/naive.py, and nothing else does"
    )


def test_an_op_has_a_gradient_whose_equation_names_each_input_that_gets_one(op):
    @quick
    @given(cases(op))
    def check(case):
        y = case.forward()
        gradients = case.backward(case.seed(y), y)
        names = equations.parameters(op.forward)[: len(case.inputs)]
        given = {"d" + name for name, d in zip(names, gradients, strict=True) if d is not None}
        assert given and set(equations.gradients(op.backward)) == given

    check()


def test_an_op_is_found_again_by_pickle(op):
    assert pickle.loads(pickle.dumps(op)) is op


def test_forward_is_the_oracle(op):
    @quick
    @given(cases(op))
    def check(case):
        assert_close(case.forward(), ORACLES[op.name](*case.inputs, **case.attrs), 1e-12)

    check()


def test_gradient_is_the_complex_step(op):
    if not op.analytic:
        pytest.skip("not analytic: by central differences only")

    @quick
    @given(cases(op))
    def check(case):
        check_gradient(case, complex_step, 1e-12)

    check()


def test_gradient_is_the_central_difference(op):
    @quick
    @given(cases(op))
    def check(case):
        check_gradient(case, central_difference, 1e-6)

    check()


def check_gradient(case, opinion, tolerance):
    """Compare entry by entry; errors are relative to the largest entry of all."""
    y = case.forward()
    dy = case.seed(y)
    gradients = case.backward(dy, y)
    scale = max(1e-3, largest(gradients))
    differentiable = [k for k, d in enumerate(gradients) if d is not None]
    for k in differentiable:
        assert gradients[k].shape == case.inputs[k].shape
        for j in np.ndindex(case.inputs[k].shape):
            second = opinion(case, dy, differentiable, k, j)
            assert second is None or abs(gradients[k][j] - second) <= tolerance * scale, (k, j)


def complex_step(case, dy, differentiable, k, j):
    inputs = [np.array(a, complex) if i in differentiable else a for i, a in enumerate(case.inputs)]
    inputs[k][j] += 1j * STEP
    return float(np.sum(dy * case.forward(inputs).imag) / STEP)


def central_difference(case, dy, differentiable, k, j, h=1e-5):
    """Return the difference, or None if the step crosses a kink."""
    there, back = ([np.array(a) for a in case.inputs] for _ in range(2))
    there[k][j] += h
    back[k][j] -= h
    if case.op.kink is not None:
        sides = [np.sign(case.op.kink(*inputs, **case.attrs)) for inputs in (there, back)]
        if (sides[0] != sides[1]).any():
            return None
    return float(np.sum(dy * (case.forward(there) - case.forward(back))) / (2 * h))


def test_parts_of_the_rows_give_the_whole(op):
    """A row op runs per example, a reduction adds its parts: no op depends on its row count."""

    @quick
    @given(cases(op))
    def check(case):
        if not any(case.rows):
            return
        parts = case.part(slice(0, case.cut)), case.part(slice(case.cut, None))
        y = case.forward()
        ys = [part.forward() for part in parts]
        dy = case.seed(y)
        if by_row := np.shape(case.part(slice(0, 0)).forward())[:1] == (0,):
            assert_close(np.concatenate(ys), y, 1e-13)
        else:
            assert_close(sum(ys), y, 1e-13)
        dys = [dy[: case.cut], dy[case.cut :]] if by_row else [dy, dy]
        whole = case.backward(dy, y)
        pieces = [
            part.backward(d, a if by_row else y) for part, d, a in zip(parts, dys, ys, strict=True)
        ]
        for d, row, two in zip(whole, case.rows, zip(*pieces, strict=True), strict=True):
            if d is not None:
                assert_close(np.concatenate(two) if row else two[0] + two[1], d, 1e-13)

    check()


def test_no_rows_give_shapes_and_zero_gradients(op):
    """Tracing runs each op on N = 0 rows, so this is how shapes are found."""

    @quick
    @given(cases(op))
    def check(case):
        none = case.part(slice(0, 0))
        y, y0 = case.forward(), none.forward()
        by_row = np.shape(y0) != np.shape(y)
        assert np.shape(y0) == ((0, *np.shape(y)[1:]) if by_row else np.shape(y))
        for d, x, row in zip(none.backward(none.seed(y0), y0), none.inputs, none.rows, strict=True):
            assert d is None or d.shape == x.shape
            if d is not None and any(case.rows) and not row:
                assert not d.any(), "without rows nothing flows into a shared value"

    check()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(op, dtype):
    @quick
    @given(cases(op))
    def check(case):
        case = case.change(lambda a, row: a.astype(dtype) if a.dtype.kind == "f" else a)
        y = case.forward()
        assert y.dtype == dtype
        for d in case.backward(case.seed(y), y):
            assert d is None or d.dtype == dtype

    check()


def test_large_numbers_in_float32_give_finite_numbers_without_a_warning(op):
    """Every real row input gets ±1000, 0 and small numbers; labels and the like stay."""

    @quick
    @given(cases(op), st.integers(0, 2**16))
    def check(case, seed):
        rng = np.random.default_rng(seed)
        free = iter(case.free)

        def extreme(a, row):
            any_numbers = next(free) and a.dtype.kind == "f"
            a = rng.choice([-1000.0, 1000.0, 0.0, 1e-3], a.shape) if any_numbers else a
            return a.astype(np.float32) if a.dtype.kind == "f" else a

        case = case.change(extreme)
        with np.errstate(all="raise", under="ignore"):
            y = case.forward()
            gradients = case.backward(np.ones(np.shape(y), np.float32), y)
        assert np.isfinite(y).all()
        assert all(d is None or np.isfinite(d).all() for d in gradients)

    check()


def test_the_terms_of_an_entry_add_up(op):
    """What an op says of its terms, for three entries of its output and of each gradient."""
    if not (op.entry or op.parts):
        pytest.skip("it does not say anything")
    letters = equations.parameters(op.forward)

    @quick
    @given(cases(op))
    def check(case):
        y = case.forward()
        dy = case.seed(y)
        arrays = dict(zip(letters, case.inputs, strict=False))
        arrays |= {op.letter: y, "d" + op.letter: dy}
        attrs = equations.defaults(op.forward) | case.attrs
        gradients = zip(letters, case.backward(dy, y), strict=False)
        known = {"d" + letter: d for letter, d in gradients if d is not None}
        for name, expected in (known | {op.letter: y}).items():
            for flat in case.rng.permutation(np.size(expected))[:3]:
                at = tuple(int(n) for n in np.unravel_index(flat, np.shape(expected)))
                entry = declared(op, name, at, arrays, attrs)
                if entry is None or not (entry.parts or name in op.parts):
                    continue
                terms = np.concatenate([np.ravel(part.values) for part in entry.parts])
                value = float(np.asarray(expected)[at])
                total = value if entry.total is None else entry.total
                assert abs(terms.sum() - total) <= 1e-12 * max(1.0, np.abs(terms).sum())
                if entry.then is not None:
                    size = max(1.0, abs(value) + entry.size)
                    assert abs(float(np.ravel(entry.then.values)[0]) - value) <= 1e-12 * size

    check()
