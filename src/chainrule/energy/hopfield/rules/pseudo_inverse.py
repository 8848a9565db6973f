"""The pseudo-inverse rule: the projection onto the patterns."""

import numpy as np

from ....arrays import Array
from ....errors import DataError
from .base import Rule, without_diagonal


class PseudoInverse(Rule):
    """W = X X⁺, with the patterns as the columns of X; w_ii = 0.

    It stores up to N linearly independent patterns exactly, even if they overlap strongly. It is
    neither local nor incremental. As the load approaches 1 the basins vanish.

    Raises
    ------
    DataError
        Linearly dependent patterns; more than N patterns always are.

    References
    ----------
    Personnaz, Guyon & Dreyfus, "Information storage and retrieval in spin-glass like neural
    networks", J. Physique Lett. 46 (1985).

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
                f"Store at most {rank} of them (a repeated or inverted pattern adds nothing), "
                "or use rule='storkey'.",
            )
        basis, _ = np.linalg.qr(patterns.T)  # X X⁺ = Q Qᵀ
        return without_diagonal(basis @ basis.T)
