"""The Poisson loss of counts. Its link is exp."""

from ..arrays import Array
from ..errors import DataError
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from ..ops.exp import exp
from .elementwise import ElementwiseLoss, per_output, sum_outputs


@op
def poisson(z: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ (exp(z) − y z)"""
    return scale * sum_outputs(exp.forward(z) - y * z)


@poisson.gradient
def poisson_backward(dl: Array, l: Array, z: Array, y: Array, scale: float) -> tuple[Array, None]:
    """dz = scale dl (exp(z) − y)"""
    return scale * per_output(dl, z) * (exp.forward(z) - y), None


class Poisson(ElementwiseLoss):
    """ℓ = Σₖ (exp z − y z), or its mean: the negative log likelihood of the counts y.

    The network gives the log rate z; `predict` gives the rate exp z. The constant log y! of the
    likelihood is left out.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z and y in the same shape, (N, ...).

    Raises
    ------
    DataError
        The targets have another shape, are negative, or are not finite.

    References
    ----------
    McCullagh & Nelder, "Generalized linear models", 2nd edition 1989, chapter 6: counts and the
    log link.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.Poisson(), inputs=(1,))
    >>> float(net.loss_and_grad([[0.0]], [[3.0]])[0]), net.predict([[0.0]]).tolist()
    (1.0, [[1.0]])
    """

    refuses = (exp,)

    def link(self, z: Node) -> Node:
        return exp(z)  # type: ignore[no-any-return]

    def prepare(self, y: Array, output: Shape) -> Array:
        y = super().prepare(y, output)
        if (y < 0).any():
            raise DataError(
                "y",
                "counts ≥ 0",
                f"{y.min()}",
                "Poisson is for counts; SquaredError takes any number.",
            )
        return y

    def __call__(self, z: Node, y: Node) -> Node:
        return poisson(z, y, scale=self.scale(z))  # type: ignore[no-any-return]
