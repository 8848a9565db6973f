"""Convolution of sequences."""

from typing import ClassVar

from ..graph.tape import Node
from ..ops.convolve import convolve, convolve_affine
from .convolution import Convolution


class Conv1D(Convolution):
    """z = patches(x) W + b: each filter reads a few steps of a sequence, at every position.

    The weights are the same at all positions.

    Parameters
    ----------
    filters : int
        Number of output channels, ≥ 1.
    kernel : int
        Number of steps that a filter reads, ≥ 1.
    stride : int
        Steps from one position of the kernel to the next, ≥ 1.
    padding : {"valid", "same"} or int
        Zeros on each side. "valid": none. "same": as many as give ceil(T / stride) output steps,
        an odd one at the end. Or a number ≥ 0.
    dilation : int
        Steps from one cell of the kernel to the next, ≥ 1.
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
        The layer's path; by default conv1d1, conv1d2, ...

    Shapes
    ------
    (N, T, C) -> (N, T', filters), T' = (T + padding − dilation (k − 1) − 1) // stride + 1;
    W (k, C / groups, filters), b (filters,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, T, C), groups do not divide its channels, or the sequence is shorter
        than the kernel.

    References
    ----------
    Waibel, Hanazawa, Hinton, Shikano & Lang, "Phoneme recognition using time-delay neural
    networks", IEEE Trans. ASSP 37 (1989).

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
