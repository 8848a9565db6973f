"""Where the channels of an image are: what a shape says, and what it leaves open."""

import math

from ..graph.program import Shape

COLORS = (1, 3)  # gray, and red green blue
SMALLEST = 8  # pixels: no set of images has fewer on a side, so smaller axes hold channels


def seems_channels_first(shape: Shape) -> bool:
    """Return True if the shape of one image could be (C, H, W) as well as (H, W, C).

    Such a shape begins with 1 or 3, and two numbers of 8 or more follow, as in (3, 32, 32). In
    (3, 3, 8) and (1, 100, 4) the last axis holds the channels.

    Parameters
    ----------
    shape : tuple of int
        The shape of one row.
    """
    return len(shape) == 3 and shape[0] in COLORS and min(shape[1:]) >= SMALLEST


def is_turned(shape: Shape, known: Shape) -> bool:
    """Return True if one of these shapes is (H, W, C), and the other the same images as (C, H, W).

    Parameters
    ----------
    shape : tuple of int
        The shape of one row.
    known : tuple of int
        The shape that is expected.
    """
    if len(known) != 3 or len(shape) != 3 or shape == known:
        return False
    return any(
        first[0] in COLORS and last == (*first[1:], first[0])
        for first, last in ((shape, known), (known, shape))
    )


def square(n: int, smallest: int = 4) -> Shape | None:
    """Return (H, W, C) of a flat row of n numbers that is a square image; None if it is none.

    Parameters
    ----------
    n : int
        How many numbers the row has.
    smallest : int
        The smallest side that counts as an image.
    """
    for channels in COLORS:
        side = math.isqrt(n // channels)
        if side >= smallest and side * side * channels == n:
            return side, side, channels
    return None
