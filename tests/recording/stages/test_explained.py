"""One number and its terms, which add up to it, in text, LaTeX and HTML."""

import math
import re
from contextlib import suppress

import numpy as np
import pytest
from tests import users_ops
from tests.drawn_networks import draw
from tests.recording.updates import LIMIT, classifier_stages, computed, update_of

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.graph.operation import op
from chainrule.recording.stages import words
from chainrule.recording.stages.explained import Explained, explain
from chainrule.recording.stages.program_stages import program_stages
from chainrule.recording.stages.stage import Quantity, Stage, Term, Terms


@pytest.fixture(scope="module")
def stages():
    return classifier_stages()


def check_entries(update, rng, count, about):
    """Check that the terms of random entries of random values add up."""
    quantities = computed(program_stages(update))
    for _ in range(count):
        q = quantities[rng.integers(len(quantities))]
        at = tuple(int(rng.integers(n)) for n in q.shape)
        found, limit = Explained(q, at), LIMIT[str(update.theta.dtype)]
        if np.isfinite(found.value) and len(found.values):
            assert abs(found.error) <= limit * np.abs(found.values).sum(), (about, q.symbol, at)
            assert found.adds_up, (about, q.symbol, at)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(16))
def test_terms_add_up(seed):
    drawn, dtype = draw(seed), ("float32", "float64")[seed % 2]
    update = update_of(drawn.network(dtype), drawn.X, drawn.y)
    check_entries(update, np.random.default_rng(seed), 20, drawn)


RULES = [
    rule()
    for name in cr.optimizers.__all__
    for rule in [getattr(cr.optimizers, name)]
    if isinstance(rule, type)
    and issubclass(rule, cr.optimizers.Optimizer)
    and rule is not cr.optimizers.Optimizer
    and not rule.full_batch
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(60))
def test_ten_thousand_terms_add_up_while_networks_learn(seed):
    drawn, dtype = draw(1000 + seed), ("float32", "float64")[seed % 2]
    net, optimizer = drawn.network(dtype), RULES[seed % len(RULES)]
    with suppress(cr.TrainingError):  # then it is the last moment before
        net.fit(drawn.X, drawn.y, epochs=2, optimizer=optimizer, verbose=0)
    update = update_of(net, drawn.X, drawn.y, optimizer=optimizer)
    check_entries(update, np.random.default_rng(seed), 170, drawn)


def all_add_up(update, most=6):
    """Check some entries of every quantity; return the notes that were needed."""
    rng, notes = np.random.default_rng(0), set()
    for q in computed(program_stages(update)):
        entries = list(np.ndindex(q.shape))
        for k in rng.permutation(len(entries))[:most]:
            found = Explained(q, entries[k])
            assert found.adds_up, (q.symbol, entries[k])
            notes |= {found.made.note} if "does not say" in found.made.note else set()
    return notes


@pytest.mark.parametrize("name", users_ops.NETWORKS)
def test_terms_of_the_ops_of_users_add_up(name):
    net = users_ops.network(name, dtype="float64")
    notes = all_add_up(update_of(net, users_ops.X, users_ops.Y, range(7)))
    assert all("unit" in note or "quartic" in note for note in notes)


@op
def swap(k):
    """t = kᵀ"""
    return k.swapaxes(1, 2)


@swap.gradient
def swap_backward(dt, t, k):
    """dk = dtᵀ"""
    return (dt.swapaxes(1, 2),)


class Attention(cr.Layer):
    """softmax(q kᵀ / 2) v."""

    def __call__(self, x):
        D = x.shape[-1]
        q, k, v = (
            x @ x.tape.param(name, (D, D), cr.initializers.GlorotUniform()) for name in "QKV"
        )
        return cr.ops.softmax(0.5 * (q @ swap(k))) @ v


def test_terms_of_attention_add_up():
    rng = np.random.default_rng(0)
    layers = cr.Embedding(7, 4), Attention(), cr.LayerNorm(), cr.EachStep(cr.Dense(2)), cr.Flatten()
    net = cr.Network(*layers, cr.Dense(2), loss=cr.Focal(), dtype="float64")
    X, y = rng.integers(0, 7, (6, 5)), rng.integers(0, 2, (6, 2))
    assert all_add_up(update_of(net, X, y), 10) == set()


