"""Convolution of images."""

from ..graph.tape import Node
from ..ops.convolve import convolve, convolve_affine
from .convolution import Convolution


class Conv2D(Convolution):
    """Each filter looks at a patch of the image, at every place with the same weights: z = patches(x) W + b.

    Parameters
    ----------
    filters : int
        How many channels the output has, ≥ 1.
    kernel : int or pair of int
        Height and width of the kernel in pixels, each ≥ 1.
    stride : int or pair of int
        Pixels from one place of the kernel to the next, each ≥ 1.
    padding : {"valid", "same"}, int or pair of int
        Zeros on each side: none; so many that the output has ceil(H / stride) rows, the odd one at the end; or a number ≥ 0.
    dilation : int or pair of int
        Pixels from one cell of the kernel to the next, each ≥ 1.
    groups : int
        A divisor of C and of filters: each part of the filters sees its own part of the channels. groups=C is depthwise.
    bias : bool
        Whether b is added.
    init : Initializer, array, number or function
        Starting values of W. b starts at 0.
    penalty : Penalty, optional
        Added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W and b stay as they start, until `net.thaw`.
    name : str
        The layer's path; else conv2d1, conv2d2, ...

    Shapes
    ------
    (N, H, W, C) -> (N, H', W', filters), H' = (H + padding − dilation (k − 1) − 1) // stride + 1, W' alike;
    W (k, k, C / groups, filters), b (filters,).

    Raises
    ------
    ParameterError
        A setting outside its range.
    ShapeError
        An input that is not (N, H, W, C), channels that groups do not divide, or an image smaller than the kernel.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998), section II.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Conv2D(6, kernel=5, padding="same"), loss=cr.SquaredError(), inputs=(28, 28, 1))
    >>> net.parameters["W1"].shape, net.programs.output
    ((5, 5, 1, 6), (0, 28, 28, 6))
    """

    def __call__(self, x: Node) -> Node:
        return self.convolved(x, convolve, convolve_affine)
