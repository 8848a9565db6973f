"""The digits' scene without a browser: its networks are Python's, bit for bit."""

import base64
import contextlib
import io
import json
import shutil
import subprocess
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.inspect.saliency import saliency

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]
SCRIPTS = Path(__file__).parent / "node"
NAMES = ["default", "wide", "convolution", "own", "moved"]


@pytest.fixture(scope="module")
def scene():
    done = subprocess.run(
        ["node", SCRIPTS / "digits_scene.mjs"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize("name", NAMES)
def test_its_python_code_gives_the_same_bits(scene, name, tmp_path, monkeypatch):
    if name == "default":
        pytest.importorskip("PIL")  # its drawing becomes a picture file
    monkeypatch.chdir(tmp_path)
    found = scene["trained"][name]
    space = {}
    with (
        mock.patch.object(native, "instruction_sets", lambda: ["plain"]),
        contextlib.redirect_stdout(io.StringIO()) as said,
        contextlib.redirect_stderr(io.StringIO()),
    ):
        exec(compile(found["python"], name, "exec"), space)
    theta = np.frombuffer(base64.b64decode(found["theta"]), np.float32)
    assert theta.tobytes() == space["net"].theta.tobytes()
    assert f"accuracy: {found['accuracy']}" in said.getvalue()
    assert found["back"], "the code was not read back as it was written"
    if name == "default":
        assert space["seen"].ravel().tolist() == scene["seen"], "the drawing is read otherwise"


def test_the_default_network_reads_the_held_out_digits(scene):
    assert scene["trained"]["default"]["accuracy"] == 0.98


def test_cells_and_pools_by_hand_are_those_of_the_engine(scene):
    assert scene["explained"]["cells"] < 1e-5
    assert scene["explained"]["pools"] == 0
    assert scene["explained"]["same"] == 0, "an empty pixel changes nothing when it is emptied"


def test_saliency_is_pythons(scene):
    found = scene["trained"]["convolution"]
    space = {}
    text = found["python"].split("print(")[0]
    with (
        mock.patch.object(native, "instruction_sets", lambda: ["plain"]),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        exec(compile(text, "convolution", "exec"), space)
    net, x = space["net"], np.array(scene["explained"]["x"], np.float32)[None]
    wanted = saliency(net, x, 3)
    slope = np.reshape(scene["explained"]["slope"], wanted.shape)
    assert np.abs(slope - wanted).max() < 1e-5 * np.abs(wanted).max() + 1e-7


def test_the_nearest_digits_are_the_nearest(scene):
    X, y = cr.datasets.digits()
    train = cr.datasets.split(np.reshape(X, (-1, 64)) / 16, y, seed=0)[0].astype(np.float32)
    for near in scene["near"]:
        distances = np.sqrt(((train - np.array(near["x"])) ** 2).sum(axis=1))
        order = np.argsort(distances, kind="stable")[:10]
        assert [one["row"] for one in near["found"]] == order.tolist()
        found = [one["distance"] for one in near["found"]]
        assert np.abs(found - distances[order]).max() < 1e-6


def test_weights_are_shown_only_where_they_belong_to_the_units(scene):
    none = {"incoming": None, "outgoing": None}
    empty, dense, norm_after, norm_before, own, pooled_first = scene["places"]
    assert empty == [none, None]
    assert dense == [{"incoming": "W1", "outgoing": "W2"}, None]
    assert norm_after == [{"incoming": "W1", "outgoing": None}, None]
    assert norm_before == [{"incoming": None, "outgoing": "W3"}, None]
    assert own == [{"incoming": None, "outgoing": "W4"}, {"W": "W1", "b": "b1", "z": "z1"}]
    assert pooled_first is None, "a convolution of a pooled picture is not one of the drawing"


def test_links_come_back_and_wrong_ones_are_refused_with_words(scene):
    assert scene["links"]["wrong"] == []
    assert scene["links"]["refused"] > 300
    assert scene["links"]["empty"] == {}


def test_other_code_is_refused_with_words(scene):
    assert all(key.startswith("digits.") for key in scene["refusals"]), scene["refusals"]


def test_actions_and_texts(scene):
    assert scene["undone"]
    assert scene["rate"] == 0.1, "an optimizer comes with a learning rate that suits it"
    assert scene["texts"] == []