MEANING = {
    **{name: getattr(math, name) for name in ("exp", "log", "tanh", "sqrt")},
    "max": max,
    "min": min,
    "abs": abs,
    "sign": np.sign,
    "softplus": lambda z: float(cr.ops.softplus(np.array([z]))[0]),
    "σ": lambda z: float(cr.ops.sigmoid(np.array([z]))[0]),
}
PYTHON = {"·": "*", "−": "-", "²": "**2", "³": "**3", "½": "0.5", "√": "sqrt"}


def evaluated(text):
    """Return the number that a formula with numbers gives; None: it has other words."""
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    for mark, meaning in PYTHON.items():
        text = text.replace(mark, meaning)
    try:
        return float(eval(text, dict(MEANING)))
    except (NameError, SyntaxError):
        return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(40, 52))
def test_what_is_written_gives_the_number(seed, monkeypatch):
    """Python computes the formulas with numbers, and finds the values of their terms."""
    for function in (words.number, words.factor):
        monkeypatch.setattr(function, "__defaults__", (15,))
    drawn, rng, count = draw(seed), np.random.default_rng(seed), 0
    quantities = computed(program_stages(update_of(drawn.network("float64"), drawn.X, drawn.y)))
    for _ in range(30):
        q = quantities[rng.integers(len(quantities))]
        found = Explained(q, tuple(int(rng.integers(n)) for n in q.shape))
        for term in found.terms[:3]:
            if (value := evaluated(term.numbers)) is not None:
                count += 1  # attributes have six digits
                assert value == pytest.approx(term.value, rel=1e-5, abs=1e-7), term
    assert count >= 30


def test_the_text_shows_formula_numbers_terms_and_rows(stages):
    assert str(explain(stages, "dW1[2, 0]")).splitlines() == [
        "dW1[2, 0] = −0.0877116   (dense1/dW)",
        "  dW1 = dΩ1 W1 + xᵀ dz1",
        "  = dΩ1·W1[2, 0] + x[0, 2]·dz1[0, 0] + x[1, 2]·dz1[1, 0] + x[2, 2]·dz1[2, 0] + …",
        "  = 0.1·0.1383 + 0.04133·0.07171 + 0.3616·(−0.007444) + 0.6565·(−0.2011) + …",
        "  7 terms, largest first (row: its row of the data):",
        "      −0.132  x[2, 2]·dz1[2, 0] = 0.6565·(−0.2011)   row 17",
        "    +0.02589  x[4, 2]·dz1[4, 0] = (−1.246)·(−0.02078)   row 4",
        "    +0.02223  x[3, 2]·dz1[3, 0] = 0.2202·0.1009   row 9",
        "    −0.01792  x[5, 2]·dz1[5, 0] = (−0.3163)·0.05666   row 5",
        "    +0.01383  dΩ1·W1[2, 0] = 0.1·0.1383",
        "   +0.002964  x[0, 2]·dz1[0, 0] = 0.04133·0.07171   row 3",
        "   −0.002692  x[1, 2]·dz1[1, 0] = 0.3616·(−0.007444)   row 1",
        "  −0.0877116  sum",
        "  Rows of the data that made it, largest first:",
        "    row 17: −0.132 (65%), row 4: +0.02589 (13%), row 9: +0.02223 (11%),",
        "    row 5: −0.01792 (9%), row 3: +0.002964 (1%), row 1: −0.002692 (1%)",
    ]


def test_what_is_no_entry_but_leads_to_it_is_called_the_sum(stages):
    found = explain(stages, "l[0]")
    lines = str(found).splitlines()
    assert lines[1] == "  l = log Σₖ exp(z3) − z3[y]"
    assert lines[2].startswith("  sum = exp(z3[0, 0] − max) + ")
    assert all(line.startswith("  sum = exp(") for line in lines[2:4])
    assert r"\text{sum} &= \exp" in found.latex()
    assert str(explain(stages, "z1[0, 0]")).splitlines()[2].startswith("  = x[0, 0]·")


