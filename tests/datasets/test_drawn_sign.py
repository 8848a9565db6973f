"""What drawn_sign.py promises: a drawing becomes an image like those of the training set."""

import os

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets.drawn_sign import average, read_picture

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


# ---------------------------------------------------------------- photographs

SEVEN = (cr.datasets.digits()[0][17] / 16).reshape(8, 8)  # a 7


def page(shade=None):
    digit = np.kron(SEVEN, np.ones((30, 30)))
    gray = 255 * (1 - np.pad(digit, ((60, 100), (150, 90))))
    return gray if shade is None else gray * shade(*gray.shape)


def test_a_photograph_is_turned_upright(tmp_path):
    upright = page().astype(np.uint8)
    Image.fromarray(upright).save(tmp_path / "a.png")
    expected = read_picture(tmp_path / "a.png", 28, 28, 255)
    for orientation, turn in ((3, 2), (6, 1), (8, 3)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(np.rot90(upright, turn)).save(tmp_path / "b.png", exif=exif)
        np.testing.assert_array_equal(read_picture(tmp_path / "b.png", 28, 28, 255), expected)


@pytest.mark.parametrize("dark", [0.85, 0.6, 0.4])
def test_shade_is_no_ink(dark, tmp_path):
    def light(height, width):
        return np.outer(np.linspace(1, dark, height), np.linspace(1, dark, width))

    for name, shade in (("a", None), ("b", light)):
        Image.fromarray(page(shade).astype(np.uint8)).save(tmp_path / f"{name}.png")
    for side, levels in ((28, 255), (8, 16)):
        a, b = (read_picture(tmp_path / f"{name}.png", side, side, levels) for name in "ab")
        assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.97


def test_the_center_of_mass_is_in_the_middle(tmp_path):
    Image.fromarray(page().astype(np.uint8)).save(tmp_path / "a.png")
    seen = read_picture(tmp_path / "a.png", 28, 28, 255)
    for axis in (0, 1):
        weights = seen.sum(axis=1 - axis)
        middle = (weights * (np.arange(28) + 0.5)).sum() / weights.sum()
        assert middle == pytest.approx(14, abs=0.5)


def test_thin_strokes_become_as_thick_as_usual(tmp_path):
    for width in (2, 5, 12):
        drawn(tmp_path / f"{width}.png", 0, 255, box=(30, 130, 60, 60 + width), size=(200, 160))
    ink = [read_picture(tmp_path / f"{w}.png", 28, 28, 255).sum() for w in (2, 5, 12)]
    assert ink[0] == pytest.approx(ink[1], rel=0.1) and ink[1] == pytest.approx(ink[2], rel=0.25)


def test_nothing_drawn_on_shaded_and_on_ruled_paper(tmp_path):
    shade = np.outer(np.linspace(1, 0.5, 200), np.linspace(1, 0.8, 160))
    noise = np.random.default_rng(0).normal(0, 3, shade.shape)
    for paper in (235 * shade, np.clip(235 * shade + noise, 0, 255)):
        for step in (0, 30):
            lines = paper.copy()
            if step:
                lines[::step] *= 0.7
            Image.fromarray(lines.astype(np.uint8)).save(tmp_path / "a.png")
            with pytest.raises(cr.FileError, match="an empty picture"):
                read_picture(tmp_path / "a.png", 28, 28, 255)


def test_two_signs_are_refused(tmp_path):
    both = np.concatenate([page(), page()], axis=1)
    Image.fromarray(both.astype(np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(cr.FileError, match="expected one sign, got 2 beside each other"):
        read_picture(tmp_path / "a.png", 28, 28, 255)


@pytest.mark.parametrize("side", [8, 80])
def test_digits_without_a_margin_are_read(side, tmp_path):
    X, _ = cr.datasets.digits()
    for k in range(0, 60, 3):
        image = Image.fromarray((255 - 15 * X[k].reshape(8, 8)).astype(np.uint8))
        image.resize((side, side)).save(tmp_path / "a.png")
        found = read_picture(tmp_path / "a.png", 8, 8, 16)
        assert np.corrcoef(found.ravel(), X[k])[0, 1] > 0.5


@pytest.mark.slow
def test_photographs_with_other_pens_and_papers_look_alike(tmp_path):
    """`bench/photographs.py` counts right answers; here no answer is needed."""
    from tests.datasets.photographs import photograph

    X, _ = cr.datasets.digits()
    seen = []
    for seed in range(8):
        data, _ = photograph((X[17] / 16).reshape(8, 8), seed, width=1200)
        (tmp_path / "a.jpg").write_bytes(data)
        seen.append(read_picture(tmp_path / "a.jpg", 28, 28, 255).ravel())
    assert np.corrcoef(seen).min() > 0.4 and np.median(np.corrcoef(seen)) > 0.7
