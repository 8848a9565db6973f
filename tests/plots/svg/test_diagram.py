"""What diagram.py promises: any network is drawn, whole, with names, shapes and parameters."""

from xml.etree import ElementTree

import pytest
from tests.drawn_networks import draw
from tests.plots.svg.drawn import SVG, parse

import chainrule as cr
from chainrule.plots import svg
from chainrule.plots.svg.diagram import diagram

IMAGE = (
    cr.Conv2D(8),
    cr.BatchNorm(),
    cr.ReLU(),
    cr.MaxPool2D(2),
    cr.Flatten(),
    cr.Dense(10),
)
NETS = {
    "image": lambda: cr.Network(*IMAGE, loss=cr.SoftmaxCrossEntropy(), inputs=(28, 28, 1)),
    "unknown shapes": lambda: cr.Network(*IMAGE, loss=cr.SoftmaxCrossEntropy()),
    "branches": lambda: cr.Network(
        cr.Residual(cr.Dense(4), cr.Tanh()),
        cr.Concatenate(cr.Dense(3), cr.Sequential(cr.Dense(4), cr.ReLU())),
        loss=cr.SquaredError(),
        inputs=(4,),
    ),
    "sequence": lambda: cr.Network(
        cr.Embedding(9, 4), cr.Conv1D(3), cr.Flatten(), loss=cr.SquaredError(), inputs=(7,)
    ),
    "deep": lambda: cr.Network(
        *[layer for _ in range(12) for layer in (cr.Dense(3), cr.ReLU())],
        loss=cr.SquaredError(),
        inputs=(3,),
    ),
    "one layer": lambda: cr.Network(cr.Identity(), loss=cr.SquaredError(), inputs=(3,)),
}


def words(root):
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", NETS)
def test_a_drawing_is_xml_with_a_title_and_every_word_is_inside_it(name):
    root = parse(diagram(NETS[name]()))
    assert root.get("role") == "img" and root.get("aria-label").startswith("network: ")
    width = float(root.get("width"))
    for box in root.iter(f"{SVG}rect"):
        assert float(box.get("x", 0)) + float(box.get("width")) <= width + 0.01
    for polygon in root.iter(f"{SVG}polygon"):
        assert all(0 <= float(p.split(",")[0]) <= width for p in polygon.get("points").split())


def test_names_shapes_parameters_and_equations():
    text = " | ".join(words(parse(diagram(NETS["image"]()))))
    assert "6 layers, 13,626 parameters" in text
    for word in ("conv2d1", "(N, 26, 26, 8) · 80 parameters", "relu1", "a = max(z, 0)", "flatten1"):
        assert word in text
    assert "shapes are known after fit" in " ".join(words(parse(diagram(NETS["unknown shapes"]()))))


def test_there_is_an_arrow_for_each_value():
    root = parse(diagram(NETS["branches"]()))
    assert len(list(root.iter(f"{SVG}path"))) == len(list(root.iter(f"{SVG}polygon"))) == 10


def test_long_chains_have_columns():
    root = parse(diagram(NETS["deep"]()))
    assert float(root.get("height")) < 1100 < 26 * 76


def test_what_users_wrote_is_escaped():
    class Odd(cr.Layer):
        note: str = "<b>&"

        def __call__(self, x):
            return x

    net = cr.Network(Odd(note="<script>"), loss=cr.SquaredError())
    assert "<script>" not in net.draw() and "&lt;script&gt;" in net.draw()


def test_dense_chains_show_units_and_weights_others_boxes():
    dense = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    assert "W1[0, 2]" in dense.draw() and "dense1, tanh1" in dense.draw()
    assert dense.draw() == svg.network(dense) == dense._repr_svg_()
    for name in ("image", "unknown shapes", "branches", "sequence"):
        net = NETS[name]()
        assert net.draw() == diagram(net) == svg.network(net)


def test_a_network_that_diverged_is_drawn_without_its_weights():
    net = cr.Network(cr.Dense(3), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    net.theta[...] = float("nan")
    assert parse(net.draw()) is not None and "nan" not in net.draw()


def test_a_wide_layer_is_shortened():
    net = cr.Network(cr.Dense(500), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    assert "500 units" in net.draw(most=4) and net.draw(most=4).count('r="13"') == 2 + 4 + 1
    with pytest.raises(cr.ParameterError, match="most must be a whole number"):
        net.draw(most=1)


@pytest.mark.parametrize("seed", range(25))
def test_any_network_is_drawn(seed):
    drawn = draw(seed)
    net = cr.Network(*drawn.layers, loss=drawn.loss, inputs=tuple(drawn.shape))
    parse(net.draw())
    ElementTree.fromstring(net.summary()._repr_html_())
    ElementTree.fromstring(net.equations()._repr_html_().replace("&#160;", " "))


def test_the_middle_of_a_very_long_chain_is_left_out():
    layers = [layer for _ in range(150) for layer in (cr.Dense(2), cr.Tanh())]
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(2,))
    text = " | ".join(words(parse(net.draw())))
    assert "300 layers, 900 parameters" in text and "247 more layers" in text
    assert net.equations()._repr_html_() is None, "a thousand formulas are shown as text"


def test_an_estimator_is_drawn_as_its_network():
    class Estimator:
        network_ = NETS["image"]()

    assert svg.network(Estimator()) == Estimator.network_.draw()
