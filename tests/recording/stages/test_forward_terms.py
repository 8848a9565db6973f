"""The terms of values: known ones written out, and a plain answer for what says nothing."""

import numpy as np
import pytest
from tests import users_ops
from tests.recording.updates import by_symbol, classifier_stages, update_of

import chainrule as cr
from chainrule.graph.operation import op
from chainrule.recording.stages.program_stages import program_stages


@pytest.fixture(scope="module")
def of():
    """The quantities of the classifier, by symbol."""
    return by_symbol(classifier_stages())


def written(quantity, at):
    terms = quantity.terms(at)
    return [(t.formula, t.row) for t in terms.terms], [t.value for t in terms.terms]


def test_a_dense_layer_multiplies_and_adds(of):
    formulas, values = written(of["z1"], (3, 1))
    assert formulas == [
        ("x[3, 0]·W1[0, 1]", None),
        ("x[3, 1]·W1[1, 1]", None),
        ("x[3, 2]·W1[2, 1]", None),
        ("b1[1]", None),
    ]
    x, W, b = (of[name].array for name in ("x", "W1", "b1"))
    assert values == [*(x[3, i] * W[i, 1] for i in range(3)), b[1]]


def test_a_statistic_of_the_batch_is_a_sum_over_its_rows(of):
    formulas, values = written(of["v2"], (1,))
    assert formulas[2] == ("(z1[2, 1] − μ2[1])² / N", 2)
    z, mu = of["z1"].array[:, 1], of["mu2"].array[1]
    np.testing.assert_allclose(values, [(z[n] - mu) ** 2 / 6 for n in range(6)], rtol=1e-12)


def test_an_activation_has_one_term_with_its_equation(of):
    term = of["a2"].terms((3, 1)).terms[0]
    assert term.formula == "tanh(u2[3, 1])"
    assert term.value == np.tanh(of["u2"].array[3, 1]) == of["a2"].array[3, 1]


def test_a_mask_is_a_factor(of):
    term = of["h2"].terms((1, 0)).terms[0]
    assert term.formula == "a2[1, 0]·mask(key, row)[1, 0] / (1 − 0.3)"
    assert of["mask2"].array.shape == of["h2"].shape
    assert ((of["h2"].array == 0) == (of["mask2"].array == 0)).all()
    assert "drawn" in of["mask2"].terms((0, 0)).note


def test_the_loss_of_a_row_is_the_logarithm_of_a_sum(of):
    found = of["l"].terms((2,))
    z, label = of["z3"].array[2], of["y"].array[2]
    e = np.exp(z - z.max())
    np.testing.assert_allclose(found.terms.values, e, rtol=1e-12)
    assert found.total == pytest.approx(e.sum()) and found.result == pytest.approx(of["l"].array[2])
    assert found.then.startswith(f"l[2] = max + log sum − z3[2, {label}] = ")
    np.testing.assert_allclose(of["p"].array[2], e / e.sum(), rtol=1e-12)


def test_a_penalty_adds_the_squares_of_all_weights(of):
    formulas, values = written(of["Omega1"], ())
    assert len(formulas) == 12 and formulas[0] == ("½·W1[0, 0]²", None)
    np.testing.assert_allclose(values, (of["W1"].array ** 2).ravel() / 2, rtol=1e-12)


def stages_of(*layers, shape, loss=None, rows=4):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(rows, *shape))
    net = cr.Network(*layers, loss=loss or cr.SquaredError(), dtype="float64", inputs=shape)
    return by_symbol(program_stages(update_of(net, X, net.predict(X) + rng.normal(size=1))))


def test_a_convolution_multiplies_what_lies_under_its_kernel():
    of = stages_of(cr.Conv2D(2, kernel=3, padding="same", stride=2), shape=(5, 5, 2))
    formulas, values = written(of["z1"], (1, 0, 2, 1))
    x, W = of["x"].array[1], of["W1"].array
    expected = {}
    for a in range(3):  # row 0 of positions reads rows −1..1, column 2 reads columns 3..5
        for b in range(3):
            i, j = a - 1, 3 + b
            for c in range(2):
                if 0 <= i < 5 and 0 <= j < 5:
                    name = f"x[1, {i}, {j}, {c}]·W1[{a}, {b}, {c}, 1]"
                    expected[name] = x[i, j, c] * W[a, b, c, 1]
    got = dict(zip((f for f, _ in formulas), values, strict=True))
    assert got.pop("b1[1]") == 0
    assert got.keys() == expected.keys()
    assert all(got[name] == pytest.approx(expected[name]) for name in got)


def test_a_maximum_comes_from_one_place():
    of = stages_of(cr.MaxPool2D(2), shape=(4, 4, 1))
    found, x = of["h"].terms((1, 1, 0, 0)), of["x"].array[1, 2:4, :2, 0]
    i, j = np.unravel_index(x.argmax(), (2, 2))
    assert [t.formula for t in found.terms] == [f"x[1, {2 + i}, {j}, 0]"]
    assert found.note.startswith("It is the largest of the 4 numbers of its window.")


def test_what_is_only_moved_says_where_from():
    of = stages_of(cr.Flatten(), cr.Dense(1), shape=(2, 3))
    assert written(of["f"], (1, 4))[0] == [("x[1, 1, 1]", None)]


def test_the_ops_of_users_need_not_say_anything():
    of = by_symbol(
        program_stages(
            update_of(users_ops.network("all at once"), users_ops.X, users_ops.Y, range(6))
        )
    )
    assert written(of["a4"], (1, 2))[0] == [("exp(−r4[2]·z3_2[1, 2]²)·0.7", None)]
    assert written(of["m2"], (3,))[0][4] == ("z1[4, 3]² / N", 4)
    plain = of["W3"].terms((0, 1))
    assert [t.formula for t in plain.terms] == ["V3 / √(Σ V3²)"]
    assert plain.note == "The op unit computes it from V3; it does not say of which terms."


@op
def blend(x, y):
    """z = 0.25 x + 0.5 y"""
    return 0.25 * np.cumsum(x, axis=1) + 0.5 * y + 1


@blend.gradient
def blend_backward(dz, z, x, y):
    """dx = 0.25 dz,   dy = 0.5 dz"""
    return 0.25 * np.flip(np.cumsum(np.flip(dz, 1), 1), 1), 0.5 * dz


class Blend(cr.Layer):
    def __call__(self, x):
        return blend(x, x)


def test_an_affine_op_is_found_by_its_slopes():
    of = stages_of(cr.Dense(3), Blend(), shape=(2,))
    formulas, values = written(of["z1_2"], (1, 1))
    z = of["z1"].array[1]
    names = [f for f, _ in formulas]
    assert names == [
        "0.25·z1[1, 0]",
        "0.25·z1[1, 1]",
        "0.5·z1[1, 1]",
        "what does not depend on z1",
    ]
    np.testing.assert_allclose(values, [0.25 * z[0], 0.25 * z[1], 0.5 * z[1], 1.0], rtol=1e-12)
