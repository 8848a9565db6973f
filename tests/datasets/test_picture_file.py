"""Colors of a picture file as a person sees them, whatever the file holds."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets.picture_file import read_colors

Image = pytest.importorskip("PIL.Image")

# red above left, then green, blue and gray; 8 x 12 pixels, so that turning shows
COLORS = np.zeros((8, 12, 3), np.uint8)
COLORS[:4, :6], COLORS[:4, 6:] = (200, 30, 40), (20, 180, 60)
COLORS[4:, :6], COLORS[4:, 6:] = (30, 40, 190), (120, 120, 120)


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, COLORS),
        (2, COLORS[:, ::-1]),
        (3, COLORS[::-1, ::-1]),
        (4, COLORS[::-1]),
        (5, COLORS.transpose(1, 0, 2)),
        (6, np.rot90(COLORS)),
        (7, COLORS[::-1, ::-1].transpose(1, 0, 2)),
        (8, np.rot90(COLORS, -1)),
    ],
)
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_picture_is_upright(orientation, stored, kind, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{kind}"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    np.testing.assert_array_equal(read_colors(path), COLORS)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK", "LA", "L", "1", "I;16", "I", "F"])
def test_every_kind_of_picture_gives_its_colors(mode, tmp_path):
    gray = np.array(Image.fromarray(COLORS).convert("L"))
    image = Image.fromarray(COLORS)
    if mode == "I;16":
        image = Image.fromarray(gray.astype(np.uint16) * 257)
    elif mode == "I":
        image = Image.fromarray(gray.astype(np.int32) * 257)
    elif mode == "F":
        image = Image.fromarray(gray.astype(np.float32) / 255)
    elif mode == "1":
        image = image.convert("L").point(lambda v: 255 * (v > 70)).convert("1")
    elif mode == "P":
        image = image.quantize(8)
    else:
        image = image.convert(mode)
    path = tmp_path / f"a.{'tiff' if mode in ('CMYK', 'I', 'F') else 'png'}"
    image.save(path)
    found = read_colors(path)
    assert found.shape == (8, 12, 3) and found.dtype == np.uint8
    expected = {
        "RGB": COLORS,
        "RGBA": COLORS,
        "P": COLORS,
        "CMYK": COLORS,
        "1": np.stack([255 * (gray > 70)] * 3, axis=2),
    }.get(mode, np.stack([gray] * 3, axis=2))
    np.testing.assert_allclose(found.astype(int), expected, atol=2)


def test_what_is_transparent_is_white(tmp_path):
    whole = np.dstack([COLORS, np.full((8, 12), 255, np.uint8)])
    whole[:, 6:, 3] = 0
    Image.fromarray(whole).save(tmp_path / "a.png")
    found = read_colors(tmp_path / "a.png")
    assert (found[:, 6:] == 255).all() and (found[:, :6] == COLORS[:, :6]).all()


def test_a_large_picture_becomes_smaller(tmp_path):
    Image.fromarray(COLORS).resize((1200, 800), Image.Resampling.NEAREST).save(tmp_path / "a.jpg")
    found = read_colors(tmp_path / "a.jpg", 120)
    assert found.shape == (80, 120, 3)
    np.testing.assert_allclose(found[20, 20].astype(int), COLORS[0, 0], atol=12)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path):
    header = b"P5 50000 50000 255\n"
    (tmp_path / "a.pgm").write_bytes(header + b"0" * 100)
    with pytest.raises(cr.FileError):
        read_colors(tmp_path / "a.pgm")
