"""The terms of one entry: which numbers add up to one number of an op's output or gradient.

A sum of products says so in one line, `entry="z[n, j] = x[n, i] W[i, j] + b[j]"`. An index that
is on the right alone is summed, `…` stands for any number of axes, and the terms of each gradient
follow from the same line: dW[i, j] = x[n, i] dz[n, j], summed over n. Other ops return an Entry
from a function.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from . import equations
from .operation import Op

Place = tuple[Any, ...]  # an index; a number for all terms, or an array with one for each term
TERM = re.compile(r"\s*([+−]?)\s*([^+−]+)")
FACTOR = re.compile(r"(/?)\s*([A-Za-z_]+)(?:\[([^\]]*)\])?")
REST = "…"  # any number of axes


class Part(NamedTuple):
    """Terms of one form.

    Parameters
    ----------
    form : str
        One term in the letters of the op: "x·W", "(x − mu)² / N".
    at : dict
        The entry that each letter of the form stands for, by letter.
    values : array, optional
        The terms as numbers; None: the product of the entries.
    numbers : str
        The form for numbers, if it is another one.
    inner : dict
        The numbers of letters that are no entries of a value, one for each term or one for all.
    labels : dict
        What such a letter stands for, in the letters of the op: {"s": "softmax(z)"}. So a letter
        of the op may also have a second one, for another entry: {"q": "p"}.
    """

    form: str
    at: dict[str, Place]
    values: Any = None
    numbers: str = ""
    inner: dict[str, Any] = {}
    labels: dict[str, str] = {}


class Entry(NamedTuple):
    """What one entry is made of.

    Parameters
    ----------
    parts : list of Part
        Their terms add up to the total.
    total : float, optional
        The sum, if it is not the entry itself.
    then : Part, optional
        What makes the entry from the sum; its value is the entry once more.
    size : float
        The size of the numbers that meet in `then`, to which its rounding is compared.
    note : str
        A sentence for the reader.
    """

    parts: list[Part]
    total: float | None = None
    then: Part | None = None
    size: float = 0.0
    note: str = ""


class _Factor(NamedTuple):
    letter: str
    indices: tuple[str, ...]
    below: bool  # a divisor


class _Product(NamedTuple):
    sign: str
    factors: tuple[_Factor, ...]


def parse(entry: str) -> tuple[_Factor, tuple[_Product, ...]]:
    """Return the left side and the products of the equation of one entry."""
    left, _, right = entry.partition(" = ")
    products = tuple(_Product(sign, _factors(text)) for sign, text in TERM.findall(right))
    return _factors(left)[0], products


def _factors(text: str) -> tuple[_Factor, ...]:
    return tuple(
        _Factor(letter, tuple(re.findall(r"\w+|…", indices)), bool(below))
        for below, letter, indices in FACTOR.findall(text)
    )


def declared(
    op: Op, name: str, at: tuple[int, ...], arrays: Mapping[str, Array], attrs: Mapping[str, Any]
) -> Entry | None:
    """Return what an op itself says of one entry of `name`, its output or a gradient; or None.

    Parameters
    ----------
    op : Op
        The op.
    name : str
        A left side of its equations: "z", "dW".
    at : tuple of int
        The entry.
    arrays : dict of arrays
        The output, the inputs and, for a gradient, the gradient of the output, by letter.
    attrs : dict
        The attributes of the step.
    """
    attrs = equations.defaults(op.forward) | dict(attrs)
    if name in op.parts:
        found: Entry = op.parts[name](at, arrays, **attrs)
        return found
    if not op.entry:
        return None
    left, products = parse(op.entry)
    if name == left.letter:
        parts = [_part(product, product.factors, left, at, arrays, attrs) for product in products]
        return Entry(parts)
    parts = []
    for product in products:
        for k, factor in enumerate(product.factors):
            if "d" + factor.letter == name:
                dy = _Factor("d" + left.letter, left.indices, below=False)
                factors = (*product.factors[:k], dy, *product.factors[k + 1 :])
                parts.append(_part(product, factors, factor, at, arrays, attrs))
    return Entry(parts)


def _part(
    product: _Product,
    factors: tuple[_Factor, ...],
    left: _Factor,
    at: tuple[int, ...],
    arrays: Mapping[str, Array],
    attrs: Mapping[str, Any],
) -> Part:
    """Return the terms of one product, summed over all indices that `left[at]` leaves free."""
    bound: dict[str, Any] = {}
    rest = len(at) - (len(left.indices) - 1)
    if REST not in left.indices:
        bound = dict(zip(left.indices, at, strict=True))
    else:
        k = left.indices.index(REST)
        bound = dict(zip(left.indices[:k], at[:k], strict=True))
        bound |= dict(zip(left.indices[k + 1 :], at[k + rest :], strict=True))
        if rest:
            bound |= {f"{REST}{i}": n for i, n in enumerate(at[k : k + rest])}
    places = {f: _axes(f, arrays[f.letter].ndim) for f in factors if f.letter in arrays}
    free: dict[str, int] = {}
    for factor, axes in places.items():
        for axis, size in zip(axes, arrays[factor.letter].shape, strict=True):
            if axis not in bound:
                free.setdefault(axis, size)
    if free:
        sizes = tuple(free.values())
        mesh = np.unravel_index(np.arange(math.prod(sizes)), sizes)
        bound |= dict(zip(free, mesh, strict=True))
    index = {f.letter: tuple(bound[axis] for axis in axes) for f, axes in places.items()}
    form = "·".join(f.letter for f in factors if not f.below)
    form = ("−" if product.sign == "−" else "") + form
    form += "".join(f" / {f.letter}" for f in factors if f.below)
    values: Any = -1.0 if product.sign == "−" else 1.0
    for f in factors:
        number = arrays[f.letter][index[f.letter]] if f in places else attrs[f.letter]
        number = np.asarray(number, np.float64)
        values = values / number if f.below else values * number
    return Part(form, index, values)


def _axes(factor: _Factor, ndim: int) -> list[str]:
    """Return a name for each axis of a factor, in which … has become …0, …1 and so on."""
    axes: list[str] = []
    for name in factor.indices:
        many = ndim - (len(factor.indices) - 1)
        axes += [f"{REST}{i}" for i in range(many)] if name == REST else [name]
    return axes


def product(arrays: Mapping[str, Array], at: dict[str, Place], factor: float = 1.0) -> Part:
    """Return terms that are products of entries, with their numbers in float64."""
    values: Any = factor
    for letter, index in at.items():
        values = values * np.asarray(arrays[letter][index], np.float64)
    return Part("·".join(at), at, values)
