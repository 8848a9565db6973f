"""The terms of gradients: by the chain rule, and which rows made them."""

import numpy as np
import pytest
from tests.drawn_networks import draw
from tests.recording.updates import by_symbol, classifier_stages, update_of

import chainrule as cr
from chainrule.engines.reference import Reference
from chainrule.recording.stages.explained import Explained
from chainrule.recording.stages.program_stages import program_stages


@pytest.fixture(scope="module")
def of():
    """The quantities of the classifier, by symbol."""
    return by_symbol(classifier_stages())


def formulas(quantity, at):
    return [t.formula for t in quantity.terms(at).terms]


def test_a_weight_has_a_term_for_each_row_and_one_for_its_penalty(of):
    terms = list(of["dW1"].terms((2, 0)).terms)
    assert [t.row for t in terms] == [None, 0, 1, 2, 3, 4, 5]
    assert [t.formula for t in terms[:2]] == ["dΩ1·W1[2, 0]", "x[0, 2]·dz1[0, 0]"]
    x, dz, W = (of[name].array for name in ("x", "dz1", "W1"))
    np.testing.assert_allclose(terms[0].value, 0.1 * W[2, 0], rtol=1e-12)
    np.testing.assert_allclose(
        [t.value for t in terms[1:]], [x[n, 2] * dz[n, 0] for n in range(6)], rtol=1e-12
    )


def test_a_delta_goes_through_the_slope_of_an_activation(of):
    (term,) = of["du2"].terms((3, 1)).terms
    assert term.formula == "da2[3, 1]·(1 − a2[3, 1]²)"
    da, a = of["da2"].array[3, 1], of["a2"].array[3, 1]
    assert term.value == da * (1 - a * a) == of["du2"].array[3, 1]


def test_a_value_that_is_used_three_times_has_terms_of_each_use(of):
    assert formulas(of["dz1"], (3, 1)) == [
        "du2[3, 1]·γ2[1] / √(v2[1] + 1e-05)",
        "2·dv2[1]·(z1[3, 1] − μ2[1]) / N",
        "dμ2[1] / N",
    ]
    assert of["dz1"].equation == ("dz1 = du2 γ2 / √(v2 + 1e-05) + 2 dv2 (z1 − μ2) / N + dμ2 / N")


def test_the_chain_rule_begins_with_one(of):
    assert formulas(of["dL"], ()) == ["1"] and formulas(of["dl"], (3,)) == ["c[3]·dD"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", [1, 3, 7, 11, 23, 31])
def test_each_row_adds_what_the_reference_engine_says(seed):
    """A row alone in its shard: what it adds to the gradient of each parameter."""
    drawn = draw(seed)
    update = update_of(drawn.network("float64"), drawn.X, drawn.y)
    program, batch = update.objective.program, update.batch
    inputs, rows = update.objective.inputs(update.theta, batch, update.key), len(batch["c"])
    engine, stages = Reference(program), program_stages(update)
    alone = [slice(n, n + 1) for n in range(rows)]
    value = engine.forward(update.theta, inputs, alone)
    leaves = engine.leaves(value, {program.output: [np.float64(1)]})
    rng = np.random.default_rng(seed)
    for q in stages[3].quantities:
        i = program.value(q.symbol[1:])
        at = tuple(int(rng.integers(n)) for n in q.shape)
        got = dict(Explained(q, at).rows)
        for n, part in enumerate(leaves.get(i, [])):
            expected = float(np.asarray(part)[at])
            size = max(abs(np.asarray(part)).max(), 1e-3)
            assert got.get(n, 0.0) == pytest.approx(expected, rel=1e-9, abs=1e-12 * size)


def test_what_a_row_adds_is_its_gradient_alone():
    """Without statistics of the batch: the gradient with c = 0 for all other rows."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    net = cr.Network(cr.Dense(4), cr.PReLU(init=0.3), cr.Dense(2), loss=cr.Huber(), dtype="float64")
    update = update_of(net, X, y)
    of = by_symbol(program_stages(update))
    for symbol, at in (("dW1", (1, 2)), ("db1", (0,)), ("dalpha2", (3,)), ("dW3", (2, 1))):
        symbol = symbol if symbol in of else "dalpha1"
        symbol = symbol if symbol in of else "dW2"
        for n, share in Explained(of[symbol], at).rows:
            c = np.where(np.arange(5) == n, update.batch["c"], 0)
            _, g = cr.loss_and_grad(update.objective.program, update.theta, X, y, c=c)
            p = update.objective.program
            where = next(k for k in p.params if p.values[k.value].symbol == symbol[1:])
            assert share == pytest.approx(g[where.where].reshape(where.shape)[at], rel=1e-10)


def test_a_word_that_the_batch_lacks_has_no_gradient():
    X, y = np.array([[0, 1], [1, 3]]), np.array([[1.0], [2.0]])
    layers = cr.Embedding(5, 2), cr.Flatten(), cr.Dense(1)
    update = update_of(cr.Network(*layers, loss=cr.SquaredError(), dtype="float64"), X, y)
    of = by_symbol(program_stages(update))
    assert formulas(of["dW1"], (1, 0)) == ["de1[0, 1, 0]", "de1[1, 0, 0]"]
    found = of["dW1"].terms((2, 0))
    assert found.note == "Number 2 is not in this batch." and of["dW1"].array[2, 0] == 0


def test_a_pixel_that_is_no_maximum_has_no_gradient():
    X = np.arange(16.0).reshape(1, 4, 4, 1)
    layers = cr.Conv2D(1, kernel=1), cr.MaxPool2D(2), cr.Flatten(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError(), dtype="float64")
    net.build(X, [[1.0]])
    net.parameters["W1"][...] = 1
    of = by_symbol(program_stages(update_of(net, X, np.array([[1.0]]))))
    assert formulas(of["dz1"], (0, 1, 1, 0)) == ["dh1[0, 0, 0, 0]"]
    assert "not the largest" in of["dz1"].terms((0, 0, 0, 0)).note
