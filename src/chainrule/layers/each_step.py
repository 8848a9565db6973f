"""A layer applied to each step of a sequence."""

from ..graph.tape import Node
from ..ops.concatenate import concatenate
from ..ops.reshape import reshape
from ..ops.take_step import take_step
from .base import Layer
from .sequential import check_layers


class EachStep(Layer):
    """yₜ = f(xₜ): the same layer, with the same parameters, on every step of a sequence.

    The steps are unrolled: a sequence of T steps records f T times.

    Parameters
    ----------
    layer : Layer
        f, a layer or a chain of them.
    name : str
        The layer's path; by default each_step1, ...

    Shapes
    ------
    (N, T, ...) -> (N, T, ...), each step in the shape that f gives.

    Raises
    ------
    ParameterError
        The argument is not a layer.
    ShapeError
        The input has no steps.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.EachStep(cr.Dense(2)), loss=cr.SquaredError(), inputs=(5, 3))
    >>> net.predict([[[0.0, 0.0, 0.0]] * 5]).shape, net.parameters["W1"].shape
    ((1, 5, 2), (3, 2))
    """

    layer: Layer

    def check(self) -> None:
        check_layers("EachStep", (self.layer,))

    def __call__(self, x: Node) -> Node:
        if len(x.shape) < 3:
            x.expect(3, "(N, T, D)", "Put Reshape(T, D) before it.")
        scope = x.tape.scope
        steps = []
        for t in range(x.shape[1]):
            with x.tape.sharing(scope, self.layer):
                y: Node = self.layer(take_step(x, t=t))
            steps.append(reshape(y, shape=(1, *y.shape[1:])))
        return _join(steps)


def _join(steps: list[Node]) -> Node:
    """Join two by two: h = concat(concat(y₀, y₁), concat(y₂, y₃))."""
    if len(steps) == 1:
        return steps[0]
    half = (len(steps) + 1) // 2
    h: Node = concatenate(_join(steps[:half]), _join(steps[half:]), axis=1)
    return h
