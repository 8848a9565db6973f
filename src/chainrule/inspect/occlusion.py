"""What a network no longer sees when a patch of the image is hidden."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, ShapeError
from ..model.model import Model
from .scores import AT_ONCE, Scores, pair


def occlusion(
    net: Model,
    X: Any,
    label: Any = None,
    *,
    patch: int | tuple[int, int] = 3,
    stride: int | tuple[int, int] = 1,
    fill: Any = 0.0,
    output: str | None = None,
) -> Array:
    """How much the class's probability falls when a patch is hidden: of each pixel the mean over the patches that hide it.

    A patch slides over the image, and the last place is at its edge, so every pixel is hidden at least once. Negative numbers
    mean that the class becomes more probable. (Where the loss has no link, it is the score that falls.)

    Parameters
    ----------
    net : Network
        One that takes images (H, W, C).
    X : array
        Images (N, H, W, C), or one image (H, W, C).
    label : int or sequence of int, optional
        The class, from 0, or one for each image; None: the class that the network predicts.
    patch : int or pair of int
        Height and width of the patch in pixels, at most those of the image.
    stride : int or pair of int
        Pixels from one place to the next, at most the patch. An image costs one prediction a place.
    fill : float or C floats
        What the patch shows, such as the mean pixel.
    output : str, optional
        Which one of several outputs.

    Returns
    -------
    falls : array
        (N, H, W), or (H, W) for one image.

    Raises
    ------
    ParameterError
        A class or an output that is not there; a patch larger than the image, a stride larger than the patch.
    ShapeError
        Images that do not fit, a network that takes none or gives no scores (N, K).

    References
    ----------
    Zeiler & Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 4.2 (a grey square).

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> W = np.array([[0.0], [3.0], [0.0], [0.0]])
    >>> net = cr.Network(cr.Flatten(), cr.Dense(1, init=W), loss=cr.SigmoidCrossEntropy(), inputs=(2, 2, 1))
    >>> occlusion(net, np.ones((2, 2, 1)), patch=1).round(2)  # σ(3) − σ(0) where the network looks
    array([[0.  , 0.45],
           [0.  , 0.  ]], dtype=float32)
    """
    scores = Scores("occlusion", net, X, label, output)
    if scores.X.ndim != 4:
        raise ShapeError(
            "occlusion",
            "a network that takes images (H, W, C)",
            f"rows of shape {scores.X.shape[1:]}",
            "Make it with inputs=(28, 28, 1), with your own sizes.",
        )
    images = scores.X.astype(net.dtype)
    size, step = pair("occlusion", "patch", patch), pair("occlusion", "stride", stride)
    if any(k > n for k, n in zip(size, images.shape[1:3], strict=True)):
        got, most = (f"{h} x {w}" for h, w in (size, images.shape[1:3]))
        raise ParameterError(
            "occlusion", f"a patch of at most {most} pixels, the image", got, "Take a smaller one."
        )
    if any(s > k for s, k in zip(step, size, strict=True)):
        raise ParameterError(
            f"occlusion(stride={stride!r}): stride must be at most the patch {size}, to hide every pixel."
        )
    colour = _colour(fill, images)
    down, across = (_places(n, k, s) for n, k, s in zip(images.shape[1:3], size, step, strict=True))
    patches = [(slice(i, i + size[0]), slice(j, j + size[1])) for i in down for j in across]

    labels = scores.labels()
    before = scores.probabilities(images, labels)
    total, count = np.zeros(images.shape[:3], np.float64), np.zeros(images.shape[1:3], np.int64)
    for place in patches:
        count[place] += 1
    jobs, chunk = len(images) * len(patches), max(1, AT_ONCE // images[0].nbytes)
    for begin in range(0, jobs, chunk):
        whose, which = np.divmod(np.arange(begin, min(begin + chunk, jobs)), len(patches))
        hidden = images[whose]
        for image, k in zip(hidden, which, strict=True):
            image[patches[k]] = colour
        falls = before[whose] - scores.probabilities(hidden, labels[whose])
        for n, k, fall in zip(whose, which, falls, strict=True):
            total[n][patches[k]] += fall
    return scores.like_the_images((total / count).astype(net.dtype))


def _places(pixels: int, patch: int, stride: int) -> list[int]:
    """Where a patch begins along one axis; the last one ends at the edge."""
    return sorted({*range(0, pixels - patch + 1, stride), pixels - patch})


def _colour(fill: Any, images: Array) -> Array:
    """One number a channel."""
    try:
        colour = np.asarray(fill)
    except ValueError:  # lists of several lengths
        colour = np.array(None)
    if (
        colour.dtype.kind not in "fiu"
        or colour.shape not in ((), images.shape[3:])
        or not np.isfinite(colour).all()
    ):
        got = repr(fill) if colour.size < 9 else f"an array of shape {colour.shape}"
        raise ParameterError(
            f"occlusion(fill={got}): fill must be a number, or one for each of {images.shape[3]} channels. "
            "The mean pixel is X.mean(axis=(0, 1, 2))."
        )
    return np.broadcast_to(colour, images.shape[3:])
