"""The 1797 handwritten digits that are part of the package."""

from importlib.resources import files

import numpy as np

from ..arrays import Array


def digits() -> tuple[Array, Array]:
    """Return images of handwritten digits, 8 × 8 pixels; nothing is downloaded.

    The rows and their order are those of scikit-learn's `load_digits`.

    Returns
    -------
    X, y : Array
        Images (1797, 64) uint8, row by row, 0 (paper) to 16 (ink); labels (1797,) int64, 0 to 9.

    References
    ----------
    E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49 (CC BY 4.0; the whole attribution is in
    digits.txt).

    Examples
    --------
    >>> X, y = digits()
    >>> y[:5], X[0].reshape(8, 8)[1]
    (array([0, 1, 2, 3, 4]), array([ 0,  0, 13, 15, 10, 15,  5,  0], dtype=uint8))
    """
    with files(__package__).joinpath("digits.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["X"], arrays["y"].astype(np.int64)
