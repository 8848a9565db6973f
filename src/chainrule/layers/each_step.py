"""A layer for each step of a sequence."""

from ..graph.tape import Node
from ..ops.concatenate import concatenate
from ..ops.reshape import reshape
from ..ops.take_step import take_step
from .base import Layer
from .sequential import check_layers


class EachStep(Layer):
    """The layer on every step of a sequence, with the same parameters: yₜ = f(xₜ).

    The steps are unrolled: a sequence of T steps records f T times.

    Parameters
    ----------
    layer : Layer
        f, a layer or a chain of them.
    name : str
        The layer's path; else each_step1, ...

    Shapes
    ------
    (N, T, ...) -> (N, T, ...), each step as f makes it.

    Raises
    ------
    ParameterError
        Something that is not a layer.
    ShapeError
        An input without steps.

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
    """Two by two: h = concat(concat(y₀, y₁), concat(y₂, y₃))."""
    if len(steps) == 1:
        return steps[0]
    half = (len(steps) + 1) // 2
    return concatenate(_join(steps[:half]), _join(steps[half:]), axis=1)  # type: ignore[no-any-return]
