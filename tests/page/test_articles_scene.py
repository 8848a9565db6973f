"""The articles' scene without a browser: lines, engine and Python code give the same numbers."""

import contextlib
import io
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]
SCRIPTS = Path(__file__).parent / "node"
NAMES = ["neuron", "longer", "two_layer", "right", "published", "logistic"]


@pytest.fixture(scope="module")
def scene():
    done = subprocess.run(
        ["node", SCRIPTS / "articles_scene.mjs"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_its_python_code_gives_the_same_numbers(scene, name):
    found = scene["results"][name]
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(found["python"], name, "exec"), space)
    for weights, values in found["weights"].items():
        assert np.abs(space[weights] - np.array(values)).max() < 1e-10
    if "net" in space:
        first = next(iter(found["weights"]))
        assert np.abs(space["net"].parameters["W1"] - found["weights"][first]).max() < 1e-10
        answer = space["net"].predict(np.array([space["ASK"]], float))[0, 0]
        assert abs(answer - found["answer"]) < 1e-10
    assert found["back"], "the code was not read back as it was written"


def test_the_engine_follows_the_lines(scene):
    assert scene["engine"]["neuron"]["steps"] == 10_000
    assert scene["engine"]["two_layer"]["steps"] == 1500
    assert all(found["worst"] < 1e-10 for found in scene["engine"].values())


def test_lines_and_steps_go_forward_and_back(scene):
    assert scene["moves"] == [
        [1, 1],
        [0, 6],
        [0, 5],
        [0, 6],  # a step back from the beginning stays there, with all lines
        [10_000, 6],
        [10_000, 6],
        [10_000, 6],
        [15_000, 6],
        [10_000, 6],  # a shorter run cannot stand at a later step
        [10_000, 6],  # two numbers are no question
    ]


def test_links_come_back_and_wrong_ones_are_refused_with_words(scene):
    assert scene["links"]["wrong"] == []
    assert scene["links"]["refused"] > 300
    assert scene["links"]["empty"] == {}


def test_other_code_is_refused_with_words(scene):
    assert all(key.startswith("articles.python.") for key in scene["refusals"])


def test_texts(scene):
    assert scene["texts"] == []
