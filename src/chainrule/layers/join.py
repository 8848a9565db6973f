"""Several inputs, each through a branch of its own, become one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ..errors import ParameterError, ShapeError
from ..graph.arithmetic import add, multiply
from ..graph.tape import Node
from ..ops.concatenate import concatenate
from .base import Layer
from .sequential import check_layers


class Join(Layer):
    """h = concat(f(x), g(y), ...): every input goes through its own branch, then they are joined.

    It is the first layer of a network with several inputs.

    Parameters
    ----------
    branches : dict of Layer
        A layer or a Sequential for each input, by the input's name; Identity() keeps the input
        itself. (A file stores them as pairs.)
    how : {"concatenate", "add", "multiply"}
        "concatenate": the last axes follow one another, in the order of `branches`. "add" and
        "multiply": number by number, for branches of one shape.
    name : str
        The layer's path; by default join1, ... The parameters of a branch are at path/input, such
        as join1/table/dense1/W.

    Shapes
    ------
    {name: (N, ..., Dₖ)} -> (N, ..., Σₖ Dₖ), or for "add" and "multiply" the shape of each branch.

    Raises
    ------
    ParameterError
        A branch is not a layer, an input has no branch, or a branch has no input.
    ShapeError
        The branches give shapes that cannot be joined.

    References
    ----------
    Baltrušaitis, Ahuja & Morency, "Multimodal machine learning: a survey and taxonomy", IEEE TPAMI
    41 (2019), section 3.1 (joint representations).

    Examples
    --------
    >>> import chainrule as cr
    >>> join = cr.Join({"size": cr.Identity(), "color": cr.Embedding(3, 2)})
    >>> inputs = {"size": (1,), "color": ()}
    >>> net = cr.Network(join, cr.Dense(1), loss=cr.SquaredError(), inputs=inputs)
    >>> net.predict({"size": [[1.5], [2.0]], "color": [0, 2]}).shape
    (2, 1)
    """

    branches: Any
    how: Literal["concatenate", "add", "multiply"] = "concatenate"

    def __post_init__(self) -> None:
        if isinstance(self.branches, Mapping):
            object.__setattr__(self, "branches", tuple(self.branches.items()))
        super().__post_init__()

    def check(self) -> None:
        self.require(
            "branches",
            "a dict of layers by the names of inputs",
            lambda v: len(v) > 1 and all(isinstance(n, str) and n.isidentifier() for n, _ in v),
            'Write Join({"image": Sequential(...), "table": Dense(8)}).',
        )
        check_layers("Join", [layer for _, layer in self.branches])
        words = ("concatenate", "add", "multiply")
        self.require("how", f"one of {', '.join(words)}", lambda v: v in words, "")

    def __repr__(self) -> str:
        how = "" if self.how == "concatenate" else f", how={self.how!r}"
        named = f", name={self.name!r}" if self.name else ""
        return f"Join({dict(self.branches)!r}{how}{named})"

    def __call__(self, x: dict[str, Node]) -> Node:
        tape = next(iter(x.values())).tape if isinstance(x, dict) else x.tape
        names = [name for name, _ in self.branches]
        if not isinstance(x, dict) or set(x) != set(names):
            got = ", ".join(x) if isinstance(x, dict) else x.value.shown
            remedy = "Give X as a dict with these names; Identity() keeps an input as it is."
            raise ParameterError(tape.where(), f"the inputs {', '.join(names)}", got, remedy)
        joined: list[Node] = []
        for name, layer in self.branches:
            with tape.at(tape.join(name), layer):
                joined.append(layer(x[name]))
        self._check_shapes(joined)
        h = joined[0]
        for other in joined[1:]:
            if self.how == "concatenate":
                h = concatenate(h, other, axis=-1)
            else:
                h = add(h, other) if self.how == "add" else multiply(h, other)
        return h

    def _check_shapes(self, joined: list[Node]) -> None:
        """Raise ShapeError unless the branches fit each other."""
        among = slice(None, -1) if self.how == "concatenate" else slice(None)
        if len({b.shape[among] for b in joined}) > 1 or any(len(b.shape) < 2 for b in joined):
            rule = "the last axis only" if self.how == "concatenate" else "nothing"
            got = ", ".join(
                f"{name} {b.value.shown}"
                for (name, _), b in zip(self.branches, joined, strict=True)
            )
            remedy = "End each branch with Flatten() or Dense(n)."
            raise ShapeError(joined[0].tape.where(), f"branches that differ in {rule}", got, remedy)
