"""Where a convolutional network saw what speaks for a class."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ParameterError
from ..graph.program import Program
from ..model.model import Model
from ..ops.convolve import convolve, convolve_affine
from ..ops.transpose_convolve import transpose_convolve, transpose_convolve_affine
from .scores import Scores, is_map, map_named

CONVOLUTIONS = (convolve, convolve_affine, transpose_convolve, transpose_convolve_affine)


def grad_cam(
    net: Model, X: Any, label: Any = None, *, layer: str | None = None, output: str | None = None
) -> Array:
    """Gradient-weighted class activation map: relu(Σₖ αₖ Aₖ), αₖ = mean over positions of ∂s_c/∂Aₖ, enlarged to the image.

    A are the feature maps of one layer, s_c the score of the class before the link.

    Parameters
    ----------
    net : Network
        With a Conv2D.
    X : array
        Images (N, H, W, C), or one image (H, W, C).
    label : int or sequence of int, optional
        The class, from 0, or one for each image; None: the class that the network predicts.
    layer : str, optional
        Whose feature maps: a layer's path ("conv2d2") or a symbol ("a2"); without it the last convolution, with the activation
        or normalisation that follows it.
    output : str, optional
        Which one of several outputs.

    Returns
    -------
    map : array
        (N, H, W), or (H, W) for one image; ≥ 0, enlarged bilinearly, not scaled.

    Raises
    ------
    ParameterError
        A network without a convolution, a layer without feature maps, a class or an output that is not there.
    ShapeError
        Images that do not fit, or a network that gives no scores (N, K).

    References
    ----------
    Selvaraju, Cogswell, Das, Vedantam, Parikh & Batra, "Grad-CAM: visual explanations from deep networks via gradient-based
    localization", ICCV 2017, equations 1 and 2.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> layers = cr.Conv2D(4), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten(), cr.Dense(10)
    >>> net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1))
    >>> grad_cam(net, np.ones((5, 8, 8, 1)), label=3).shape
    (5, 8, 8)
    """
    scores = Scores("grad_cam", net, X, label, output)
    program = scores.program
    A = last_convolution(program) if layer is None else map_named("grad_cam", program, layer)
    height, width = _image_size(program)
    maps = []
    for part in scores.passes([A]):
        alpha = part.gradient[A].mean(axis=(1, 2))
        maps.append(np.maximum(np.einsum("nhwc,nc->nhw", part.value[A], alpha), 0))
    small = np.concatenate(maps)
    large = _stretch(height, small.shape[1]) @ small @ _stretch(width, small.shape[2]).T
    return scores.like_the_images(large.astype(net.dtype))


def last_convolution(program: Program) -> int:
    """The output of the last convolution of an image, with what follows it one by one and keeps its size."""
    found = [s.output for s in program.steps if s.op in CONVOLUTIONS and is_map(program, s.output)]
    if not found:
        raise ParameterError(
            "grad_cam",
            "a network with a Conv2D",
            "one without",
            "saliency works for every network.",
        )
    last = found[-1]
    while True:
        readers = [s for s in program.steps if last in s.inputs]
        if (
            len(readers) != 1
            or program.values[readers[0].output].shape != program.values[last].shape
        ):
            return last
        last = readers[0].output


def _image_size(program: Program) -> tuple[int, int]:
    """Height and width of the input, or of the first image that is made of it."""
    _, height, width, _ = next(
        v.shape for v in program.values if v.kind == "row" and len(v.shape) == 4
    )
    return height, width


def _stretch(to: int, size: int) -> Array:
    """The matrix (to, size) of linear interpolation; the middle of the first cell and the edge before it have one value."""
    at = np.clip((np.arange(to) + 0.5) * size / to - 0.5, 0, size - 1)
    weight: Array = np.maximum(0, 1 - abs(at[:, None] - np.arange(size)))
    return weight
