"""The files of MNIST: read from a folder, or downloaded and checked; broken ones are named."""

import contextlib
import gzip
import hashlib
import struct
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import datasets
from chainrule.datasets import images
from chainrule.datasets.idx import read_idx
from chainrule.errors import FileError

# ---------------------------------------------------------------- MNIST's files


def idx(array):
    """The bytes of an IDX file, written as slowly and obviously as can be."""
    content = bytes([0, 0, 8, array.ndim])
    for size in array.shape:
        content += struct.pack(">I", size)
    return content + b"".join(bytes([int(pixel)]) for pixel in array.ravel())


def small_set(seed):
    """A set of 5 + 3 images, and the content of its four files."""
    random = np.random.RandomState(seed)
    arrays = {
        "train-images-idx3-ubyte": random.randint(0, 256, (5, 28, 28)),
        "train-labels-idx1-ubyte": random.randint(0, 10, 5),
        "t10k-images-idx3-ubyte": random.randint(0, 256, (3, 28, 28)),
        "t10k-labels-idx1-ubyte": random.randint(0, 10, 3),
    }
    return arrays, {name: idx(array) for name, array in arrays.items()}


def put(folder, contents, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)


def same(got, arrays):
    expected = list(arrays.values())
    return (
        got[0].shape == (5, 28, 28, 1)
        and all(a.dtype == np.uint8 for a in got)
        and all(np.array_equal(a.reshape(b.shape), b) for a, b in zip(got, expected, strict=True))
    )


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A machine without data: an empty cache folder and no variable."""
    monkeypatch.delenv("CHAINRULE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("load", [datasets.mnist, datasets.fashion_mnist])
def test_images_come_from_a_folder(home, load, packed):
    arrays, contents = small_set(0)
    put(home / "here", contents, packed)
    assert same(load(home / "here"), arrays)
    assert same(load(str(home / "here")), arrays)


@pytest.mark.parametrize("below", ["", "mnist"])
def test_the_variable_names_the_folder(home, monkeypatch, below):
    arrays, contents = small_set(1)
    put(home / "data" / below, contents)
    monkeypatch.setenv("CHAINRULE_DATA", str(home / "data"))
    assert same(datasets.mnist(mirrors=()), arrays)


def test_the_cache_comes_last(home):
    arrays, contents = small_set(2)
    put(home / "cache" / "chainrule" / "mnist", contents, packed=True)
    assert same(datasets.mnist(mirrors=()), arrays)


@pytest.mark.parametrize("variable", [False, True])
def test_fashion_is_found_beside_mnist(home, monkeypatch, variable):
    arrays, contents = small_set(3)
    folder = home / "data" if variable else datasets.images._data()
    if variable:
        monkeypatch.setenv("CHAINRULE_DATA", str(folder))
    with pytest.raises(FileError, match="fashion-mnist: expected train-images-idx3-ubyte"):
        datasets.fashion_mnist()
    put(folder / "fashion-mnist", contents)
    assert same(datasets.fashion_mnist(), arrays)


@pytest.mark.parametrize("packed", [False, True])
def test_names_with_a_dot_are_read_too(home, packed):
    arrays, contents = small_set(4)
    put(
        home / "own",
        {name.replace("-idx", ".idx"): content for name, content in contents.items()},
        packed,
    )
    assert same(datasets.mnist(home / "own"), arrays)


def test_a_given_folder_never_downloads(home):
    with pytest.raises(
        FileError,
        match=r"nowhere: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz, got no",
    ):
        datasets.mnist(home / "nowhere")
    with pytest.raises(FileError, match=r"Put the four files of Fashion-MNIST there"):
        datasets.fashion_mnist(home / "nowhere")
    assert not (home / "nowhere").exists()


LABELS = idx(np.arange(5))
PACKED = gzip.compress(
    LABELS, mtime=0
)  # a time in it would be in a test's name: two workers must agree on names


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an IDX file that begins 00000801, got nothing"),
        (b"\x00\x00", "got 0000. Is it the right file"),
        (LABELS[:6], "ends inside its header"),
        (LABELS[:-1], "expected 5 bytes after the header, got 4"),
        (LABELS + b"\x00", "expected 5 bytes after the header, got more"),
        (idx(np.zeros((2, 2))), "expected an IDX file that begins 00000801, got 00000802"),
        (b"\x00\x00\x0d\x01" + LABELS[4:], "got 00000d01"),
        (
            b"\x00\x00\x08\x01\xff\xff\xff\xff123",
            "expected 4294967295 bytes after the header, got 3",
        ),
        (PACKED[:-9], "cannot be read"),
        (PACKED[:12] + b"\xff" + PACKED[13:], "cannot be read|Fetch the file again|right file"),
        (PACKED[:3], "cannot be read"),
        (gzip.compress(b"<html>", mtime=0), "got 3c68746d"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, message):
    (tmp_path / "labels").write_bytes(content)
    with pytest.raises(FileError, match=message) as caught:
        read_idx(tmp_path / "labels", ())
    assert "labels" in str(caught.value)


@given(data=st.binary(max_size=40), place=st.integers(0, len(PACKED)))
@settings(deadline=None)
def test_a_mutated_file_is_read_or_refused(tmp_path_factory, data, place):
    path = tmp_path_factory.getbasetemp() / "mutated"
    for content in (LABELS[:place] + data, PACKED[:place] + data):
        path.write_bytes(content)
        with contextlib.suppress(FileError):
            assert read_idx(path, ()).ndim == 1


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        read_idx(tmp_path, ())


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-labels-idx1-ubyte", np.zeros(4), r"expected as many labels as images \(5\), got 4"),
        ("t10k-labels-idx1-ubyte", np.array([1, 2, 10]), "expected labels 0 to 9, got 10"),
        (
            "t10k-images-idx3-ubyte",
            np.zeros((3, 8, 8)),
            r"expected rows of shape \(28, 28\), got \(8, 8\)",
        ),
    ],
)
def test_files_that_do_not_belong_together(home, name, array, message):
    put(home, small_set(0)[1] | {name: idx(array)})
    with pytest.raises(FileError, match=message):
        datasets.mnist(home)


# ---------------------------------------------------------------- the download


@pytest.fixture
def mirror(monkeypatch):
    """A server on this machine: `files` it has, `asked` for."""
    files, asked = {}, []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", files, asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_is_checked_and_kept(home, mirror, monkeypatch):
    address, files, asked = mirror
    arrays, contents = small_set(3)
    files |= {f"/good/{name}.gz": gzip.compress(content) for name, content in contents.items()}
    for name, content in contents.items():
        monkeypatch.setitem(images.SHA256, name, hashlib.sha256(content).hexdigest())
    assert same(datasets.mnist(mirrors=[f"{address}/empty/", f"{address}/good/"]), arrays)
    assert len(asked) == 8, "four files, each from the second mirror"
    assert same(datasets.mnist(mirrors=[address]), arrays)
    assert len(asked) == 8, "the second time nothing is fetched"
    assert sorted(path.name for path in (home / "cache/chainrule/mnist").iterdir()) == sorted(
        f"{n}.gz" for n in contents
    )


def test_only_what_is_missing_is_fetched(home, mirror, monkeypatch):
    address, files, asked = mirror
    arrays, contents = small_set(4)
    monkeypatch.setenv("CHAINRULE_DATA", str(home / "data"))
    name = "t10k-labels-idx1-ubyte"
    put(home / "data" / "mnist", {n: c for n, c in contents.items() if n != name})
    files[f"/{name}.gz"] = gzip.compress(contents[name])
    monkeypatch.setitem(images.SHA256, name, hashlib.sha256(contents[name]).hexdigest())
    assert same(datasets.mnist(mirrors=[address]), arrays)
    assert asked == [f"/{name}.gz"]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"another file", mtime=0),
        b"<html>not here</html>",
        b"",
        gzip.compress(b"x", mtime=0)[:-4],
    ],
)
def test_a_wrong_download_leaves_nothing(home, mirror, content):
    address, files, _ = mirror
    files["/train-images-idx3-ubyte.gz"] = content
    with pytest.raises(
        FileError,
        match=r"train-images-idx3-ubyte cannot be downloaded \(http://127.*set CHAINRULE_DATA",
    ):
        datasets.mnist(mirrors=[address])
    assert not list(home.rglob("train*"))


def test_no_mirror_at_all(home):
    with pytest.raises(FileError, match=r"cannot be downloaded \(no mirrors\)"):
        datasets.mnist(mirrors=())
    with pytest.raises(FileError, match=r"cannot be downloaded \(nonsense/train"):
        datasets.mnist(mirrors=["nonsense"])


def test_a_cache_that_cannot_be_written(home, mirror, monkeypatch):
    address, files, _ = mirror
    name, content = next(iter(small_set(5)[1].items()))
    files[f"/{name}.gz"] = gzip.compress(content)
    monkeypatch.setitem(images.SHA256, name, hashlib.sha256(content).hexdigest())
    (home / "cache").write_text("a file where the folder should be")
    with pytest.raises(FileError, match="cannot be written"):
        datasets.mnist(mirrors=[address])


def test_the_hashes_are_of_the_four_files():
    assert len(images.SHA256) == 4 and all(len(value) == 64 for value in images.SHA256.values())
