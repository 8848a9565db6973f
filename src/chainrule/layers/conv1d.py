"""Convolution of sequences."""

from typing import ClassVar

from ..graph.tape import Node
from ..ops.convolve import convolve, convolve_affine
from .convolution import Convolution


class Conv1D(Convolution):
    """Each filter looks at a few steps of a sequence, at every place with the same weights: z = patches(x) W + b.

    Parameters
    ----------
    filters : int
        How many channels the output has, ≥ 1.
    kernel : int
        How many steps a filter sees, ≥ 1.
    stride : int
        Steps from one place of the kernel to the next, ≥ 1.
    padding : {"valid", "same"} or int
        Zeros on each side: none; so many that the output has ceil(T / stride) steps, the odd one at the end; or a number ≥ 0.
    dilation : int
        Steps from one cell of the kernel to the next, ≥ 1.
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
        The layer's path; else conv1d1, conv1d2, ...

    Shapes
    ------
    (N, T, C) -> (N, T', filters), T' = (T + padding − dilation (k − 1) − 1) // stride + 1; W (k, C / groups, filters), b (filters,).

    Raises
    ------
    ParameterError
        A setting outside its range.
    ShapeError
        An input that is not (N, T, C), channels that groups do not divide, or a sequence shorter than the kernel.

    References
    ----------
    Waibel, Hanazawa, Hinton, Shikano & Lang, "Phoneme recognition using time-delay neural networks", IEEE Trans. ASSP 37 (1989).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Conv1D(4, kernel=3, dilation=2), loss=cr.SquaredError(), inputs=(10, 2))
    >>> net.parameters["W1"].shape, net.programs.output
    ((3, 2, 4), (0, 6, 4))
    """

    axes: ClassVar[int] = 1

    def __call__(self, x: Node) -> Node:
        return self.convolved(x, convolve, convolve_affine)
