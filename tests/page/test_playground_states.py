"""The playground without a browser: reducer, links, and Python code that makes the same rows."""

import json
import random

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.slow


def data(**changes):
    return {"type": "data", "changes": changes}


def choose(name):
    return {"type": "set", "set": name}


def change(**changes):
    return {"type": "change", "changes": changes}


GIVEN = {
    "names": ["width", "height", "depth"],
    "x": [round(k * 0.37 % 2 - 1, 3) for k in range(60)],
    "y": [k % 3 for k in range(20)],
    "words": ["red", "green", "blue"],
}
LONG = {  # numbers of seven digits and more, and an input that has one value only
    "names": ["income", "share", "rare"],
    "x": [v for k in range(20) for v in (1441063 + 7 * k, round(0.123456789 * k, 9), 0)],
    "y": [round(0.987654321 * k, 9) for k in range(20)],
    "words": None,
}
CASES = {
    "defaults": [],
    "moons": [choose("moons"), data(n=100, noise=0.2, seed=5)],
    "rings of two": [choose("circles"), data(n=60)],
    "rings of four": [choose("circles"), data(classes=4, n=101)],
    "five spirals": [data(classes=5, test=0.4)],
    "clouds": [choose("blobs"), data(classes=3)],
    "XOR": [choose("xor"), data(noise=0.1)],
    "unequal checkers": [choose("checkerboard"), data(classes=3, share=0.6, n=90)],
    "unequal spirals": [data(share=0.1, n=150)],
    "stripes": [choose("stripes"), data(test=0)],
    "plane": [choose("plane")],
    "hill": [choose("hill"), data(noise=0)],
    "hills": [choose("hills"), data(seed=9)],
    "waves": [choose("sine")],
    "saddle": [choose("saddle"), {"type": "change", "changes": {"standardize": True}}],
    "formula": [choose("formula"), data(formula="x² + y² < 0.5 and x > -0.5", noise=0.05)],
    "formula of three": [choose("formula"), data(formula="floor(x1 + 1) + (x2 > 0)")],
    "formula with holes": [choose("hill"), choose("formula"), data(formula="log(x1 + 0.5)")],
    "features": [
        {"type": "feature", "text": "x1^2", "on": True},
        {"type": "feature", "text": "sin(pi*x2)", "on": True},
        {"type": "feature", "text": "tanh(3 x1) + |x2|", "on": True},
        {"type": "feature", "text": "x1", "on": False},
        {"type": "change", "changes": {"standardize": True}},
    ],
    "a table": [{"type": "table", "given": GIVEN, "task": "classes"}],
    "a table of numbers": [
        {"type": "table", "given": {**GIVEN, "words": None}, "task": "number"},
        {"type": "feature", "text": "width*depth", "on": True},
    ],
    "a table of long numbers": [
        {"type": "table", "given": LONG, "task": "number"},
        change(standardize=True),
    ],
    "one-hot targets": [data(classes=3), change(loss={"class": "losses.SquaredError"})],
    "signs": [change(loss={"class": "losses.Hinge"})],
    "signs of three": [data(classes=3), change(loss={"class": "losses.SquaredHinge"})],
    "two outputs": [change(loss={"class": "losses.SoftmaxCrossEntropy"})],
    "spread": [choose("hill"), change(loss={"class": "losses.GaussianNLL"})],
    "everything": [
        {"type": "add layer"},
        {"type": "layer", "at": 0, "changes": {"units": 5, "activation": "LeakyReLU"}},
        {"type": "layer", "at": 1, "changes": {"norm": "BatchNorm", "dropout": 0.2}},
        {
            "type": "layer",
            "at": 2,
            "changes": {
                "init": {"class": "initializers.Normal", "settings": {"std": 0.3}},
                "penalty": {"class": "losses.L2", "settings": {"rate": 0.01}},
                "norm": "LayerNorm",
            },
        },
        change(
            optimizer={"class": "optimizers.Momentum", "settings": {"lr": 0.1, "momentum": 0.8}},
            schedule={
                "class": "schedules.ExponentialDecay",
                "settings": {"start": 0.1, "steps": 100, "factor": 0.5},
            },
            clip={"class": "optimizers.ClipGlobalNorm", "settings": {"limit": 2}},
            batchSize=16,
            dtype="float64",
            seed=3,
        ),
        {"type": "stop", "changes": {"epochs": 3}},
    ],
    "all rows in a step, no hidden layer": [
        {"type": "remove layer"},
        {"type": "remove layer"},
        change(batchSize=0),
    ],
}


