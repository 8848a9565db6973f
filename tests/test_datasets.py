"""Data sets: what is in them, that their seed decides everything, and that broken files are named."""

import contextlib
import gzip
import hashlib
import struct
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import datasets
from chainrule.datasets import images
from chainrule.datasets.idx import read_idx
from chainrule.errors import DataError, FileError, ParameterError

LOGIC = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "xor": lambda a, b: a != b,
    "nand": lambda a, b: not (a and b),
    "nor": lambda a, b: not (a or b),
    "xnor": lambda a, b: a == b,
}
PLANES = {"moons": datasets.moons, "circles": datasets.circles, "spirals": datasets.spirals}


# ---------------------------------------------------------------- truth tables


@pytest.mark.parametrize("name", LOGIC)
def test_truth_tables_are_pythons_logic(name):
    X, y = datasets.truth_table(name)
    assert X.shape == (4, 2) and y.shape == (4, 1) and X.dtype == y.dtype == np.float64
    assert y[:, 0].tolist() == [float(LOGIC[name](bool(a), bool(b))) for a, b in X]


def test_an_unknown_table_is_named():
    with pytest.raises(ParameterError, match=r"truth_table\('maybe'\): name must be one of and, or, xor"):
        datasets.truth_table("maybe")


def test_the_tables_of_the_articles():
    X, y = datasets.first_column()
    assert X.tolist() == [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]] and y.ravel().tolist() == [0, 1, 1, 0]
    X, y = datasets.xor_with_ones()
    assert X.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]] and y.ravel().tolist() == [0, 1, 1, 0]


def test_a_table_is_the_callers_own():
    datasets.xor()[0][:] = 9
    assert datasets.xor()[0].max() == 1


# ---------------------------------------------------------------- points in the plane


@pytest.mark.parametrize("name", PLANES)
def test_points_follow_from_their_seed_alone(name):
    np.random.seed(0)
    X, y = PLANES[name](60, seed=3)
    np.random.seed(1)
    again, _ = PLANES[name](60, seed=3)
    other, _ = PLANES[name](60, seed=4)
    assert X.shape == (60, 2) and X.dtype == np.float64 and y.dtype == np.int64
    assert np.array_equal(X, again) and not np.isclose(X, other).any()
    assert np.array_equal(PLANES[name](20, seed=3)[0], X[:20]), "a larger set begins with the smaller one"
    assert np.bincount(y).tolist() == [30, 30]


@pytest.mark.parametrize("name", PLANES)
def test_noise_is_normal_noise_of_that_deviation(name):
    clean, noisy = (PLANES[name](4000, noise=noise)[0] for noise in (0, 0.3))
    assert np.std(noisy - clean) == pytest.approx(0.3, rel=0.05)
    assert abs(np.mean(noisy - clean)) < 0.02


def test_moons_lie_on_their_half_circles():
    X, y = datasets.moons(500, noise=0)
    outer, inner = X[y == 0], X[y == 1]
    assert np.allclose(np.hypot(*outer.T), 1) and (outer[:, 1] >= 0).all()
    assert np.allclose(np.hypot(*(inner - [1, 0.5]).T), 1) and (inner[:, 1] <= 0.5).all()
    assert outer[:, 0].min() < -0.99 and inner[:, 0].max() > 1.99, "the whole arc is used"


def test_circles_have_their_radius():
    X, y = datasets.circles(500, noise=0)
    assert np.allclose(np.hypot(*X.T), np.where(y == 0, 1, 0.5))


