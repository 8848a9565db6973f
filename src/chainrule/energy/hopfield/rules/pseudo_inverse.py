"""The pseudo-inverse rule: the projection onto the patterns."""

import numpy as np

from ....arrays import Array
from ....errors import DataError
from .base import Rule, without_diagonal


class PseudoInverse(Rule):
    """W = X X⁺, the columns of X being the patterns; w_ii = 0.

    Stores up to N linearly independent patterns exactly, however much they overlap. It is neither local nor incremental,
    and the basins shrink to nothing as the load nears 1.

    Raises
    ------
    DataError
        If the patterns are linearly dependent; more than N of them always are.

    References
    ----------
    Personnaz, Guyon & Dreyfus, "Information storage and retrieval in spin-glass like neural networks", J. Physique Lett. 46 (1985).

    Examples
    --------
    >>> PseudoInverse().learn(np.array([[1.0, 1.0, -1.0, -1.0]]))[0]
    array([ 0.  ,  0.25, -0.25, -0.25])
    """

    def learn(self, patterns: Array) -> Array:
        M, N = patterns.shape
        rank = int(np.linalg.matrix_rank(patterns))
        if rank < M:
            raise DataError(
                "rule='pseudo-inverse'",
                "linearly independent patterns",
                f"{M} patterns of {N} units with rank {rank}",
                f"Store at most {rank} of them (a repeated or inverted pattern adds nothing), or use rule='storkey'.",
            )
        basis, _ = np.linalg.qr(patterns.T)  # X X⁺ = Q Qᵀ
        return without_diagonal(basis @ basis.T)
