"""The mean of each window of a sequence."""

from ..graph.tape import Node
from ..ops.average_pool import average_pool
from .pooling import SequencePooling


class AveragePool1D(SequencePooling):
    """h = mean(patches(x)): the mean of the steps of each window, separately for each channel.

    Steps after the last whole window are cut off.

    Parameters
    ----------
    size : int
        Steps of a window, ≥ 1; the usual value is 2.
    stride : int, optional
        Steps from one window to the next, ≥ 1; by default the size, so that windows lie side by
        side.
    name : str
        The layer's path; by default average_pool1d1, ...

    Shapes
    ------
    (N, T, C) -> (N, T', C), T' = (T − size) // stride + 1.

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, T, C), or the sequence is shorter than the window.

    References
    ----------
    Waibel, Hanazawa, Hinton, Shikano & Lang, "Phoneme recognition using time-delay neural
    networks", IEEE Trans. ASSP 37 (1989).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.AveragePool1D(2), loss=cr.SquaredError(), inputs=(3, 1))
    >>> net.predict([[[1.0], [5.0], [9.0]]]).tolist()
    [[[3.0]]]
    """

    def __call__(self, x: Node) -> Node:
        return self.pooled(x, average_pool)
