"""Arrays by name that are shown as a table: what `net.parameters` and `net.gradients` return."""

import numpy as np

from ..arrays import Array
from . import html

FEW = 40  # numbers that are shown one by one


class NamedArrays(dict[str, Array]):
    """A dict of arrays. If they have many numbers, it is shown as one line for each array.

    Examples
    --------
    >>> NamedArrays(b=np.zeros(2))
    {'b': array([0., 0.])}
    >>> NamedArrays(W=np.eye(10), b=np.zeros(10))
    W  (10, 10)  0 to 1, mean 0.1
    b  (10,)     0 to 0, mean 0
    """

    def __repr__(self) -> str:
        if sum(np.size(a) for a in self.values()) <= FEW:
            return super().__repr__()
        rows = [(name, str(a.shape), *_range(a)) for name, a in self.items()]
        names, shapes = (max(len(row[k]) for row in rows) for k in (0, 1))
        return "\n".join(
            f"{name:<{names}}  {shape:<{shapes}}  "
            + (f"{low} to {high}, mean {mean}{more}" if low else "no numbers")
            for name, shape, low, high, mean, more in rows
        )

    def _repr_html_(self) -> str | None:
        if sum(np.size(a) for a in self.values()) <= FEW:
            return None
        header = ("name", "shape", "lowest", "highest", "mean", "")
        rows = [(name, str(a.shape), *_range(a)) for name, a in self.items()]
        return html.page(html.table(rows, header, align="llrrrl"))


def _range(a: Array) -> tuple[str, str, str, str]:
    """Return lowest, highest and mean of the finite numbers, and how many others there are."""
    numbers = np.asarray(a)
    finite = numbers[np.isfinite(numbers)]
    others = numbers.size - finite.size
    more = f", {others:,} not finite" if others else ""
    if not finite.size:
        return ("", "", "", more)
    mean = float(finite.mean(dtype=float))
    return (f"{finite.min():.4g}", f"{finite.max():.4g}", f"{mean:.4g}", more)
