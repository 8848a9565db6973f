"""A saved network comes back as it was; anything else than such a file gets one FileError."""

import json
import os

import numpy as np
import pytest
from safetensors import safe_open
from tests.files.networks import NETWORKS, X

import chainrule as cr
from chainrule.files.container import KEY, read, write


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_comes_back_bit_for_bit(name, tmp_path):
    net, path = NETWORKS[name](), tmp_path / "net"
    net.theta[...] += np.abs(
        np.random.default_rng(1).normal(size=net.theta.shape)
    )  # a variance > 0
    net.save(path)
    twin = cr.Network.load(path)
    assert twin.predict(X).tobytes() == net.predict(X).tobytes()
    assert (twin.layers, twin.loss, twin.seed, twin.dtype) == (
        net.layers,
        net.loss,
        net.seed,
        net.dtype,
    )
    assert (twin.inputs, twin.frozen, twin.rates) == (net.inputs, net.frozen, net.rates)
    assert twin.equations() == net.equations()
    assert twin.reset().theta.tobytes() == net.reset().theta.tobytes()
    assert os.listdir(tmp_path) == ["net"]


def test_a_trained_network_keeps_frozen_layers_rates_and_its_kind_of_target(tmp_path):
    net = cr.Network(cr.Dense(3), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
    net.fit(X, np.eye(2)[[0, 1, 0, 1, 1, 1, 0]], verbose=0)
    net.freeze("dense1").scale_lr({"dense2": 0.5})
    net.save(tmp_path / "net")
    twin = cr.Network.load(tmp_path / "net")
    assert (twin.frozen, twin.rates) == ({"dense1/W", "dense1/b"}, {"dense2": 0.5})
    train = twin.programs.train
    assert train.values[train.inputs["y"]].number == "real"
    assert twin.theta.flags.writeable


def test_all_fields_are_written_out_and_only_one_metadata_key(tmp_path):
    NETWORKS["plain"]().save(tmp_path / "net")
    with safe_open(tmp_path / "net", "numpy") as file:
        assert list(file.metadata()) == [KEY]
        about = json.loads(file.metadata()[KEY])
        assert {"dense1/W", "dense2/b", "program/predict", "program/train", "program/score"} <= set(
            file.keys()
        )
        assert file.get_tensor("dense1/W").shape == (4, 3)
    assert about["format"] == 1 and about["chainrule"] == cr.__version__
    first = about["layers"][0]
    assert first["class"] == "layers.Dense"
    assert set(first["settings"]) == {
        "units",
        "bias",
        "init",
        "penalty",
        "trainable",
        "name",
        "tie",
    }
    assert about["loss"]["settings"] == {"reduction": "mean", "outputs": "mean", "half": False}


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in "ab":
        NETWORKS["nested"]().save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_a_file_cannot_hold_is_said_when_saving(tmp_path):
    net = cr.Network(
        cr.Dense(2, init=lambda shape, draw: np.ones(shape)), loss=cr.SquaredError(), inputs=(4,)
    )
    with pytest.raises(cr.FileError, match="def"):
        net.save(tmp_path / "net")
    net = NETWORKS["plain"]()
    net.theta[0] = np.nan
    with pytest.raises(cr.FileError, match="finite"):
        net.save(tmp_path / "net")
    with pytest.raises(cr.NotBuiltError):
        cr.Network(cr.Dense(2), loss=cr.SquaredError()).save(tmp_path / "net")
    assert not os.listdir(tmp_path)


# -------------------------------------------- files that are not ours, with a right checksum


def reseal(path, change_about=None, change_tensors=None):
    """What somebody who knows the format can write."""
    about, tensors = read(path)
    (change_about or (lambda a: None))(about)
    (change_tensors or (lambda t: None))(tensors)
    write(path, tensors, about)


def in_layer(key, value):
    return lambda about: about["layers"][0]["settings"].__setitem__(key, value)


def set_key(*keys):
    *keys, last, value = keys

    def change(about):
        for key in keys:
            about = about[key]
        about[last] = value

    return change


def deep(about):
    spec = {"class": "layers.Identity", "settings": {}}
    for _ in range(250):
        spec = {"class": "layers.Sequential", "settings": {"layers": [spec], "name": ""}}
    about["layers"].append(spec)


ABOUT = {
    "format": (set_key("format", 2), "expected format 1, got 2"),
    "a true format": (set_key("format", True), "expected format 1"),
    "huge layer": (in_layer("units", 10**12), "no array of the file has"),
    "wrong units": (in_layer("units", 5), "no array of the file has"),
    "negative units": (in_layer("units", -1), "units must be"),
    "words for numbers": (in_layer("units", "4"), "units must be"),
    "unknown setting": (in_layer("colour", 1), "there is no setting 'colour'"),
    "penalty is a layer": (in_layer("penalty", {"class": "layers.Tanh", "settings": {}}), ""),
    "unknown layer": (
        set_key("layers", 0, "class", "layers.Dence"),
        "'layers.Dence', which this version",
    ),
    "abstract layer": (
        set_key("layers", 0, "class", "layers.Layer"),
        "'layers.Layer', which this version",
    ),
    "code": (set_key("layers", 0, {"function": "system"}), r"known=\(system,\)"),
    "no spec": (set_key("layers", 0, {"a": 1}), "not in chainrule's form"),
    "loss is a layer": (set_key("loss", {"class": "layers.Tanh", "settings": {}}), "loss"),
    "layer is a loss": (set_key("layers", 0, {"class": "losses.Huber", "settings": {}}), ""),
    "layer is a number": (set_key("layers", 0, 3), "layers"),
    "inputs": (set_key("inputs", "x", [0]), "whole numbers ≥ 1"),
    "input names": (set_key("inputs", {"u": [4]}), ""),
    "huge inputs": (set_key("inputs", "x", [2**30]), "no array of the file has"),
    "seed": (set_key("seed", -1), "seed"),
    "dtype": (set_key("dtype", "float16"), "dtype"),
    "other dtype": (set_key("dtype", "float64"), "expected float64"),
    "frozen": (set_key("frozen", ["nothing"]), "nothing"),
    "frozen number": (set_key("frozen", [3]), ""),
    "rates": (set_key("rates", {"dense1": -1}), "factor"),
    "target": (set_key("target", {"number": "real", "shape": [[]]}), "whole numbers"),
    "no layers": (lambda about: about.pop("layers"), "not complete"),
    "deep": (deep, ""),
}


@pytest.mark.parametrize("name", ABOUT)
def test_hostile_descriptions(name, tmp_path):
    change, message = ABOUT[name]
    NETWORKS["plain"]().save(tmp_path / "net")
    reseal(tmp_path / "net", change)
    with pytest.raises(cr.FileError, match=message or ".") as caught:
        cr.Network.load(tmp_path / "net")
    assert type(caught.value) is cr.FileError and "\n" not in str(caught.value)


def test_a_sequence_without_end_is_refused(tmp_path):
    net = cr.Network(cr.EachStep(cr.Identity()), loss=cr.SquaredError(), inputs=(3, 2))
    net.save(tmp_path / "net")
    reseal(tmp_path / "net", set_key("inputs", "x", [10**9, 2]))
    with pytest.raises(cr.FileError, match="more steps"):
        cr.Network.load(tmp_path / "net")


TENSORS = {
    "missing": (lambda t: t.pop("dense1/b"), "no array|is missing"),
    "too many": (lambda t: t.update(extra=np.ones(3)), "'extra' too many"),
    "shape": (
        lambda t: t.update({"dense1/W": np.ones((3, 4), np.float32)}),
        "no array of the file has",
    ),
    "type": (lambda t: t.update({"dense1/W": np.ones((4, 3), np.int32)}), "expected float32"),
    "nan": (lambda t: t.update({"dense1/W": np.full((4, 3), np.nan, np.float32)}), "finite"),
    "program": (lambda t: t.pop("program/train"), "program/train is missing"),
    "initial": (lambda t: t.update({"initial:W9": np.ones(2)}), "W9"),
}


@pytest.mark.parametrize("name", TENSORS)
def test_hostile_arrays(name, tmp_path):
    change, message = TENSORS[name]
    NETWORKS["plain"]().save(tmp_path / "net")
    reseal(tmp_path / "net", change_tensors=change)
    with pytest.raises(cr.FileError, match=message):
        cr.Network.load(tmp_path / "net")


@pytest.mark.parametrize("depth", [120, 170, 300])
def test_layers_that_are_nested_too_deep_for_a_reader_are_not_written(depth, tmp_path):
    """What is written can be read: a reader in a deep stack needs some of it too."""
    layer, path = cr.Dense(1), tmp_path / "net"
    for _ in range(depth):
        layer = cr.Sequential(layer)
    net = cr.Network(layer, loss=cr.SquaredError(), inputs=(2,))
    if depth == 120:
        net.save(path)
        assert cr.Network.load(path).predict(np.ones((1, 2))).shape == (1, 1)
        return
    with pytest.raises(cr.FileError, match=r"nested at most 160 deep, got more\. Put them"):
        net.save(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (lambda: cr.Hopfield().store([[1, -1, 1]]), "a Hopfield network. Use the load of Hopfield"),
        (lambda: cr.RBM(2, visible=3), "a Boltzmann machine. Use the load of RBM"),
    ],
)
def test_the_file_of_another_model_is_named(tmp_path, other, name):
    path = tmp_path / "other.safetensors"
    other().save(path)
    with pytest.raises(cr.FileError, match=f"other.safetensors: expected a Network, got {name}."):
        cr.Network.load(path)
