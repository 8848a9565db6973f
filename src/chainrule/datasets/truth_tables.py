"""Functions of two bits, and the two small tables with which many introductions begin."""

import numpy as np

from ..arrays import Array
from ..errors import ParameterError

# The outputs for the inputs 00, 01, 10, 11.
OUTPUTS = {
    "and": "0001",
    "or": "0111",
    "xor": "0110",
    "nand": "1110",
    "nor": "1000",
    "xnor": "1001",
}


def truth_table(name: str) -> tuple[Array, Array]:
    """Two bits and what a logical function answers.

    Parameters
    ----------
    name : {"and", "or", "xor", "nand", "nor", "xnor"}
        The function. A single neuron learns all of them but xor and xnor (Minsky & Papert, *Perceptrons*, 1969).

    Returns
    -------
    X, y : Array
        Inputs (4, 2), the rows 00, 01, 10, 11; outputs (4, 1). Both float64.

    Raises
    ------
    ParameterError
        For another name.

    Examples
    --------
    >>> X, y = truth_table("and")
    >>> y.ravel()
    array([0., 0., 0., 1.])
    """
    if name not in OUTPUTS:
        raise ParameterError(
            f"truth_table({name!r}): name must be one of {', '.join(OUTPUTS)}. The usual one is xor."
        )
    return _bits("00", "01", "10", "11"), _bits(*OUTPUTS[name])


def xor() -> tuple[Array, Array]:
    """The exclusive or: y = 1 where the two bits differ. The smallest table that needs a hidden layer.

    Returns
    -------
    X, y : Array
        Inputs (4, 2), outputs (4, 1), float64.

    Examples
    --------
    >>> X, y = xor()
    >>> np.hstack([X, y])
    array([[0., 0., 0.],
           [0., 1., 1.],
           [1., 0., 1.],
           [1., 1., 0.]])
    """
    return truth_table("xor")


def first_column() -> tuple[Array, Array]:
    """The table of the single neuron: the answer is the first bit, and the third is always 1.

    Returns
    -------
    X, y : Array
        Inputs (4, 3), the rows 001, 111, 101, 011; outputs (4, 1). Both float64.

    References
    ----------
    M. Spencer-Harper, "How to build a simple neural network in 9 lines of Python code", 2015.

    Examples
    --------
    >>> X, y = first_column()
    >>> np.array_equal(X[:, :1], y)
    True
    """
    return _bits("001", "111", "101", "011"), _bits("0", "1", "1", "0")


def xor_with_ones() -> tuple[Array, Array]:
    """The exclusive or of the first two bits; the third is always 1 and serves the first layer as a bias.

    Returns
    -------
    X, y : Array
        Inputs (4, 3), the rows 001, 011, 101, 111; outputs (4, 1). Both float64.

    References
    ----------
    J. Loy, "How to build your own neural network from scratch in Python", 2018.

    Examples
    --------
    >>> X, y = xor_with_ones()
    >>> np.array_equal(X[:, :2], xor()[0]), np.array_equal(y, xor()[1])
    (True, True)
    """
    return _bits("001", "011", "101", "111"), _bits("0", "1", "1", "0")


def _bits(*rows: str) -> Array:
    """One row for each string of digits."""
    return np.array([[float(bit) for bit in row] for row in rows])
