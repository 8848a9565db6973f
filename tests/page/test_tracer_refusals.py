"""Networks with changed settings: taken where Python takes them, else refused in words."""

import base64
import json
import random
import warnings
from copy import deepcopy
from functools import cache

import numpy as np
import pytest
from tests.page.tracer_networks import draw
from tests.page.tracer_optimizers import OptimizerDrawing

import chainrule as cr
from chainrule.errors import ChainruleError
from chainrule.files.settings_as_json import Table, describe, ours_in_runs
from chainrule.graph.byte_form import to_bytes

pytestmark = pytest.mark.slow

CLASSES = ours_in_runs()
MANY = 250
VALUES = [
    0,
    1,
    -1,
    2,
    3,
    7,
    10**6,
    0.5,
    1.5,
    -0.5,
    1e-5,
    True,
    False,
    None,
    "valid",
    "same",
    "x",
    "mean",
    [1, 2],
    [2],
    [0, 1, 2, 3],
    [],
    [1.5, 2],
    {"class": "losses.L1", "settings": {"rate": 0.1}},
    {"class": "layers.Tanh", "settings": {"name": ""}},
    {"class": "initializers.Normal", "settings": {"std": 0}},
    {"class": "initializers.Uniform", "settings": {"low": 2, "high": 1}},
]
ROWS = [[], [1], [3], [4, 4], [3, 3, 3], [2, 2, 2, 2]]


def places(described):
    """Yield each setting of a description: where it is, and its name."""
    if isinstance(described, dict):
        if "class" in described:
            yield from ((described["settings"], name) for name in described["settings"])
        described = list(described.values())
    if isinstance(described, list):
        for inner in described:
            yield from places(inner)


@cache
def described(seed):
    """Return the description of a drawn network."""
    return draw(seed)["description"]


def changed(seed):
    """Return the description of a network with a setting or two of other values."""
    rng = random.Random(seed)
    network = deepcopy(described(5000 + seed % 60))
    for _ in range(rng.choice([1, 1, 2])):
        where, name = rng.choice([*places(network["layers"]), *places(network["loss"])])
        alike = [value for value in VALUES if type(value) is type(where[name])]
        where[name] = deepcopy(rng.choice(alike if alike and rng.random() < 0.8 else VALUES))
    if rng.random() < 0.2:
        network["inputs"] = {"x": rng.choice(ROWS)}
    return network | {"seed": 1}


def in_python(network):
    """Return the bytes of the train Program; None if Python refuses the network."""
    table, target = Table(CLASSES, {}), network["target"]
    y = np.zeros((0, *target["shape"]), np.int32 if target["number"] == "index" else float)
    try:
        layers, loss = table.build(network["layers"]), table.build(network["loss"])
        programs = cr.trace(layers, loss, tuple(network["inputs"]["x"]), y=y)
        if programs.train.size < 10_000:
            cr.initial_theta(programs.train, 1)
    except (ChainruleError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    return to_bytes(programs.train)


@pytest.fixture(scope="module")
def networks():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [changed(seed) for seed in range(MANY)]


@pytest.fixture(scope="module")
def found(node, networks):
    optimizers = [
        describe(OptimizerDrawing(seed).update_list(), classes=CLASSES) for seed in range(100)
    ]
    asked = {"networks": networks, "optimizers": optimizers, "edits": 3000}
    return node("tracer_refusals.js", asked)


def test_the_page_takes_what_python_takes(networks, found):
    taken = 0
    for network, answer in zip(networks, found["answers"], strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = in_python(network)
        made = answer.get("made")
        assert (made and base64.b64decode(made)) == expected, (json.dumps(network), answer)
        taken += expected is not None
    assert 50 < taken < MANY - 50


def test_refusals_have_sentences_in_both_languages(found):
    assert not [answer for answer in found["answers"] if answer.get("wrong")]
    assert len({answer["key"] for answer in found["answers"] if "key" in answer}) > 15


def test_damaged_bytes_are_refused(found):
    assert set(found["keys"]) == {"graph.broken_bytes", "read"}


def test_any_json_is_refused_with_a_sentence(found):
    assert found["wrong"] == []
    assert found["deep"] == ["graph.too_deep", "graph.too_deep", "graph.many_steps"]