@pytest.mark.parametrize("arms", [1, 2, 3, 5])
def test_spiral_arms_are_one_arm_turned(arms):
    X, y = datasets.spirals(arms * 100, arms=arms, noise=0)
    r, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    turned = (angle - 2 * np.pi * y / arms - 2 * np.pi * (r - 0.1) / 0.9) / (2 * np.pi)
    assert np.bincount(y).tolist() == [100] * arms
    assert np.allclose(turned, np.round(turned))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.moons(0), r"moons\(n=0\): n must be a whole number ≥ 1"),
        (lambda: datasets.circles(2.5), r"circles\(n=2.5\)"),
        (lambda: datasets.moons(noise=-1), r"moons\(noise=-1\): noise must be a number ≥ 0"),
        (lambda: datasets.moons(noise=float("nan")), r"moons\(noise=nan\)"),
        (lambda: datasets.spirals(seed=-1), r"spirals\(seed=-1\): seed must be a whole number"),
        (lambda: datasets.spirals(seed=2**32), r"spirals\(seed=4294967296\)"),
        (lambda: datasets.spirals(arms=0), r"spirals\(arms=0\): arms must be a whole number ≥ 1"),
        (lambda: datasets.moons("ten"), r"moons\(n='ten'\)"),
    ],
)
def test_bad_numbers_are_named(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


# ---------------------------------------------------------------- digits


def test_digits_are_whole():
    X, y = datasets.digits()
    assert X.shape == (1797, 64) and X.dtype == np.uint8 and X.max() == 16
    assert y.shape == (1797,) and y.dtype == np.int64
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert X[0].reshape(8, 8)[1].tolist() == [0, 0, 13, 15, 10, 15, 5, 0]
    X[:] = 0
    assert datasets.digits()[0].max() == 16, "the arrays are the caller's own"


def test_digits_are_scikit_learns():
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    X, y = sklearn_datasets.load_digits(return_X_y=True)
    ours, labels = datasets.digits()
    assert np.array_equal(ours, X) and np.array_equal(labels, y)


def test_the_attribution_is_beside_the_digits():
    from importlib.resources import files

    text = files("chainrule.datasets").joinpath("digits.txt").read_text(encoding="utf-8")
    assert all(words in text for words in ("Alpaydin", "Kaynak", "UCI", "CC BY 4.0"))


# ---------------------------------------------------------------- split


def test_split_has_the_sizes_of_the_articles():
    X, y = datasets.digits()
    X_train, y_train, X_test, y_test = datasets.split(X, y)
    assert X_train.shape == (1347, 64) and X_test.shape == (450, 64)
    assert y_train.shape == (1347,) and y_test.shape == (450,)


@settings(deadline=None)
@given(n=st.integers(2, 60), test=st.floats(0.01, 0.99), seed=st.integers(0, 2**32 - 1), stratify=st.booleans())
def test_split_gives_every_row_once_with_its_target(n, test, seed, stratify):
    X, y = np.arange(n) * 10, np.arange(n) % 3
    size = int(np.ceil(test * n))
    if size == n:
        with pytest.raises(DataError, match="expected rows for both parts"):
            datasets.split(X, y, test=test)
        return
    X_train, y_train, X_test, y_test = datasets.split(X, y, test=test, seed=seed, stratify=stratify)
    assert len(X_test) == size and sorted([*X_train, *X_test]) == X.tolist()
    assert np.array_equal(X_train // 10 % 3, y_train) and np.array_equal(X_test // 10 % 3, y_test)
    if stratify:
        exact = np.bincount(y, minlength=3) * size / n
        assert (abs(np.bincount(y_test, minlength=3) - exact) < 1).all()


def test_split_is_shuffled_by_its_seed():
    X = np.arange(100)
    first, second = (datasets.split(X, X, seed=seed)[0] for seed in (0, 1))
    assert np.array_equal(first, datasets.split(X, X)[0])
    assert not np.array_equal(first, second) and not np.array_equal(first, np.sort(first))


def test_split_stratifies_one_hot_rows():
    y = np.eye(2)[np.repeat([0, 1], [90, 10])]
    _, _, _, y_test = datasets.split(np.arange(100), y, test=0.2, stratify=True)
    assert y_test.sum(axis=0).tolist() == [18, 2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: datasets.split([1, 2, 3], [1, 2]),
            DataError,
            "y has 2 rows but X has 3 rows. Each row of X needs one",
        ),
        (lambda: datasets.split(3, [1, 2]), DataError, "y has 2 rows but X has no rows"),
        (lambda: datasets.split([], []), DataError, "expected rows for both parts, got 0 in all"),
        (lambda: datasets.split([1, 2], [1, 2], test=1.0), ParameterError, r"split\(test=1.0\): test must be"),
        (lambda: datasets.split([1, 2], [1, 2], seed=0.5), ParameterError, r"split\(seed=0.5\): seed must be"),
    ],
)
def test_split_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


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


def test_a_given_folder_never_downloads(home):
    with pytest.raises(
        FileError, match=r"nowhere: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz, got no"
    ):
        datasets.mnist(home / "nowhere")
    with pytest.raises(FileError, match=r"Put the four files of Fashion-MNIST there"):
        datasets.fashion_mnist(home / "nowhere")
    assert not (home / "nowhere").exists()


LABELS = idx(np.arange(5))
PACKED = gzip.compress(LABELS)


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
        (b"\x00\x00\x08\x01\xff\xff\xff\xff123", "expected 4294967295 bytes after the header, got 3"),
        (PACKED[:-9], "cannot be read"),
        (PACKED[:12] + b"\xff" + PACKED[13:], "cannot be read|Fetch the file again|right file"),
        (PACKED[:3], "cannot be read"),
        (gzip.compress(b"<html>"), "got 3c68746d"),
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
        ("t10k-images-idx3-ubyte", np.zeros((3, 8, 8)), r"expected rows of shape \(28, 28\), got \(8, 8\)"),
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
    "content", [gzip.compress(b"another file"), b"<html>not here</html>", b"", gzip.compress(b"x")[:-4]]
)
def test_a_wrong_download_leaves_nothing(home, mirror, content):
    address, files, _ = mirror
    files["/train-images-idx3-ubyte.gz"] = content
    with pytest.raises(
        FileError, match=r"train-images-idx3-ubyte cannot be downloaded \(http://127.*set CHAINRULE_DATA"
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


def test_importing_the_package_loads_no_network_code():
    code = (
        "import sys, chainrule.datasets; print(sorted({'urllib.request', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    source = str(__import__("pathlib").Path(datasets.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert done.stdout.strip() == "[]"
