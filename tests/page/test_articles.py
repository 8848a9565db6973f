"""The articles' numbers in the page: their algorithms in JavaScript against NumPy and golden."""

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
TESTS = Path(__file__).resolve().parents[1]
WEB = TESTS.parent / "src/chainrule/page/web"
GOLDEN = json.loads((TESTS / "golden/seeds.json").read_text())


@pytest.fixture(scope="module")
def numbers():
    script = TESTS / "page/node/articles_numbers.mjs"
    done = subprocess.run(["node", script, WEB], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def close(found, wanted):
    assert np.abs(np.asarray(found) - np.asarray(wanted)).max() < 1e-10


def test_the_legacy_stream_is_numpys(numbers):
    random = np.random.RandomState(2**32 - 1)
    assert numbers["stream"]["random"] == random.random_sample(700).tolist()
    assert numbers["stream"]["below"] == [int(random.randint(k + 1)) for k in range(50)]


@pytest.mark.parametrize("steps", ["1", "10", "100", "1000", "10000", "15000"])
def test_the_neuron_has_its_golden_weights_and_answers(numbers, steps):
    golden = GOLDEN["single_neuron"]["by_iterations"][steps]
    close(numbers["neuron"][steps]["w"], golden["w"])
    close(numbers["neuron"][steps]["pred"], [golden["pred"][f"{k:03b}"] for k in range(8)])


def test_the_neuron_gives_the_published_answers(numbers):
    close(numbers["w0"], GOLDEN["single_neuron"]["w0"])
    assert f"{numbers['neuron']['10000']['pred'][4]:.8f}" == "0.99993704"
    assert f"{numbers['neuron']['15000']['pred'][4]:.7f}" == "0.9999584"


@pytest.mark.parametrize("seed", ["0", "1", "2", "3", "42"])
def test_two_layers_have_their_golden_numbers(numbers, seed):
    golden, found = GOLDEN["loy_two_layer"]["by_seed"][seed], numbers["two"][seed]
    assert np.array_equal(found["start"]["W1"], golden["W1_0"])
    close(np.ravel(found["start"]["W2"]), np.ravel(golden["W2_0"]))
    close(found["end"]["W1"], golden["W1"])
    close(np.ravel(found["end"]["W2"]), np.ravel(golden["W2"]))
    close(found["before"], np.ravel(golden["output_of_last_forward"]))
    close(found["after"], np.ravel(golden["output_after_last_update"]))
    for step, loss in golden["sse_at"].items():
        close(found["losses"][step], loss)


def szabo(activation, derivative, seed):
    """Return the four answers of the class after 10,000 rows, in NumPy."""
    random = np.random.RandomState(seed)
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    y = np.array([0.0, 1, 1, 0])
    W1 = 0.25 * (2 * random.random_sample((3, 3)) - 1)
    W2 = 0.25 * (2 * random.random_sample((3, 1)) - 1)

    def f(z):
        return np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z))

    def slope(a):
        a = a if derivative == "right" else f(a)
        return 1 - a * a if activation == "tanh" else a * (1 - a)

    for _ in range(10_000):
        i = random.randint(4)
        a0 = X[i : i + 1]
        a1 = f(a0 @ W1)
        a2 = f(a1 @ W2)
        delta2 = (y[i] - a2) * slope(a2)
        delta1 = (delta2 @ W2.T) * slope(a1)
        W2 = W2 + 0.2 * a1.T @ delta2
        W1 = W1 + 0.2 * a0.T @ delta1
    return f(f(X @ W1) @ W2)[:, 0]


def test_xor_settles_where_the_class_settles(numbers):
    for found in numbers["exclusive"]:
        variant = found["activation"], found["derivative"], found["seed"]
        if found["seed"] == 3:
            close(found["answers"], szabo(*variant))
        answers = np.array(found["answers"])
        if found["activation"] == "tanh":
            low, high = {"right": (0.978, 0.989), "published": (0.9977, 0.9987)}[variant[1]]
            assert low < answers[1] < high
        else:
            assert np.abs(answers - 0.5).max() < 0.08  # both wait on the plateau


def test_the_check_of_the_gradient_finds_the_published_derivative(numbers):
    for found in numbers["exclusive"]:
        assert found["check"]["right"] == (found["derivative"] == "right"), found
        if found["derivative"] == "right":
            assert found["check"]["worst"] < 1e-6