@pytest.fixture(scope="module")
def made(node):
    found = node("playground_states.js", {"cases": list(CASES.values())})["made"]
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_python_code_makes_the_same_rows_and_trains(made, name):
    about = made[name]
    code = about["python"].replace("epochs=100", "epochs=1")
    names = {}
    exec(compile(code, name, "exec"), names)
    parts = {"train": ("X", "y")}
    if about["test"]["y"]:
        parts["test"] = ("X_test", "y_test")
    for part, (X, y) in parts.items():
        mine = np.array(about[part]["x"]).reshape(-1, about["inputs"])
        np.testing.assert_array_equal(mine.astype(np.float32), names[X].astype(np.float32))
        y = names[y]
        np.testing.assert_allclose(np.array(about[part]["y"]), y.ravel(), rtol=1e-14)
    assert isinstance(names["net"], cr.Network)


@pytest.mark.parametrize("name", CASES)
def test_links_and_python_lead_back(made, name):
    assert made[name]["again"]
    assert made[name]["back"]
    assert len(json.dumps(made[name]["link"])) < 3000


def damaged(value, draw):
    """Return a JSON value with something else at some place."""
    others = [
        None,
        -1,
        0,
        1e9,
        "x",
        "",
        [],
        {},
        True,
        [1],
        {"class": "losses.L2"},
        "__proto__",
        2.5,
    ]
    if isinstance(value, dict) and value and draw.random() < 0.8:
        name = draw.choice(list(value))
        if draw.random() < 0.1:
            return {**value, draw.choice(["__proto__", "extra", "set"]): draw.choice(others)}
        return {**value, name: damaged(value[name], draw)}
    if isinstance(value, list) and value and draw.random() < 0.7:
        k = draw.randrange(len(value))
        return [*value[:k], damaged(value[k], draw), *value[k + 1 :]]
    return draw.choice(others)


def test_damaged_links_are_read_or_refused_with_a_sentence(made, node):
    draw = random.Random(3)
    links = [about["link"] for about in made.values()]
    values = [damaged(draw.choice(links), draw) for _ in range(800)]
    found = node("playground_states.js", {"links": [*links, *values]})
    assert found["read"] >= len(links)
    assert "playground.link" in found["refused"]


def test_points_of_a_link_that_are_no_classes_are_refused(node):
    given = {**GIVEN, "names": ["x1", "x2"], "x": GIVEN["x"][:40], "words": None}
    count = len(given["x"]) // 2
    for wrong in (0.5, -1, 1_000_000):
        points = {**given, "y": [0, 1] * (count // 2 - 1) + [0, wrong]}
        link = {"data": {"set": "given"}, "given": points}
        found = node("playground_states.js", {"links": [link]})
        assert found["refused"] == ["playground.link"]
        number = {"data": {"set": "given", "task": "number"}, "given": points}
        assert node("playground_states.js", {"links": [number]})["read"] == 1


def test_actions_of_any_kind_leave_a_good_state(node):
    draw = random.Random(4)
    actions = [action for steps in CASES.values() for action in steps]
    actions += [
        {"type": "draw", "x": 0.5, "y": 0.25, "value": 1},
        {"type": "erase", "x": 0.5, "y": 0.25, "radius": 0.1},
        {"type": "clear"},
        {"type": "view", "changes": {"axes": [1, 0]}},
        {"type": "view", "changes": {"speed": 10}},
        {"type": "all layers", "changes": {"activation": "ReLU"}},
        {"type": "stop", "changes": {"test": True}},
        {"type": "take along", "given": {**GIVEN, "names": ["x1", "x2"], "x": GIVEN["x"][:40]}},
    ]
    drawn = [draw.choice(actions) for _ in range(300)]
    drawn = [damaged(action, draw) if draw.random() < 0.4 else action for action in drawn]
    drawn = [action for action in drawn if isinstance(action, dict)]
    assert node("playground_states.js", {"actions": drawn})["kept"] > 50