def test_formula_and_numbers_can_be_taken_alone(stages):
    found = explain(stages, "L")
    assert (found.formula, found.numbers) == ("D + λ·Ω1", "0.8994 + 0.1·1.945")
    assert explain(stages, "x[0, 0]").formula == ""


def test_terms_come_largest_first_and_the_rest_is_one_line(stages):
    found = explain(stages, "dW1[2, 0]", most=3)
    sizes = [abs(t.value) for t in found.terms]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 7
    text = str(found)
    assert "the other 4 terms together" in text and text.count("row ") > 3
    assert float(sum(t.value for t in found.terms)) == pytest.approx(found.value, rel=1e-12)


def test_rows_are_those_of_the_data_and_their_shares_add_up(stages):
    found = explain(stages, "dW3[0, 0]")
    assert {n for n, _ in found.rows} == {3, 1, 17, 9, 4, 5}
    assert sum(share for _, share in found.rows) == pytest.approx(found.value, rel=1e-12)
    assert explain(stages, "z1[0, 0]").rows == []
    assert "Row 0 of the batch is row 3 of the data." in str(explain(stages, "z1[0, 0]"))


def test_everything_fits_into_80_columns(stages):
    for q in (q for stage in stages for q in stage.quantities):
        text = str(Explained(q, tuple(n - 1 for n in q.shape), np.arange(6)))
        assert max(map(len, text.splitlines())) <= 80, text


def test_latex_and_html(stages):
    found = explain(stages, "dW1[2, 0]")
    latex = found.latex()
    assert latex.startswith("\\[\\begin{aligned}\n\\partial_{W_{1}} &= ")
    assert latex.count("{") == latex.count("}") and "x[2, 2]\\cdot" in latex
    page = found._repr_html_()
    assert page.count("<math") > 14 and "row 17" in page and "<table" in page
    assert repr(found) == "<Explained: dW1[2, 0] = −0.0877116, 7 terms>"


def test_what_is_given_has_no_terms(stages):
    assert "It is given." in str(explain(stages, "x[0, 0]"))
    new = Stage("new weights", (Quantity("new.W1", "new.W1 = W1 − dW1", np.zeros((3, 4))),))
    text = str(explain([*stages, new], "W1[2, 0]"))
    assert text.endswith("It is given.\n  After the update it is new.W1[2, 0].")


def test_a_sum_that_is_wrong_is_said():
    def terms(at):
        return Terms([Term("a", "1", 1.0), Term("b", "2", 2.0)])

    wrong = [Stage("s", (Quantity("q", "q = a + b", np.array([4.0]), terms=terms),))]
    found = explain(wrong, "q[0]")
    assert found.error == -1 and not found.adds_up
    assert "The terms give 3, which differs by more than rounding explains from 4." in str(found)


def test_what_follows_the_sum_is_compared_too():
    def terms(at):
        return Terms([Term("a", "4", 4.0)], 4.0, "q = √a = 2", result=2.0)

    def q(value):
        return Explained(Quantity("q", "q = √a", np.asarray(value), terms=terms), ())

    assert q(2.0).adds_up and not q(2.1).adds_up
    assert "√a = 2" in str(q(2.0))
    assert "This gives 2, which differs by more than rounding explains from 2.1." in str(q(2.1))


def test_numbers_that_are_not_finite_are_explained_too():
    net = cr.Network(cr.Dense(2), loss=cr.SquaredError(), dtype="float64", inputs=(2,))
    net.parameters["W1"][0, 0] = np.inf
    update = update_of(net, np.ones((2, 2)), np.ones((2, 2)))
    found = explain(program_stages(update), "z1[0, 0]")
    assert found.value == np.inf and found.adds_up and "∞" in str(found)


def test_a_term_that_is_no_number_comes_first():
    terms = Terms([Term("a", "5", 5.0), Term("b", "NaN", np.nan)])
    found = Explained(Quantity("q", "q = a + b", np.asarray(np.nan), terms=lambda at: terms), ())
    assert [t.formula for t in found.terms] == ["b", "a"] and found.adds_up


@pytest.mark.parametrize("most", [0, -1, 1.5, None])
def test_the_number_of_terms_is_whole(stages, most):
    with pytest.raises(ParameterError, match="most as a whole number ≥ 1"):
        explain(stages, "L", most=most)
