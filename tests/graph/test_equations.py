"""Printed derivations: the exact text of networks, balanced LaTeX, and numbers that are true."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.test_layer_contracts import EXAMPLES

import chainrule as cr
from chainrule import equations
from chainrule.graph.equations import latex, plain, write
from chainrule.graph.operation import op


def network(*chain, loss=None, inputs=(3,)):
    return cr.Network(*chain, loss=loss or cr.SquaredError(), inputs=inputs)


def text(*chain, **settings):
    return network(*chain, **settings).equations()


# ---------------------------------------------------------------- whole networks


def test_two_layers():
    assert text(
        cr.Dense(4), cr.Sigmoid(), cr.Dense(1), cr.Sigmoid(), loss=cr.SquaredError(half=True)
    ) == (
        """\
forward
  z1 = x W1 + b1
  a1 = σ(z1)
  z2 = a1 W2 + b2
  a2 = σ(z2)
  l = 0.5 Σₖ (a2 − y)²
  L = Σₙ c l
backward
  dL = 1
  dl = dL c
  da2 = dl (a2 − y)
  dz2 = da2 a2 (1 − a2)
  da1 = dz2 W2ᵀ
  dW2 = a1ᵀ dz2
  db2 = Σₙ dz2
  dz1 = da1 a1 (1 − a1)
  dW1 = xᵀ dz1
  db1 = Σₙ dz1"""
    )


def test_a_penalty_and_a_softmax():
    assert text(cr.Dense(2, bias=False, penalty=cr.L2(0.1)), loss=cr.SoftmaxCrossEntropy()) == (
        """\
forward
  z1 = x W1
  l = log Σₖ exp(z1) − z1[y]
  D = Σₙ c l
  Ω1 = ½ Σ W1²
  L = D + λ Ω1
backward
  dL = 1
  dD = dL
  dΩ1 = dL λ
  dW1 = dΩ1 W1
  dl = dD c
  dz1 = dl (softmax(z1) − onehot(y))
  dW1 += xᵀ dz1"""
    )


def test_a_value_used_twice_collects_two_gradients():
    assert text(cr.Dense(3), cr.Residual(cr.Dense(3), cr.Tanh())) == (
        """\
forward
  z1 = x W1 + b1
  z2 = z1 W2 + b2
  a2 = tanh(z2)
  s2 = z1 + a2
  l = 0.333333 Σₖ (s2 − y)²
  L = Σₙ c l
backward
  dL = 1
  dl = dL c
  ds2 = 0.666667 dl (s2 − y)
  dz1 = ds2
  da2 = ds2
  dz2 = da2 (1 − a2²)
  dz1 += dz2 W2ᵀ
  dW2 = z1ᵀ dz2
  db2 = Σₙ dz2
  dW1 = xᵀ dz1
  db1 = Σₙ dz1"""
    )


def test_a_value_added_to_itself():
    class Twice(cr.Layer):
        def __call__(self, x):
            return x + x

    assert text(cr.Dense(1, bias=False), Twice()).splitlines()[1:] == [
        "  z1 = x W1",
        "  s1 = z1 + z1",
        "  l = Σₖ (s1 − y)²",
        "  L = Σₙ c l",
        "backward",
        "  dL = 1",
        "  dl = dL c",
        "  ds1 = 2 dl (s1 − y)",
        "  dz1 = ds1",
        "  dz1 += ds1",
        "  dW1 = xᵀ dz1",
    ]


def test_dropout_stands_in_train_only():
    net = network(cr.Dense(2), cr.Dropout(0.25))
    assert "  h1 = z1 mask(key, row) / (1 − 0.25)" in net.equations().splitlines()
    assert "  dz1 = dh1 mask(key, row) / (1 − 0.25)" in net.equations().splitlines()
    for program in (net.programs.predict, net.programs.score):
        assert "mask" not in equations.equations(program)


def test_batch_norm_is_three_ordinary_equations():
    assert text(cr.BatchNorm()) == (
        """\
forward
  μ1 = Σₙ x / N
  v1 = Σₙ (x − μ1)² / N
  u1 = γ1 (x − μ1) / √(v1 + 1e-05) + β1
  l = 0.333333 Σₖ (u1 − y)²
  L = Σₙ c l
