"""Where a convolutional network sees evidence for a class."""

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
    """Return the gradient-weighted class activation map, enlarged to the image.

    relu(Σₖ αₖ Aₖ) with αₖ = mean over positions of ∂s_c/∂Aₖ, where A are the feature maps of one
    layer and s_c is the score of the class before the link.

    Parameters
    ----------
    net : Network
        A network with a Conv2D.
    X : array
        Images (N, H, W, C), or one image (H, W, C).
    label : int or sequence of int, optional
        The class, from 0, or one for each image; None: the predicted class.
    layer : str, optional
        The layer of the feature maps, by its path ("conv2d2") or a symbol ("a2"); without it the
        last convolution, with the activation or normalization that follows it.
    output : str, optional
        The name of one of several outputs.

    Returns
    -------
    map : array
        (N, H, W), or (H, W) for one image; ≥ 0, enlarged bilinearly, not scaled.

    Raises
    ------
    ParameterError
        A network without a convolution, a layer without feature maps, a class or an output that
        does not exist.
    ShapeError
        Images that do not fit, or a network that gives no scores (N, K).

    References
    ----------
    Selvaraju, Cogswell, Das, Vedantam, Parikh & Batra, "Grad-CAM: visual explanations from deep
    networks via gradient-based localization", ICCV 2017, equations 1 and 2.

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
    """Return the output of the last convolution, after the following steps that keep its size."""
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
    """Return height and width of the input, or of the first image computed from it."""
    _, height, width, _ = next(
        v.shape for v in program.values if v.kind == "row" and len(v.shape) == 4
    )
    return height, width


def _stretch(to: int, size: int) -> Array:
    """Return the matrix (to, size) of linear interpolation between the centers of the cells."""
    at = np.clip((np.arange(to) + 0.5) * size / to - 0.5, 0, size - 1)
    weight: Array = np.maximum(0, 1 - abs(at[:, None] - np.arange(size)))
    return weight
