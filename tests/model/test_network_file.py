"""A saved network comes back as it was; anything else than such a file gets one FileError."""

import errno
import json
import math
import os
import resource
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import chainrule as cr
from chainrule.files.container import KEY, digest, read, write
from chainrule.files.settings_as_json import ours

X = np.random.default_rng(0).normal(size=(7, 4))


@cr.op
def cube(z):
    """a = z³"""
    return z * z * z


@cube.gradient
def cube_backward(da, a, z):
    """dz = 3 da z²"""
    return (3 * da * z * z,)


class Cube(cr.Layer):
    limit: float = math.inf

    def __call__(self, x):
        return cube(x)


def ones(shape, draw):
    return np.ones(shape)


def halves(shape, draw):
    return np.full(shape, 0.5)


NETWORKS = {
    "plain": lambda: cr.Network(
        cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,)
    ),
    "nested": lambda: cr.Network(
        cr.Sequential(cr.Dense(4, name="first"), cr.ReLU(), name="block"),
        cr.Residual(cr.Dense(4, penalty=cr.ElasticNet(1e-3, 1e-4)), cr.LeakyReLU(slope=0.2)),
        cr.Dense(3, bias=False, init=cr.initializers.Orthogonal(2.0)),
        loss=cr.SoftmaxCrossEntropy(label_smoothing=0.1),
        inputs=(4,),
        seed=5,
    ),
    "state": lambda: cr.Network(
        cr.Reshape(2, 2),
        cr.Flatten(),
        cr.Dense(5, init=np.arange(20.0).reshape(4, 5) / 20),
        cr.BatchNorm(),
        cr.Dropout(0.2),
        cr.Dense(2, trainable=False),
        loss=cr.SquaredError(outputs="sum", reduction="sum"),
        inputs=(4,),
        dtype="float64",
    ),
    "shared": lambda: cr.Network(
        cr.Shared("tower", cr.Dense(4)),
        cr.Sigmoid(),
        cr.Shared("tower", cr.Dense(4)),
        loss=cr.Huber(delta=2.0),
        inputs=(4,),
    ),
    "given": lambda: cr.Network(
        cr.Dense(1),
        loss=cr.SigmoidCrossEntropy(),
        inputs=(4,),
        initial_weights={"W1": [[1], [2], [3], [4.5]]},
    ),
    "none": lambda: cr.Network(cr.Identity(), loss=cr.SquaredError(), inputs=(4,)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_comes_back_bit_for_bit(name, tmp_path):
    net, path = NETWORKS[name](), tmp_path / "net"
    net.theta[...] += np.random.default_rng(1).normal(size=net.theta.shape)
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
    assert set(first["settings"]) == {"units", "bias", "init", "penalty", "trainable", "name"}
    assert about["loss"]["settings"] == {"reduction": "mean", "outputs": "mean", "half": False}


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in "ab":
        NETWORKS["nested"]().save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_classes_and_functions_of_the_user_need_known(tmp_path):
    path = tmp_path / "net"
    net = cr.Network(cr.Dense(2, init=halves), Cube(), loss=cr.SquaredError(), inputs=(4,))
    net.save(path)
    with pytest.raises(cr.FileError, match=r"the function halves.*known=\(halves,\)"):
        cr.Network.load(path)
    with pytest.raises(
        cr.FileError, match=r"the class Cube, which is not chainrule's own. Write known=\(Cube,\)"
    ):
        cr.Network.load(path, known=halves)
    twin = cr.Network.load(path, known=(Cube, halves))
    assert twin.layers[1].limit == math.inf
    assert twin.predict(X).tobytes() == net.predict(X).tobytes()
    with pytest.raises(cr.ParameterError, match="known"):
        cr.Network.load(path, known=(3,))


def test_a_class_of_the_user_does_not_pass_for_ours(tmp_path):
    class Dense(cr.Layer):
        def __call__(self, x):
            return cube(x)

    cr.Network(Dense(), loss=cr.SquaredError(), inputs=(4,)).save(tmp_path / "net")
    with pytest.raises(cr.FileError, match="Dense"):
        cr.Network.load(tmp_path / "net")
    assert cr.Network.load(tmp_path / "net", known=Dense).predict(X).shape == (7, 4)


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


def test_every_class_of_ours_has_one_name():
    table = ours()
    assert {"layers.Identity", "initializers.Identity", "losses.L2", "layers.Residual"} <= set(
        table
    )
    assert len(set(table.values())) == len(table)
    assert not {"layers.Layer", "losses.Loss", "initializers.Initializer"} & set(table)


@pytest.mark.parametrize("path", ["", 3, None, "a\0b", "no/such/folder/net", "."])
def test_bad_paths(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(cr.FileError):
        NETWORKS["plain"]().save(path)
    with pytest.raises(cr.FileError):
        cr.Network.load(path)
    assert not os.listdir(tmp_path)


def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(cr.FileError, match="a file"):
        cr.Network.load(tmp_path / "pipe")


def test_a_link_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "net")
    NETWORKS["plain"]().save(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "net").is_file()


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_full_disk_leaves_the_old_file(call, tmp_path, monkeypatch):
    path = tmp_path / "net"
    NETWORKS["plain"]().save(path)
    before = path.read_bytes()

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(cr.FileError, match="No space left on device"):
            NETWORKS["nested"]().save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["net"]


def test_a_limit_of_the_system_leaves_the_old_file(tmp_path):
    path = tmp_path / "net"
    NETWORKS["plain"]().save(path)
    script = (
        f"import chainrule as cr\nnet = cr.Network(cr.Dense(500), loss=cr.SquaredError(), inputs=(100,))\n"
        f"try: net.save({str(path)!r})\nexcept cr.FileError as error: print(error)"
    )
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        env=environment(),
    )
    assert "cannot be written: File too large" in done.stdout, done.stderr
    assert cr.Network.load(path).predict(X).shape == (7, 1) and os.listdir(tmp_path) == ["net"]


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


