"""What images.py promises."""

import numpy as np
import pytest
from tests.datasets.mnist_files import idx, put, same, small_set

from chainrule import datasets
from chainrule.datasets import images
from chainrule.errors import FileError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Make a machine without data: an empty cache folder, and no environment variable."""
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


def test_the_hashes_are_of_the_four_files():
    assert len(images.SHA256) == 4 and all(len(value) == 64 for value in images.SHA256.values())
