"""Rows of a shard in several calls, as few at a time as fit the cache: no bit changes."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.test_twins import REAL, call, is_row, laid_out, large_cases, rows_of
from tests.strategies import OPS, quick

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.training import objective as objectives

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

SETS = [s for s in native.instruction_sets() if s != "plain"] or native.instruction_sets()


@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize("name", [name for name in OPS if OPS[name].backward is not None])
@quick
@given(data=st.data())
def test_sums_over_rows_go_on(name, dtype, data):
    """The gradients of shared values from two calls are those of one."""
    case = data.draw(large_cases(OPS[name]))
    rows, real = rows_of(case), REAL[dtype]
    if not is_row(case) or all(case.rows) or rows < 2:
        return
    cut = data.draw(st.integers(1, rows - 1))
    y = np.asarray(case.forward())
    given_ = [
        (np.asarray(case.seed(y)), True),
        (y, True),
        *zip(case.inputs, case.rows, strict=True),
    ]
    arrays = [laid_out(np.asarray(a), row, real, 3) for a, row in given_]
    wanted = [
        d is not None and np.asarray(a).dtype.kind == "f"
        for d, a in zip(case.backward(*(a for a, _ in given_[:2])), case.inputs, strict=True)
    ]

    def sums(*cuts):
        results = [
            laid_out(np.full(np.shape(a), 0.25), row, real, 3)
            for a, row in zip(case.inputs, case.rows, strict=True)
        ]
        for k, (start, stop) in enumerate(pairwise(cuts)):
            part = [
                (m[start:stop] if row else m, s, shape, 0)
                for (m, s, shape), (_, row) in zip(arrays, given_, strict=True)
            ]
            asked = [
                (m[start:stop] if row else m, s, shape, int(k > 0 and not row))
                if w
                else (None, s, shape, 0)
                for (m, s, shape), row, w in zip(results, case.rows, wanted, strict=True)
            ]
            call(f"{dtype}_{SETS[-1]}", case, True, stop - start, [*part, *asked])
        return [m.tobytes() for m, *_ in results]

    assert sums(0, cut, rows) == sums(0, rows)


def images(**settings):
    return cr.Network(
        cr.Conv2D(6, kernel=5, padding="same"),
        cr.ReLU(),
        cr.MaxPool2D(2),
        cr.Conv2D(20, kernel=3),
        cr.PReLU(),
        cr.MaxPool2D(2),
        cr.Flatten(),
        cr.Dropout(0.2),
        cr.Dense(17),
        cr.LayerNorm(),
        cr.ReLU(),
        cr.Dense(4),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(28, 28, 1),
        seed=1,
        engine="native",
        **settings,
    )


def trained(**settings):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(330, 28, 28, 1)).astype(np.float32), rng.integers(0, 4, 330)
    net = images(**settings)
    net.fit(
        X, y, epochs=2, batch_size=300, verbose=0
    )  # four shards of 75 rows, and a short last batch of one
    return net.theta.tobytes(), net.predict(X).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_images_have_the_same_bits(dtype, monkeypatch):
    """For threads, instruction sets, and with a place for every value: there fewer rows fit."""
    expected = trained(threads=1, dtype=dtype)
    assert trained(threads=3, dtype=dtype) == expected
    for options in ({"keep": True}, *({"instructions": s} for s in SETS)):
        monkeypatch.setattr(objectives, "Native", partial(Native, **options))
        assert trained(threads=2, dtype=dtype) == expected
