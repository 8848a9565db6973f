"""Arrays by name that are shown as a table: what `net.parameters` and `net.gradients` return."""

from typing import Any, NoReturn

import numpy as np

from ..arrays import Array
from ..errors import ParameterError
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


class Views(NamedArrays):
    """Views into θ by symbol. A dict, and not a method as in other libraries.

    Each use of `net.parameters` makes it anew, so an array put into it would be lost without a
    word: it is refused. `dict(net.parameters)` is a dict of your own.

    Examples
    --------
    >>> theta = np.zeros(2)
    >>> Views(b=theta)["b"][...] = 1
    >>> theta
    array([1., 1.])
    """

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse a call."""
        raise TypeError(
            "net.parameters is a dict of arrays by symbol, not a method. Write "
            "net.parameters.values(). An optimizer needs none: fit(optimizer=Adam(lr=0.001))."
        )

    def __setitem__(self, name: str, values: Any) -> NoReturn:
        raise ParameterError(
            f"parameters[{name!r}] = ...: expected numbers for the view, got another array in its "
            f"place, which the network would never see. Write parameters[{name!r}][...] = values."
        )

    def update(self, *given: Any, **named: Any) -> None:
        """Refuse other arrays, as an assignment does."""
        for name, values in dict(*given, **named).items():
            self[name] = values

    def __reduce__(self) -> tuple[Any, ...]:
        return NamedArrays, (dict(self),)  # a copy is no view


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
