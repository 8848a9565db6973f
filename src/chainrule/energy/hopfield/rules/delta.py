"""The delta rule: the error of each pattern corrects the weights."""

import numpy as np

from ....arrays import Array
from .base import Rule, without_diagonal


class Delta(Rule):
    """W += (lr / N) (x − W x) xᵀ, pattern by pattern until x = W x; then w_ii = 0.

    Widrow & Hoff's rule, applied to the network's own states. From W = 0 it converges to the
    projection of the pseudo-inverse by local steps, also for dependent patterns. In the limit W is
    symmetric. If `sweeps` ends it earlier, W is not symmetric and there is no energy.

    Parameters
    ----------
    lr : float
        The step, 0 < lr < 2. With lr = 1 each step makes its pattern exact.
    sweeps : int
        The largest number of passes over the patterns.
    tolerance : float
        Learning ends when the largest |x − W x| of a pass is not above this.

    Raises
    ------
    ParameterError
        A setting outside its range.

    References
    ----------
    Diederich & Opper, "Learning of correlated patterns in spin-glass networks by local learning
    rules", PRL 58 (1987).

    Examples
    --------
    >>> Delta().learn(np.array([[1.0, 1.0, -1.0, -1.0]]))[0]
    array([ 0.  ,  0.25, -0.25, -0.25])
    """

    lr: float = 1.0
    sweeps: int = 2000
    tolerance: float = 1e-12

    def check(self) -> None:
        self.require_number("lr", "above 0 and below 2", lambda v: 0 < v < 2, 1.0)
        self.require_size("sweeps", "The usual value is 2000.")
        self.require_number("tolerance", "≥ 0", lambda v: v >= 0, 1e-12)

    def learn(self, patterns: Array) -> Array:
        N = patterns.shape[1]
        weights = np.zeros((N, N))
        for _ in range(self.sweeps):
            largest = 0.0
            for x in patterns:
                error = x - weights @ x
                largest = max(largest, float(np.abs(error).max()))
                weights += np.outer(self.lr / N * error, x)
            if largest <= self.tolerance:
                weights = (weights + weights.T) / 2  # the limit is symmetric: remove the rounding
                break
        return without_diagonal(weights)
