"""Convolution of images."""

from ..graph.tape import Node
from ..ops.convolve import convolve, convolve_affine
from .convolution import Convolution


class Conv2D(Convolution):
    """z = patches(x) W + b: each filter reads a patch of an image, at every position.

    The weights are the same at all positions.

    Parameters
    ----------
    filters : int
        Number of output channels, ≥ 1.
    kernel : int or pair of int
        Height and width of the kernel in pixels, each ≥ 1.
    stride : int or pair of int
        Pixels from one position of the kernel to the next, each ≥ 1.
    padding : {"valid", "same"}, int or pair of int
        Zeros on each side. "valid": none. "same": as many as give ceil(H / stride) output rows,
        an odd one at the end. Or a number ≥ 0.
    dilation : int or pair of int
        Pixels from one cell of the kernel to the next, each ≥ 1.
    groups : int
        A divisor of C and of filters: each group of filters reads its own group of channels.
        groups=C is a depthwise convolution.
    bias : bool
        True: add the bias b.
    init : Initializer, array, number or function
        Starting values of W. b starts at 0.
    penalty : Penalty, optional
        A term added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W and b keep their starting values until `net.thaw`.
    name : str
        The layer's path; by default conv2d1, conv2d2, ...

    Shapes
    ------
    (N, H, W, C) -> (N, H', W', filters),
    H' = (H + padding − dilation (k − 1) − 1) // stride + 1, and the same for W';
    W (k, k, C / groups, filters), b (filters,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, H, W, C), groups do not divide its channels, or the image is smaller
        than the kernel.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition",
    Proc. IEEE 86 (1998), section II.

    Examples
    --------
    >>> import chainrule as cr
    >>> conv = cr.Conv2D(6, kernel=5, padding="same")
    >>> net = cr.Network(conv, loss=cr.SquaredError(), inputs=(28, 28, 1))
    >>> net.parameters["W1"].shape, net.programs.output
    ((5, 5, 1, 6), (0, 28, 28, 6))
    """

    def __call__(self, x: Node) -> Node:
        return self.convolved(x, convolve, convolve_affine)
