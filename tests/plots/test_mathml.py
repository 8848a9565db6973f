"""What mathml.py promises: every printed equation is well-formed MathML with the same words."""

import re
from xml.etree import ElementTree

import pytest

import chainrule as cr
from chainrule.plots.mathml import as_page, formula, written


def read(equation):
    return ElementTree.fromstring(formula(equation).replace("&#160;", " "))


def shape(equation):
    """Return the elements without signs of space: mi, mo(=), ..."""
    return re.sub(r" (mathvariant|stretchy|display|width)=\"[^\"]*\"", "", formula(equation))


@pytest.mark.parametrize(
    ("equation", "part"),
    [
        ("W1", "<msub><mi>W</mi><mn>1</mn></msub>"),
        ("dW1_2", "<mi>d</mi><msub><mi>W</mi><mn>1,2</mn></msub>"),
        ("w_ij", "<msub><mi>w</mi><mi>ij</mi></msub>"),
        ("running_mean2", "<msub><mi>running_mean</mi><mn>2</mn></msub>"),
        ("xᵀ", "<msup><mi>x</mi><mi>⊤</mi></msup>"),
        ("(a − b)²", "</mrow><mn>2</mn></msup>"),
        ("Σₙ", "<msub><mi>Σ</mi><mi>n</mi></msub>"),
        ("√(v + 1)", "<msqrt><mi>v</mi>"),
        ("√v", "<msqrt><mi>v</mi></msqrt>"),
        ("½ a", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        ("1e-05", "<msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup>"),
        ("2e+03", "<mn>2</mn><mo>·</mo><msup><mn>10</mn>"),
        ("dγ2", "<mi>d</mi><msub><mi>γ</mi><mn>2</mn></msub>"),
        ("max(z, 0)", "<mi>max</mi>"),
        ("d", "<mi>d</mi>"),
        ("a < b", "<mo>&lt;</mo>"),
        ("m\u0302", '<mover accent="true"><mi>m</mi><mo>^</mo></mover>'),
        ("β1ᵗ", "<msup><msub><mi>β</mi><mn>1</mn></msub><mi>t</mi></msup>"),
        ("Φ⁻¹", "<msup><mi>Φ</mi><mn>−1</mn></msup>"),
    ],
)
def test_signs_become_elements(equation, part):
    assert part in shape(equation) and read(equation).tag == "math"


NETS = [
    (cr.Dense(3), cr.Tanh(), cr.BatchNorm(), cr.Dropout(0.5), cr.Dense(2, penalty=cr.L2(0.1))),
    (cr.Dense(3), cr.GELU(), cr.LayerNorm(), cr.ELU(), cr.SELU(), cr.Softplus(), cr.PReLU()),
    (
        cr.Dense(4),
        cr.Reshape(2, 2, 1),
        cr.Conv2D(2, kernel=2, padding=1),
        cr.MaxPool2D(2),
        cr.Flatten(),
    ),
]


@pytest.mark.parametrize("layers", NETS)
@pytest.mark.parametrize("loss", [cr.Huber(), cr.SoftmaxCrossEntropy()])
def test_equations_of_networks_are_well_formed_and_whole(layers, loss):
    text = cr.Network(*layers, loss=loss, inputs=(4,)).equations()
    assert isinstance(text, str) and repr(text) == str(text) == text[:]
    page = text._repr_html_()
    tree = ElementTree.fromstring(page.replace("&#160;", " "))
    lines = [line for line in text.split("\n") if line.startswith(" ")]
    assert len(list(tree.iter("tr"))) == len(lines)
    for line in lines:
        math = ElementTree.fromstring(formula(line.strip()).replace("&#160;", " "))
        assert list(math.itertext())
    assert "forward" in page and "backward" in page


def test_latex_stays_text():
    assert written("\\[x\\]", "latex")._repr_html_() is None
    assert as_page("forward\n  a").count("<tr>") == 1


def test_a_network_writes_its_equations_for_a_page():
    net = cr.Network(cr.Dense(2), cr.Tanh(), loss=cr.SquaredError(), inputs=(3,))
    written = net.equations("mathml")
    lines = [line for line in net.equations().splitlines() if line.startswith(" ")]
    assert written.count("<math") == 2 * len(lines)  # one for each side
    assert "<msub><mi>W</mi><mn>1</mn></msub>" in written
