"""500 drawn networks traced by the page: bytes, weights, equations and formulas equal Python's."""

import base64
import json
import warnings

import numpy as np
import pytest
from tests import drawn_networks
from tests.page.tracer_networks import draw

import chainrule as cr
from chainrule.files.settings_as_json import describe
from chainrule.graph.byte_form import to_bytes
from chainrule.graph.equations import equations
from chainrule.plots.mathml import formula

pytestmark = pytest.mark.slow

MANY = 500
MODES = ("train", "predict", "score", "sample")


SPECIAL = [  # what is not drawn
    ((cr.Dense(3), cr.Tanh(), cr.Dense(4, tie="dense1")), (4,)),
    ((cr.Dense(3, name="in"), cr.Dense(4, tie="in", bias=False)), (4,)),
    ((cr.Dense(3, init=cr.initializers.Identity(2.5)),), (2,)),
    ((cr.Dense(2, init=[[1.5, -1], [2, 1e-7], [0, 3]], trainable=False),), (3,)),
    ((cr.Conv2D(2, kernel=1, init=np.arange(6.0).reshape(1, 1, 3, 2)),), (2, 2, 3)),
    ((cr.PReLU(init=[0.1, 0.2]), cr.Dense(1, init=0.5)), (2,)),
]


@pytest.fixture(scope="module")
def drawn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [draw(seed) for seed in range(MANY)] + [special(*one) for one in SPECIAL]


def special(layers, shape):
    about = {
        "layers": describe(layers),
        "loss": describe(cr.SquaredError()),
        "inputs": {"x": list(shape)},
        "seed": 5,
        "dtype": "float64",
    }
    return {"programs": cr.trace(layers, cr.SquaredError(), shape), "description": about}


@pytest.fixture(scope="module")
def others():
    """Return Programs of layers that the page cannot trace, and of ops that are not ours."""
    scaled = cr.Op(_scaled)
    scaled.gradient(_scaled_backward)

    class Scaled(cr.Layer):
        def __call__(self, z):
            return scaled(z, factor=2.0)

    own = cr.trace((cr.Dense(3), Scaled(), cr.Dense(2)), cr.SquaredError(), (4,))
    programs = [own.train, own.predict]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(60):
            one = drawn_networks.draw(seed)
            programs.append(cr.trace(one.layers, one.loss, one.shape, y=one.y).train)
    return programs


def _scaled(z, factor):
    """s = factor z"""
    return factor * z


def _scaled_backward(ds, s, z, factor):
    """dz = factor ds"""
    return (factor * ds,)


@pytest.fixture(scope="module")
def lines(drawn):
    """Return every equation of these networks, and those of docstrings, once."""
    texts = {
        line.strip()
        for one in drawn
        for mode in MODES
        if (program := getattr(one["programs"], mode)) is not None
        for line in equations(program).split("\n")
    }
    for name in cr.optimizers.__all__:
        first = (getattr(cr, name, cr.SGD).__doc__ or "").split("\n\n")[0]
        texts.add(" ".join(first.split()))
    return sorted(texts)


@pytest.fixture(scope="module")
def answers(node, drawn, others, lines):
    asked = {
        "networks": [one["description"] for one in drawn],
        "bytes": [base64.b64encode(to_bytes(program)).decode() for program in others],
        "formulas": lines,
    }
    return node("tracer_networks.js", asked)


def test_every_layer_and_loss_of_the_page_is_drawn(drawn, answers):
    text = json.dumps([one["description"] for one in drawn])
    for kind, names in answers["names"].items():
        missing = [name for name in names if f'"{kind}.{name}"' not in text]
        assert not missing
    left = {*cr.layers.__all__} - {*answers["names"]["layers"], "Layer"}
    assert left == {"Heads", "Join"}  # networks with several inputs or outputs


def test_bytes_and_defaults_equal_python_s(drawn, answers):
    for one, answer in zip(drawn, answers["networks"], strict=True):
        where = json.dumps(one["description"])
        assert tuple(answer["output"]) == one["programs"].output, where
        for mode in MODES:
            program = getattr(one["programs"], mode)
            found = answer["modes"].get(mode)
            assert (program is None) == (found is None), where
            if program is not None:
                assert base64.b64decode(found["bytes"]) == to_bytes(program), (mode, where)
                assert found["defaults"] == program.defaults, where


def test_first_weights_have_the_bits_of_python(drawn, answers):
    for one, answer in zip(drawn, answers["networks"], strict=True):
        about = one["description"]
        theta = cr.initial_theta(one["programs"].train, about["seed"], about["dtype"])
        assert base64.b64decode(answer["theta"]) == theta.tobytes(), json.dumps(about)


def test_equations_equal_python_s(drawn, answers):
    for one, answer in zip(drawn, answers["networks"], strict=True):
        for mode, found in answer["modes"].items():
            assert found["equations"] == equations(getattr(one["programs"], mode))
            assert found["again"] and found["same"], mode


def test_programs_of_any_layer_are_read_and_printed(others, answers):
    for program, answer in zip(others, answers["read"], strict=True):
        assert base64.b64decode(answer["bytes"]) == to_bytes(program)
    for program, answer in zip(others[2:], answers["read"][2:], strict=True):
        assert answer["equations"] == equations(program)
    # bytes hold no equation of an op that is not ours
    assert "  s1 = _scaled(z1, factor=2.0)" in answers["read"][0]["equations"].split("\n")


def test_formulas_equal_python_s(lines, answers):
    for line, found in zip(lines, answers["formulas"], strict=True):
        assert found == formula(line), line


def test_an_orthogonal_start_differs_in_the_last_bits_only(node):
    init = cr.initializers.Orthogonal
    layers = cr.Dense(7, init=init()), cr.Dense(3), cr.Dense(9, init=init(2.0))
    about = {
        "layers": describe(layers),
        "loss": describe(cr.Huber()),
        "inputs": {"x": [5]},
        "dtype": "float64",
        "seed": 3,
    }
    answer = node("tracer_networks.js", {"networks": [about], "bytes": [], "formulas": []})
    theta = np.frombuffer(base64.b64decode(answer["networks"][0]["theta"]))
    programs = cr.trace(layers, cr.Huber(), (5,))
    assert np.abs(theta - cr.initial_theta(programs.train, 3)).max() < 1e-14
