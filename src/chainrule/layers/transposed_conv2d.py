"""Transposed convolution of images: a learned way to enlarge them."""

from ..errors import ShapeError
from ..graph.tape import Node
from ..ops.patches import span
from ..ops.transpose_convolve import transpose_convolve, transpose_convolve_affine
from .convolution import Convolution


class TransposedConv2D(Convolution):
    """z = fold(x W) + b: each pixel adds its multiple of the kernel to a larger image.

    Where kernels overlap, they add up. It is the gradient of a Conv2D with the same settings, used
    as a forward pass. It does not invert Conv2D; it gives an image of the size that Conv2D read.

    Parameters
    ----------
    filters : int
        Number of output channels, ≥ 1.
    kernel : int or pair of int
        Height and width of the kernel in pixels, each ≥ 1.
    stride : int or pair of int
        Output pixels from one kernel to the next, each ≥ 1.
    padding : {"valid", "same"}, int or pair of int
        What is cut off on each side. "valid": nothing. "same": as much as gives H · stride output
        rows. Or a number ≥ 0.
    dilation : int or pair of int
        Pixels from one cell of the kernel to the next, each ≥ 1.
    groups : int
        A divisor of C and of filters: each group of filters reads its own group of channels.
    bias : bool
        True: add the bias b.
    init : Initializer, array, number or function
        Starting values of W. b starts at 0.
    penalty : Penalty, optional
        A term added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W and b keep their starting values until `net.thaw`.
    name : str
        The layer's path; by default transposed_conv2d1, ...

    Shapes
    ------
    (N, H, W, C) -> (N, H', W', filters),
    H' = (H − 1) stride + dilation (k − 1) + 1 − 2 padding, and the same for W';
    W (k, k, C / groups, filters), b (filters,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, H, W, C), groups do not divide its channels, or padding cuts
        everything off.

    References
    ----------
    Zeiler, Krishnan, Taylor & Fergus, "Deconvolutional networks", CVPR 2010.

    Examples
    --------
    >>> import chainrule as cr
    >>> larger = cr.TransposedConv2D(3, stride=2, padding="same")
    >>> net = cr.Network(larger, loss=cr.SquaredError(), inputs=(7, 7, 8))
    >>> net.parameters["W1"].shape, net.programs.output
    ((3, 3, 8, 3), (0, 14, 14, 3))
    """

    def __call__(self, x: Node) -> Node:
        self.look_at(x)
        kernel, stride, dilation = (
            self.each(self.kernel),
            self.each(self.stride),
            self.each(self.dilation),
        )
        places = x.shape[1:-1]
        size = tuple(n * s for n, s in zip(places, stride, strict=True))
        padding = self.zeros(size, places)
        if self.padding != "same":
            axes = zip(places, kernel, stride, dilation, padding[::2], strict=True)
            size = tuple((n - 1) * s + span(k, d) - 2 * pad for n, k, s, d, pad in axes)
        if min(size) < 1:
            raise ShapeError(
                x.tape.where(),
                "an output of at least 1 x 1 pixels",
                " x ".join(map(str, size)),
                "Take less padding.",
            )
        weights = self.parameters(x)
        op = transpose_convolve_affine if self.bias else transpose_convolve
        z: Node = op(x, *weights, stride=stride, padding=padding, dilation=dilation, size=size)
        return z