# ---------------------------------------------------------------- files that are not ours, with a right checksum


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


def header(text, size=None):
    data = text.encode() if isinstance(text, str) else text
    return (len(data) if size is None else size).to_bytes(8, "little") + data


CRAFTED = {
    "empty": b"",
    "short": b"\x01\x02",
    "huge header": header("{}", 2**62),
    "pickle": b"\x80\x04\x95" + b"." * 20,
    "not utf-8": header(b"\xff\xfe{}"),
    "deep": header("[" * 100_000),
    "list": header("[]"),
    "nan": header('{"__metadata__": {"chainrule": "{}"}, "a": NaN}'),
    "twice": header('{"a": 1, "a": 2}'),
    "metadata": header('{"__metadata__": 3}'),
    "number": header('{"__metadata__": {"chainrule": 3}}'),
    "nan inside": header('{"__metadata__": {"chainrule": "{\\"seed\\": NaN}"}}'),
    "endless number": header('{"__metadata__": {"chainrule": "' + "9" * 5000 + '"}}'),
    "deep inside": header('{"__metadata__": {"chainrule": "' + "[" * 900 + "]" * 900 + '"}}'),
    "deep object": header(
        '{"__metadata__": {"chainrule": "' + '{\\"a\\":' * 900 + "1" + "}" * 900 + '"}}'
    ),
    "no object": header('{"__metadata__": {"chainrule": "3"}}'),
    "no seal": header('{"__metadata__": {"chainrule": "{}"}}'),
    "offsets": header('{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}'),
    "negative": header('{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}'),
    "outside": header('{"a": {"dtype": "F32", "shape": [1000000], "data_offsets": [0, 4000000]}}'),
    "dimensions": header(
        '{"__metadata__": {"chainrule": "{}"}, "a": {"dtype": "F32", "shape": ['
        + "1," * 70
        + '1], "data_offsets": [0, 4]}}'
    )
    + b"1234",
    "type": header('{"a": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}') + b"1234",
}


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_files(name, tmp_path):
    (tmp_path / "net").write_bytes(CRAFTED[name])
    with pytest.raises(cr.FileError) as caught:
        cr.Network.load(tmp_path / "net")
    assert "\n" not in str(caught.value)


def test_a_file_of_another_program_is_named_as_such(tmp_path):
    save_file({"W": np.ones(3)}, tmp_path / "other", metadata={"format": "pt"})
    with pytest.raises(cr.FileError, match="another program"):
        cr.Network.load(tmp_path / "other")


def test_a_change_of_the_weights_breaks_the_seal(tmp_path):
    NETWORKS["plain"]().save(tmp_path / "net")
    data = bytearray((tmp_path / "net").read_bytes())
    data[-1] ^= 1
    (tmp_path / "net").write_bytes(data)
    with pytest.raises(cr.FileError, match="checksum"):
        cr.Network.load(tmp_path / "net")


def test_the_digest_covers_names_shapes_and_text():
    a = np.arange(6, dtype=np.float32)
    base = digest({"k": 1}, {"a": a})
    assert base != digest({"k": 2}, {"a": a})
    assert base != digest({"k": 1}, {"b": a})
    assert base != digest({"k": 1}, {"a": a.reshape(2, 3)})
    assert base == digest({"k": 1}, {"a": a.astype(">f4")})


def test_import_loads_no_safetensors():
    code = "import chainrule, sys; chainrule.Network; assert 'safetensors' not in sys.modules and 'click' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())
