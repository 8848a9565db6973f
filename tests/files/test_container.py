"""A file is written whole or not at all, and only a whole file of chainrule is read."""

import errno
import os
import resource
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file
from tests.files.networks import NETWORKS, X, environment

import chainrule as cr
from chainrule.files.container import digest, read, strict_json, write


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
        "import chainrule as cr\n"
        "net = cr.Network(cr.Dense(500), loss=cr.SquaredError(), inputs=(100,))\n"
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


def deep(about):
    spec = {"class": "layers.Identity", "settings": {}}
    for _ in range(250):
        spec = {"class": "layers.Sequential", "settings": {"layers": [spec], "name": ""}}
    about["layers"].append(spec)


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
    code = (
        "import chainrule, sys; chainrule.Network;"
        "assert 'safetensors' not in sys.modules and 'click' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", '{"a": -Infinity}', '{"a": 1, "a": 1}', "1e999", "[" * 10]
)
def test_strict_json_refuses(text):
    with pytest.raises(ValueError):
        strict_json(text)


ARRAYS = {
    "matrix": np.arange(6, dtype=np.float32).reshape(2, 3),
    "number": np.array(2.5),
    "nothing": np.zeros((0, 4), np.int64),
    "every second": np.arange(10, dtype=np.uint8)[::2],
    "yes": np.array([True, False]),
    "big endian": np.arange(3, dtype=">f8"),
}


def test_arrays_and_description_come_back(tmp_path):
    about = {"name": "θ", "list": [1, None, True, 0.5], "inside": {"a": {}}}
    write(tmp_path / "file", ARRAYS, about)
    found, arrays = read(tmp_path / "file")
    assert found == about and arrays.keys() == ARRAYS.keys()
    for name, a in ARRAYS.items():
        assert arrays[name].dtype == a.dtype.newbyteorder("<"), name
        np.testing.assert_array_equal(arrays[name], a)


@pytest.mark.parametrize("dtype", ["complex128", "U3", "object", "longdouble", "M8[s]"])
def test_an_array_that_no_file_can_hold_is_named(dtype, tmp_path):
    with pytest.raises(cr.FileError, match=r"file: W is of type .*, which a safetensors file"):
        write(tmp_path / "file", {"W": np.zeros(2, dtype)}, {})
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("cut", [1, 4, 9, 40])
def test_a_file_that_was_cut_off_or_grew_is_broken(cut, tmp_path):
    write(tmp_path / "file", ARRAYS, {"a": 1})
    data = (tmp_path / "file").read_bytes()
    for wrong in (data[:-cut], data[:cut], data + b"x" * cut):
        (tmp_path / "file").write_bytes(wrong)
        with pytest.raises(cr.FileError, match="expected a whole file of chainrule"):
            read(tmp_path / "file")
