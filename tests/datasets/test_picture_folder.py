"""A folder of pictures as a source of rows, and what is said of broken folders."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets.picture_folder import read_image

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def folder(tmp_path):
    for name, value in (("bright", 200), ("dark", 30)):
        (tmp_path / name / "inner").mkdir(parents=True)
        for k in range(3):
            size = (20 + 10 * k, 30)
            Image.new("RGB", size, (value + k, 0, 0)).save(tmp_path / name / f"{k}.png")
        Image.new("L", (8, 8), value).save(tmp_path / name / "inner" / "gray.jpg")
        (tmp_path / name / ".DS_Store").write_bytes(b"x")
        (tmp_path / name / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "about.txt").write_text("not a picture")
    return tmp_path


def test_subfolders_are_classes(folder):
    rows = cr.datasets.pictures(folder, size=(6, 5))
    assert len(rows) == 8 and rows.classes == ["bright", "dark"]
    assert rows.labels.tolist() == [0] * 4 + [1] * 4
    x, y = rows.rows(np.array([1, 7, 4]))
    assert x.shape == (3, 6, 5, 3) and x.dtype == np.float32 and y.tolist() == [0, 1, 1]
    np.testing.assert_allclose(x[0, 0, 0], np.array([201, 0, 0]) / 255, atol=1e-6)
    np.testing.assert_allclose(x[1, 0, 0], 30 / 255, atol=0.01)
    assert cr.datasets.pictures(folder, size=4, color=False).rows([0])[0].shape == (1, 4, 4, 1)
    assert "8 pictures of 2 classes" in repr(rows)


def test_a_network_learns_from_it_and_the_fingerprint_follows_the_files(folder):
    rows = cr.datasets.pictures(folder, size=8)
    net = cr.Network(cr.Flatten(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
    net.fit(rows, epochs=20, batch_size=4, optimizer=cr.Adam(lr=0.01), verbose=0)
    x, y = rows.rows(np.arange(8))
    assert (net.predict(x).argmax(axis=1) == y).all()
    before = rows.fingerprint()
    assert cr.datasets.pictures(folder, size=8).fingerprint() == before
    Image.new("RGB", (9, 9), (1, 2, 3)).save(folder / "dark" / "0.png")
    assert rows.fingerprint() != before


def test_a_wide_picture_is_cut_around_its_middle(tmp_path):
    wide = np.zeros((10, 40, 3), np.uint8)
    wide[:, 13:27] = 255
    Image.fromarray(wide).save(tmp_path / "a.png")
    assert (read_image(tmp_path / "a.png", (5, 5), True) == 255).all()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda f: (f / "dark" / "0.png").write_bytes(b"no"),
            "1 of 8 files that it cannot: dark/0",
        ),
        (lambda f: (f / "dark" / "notes.txt").write_text("x"), "1 of 9 files .* dark/notes.txt"),
        (lambda f: (f / "empty").mkdir(), "empty: expected pictures, got none"),
        (lambda f: (f / "0.png").write_bytes(b""), "0.png beside the subfolders"),
    ],
)
def test_a_spoiled_folder_is_refused_and_named(spoil, words, folder):
    spoil(folder)
    with pytest.raises(cr.FileError, match=words):
        cr.datasets.pictures(folder)


def test_a_picture_that_breaks_off_is_named_when_it_is_read(folder):
    path = folder / "dark" / "1.png"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (40, 40, 3)).astype(np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:900])
    rows = cr.datasets.pictures(folder)
    with pytest.raises(cr.FileError, match=r"dark.1\.png cannot be read"):
        rows.rows(np.arange(8))


def test_wrong_folders_sizes_and_rows(folder, tmp_path):
    for wrong, words in (
        (folder / "nothing", "no such folder"),
        (folder / "about.txt", "got a file"),
        (folder / "dark", "got 0.png beside|got 1 subfolder|beside the subfolders"),
    ):
        with pytest.raises(cr.FileError, match=words):
            cr.datasets.pictures(wrong)
    for size in (0, (4,), "8", (3, -1)):
        with pytest.raises(cr.ParameterError, match="size must be"):
            cr.datasets.pictures(folder, size=size)
    with pytest.raises(cr.DataError, match="row numbers from 0 to 7"):
        cr.datasets.pictures(folder).rows([8])
