"""Reading a picture file as the colors that a person sees: upright, on white, 0 to 255."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DependencyError, FileError

LARGEST = 200_000_000  # pixels
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")


def pillow() -> tuple[Any, Any]:
    """Return pillow's modules Image and ImageOps, or raise DependencyError."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise DependencyError(
            "pictures need pillow. Install it: pip install 'chainrule[picture]'"
        ) from error
    return Image, ImageOps


def read_colors(path: Any, longest: int | None = None) -> Array:
    """Return red, green and blue of a picture.

    It is turned as its EXIF orientation says. Transparent pixels are white, CMYK, palettes and gray
    become colors, and 16 bits a channel become 8.

    Parameters
    ----------
    path : str, path or file
        PNG, JPEG or another file that pillow reads.
    longest : int, optional
        A larger picture is made smaller, until its longer side has this many pixels.

    Shapes
    ------
    (H, W, 3) uint8

    Raises
    ------
    FileError
        There is no such file, or it is not a picture, or it is broken or too large.
    DependencyError
        pillow is not installed.
    """
    Image, ImageOps = pillow()
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > LARGEST:
                raise FileError(
                    f"{path}: expected at most {LARGEST:,} pixels, got {picture.width} x "
                    f"{picture.height}. Make the picture smaller."
                )
            if longest is not None:  # a JPEG can be decoded at a half or a quarter of its size
                picture.draft(None, (longest, longest))
            upright = ImageOps.exif_transpose(_eight_bits(picture))
            if longest is not None and max(upright.size) > longest:
                upright.thumbnail((longest, longest), Image.Resampling.BOX)
            if "A" in upright.getbands() or "transparency" in upright.info:
                colors = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", colors.size, "white"), colors)
            return np.asarray(upright.convert("RGB"))
    except FileError:
        raise
    except OSError as error:
        reason = error.strerror or "it is not a picture, or it is broken"
        raise FileError(f"{path} cannot be read: {reason}. Give a PNG or JPEG file.") from None
    except Exception as error:  # pillow's decoders raise many kinds for broken files
        raise FileError(
            f"{path} cannot be read: {type(error).__name__}: {error}. Give a PNG or JPEG file."
        ) from None


def _eight_bits(picture: Any) -> Any:
    """Return a picture with 8 bits a channel; pillow alone would cut off what is above 255."""
    Image, _ = pillow()
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if not picture.mode.startswith(("I", "F")):
        picture.load()
        return picture
    numbers = np.asarray(picture, np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    if picture.mode.startswith("I") and low >= 0 and high < 1 << 16:
        numbers = numbers / 257 if high > 255 else numbers  # 65535 is white
    elif not (low >= 0 and high <= 255):
        numbers = (numbers - low) * (255 / max(high - low, 1e-300))
    elif high <= 1:
        numbers = numbers * 255
    found = Image.fromarray(np.round(numbers).astype(np.uint8))
    found.info = dict(picture.info)
    found.getexif().update(picture.getexif())
    return found
