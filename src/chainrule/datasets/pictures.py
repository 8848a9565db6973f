"""Reading a picture file as the kind of image that a network was trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DependencyError, FileError

INK = 0.25  # fraction of the darkest ink; what is fainter counts as paper
LARGEST = 50_000_000  # pixels


def read_picture(path: Any, height: int, width: int, levels: float) -> Array:
    """Read one drawn sign: gray, light on dark, cropped, centered, scaled by area averaging.

    Parameters
    ----------
    path : str or path
        PNG, JPEG or another file that pillow reads. Dark ink on light paper is inverted.
    height, width : int
        Size of the result in pixels, each ≥ 1. As in the two well-known sets of digits, the ink
        takes 7.5 of 8 pixels, or the middle 20 of 28.
    levels : float
        Value that the darkest ink gets: 16 for the 8 x 8 digits, 255 for MNIST. Paper is 0.

    Shapes
    ------
    (height, width)

    Raises
    ------
    FileError
        There is no such file, or it is not a picture, or it is empty.
    DependencyError
        pillow is not installed.
    """
    gray = _read_gray(path)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    ink = np.abs(gray - np.median(border))  # paper becomes 0, be it light or dark
    if ink.max() < 8:
        raise FileError(f"{path}: expected a drawing, got an empty picture. Draw with a thick pen.")
    rows, columns = (np.flatnonzero((ink > INK * ink.max()).any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    small = average(_centered(cut, height, width), height, width)
    pixels: Array = np.round(small * (levels / small.max()))
    return pixels


def _read_gray(path: Any) -> Array:
    """Return gray from 0 to 255; transparent pixels count as white paper."""
    try:
        from PIL import Image
    except ImportError as error:
        raise DependencyError(
            "pictures need pillow. Install it: pip install 'chainrule[picture]'"
        ) from error
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > LARGEST:
                raise FileError(
                    f"{path}: expected at most {LARGEST:,} pixels. Make the picture smaller."
                )
            colors = picture.convert("RGBA")
            paper = Image.new("RGBA", colors.size, "white")
            return np.asarray(Image.alpha_composite(paper, colors).convert("L"), float)
    except FileError:
        raise
    except OSError as error:
        reason = error.strerror or "it is not a picture, or it is broken"
        raise FileError(f"{path} cannot be read: {reason}. Give a PNG file.") from None
    except Exception as error:  # pillow's decoders raise many kinds for broken files
        raise FileError(
            f"{path} cannot be read: {type(error).__name__}: {error}. Give a PNG file."
        ) from None


def _centered(ink: Array, height: int, width: int) -> Array:
    """Return the ink in the middle of paper with the right proportions."""
    share_h, share_w = (
        1 - 2 * max(0.25, 0.25 + (side - 8) * 3 / 16) / side for side in (height, width)
    )
    # how many pixels of the picture make one pixel of the result
    scale = max(ink.shape[0] / (height * share_h), ink.shape[1] / (width * share_w))
    rows, columns = round(height * scale), round(width * scale)
    paper = np.zeros((max(ink.shape[0], rows), max(ink.shape[1], columns)))
    top, left = (paper.shape[0] - ink.shape[0]) // 2, (paper.shape[1] - ink.shape[1]) // 2
    paper[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return paper


def average(pixels: Array, height: int, width: int) -> Array:
    """Return a smaller image: each pixel is the mean of the area that it covers, A pixels Bᵀ."""
    return _areas(pixels.shape[0], height) @ pixels @ _areas(pixels.shape[1], width).T


def _areas(n: int, k: int) -> Array:
    """Return (k, n): the fraction of each of n pixels in each of k equal parts."""
    edges = np.linspace(0, n, k + 1)
    low, high = edges[:-1, None], edges[1:, None]
    left = np.arange(n)
    overlap: Array = np.clip(np.minimum(high, left + 1) - np.maximum(low, left), 0, None)
    return overlap * (k / n)
