"""A penalty on the values of a layer, not on its weights."""

from typing import Any

from ..graph.tape import Node
from ..settings import Settings
from .base import Layer


class ActivityPenalty(Layer):
    """h = x, and L grows by Σₙ cₙ λ Ω(xₙ): large or many values of this layer cost something.

    With L1 most values become 0: a sparse code. Each row pays for its own values, so the mean over
    rows is that of the loss.

    Parameters
    ----------
    penalty : Penalty
        L1(1e-4), L2(1e-4) or ElasticNet; λ is per row.
    name : str
        The layer's path; by default activity_penalty1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        penalty is not one of these.

    References
    ----------
    Olshausen & Field, "Emergence of simple-cell receptive field properties by learning a sparse
    code for natural images", Nature 381 (1996), eq. 2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.ActivityPenalty(cr.L1(0.5)), loss=cr.SquaredError(), inputs=(2,))
    >>> float(net.loss_and_grad([[3.0, -4.0]], [[3.0, -4.0]])[0])
    3.5
    """

    penalty: Any

    def check(self) -> None:
        self.require(
            "penalty",
            "a penalty of rows",
            lambda v: isinstance(v, Settings) and hasattr(v, "row_terms"),
            "Write ActivityPenalty(L1(1e-4)).",
        )

    def __call__(self, x: Node) -> Node:
        x.expect_real("Penalize the values after Embedding.")
        x.tape.row_penalties.append((x.tape.scope, x, self.penalty))
        return x
