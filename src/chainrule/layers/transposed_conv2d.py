"""Transposed convolution of images: a learned way to make them larger."""

from ..errors import ShapeError
from ..graph.tape import Node
from ..ops.patches import span
from ..ops.transpose_convolve import transpose_convolve, transpose_convolve_affine
from .convolution import Convolution


class TransposedConv2D(Convolution):
    """Each pixel puts its multiple of the kernel into a larger image, and where kernels overlap they add up: z = fold(x W) + b.

    It is the gradient of a Conv2D with the same settings, used forwards: no inverse, but an image of the size that Conv2D read.

    Parameters
    ----------
    filters : int
        How many channels the output has, ≥ 1.
    kernel : int or pair of int
        Height and width of the kernel in pixels, each ≥ 1.
    stride : int or pair of int
        Pixels of the output from one kernel to the next, each ≥ 1.
    padding : {"valid", "same"}, int or pair of int
        What is cut off on each side: nothing; so much that the output has H · stride rows; or a number ≥ 0.
    dilation : int or pair of int
        Pixels from one cell of the kernel to the next, each ≥ 1.
    groups : int
        A divisor of C and of filters: each part of the filters sees its own part of the channels.
    bias : bool
        Whether b is added.
    init : Initializer, array, number or function
        Starting values of W. b starts at 0.
    penalty : Penalty, optional
        Added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W and b stay as they start, until `net.thaw`.
    name : str
        The layer's path; else transposed_conv2d1, ...

    Shapes
    ------
    (N, H, W, C) -> (N, H', W', filters), H' = (H − 1) stride + dilation (k − 1) + 1 − 2 padding, W' alike;
    W (k, k, C / groups, filters), b (filters,).

    Raises
    ------
    ParameterError
        A setting outside its range.
    ShapeError
        An input that is not (N, H, W, C), channels that groups do not divide, or padding that cuts everything off.

    References
    ----------
    Zeiler, Krishnan, Taylor & Fergus, "Deconvolutional networks", CVPR 2010.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.TransposedConv2D(3, stride=2, padding="same"), loss=cr.SquaredError(), inputs=(7, 7, 8))
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
        return op(x, *weights, stride=stride, padding=padding, dilation=dilation, size=size)  # type: ignore[no-any-return]
