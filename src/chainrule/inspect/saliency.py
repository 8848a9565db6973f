"""Which pixels move the score of a class."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..model.model import Model
from .scores import Scores


def saliency(net: Model, X: Any, label: Any = None, *, output: str | None = None) -> Array:
    """Return the gradient of a class's score with respect to every pixel: w = ∂s_c/∂x.

    The score is the value before the link, not the probability: the gradient of a softmax is almost
    0 where the network is sure. The sign says whether a brighter pixel speaks for the class. Papers
    often show the largest |w| over the channels.

    Parameters
    ----------
    net : Network
        A network with one input.
    X : array
        Images (N, H, W, C), or one image (H, W, C); or rows of another shape that the network
        takes.
    label : int or sequence of int, optional
        The class, from 0, or one for each image; None: the predicted class.
    output : str, optional
        The name of one of several outputs.

    Returns
    -------
    w : array
        It has the shape of X.

    Raises
    ------
    ParameterError
        A class or an output that does not exist; a network with several inputs.
    ShapeError
        Images that do not fit, or a network that gives no scores (N, K).

    References
    ----------
    Simonyan, Vedaldi & Zisserman, "Deep inside convolutional networks: visualising image
    classification models and saliency maps", ICLR workshop 2014, section 3.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> W = np.arange(8.0).reshape(4, 2)
    >>> layers = cr.Flatten(), cr.Dense(2, init=W)
    >>> net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(2, 2, 1))
    >>> saliency(net, np.ones((2, 2, 1)), label=1)[:, :, 0]
    array([[1., 3.],
           [5., 7.]], dtype=float32)
    """
    scores = Scores("saliency", net, X, label, output)
    x = scores.program.inputs["x"]
    return scores.like_the_images(np.concatenate([part.gradient[x] for part in scores.passes([x])]))
