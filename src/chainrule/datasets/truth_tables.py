"""Functions of two bits, and two small tables with which many introductions begin."""

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
    """Return two bits and the value of a logical function.

    Parameters
    ----------
    name : {"and", "or", "xor", "nand", "nor", "xnor"}
        The function. A single neuron learns all of them but xor and xnor (Minsky & Papert,
        *Perceptrons*, 1969).

    Returns
    -------
    X, y : Array
        Inputs (4, 2), the rows 00, 01, 10, 11; outputs (4, 1). Both float64.

    Raises
    ------
    ParameterError
        The name is another one.

    Examples
    --------
    >>> X, y = truth_table("and")
    >>> y.ravel()
    array([0., 0., 0., 1.])
    """
    if name not in OUTPUTS:
        raise ParameterError(
            f"truth_table({name!r}): name must be one of {', '.join(OUTPUTS)}. "
            "The usual one is xor."
        )
    return _bits("00", "01", "10", "11"), _bits(*OUTPUTS[name])


def xor() -> tuple[Array, Array]:
    """Return the exclusive or: y = 1 if the two bits differ.

    It is the smallest table that needs a hidden layer.

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
    """Return a table for a single neuron: y is the first bit, and the third bit is always 1.

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
    """Return the exclusive or of the first two bits, with a third bit that is always 1.

    The third bit acts as a bias of the first layer.

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
    """Return one row for each string of digits."""
    return np.array([[float(bit) for bit in row] for row in rows])
