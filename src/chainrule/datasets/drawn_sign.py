"""Reading a picture of a drawn sign as the kind of image that a network was trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import FileError
from .ink import (
    FAINTEST,
    SIDE,
    SURE,
    UNSURE,
    Spot,
    average,
    center_of_mass,
    ink_of,
    is_noise,
    one_drawing,
    spots,
    stroke_width,
    thickened,
    without_lines,
)
from .picture_file import read_colors

LOOKED_AT = 640  # pixels of the longer side of a picture, in which the ink is looked for
# Width of a stroke by the longer side of its sign, as in the sets of digits with 8 and 28 pixels;
# thinner strokes are drawn again as thick.
STROKES = {8: 0.10, 28: 0.13}


def read_picture(path: Any, height: int, width: int, levels: float) -> Array:
    """Return a drawn sign as a network sees it: light on dark, cropped, centered, in its size.

    A photograph is turned as its EXIF orientation says. What counts as ink is told from the paper
    around it, so shade, the color of the paper and its lines do not. Strokes that are thinner than
    those of the well-known sets of digits are made as thick.

    Parameters
    ----------
    path : str or path
        PNG, JPEG or another file that pillow reads; dark ink on light paper, or light on dark.
    height, width : int
        Size of the result in pixels, each ≥ 1. As in the two well-known sets of digits, the ink
        takes 7.5 of 8 pixels, or 20 of 28, and its center of mass is in the middle.
    levels : float
        Value that the darkest ink gets: 16 for the 8 x 8 digits, 255 for MNIST. Paper is 0.

    Shapes
    ------
    (height, width)

    Raises
    ------
    FileError
        There is no such file, or it is not a picture, or nothing or more than one sign is drawn.
    DependencyError
        pillow is not installed.

    Examples
    --------
    >>> import chainrule as cr, numpy as np, tempfile
    >>> from PIL import Image
    >>> photograph = np.full((120, 90), 230, np.uint8)
    >>> photograph[20:100, 40:46] = 60  # a thin stroke
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.fromarray(photograph).save(f"{folder}/one.png")
    ...     seen = cr.datasets.read_picture(f"{folder}/one.png", 8, 8, 16)
    >>> seen.shape, seen.max(), seen[:, [0, 1, 6, 7]].max()
    ((8, 8), np.float64(16.0), np.float64(0.0))
    """
    ink = _one_sign(path, ink_of(read_colors(path, LOOKED_AT)))
    small = average(_centered(ink, height, width), height, width)
    pixels: Array = np.round(small * (levels / small.max()))
    return pixels


def _one_sign(path: Any, ink: Array) -> Array:
    """Return the ink of the one sign, 0 to 1, cropped; everything else is paper."""
    top = float(ink[ink > 0.6 * ink.max()].mean()) if ink.max() > 0 else 0.0
    kept: list[Spot] = []
    beside = 0
    for share in (SURE, UNSURE):  # faint strokes may join what seem to be several signs
        found = [] if top < FAINTEST else spots(ink, ink > share * top)
        found = without_lines(found, ink.shape)
        if found and not is_noise(found, ink.shape):
            kept, beside = one_drawing(found)
        if not beside:
            break
    if not kept:
        raise FileError(
            f"{path}: expected a drawing, got an empty picture. Draw with a thick pen, and "
            "photograph one sign from near."
        )
    if beside:
        raise FileError(
            f"{path}: expected one sign, got {beside + 1} beside each other. Cut the picture so "
            "that it shows one."
        )
    mask = np.zeros(ink.shape)
    for spot in kept:
        mask[spot.rows, spot.columns] = 1
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    cut = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return (np.minimum(ink / top, 1) * mask)[cut]


def _usual_strokes(ink: Array, size: int) -> Array:
    """Return the ink with strokes at least as thick as those of a set of digits of this size."""
    scale = SIDE / max(ink.shape)
    shape = [max(1, round(n * scale)) for n in ink.shape]
    large = average(ink, *shape)
    wanted = STROKES[8 if size < 16 else 28] * SIDE
    missing = (wanted - stroke_width(large > 0.5)) / 2
    return thickened(large, missing) if missing >= 1 else ink


def _centered(ink: Array, height: int, width: int) -> Array:
    """Return the ink on paper of the right proportions, its center of mass in the middle."""
    ink = _usual_strokes(ink, min(height, width))
    share_h, share_w = (
        1 - 2 * max(0.25, 0.25 + (side - 8) * 3 / 16) / side for side in (height, width)
    )
    # how many pixels of the picture make one pixel of the result
    scale = max(ink.shape[0] / (height * share_h), ink.shape[1] / (width * share_w))
    size = [max(n, round(side * scale)) for n, side in zip(ink.shape, (height, width), strict=True)]
    paper = np.zeros(size)
    top, left = (
        min(max(round(whole / 2 - middle), 0), whole - n)
        for whole, middle, n in zip(size, center_of_mass(ink), ink.shape, strict=True)
    )
    paper[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return paper