backward
  dL = 1
  dl = dL c
  du1 = 0.666667 dl (u1 − y)
  dγ1 = Σₙ du1 (x − μ1) / √(v1 + 1e-05)
  dβ1 = Σₙ du1"""
    )
    deep = text(cr.Dense(3), cr.BatchNorm()).splitlines()
    assert [line.split("=")[0].strip() for line in deep if "dz1" in line.split("=")[0]] == [
        "dz1",
        "dz1 +",
        "dz1 +",
    ]


def test_each_value_gets_its_first_gradient_by_an_equal_sign():
    chain = (
        cr.Dense(3, penalty=cr.ElasticNet(0.1, 0.1)),
        cr.Residual(cr.BatchNorm(), cr.Tanh()),
        cr.Dense(3),
        cr.GELU(),
    )
    backward = text(*chain).partition("backward\n")[2].splitlines()
    seen = set()
    for line in backward:
        target, sign = re.fullmatch(r"  (\S+) (\+?=) .+", line).groups()
        assert sign == ("+=" if target in seen else "=")
        seen.add(target)


def test_every_gradient_on_a_right_side_was_collected_before():
    for name, (layer, inputs) in LAYERS.items():
        before = (cr.Dense(3, name="first"),) if inputs == (3,) and name != "Embedding" else ()
        assert_collected(text(*before, layer, inputs=inputs), name)


def assert_collected(printed, name):
    seen = set()
    for line in printed.partition("backward\n")[2].splitlines():
        target, right = re.split(r" \+?= ", line.strip(), maxsplit=1)
        used = set(re.findall(r"(?<![\w])d[^\W\d_]+\d*(?:_\d+)?(?!\w)", right)) - {"delta"}
        assert used <= seen, f"{name}: {line}"
        seen.add(target)


def test_what_does_not_reach_the_loss_has_no_gradient():
    class Idle(cr.Layer):
        """A layer that computes something that nothing reads."""

        def __call__(self, x):
            cr.Tanh()(x)
            return x

    net = network(cr.Dense(2), Idle())
    assert_collected(net.equations(), "idle")
    assert "da1" not in net.equations()


def test_a_program_without_parameters_has_no_backward_pass():
    assert text(cr.Tanh()) == "forward\n  a = tanh(x)\n  l = 0.333333 Σₖ (a − y)²\n  L = Σₙ c l"


def test_equations_of_any_program_and_form():
    net = network(cr.Dense(2))
    assert equations.equations(net.programs.score) == net.equations()
    with pytest.raises(cr.ParameterError, match=r"form must be 'text', 'latex' or 'mathml'"):
        net.equations("html")


# ------------------------------ numbers in the place of attributes


@pytest.mark.parametrize(
    ("equation", "simpler"),
    [
        ("dp = 2 0.5 dl (p − y)", "dp = dl (p − y)"),
        ("dp = 2 1 dl (p − y)", "dp = 2 dl (p − y)"),
        ("l = 1 Σₖ (p − y)²", "l = Σₖ (p − y)²"),
        ("l = 0.25 Σₖ (p − y)²", "l = 0.25 Σₖ (p − y)²"),
        ("a = 2 2 2 z", "a = 8 z"),
        ("dz = −2 0.5 dl y", "dz = −dl y"),
        ("t = (1 − 0.1) y + 0.1 / K", "t = (1 − 0.1) y + 0.1 / K"),
        ("dz = 2 0.5 / K", "dz = 2 0.5 / K"),
        ("l = 1 / K", "l = 1 / K"),
        ("e = W[1]", "e = W[1]"),
        ("a1 = z1 − 1 (z2)", "a1 = z1 − (z2)"),
        ("dz1 = da1 (1 if z1 > 0 else 0.01)", "dz1 = da1 (1 if z1 > 0 else 0.01)"),
        ("dz1 = da1 (1 if z1 > 0 else 1 exp(z1))", "dz1 = da1 (1 if z1 > 0 else exp(z1))"),
        (
            "l = Σₖ (½ (p − y)² if |p − y| ≤ 1 else 1 (|p − y| − ½ 1))",
            "l = Σₖ (½ (p − y)² if |p − y| ≤ 1 else (|p − y| − ½))",
        ),
        ("l = max(0, 1 − y z)", "l = max(0, 1 − y z)"),
        ("u = γ (x − μ) / √(v + 1e-05) + β", "u = γ (x − μ) / √(v + 1e-05) + β"),
    ],
)
def test_numbers_are_written_as_one_would(equation, simpler):
    assert plain(equation) == simpler


@given(
    st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.0, 0.25]), min_size=1, max_size=4),
    st.sampled_from(["z", "(z − 1)", "Σₖ z"]),
)
def test_a_product_keeps_its_value(numbers, rest):
    printed = plain(" ".join(f"{n:.6g}" for n in numbers) + f" {rest}")
    front = printed.removesuffix(rest).strip()
    assert printed.endswith(rest) and " " not in front
    assert float(front or 1) == float(f"{np.prod(numbers):.6g}")


def value_of(right, names):
    """Return a printed right side as a number, for equations of numbers, z, da and if."""
    source = right.replace("−", "-").replace("²", "**2").replace("½", "0.5")
    source = re.sub(r"(?<=[\w)]) (?=[\w(])(?!if\b|else\b)", " * ", source)
    source = re.sub(r"(if|else) \* ", r"\1 ", source)
    return eval(source, {"max": max, "min": min, "exp": np.exp, **names})


@pytest.mark.parametrize(
    "layer",
    [
        cr.LeakyReLU(),
        cr.LeakyReLU(slope=1),
        cr.LeakyReLU(slope=0.25),
        cr.ELU(),
        cr.ELU(alpha=0.5),
        cr.SELU(),
    ],
    ids=repr,
)
def test_a_printed_number_is_the_number_that_runs(layer):
    """The equations of piecewise layers, evaluated as they are printed."""
    net = network(cr.Dense(1, bias=False, init=1.0), layer, inputs=(1,))
    lines = dict(
        re.split(r" = ", line.strip(), maxsplit=1)
        for line in net.equations().splitlines()
        if " = " in line
    )
    for z in (-2.0, -0.5, 0.7, 3.0):
        seen = net.gradients([[z]], [[0.0]])
        got = value_of(lines["a1"], {"z1": z})
        assert np.isclose(got, net.activations([[z]])["a1"].item(), rtol=1e-5)
        got = value_of(lines["dz1"], {"z1": z, "da1": seen["da1"].item()})
        assert np.isclose(got, seen["dz1"].item(), rtol=1e-5), lines["dz1"]


def test_symbols_do_not_leak_into_words():
    assert write("z = x W + b", {"x": "a2", "W": "W3", "b": "b3", "z": "z3"}) == "z3 = a2 W3 + b3"
    assert (
        write("l = log Σₖ exp(z) − z[y]", {"z": "z1", "y": "y", "l": "l"})
        == "l = log Σₖ exp(z1) − z1[y]"
    )
    assert write("dgamma = Σₙ du", {"gamma": "gamma2", "u": "u2"}) == "dγ2 = Σₙ du2"
    assert (
        write("L = D + lam Omega", {"L": "L", "D": "D_2", "lam": "lam3", "Omega": "Omega1"})
        == "L = D_2 + λ3 Ω1"
    )


# ---------------------------------------------------------------- LaTeX

LAYERS = {
    name: EXAMPLES[name][0] if name in EXAMPLES else (getattr(cr, name)(), (3,))
    for name in cr.layers.__all__
    if name not in ("Layer", "Heads", "Join")  # test_several_outputs.py, test_join.py
} | {"Dense": (cr.Dense(2, penalty=cr.ElasticNet(0.1, 0.2)), (3,))}
LOSSES = {
    name: getattr(cr.losses, name)()
    for name in cr.losses.__all__
    if name not in ("Loss", "L1", "L2", "ElasticNet")
} | {
    "Smoothed": cr.SoftmaxCrossEntropy(label_smoothing=0.1),
    "Half": cr.SquaredError(half=True, outputs="sum"),
}


def assert_balanced(source, lines):
    depth = 0
    for match in re.finditer(r"\\[{}]|[{}]", source):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        assert depth >= 0, source
    assert depth == 0, source
    assert (
        source.count("\\begin{aligned}")
        == source.count("\\end{aligned}")
        == source.count("\\[")
        == source.count("\\]")
    )
    body = [line for line in source.splitlines() if "aligned" not in line]
    assert len(body) == lines
    for line in body:
        assert line.count("&") == 1 and "\\sqrt(" not in line
        for opening, closing in ("()", "[]"):
            assert line.count(opening) == line.count(closing), line
        text_only = re.sub(r"\\[A-Za-z]+|\\.", "", line)
        assert text_only.isascii(), line


@pytest.mark.parametrize("name", LAYERS)
def test_latex_of_every_layer(name):
    layer, inputs = LAYERS[name]
    net = network(layer, inputs=inputs)
    assert_balanced(
        net.equations("latex"), sum(" = " in l or " += " in l for l in net.equations().splitlines())
    )


@pytest.mark.parametrize("name", LOSSES)
def test_latex_of_every_loss(name):
    net = network(cr.Dense(4), loss=LOSSES[name])
    assert_balanced(
        net.equations("latex"), sum(" = " in l or " += " in l for l in net.equations().splitlines())
    )


@pytest.mark.parametrize(
    ("equation", "source"),
    [
        ("z1 = x W1 + b1", r"z_{1} = x\,W_{1} + b_{1}"),
        ("m\u0302 = m / (1 − β1ᵗ)", r"\hat{m} = m / (1 - \beta_{1}^{t})"),
        ("√(v\u0302) + Φ⁻¹(u)", r"\sqrt{\hat{v}} + \Phi^{-1}(u)"),
        ("dW1 = xᵀ dz1", r"\partial_{W_{1}} = x^{\top}\,\partial_{z_{1}}"),
        ("dz1 += dz2 W2ᵀ", r"\partial_{z_{1}} \mathrel{+}= \partial_{z_{2}}\,W_{2}^{\top}"),
        ("a1 = σ(z1)", r"a_{1} = \sigma(z_{1})"),
        (
            "u1 = γ1 (x − μ1) / √(v1 + 1e-05) + β1",
            r"u_{1} = \gamma_{1} (x - \mu_{1}) / \sqrt{v_{1} + 10^{-5}} + \beta_{1}",
        ),
        ("a1_2 = tanh(z1_2)", r"a_{1,2} = \tanh(z_{1,2})"),
        ("l = 0.5 Σₖ (z1 − y)²", r"l = 0.5\,\sum_k (z_{1} - y)^{2}"),
        ("dx = √(√(v + 1) + 2)", r"\partial_{x} = \sqrt{\sqrt{v + 1} + 2}"),
        ("a = z Φ(z)", r"a = z\,\Phi(z)"),
        ("a = exp(−x²)", r"a = \exp(-x^{2})"),
        ("k = 2.5e-07", r"k = 2.5\cdot10^{-7}"),
    ],
)
def test_latex_of_single_equations(equation, source):
    assert latex(equation) == source


def test_latex_of_a_network():
    assert network(cr.Dense(1, bias=False)).equations("latex") == (
        "\\[\\begin{aligned}\n"
        "z_{1} &= x\\,W_{1} \\\\\n"
        "l &= \\sum_k (z_{1} - y)^{2} \\\\\n"
        "L &= \\sum_n\\,c\\,l\n"
        "\\end{aligned}\\]\n"
        "\\[\\begin{aligned}\n"
        "\\partial_{L} &= 1 \\\\\n"
        "\\partial_{l} &= \\partial_{L}\\,c \\\\\n"
        "\\partial_{z_{1}} &= 2\\,\\partial_{l} (z_{1} - y) \\\\\n"
        "\\partial_{W_{1}} &= x^{\\top}\\,\\partial_{z_{1}}\n"
        "\\end{aligned}\\]"
    )


# ---------------------------------------------------------------- attributes of a user's own op


@op
def amplify(x, k=2.0):
    """s = k x"""
    return x * k


@amplify.gradient
def amplify_backward(ds, s, x, k=2.0):
    """dx = ds k"""
    return (ds * k,)


class Amplify(cr.Layer):
    k: float | None = None

    def __call__(self, x):
        return amplify(x) if self.k is None else amplify(x, k=self.k)


@pytest.mark.parametrize(
    ("k", "forward", "backward"),
    [
        (3.0, "s1 = 3 z1", "dz1 = ds1 3"),
        (None, "s1 = 2 z1", "dz1 = ds1 2"),  # the signature's default
        (1 / 3, "s1 = 0.333333 z1", "dz1 = ds1 0.333333"),
        (1e-7, "s1 = 1e-07 z1", "dz1 = ds1 1e-07"),
        (-2.0, "s1 = (−2) z1", "dz1 = ds1 (−2)"),  # not a subtraction
    ],
)
def test_an_attribute_is_its_number(k, forward, backward):
    printed = text(cr.Dense(1), Amplify(k)).splitlines()
    assert f"  {forward}" in printed and f"  {backward}" in printed
