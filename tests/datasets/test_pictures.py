"""What pictures.py promises: a drawing becomes an image like those of the training set."""

import os

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets.pictures import average, read_picture

Image = pytest.importorskip("PIL.Image")


def test_average_is_the_mean_of_each_area():
    pixels = np.random.default_rng(0).normal(size=(12, 20))
    np.testing.assert_allclose(average(pixels, 3, 5), pixels.reshape(3, 4, 5, 4).mean(axis=(1, 3)))
    fine = pixels.repeat(7, 0).repeat(3, 1)  # whole numbers: 12 * 7 -> 7, 20 * 3 -> 3
    np.testing.assert_allclose(average(pixels, 7, 3), fine.reshape(7, 12, 3, 20).mean(axis=(1, 3)))
    assert average(pixels, 5, 7).mean() == pytest.approx(pixels.mean())


def drawn(path, ink, paper, mode="L", box=(30, 90, 50, 70), size=(200, 120)):
    a = np.full(size, paper, np.uint8)
    a[box[0] : box[1], box[2] : box[3]] = ink
    Image.fromarray(a).convert(mode).save(path)


def test_a_bar_fills_the_height_and_stands_in_the_middle(tmp_path):
    drawn(tmp_path / "bar.png", 0, 255)  # 60 high, 20 wide, far from the middle
    bar = read_picture(tmp_path / "bar.png", 8, 8, 16)
    assert bar.shape == (8, 8) and bar.max() == 16
    assert (
        (bar[1:-1, 3:5] == 16).all()
        and (bar[:, 3:5] >= 11).all()
        and (bar[:, [0, 1, 6, 7]] == 0).all()
    )
    large = read_picture(tmp_path / "bar.png", 28, 28, 255)
    rows = np.flatnonzero(large.any(axis=1))
    assert (rows[0], rows[-1], large.max()) == (4, 23, 255)  # the middle 20
    np.testing.assert_array_equal(large, large[::-1])


def test_light_on_dark_is_the_same_drawing(tmp_path):
    drawn(tmp_path / "a.png", 0, 255)
    drawn(tmp_path / "b.png", 255, 0)
    drawn(tmp_path / "c.png", 40, 200, "RGB")
    expected = read_picture(tmp_path / "a.png", 8, 8, 16)
    for name in ("b.png", "c.png"):
        np.testing.assert_array_equal(read_picture(tmp_path / name, 8, 8, 16), expected)


def test_what_is_transparent_is_paper(tmp_path):
    a = np.zeros((40, 40, 4), np.uint8)
    a[10:30, 18:22, 3] = 255
    Image.fromarray(a).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png", 8, 8, 16)[:, 3:5].min() > 3


def test_digits_of_the_data_set_come_back_nearly(tmp_path):
    X, _ = cr.datasets.digits()
    for k in range(10):
        image = X[k].reshape(8, 8)
        large = np.kron(255 - image * (255 / 16), np.ones((20, 20)))
        Image.fromarray(np.pad(large, 30, constant_values=255).astype(np.uint8)).save(
            tmp_path / "digit.png"
        )
        found = read_picture(tmp_path / "digit.png", 8, 8, 16)
        assert np.corrcoef(found.ravel(), image.ravel())[0, 1] > 0.7


@pytest.mark.parametrize("content", [None, b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 30])
def test_what_is_no_picture(content, tmp_path):
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(cr.FileError, match="cannot be read"):
        read_picture(tmp_path / "a.png", 8, 8, 16)


def test_a_cut_off_picture(tmp_path):
    drawn(tmp_path / "a.png", 0, 255)
    os.truncate(tmp_path / "a.png", 60)
    with pytest.raises(cr.FileError, match="cannot be read"):
        read_picture(tmp_path / "a.png", 8, 8, 16)


def test_an_empty_picture(tmp_path):
    drawn(tmp_path / "a.png", 255, 255)
    with pytest.raises(cr.FileError, match="an empty picture"):
        read_picture(tmp_path / "a.png", 8, 8, 16)


def test_without_pillow_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(cr.DependencyError, match=r"chainrule\[picture\]"):
        read_picture(tmp_path / "a.png", 8, 8, 16)
