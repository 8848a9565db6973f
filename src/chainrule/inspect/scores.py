"""The scores of a network, one a class, and their gradients, some images at a time.

A score is the value before the link.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..data.checks import as_array
from ..data.sources import Arrays
from ..engines.reference import Reference
from ..errors import DataError, ParameterError, ShapeError
from ..graph.program import Program
from ..losses.hinge import Hinge
from ..losses.joint import JointLoss
from ..losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ..losses.squared_hinge import SquaredHinge
from ..model import scoring
from ..model.model import Model
from ..model.prepared import indices
from ..ops.channels_last import channels_last
from ..settings import is_whole

ANY_LAYOUT = ("saliency", "feature_maps", "cell")  # their results do not depend on it
AT_ONCE = 1 << 24  # the largest number of bytes of values at once


class Pass(NamedTuple):
    """Some of the images: every value of the Program, the classes asked for, and gradients."""

    rows: slice
    value: list[Any]
    labels: Array
    gradient: dict[int, Any]


class Scores:
    """The scores of some images, and the class asked for.

    If one output separates two classes, its value is the score of class 1, and minus its value is
    the score of class 0.

    Parameters
    ----------
    where : str
        The name of the function, for errors.
    net : Network
        A network with one input.
    X : array
        Images, or one without the axis N.
    label : int or sequence of int, optional
        A class for all images, or one for each; None: the predicted class.
    output : str, optional
        The name of one of several outputs.
    """

    def __init__(
        self, where: str, net: Model, X: Any, label: Any = None, output: str | None = None
    ) -> None:
        self.where, self.net, self.output = where, net, output
        self.X, self.single = images_of(where, net, X)
        self.built = net.built_for({"x": self.X.shape[1:]})
        self.program = self.built.programs.predict
        loss, last = self._choose()
        self.value = before_link(where, self.program, last)
        shown = self.program.values[self.value]
        if len(shown.shape) != 2:
            raise ShapeError(
                where,
                "a network that gives scores (N, K), one a class",
                shown.shown,
                "End it with Flatten() and Dense(K).",
            )
        self.linked = self.value != last
        self.two = shown.shape[1] == 1 and isinstance(
            loss, (SigmoidCrossEntropy, Hinge, SquaredHinge)
        )
        self.classes = 2 if self.two else shown.shape[1]
        self.label = self._check(label)
        net.adopt(self.built)

    def _choose(self) -> tuple[Any, int]:
        """Return the loss of the output asked for, and the last value that belongs to it."""
        if not isinstance(self.net.loss, JointLoss):
            if self.output is not None:
                raise ParameterError(
                    f"{self.where}(output={self.output!r}): this network has one output. "
                    "Leave output= out."
                )
            return self.net.loss, self.program.output
        names = self.net.loss.names
        if self.output not in names:
            raise ParameterError(
                self.where,
                f"one of the outputs {', '.join(names)}",
                repr(self.output),
                f"Write output={names[0]!r}.",
            )
        made, last = {s.output: s for s in self.program.steps}, self.program.output
        parts: list[int] = []
        for _ in names[1:]:  # predictions are joined side by side, two by two
            last, part = made[last].inputs
            parts.insert(0, part)
        k = names.index(self.output)
        return self.net.loss.parts[k][2], [last, *parts][k]

    def _check(self, label: Any) -> Array | None:
        """Return one class for each image, or None."""
        if label is None:
            return None
        try:
            given = np.asarray(label)
        except ValueError:  # lists of several lengths
            given = np.array(None)
        if given.dtype.kind not in "iu" or given.shape not in ((), (len(self.X),)):
            got = f"{given.dtype} of shape {given.shape}" if given.ndim else repr(label)
            raise ParameterError(
                self.where,
                f"a class as label, or one for each of {len(self.X)} images",
                got,
                "None is the predicted one.",
            )
        if (wrong := (given < 0) | (given >= self.classes)).any():
            raise ParameterError(
                self.where,
                f"a label from 0 to {self.classes - 1}",
                f"{given[wrong].flat[0]}",
                "Classes count from 0.",
            )
        return np.broadcast_to(given, len(self.X))

    # ---- classes and scores

    def passes(self, wrt: Sequence[int] = ()) -> Iterator[Pass]:
        """Yield all values of some images at a time, and the gradients of their scores."""
        engine = Reference(self.program, wrt=wrt, seeds=[self.value])
        source = Arrays({"x": self.X}, dtype=self.net.dtype.type, index=indices(self.program))
        chunk = rows_at_once(self.program, self.net.dtype.itemsize)
        for begin in range(0, len(self.X), chunk):
            rows = slice(begin, min(begin + chunk, len(self.X)))
            with np.errstate(all="ignore"):
                parts = engine.forward(
                    self.net.theta, source.rows(rows), [slice(0, rows.stop - begin)]
                )
                labels = self._labels(parts[self.value][0], rows)
                seed = self._seed(parts[self.value][0], labels)
                found = engine.backward(parts, {self.value: [seed]}) if wrt else {}
            value = [part[0] if part else None for part in parts]
            gradient = {i: found[i][0] if i in found else np.zeros_like(value[i]) for i in wrt}
            yield Pass(rows, value, labels, gradient)

    def _labels(self, z: Array, rows: slice) -> Array:
        """Return the classes asked for, else those with the largest score."""
        largest: Array = (z[:, 0] > 0).astype(np.int64) if self.two else z.argmax(axis=1)
        return largest if self.label is None else self.label[rows]

    def _seed(self, z: Array, labels: Array) -> Array:
        """Return d score / dz: 1 for the class, 0 for the others."""
        if self.two:
            signs: Array = 2 * labels[:, None] - 1
            return signs.astype(z.dtype)
        seed: Array = np.zeros_like(z)
        seed[np.arange(len(z)), labels] = 1
        return seed

    def labels(self) -> Array:
        """Return the class asked for of every image: (N,)."""
        return (
            self.label
            if self.label is not None
            else np.concatenate([part.labels for part in self.passes()])
        )

    def probabilities(self, X: Array, labels: Array) -> Array:
        """Return the probability of one class for each image; its score if the loss has no link."""
        p = scoring.predict(self.net, self.built, self.program, {"x": X})
        p = scoring.by_output(self.net, self.built.programs, p)
        p = p[self.output] if self.output is not None else p
        return of_class(p, labels, self.linked) if self.two else p[np.arange(len(p)), labels]

    def like_the_images(self, found: Array) -> Array:
        """Return one map if one image was given."""
        return found[0] if self.single else found


def of_class(p: Array, labels: Array, linked: bool) -> Array:
    """Return the probability or score of class 1 or 0 for each row, from one output."""
    one = p[:, 0]
    chosen: Array = np.where(labels == 1, one, 1 - one if linked else -one)
    return chosen


def images_of(where: str, net: Model, X: Any) -> tuple[Array, bool]:
    """Return rows for the network, and True if a single image without the axis N was given."""
    expected = net.programs.predict.inputs  # raises if the shapes are not known
    assert net.inputs is not None
    if list(net.inputs) != ["x"] or isinstance(X, dict):
        names = ", ".join(name for name in expected if name in net.inputs)
        raise ParameterError(
            where,
            "a network with one input and images as an array",
            f"inputs {names}",
            "Take cr.vjp for other networks.",
        )
    if net.programs.predict.values[expected["x"]].number == "index":
        raise ParameterError(
            f"{where}: expected a network of images, got one of whole numbers. It has no pixels."
        )
    if where not in ANY_LAYOUT and any(
        step.op is channels_last and expected["x"] in step.inputs
        for step in net.programs.predict.steps
    ):
        raise ShapeError(
            where,
            'a network of images (N, H, W, C), channels="last"',
            'one that begins with Images(channels="first")',
            "Take a network without this layer, with the same weights, and np.moveaxis(X, 1, -1).",
        )
    given = as_array("X", X)
    single = given.ndim == len(net.inputs["x"])
    rows = net.arrays_of(given[None] if single else given)["x"]
    if not len(rows):
        raise DataError(where, "at least one image", f"X of shape {rows.shape}", "Give some.")
    return rows, single


def before_link(where: str, program: Program, last: int) -> int:
    """Return the value that the link reads: the last one that belongs to a layer."""
    made = {step.output: step for step in program.steps}
    found, look = set(), [last]
    while look:
        i = look.pop()
        if i in made and not program.values[i].scope:
            look += [k for k in made[i].inputs if program.values[k].kind == "row"]
        else:
            found.add(i)
    if len(found) != 1:
        raise ParameterError(
            where,
            "a link that reads one value, the scores",
            f"one that reads {len(found)}",
            "Take cr.vjp for this one.",
        )
    return found.pop()


def rows_at_once(program: Program, itemsize: int) -> int:
    """Return how many rows to run at once, so that their values need little memory."""
    each = sum(math.prod(v.shape[1:]) for v in program.values if v.kind == "row") * itemsize
    return max(1, min(256, AT_ONCE // max(each, 1)))


def map_named(where: str, program: Program, name: str) -> int:
    """Return the feature map (N, H, W, C) of this name.

    A name is a value's symbol or path, or a layer's path, which means its last value.
    """
    maps = feature_maps_of(program)
    for i, v in enumerate(program.values):
        if is_map(program, i) and name in (v.symbol, v.path):
            return i
    if name not in maps:
        known = ", ".join(maps) or "none"
        raise ParameterError(
            where,
            f"a layer that gives feature maps: {known}",
            repr(name),
            "Take its name, or a symbol.",
        )
    return maps[name]


def is_map(program: Program, i: int) -> bool:
    """Return True for a value (N, H, W, C) that a layer computes."""
    v = program.values[i]
    return v.kind == "row" and len(v.shape) == 4 and v.role == "computed"


def feature_maps_of(program: Program) -> dict[str, int]:
    """Return the last value of each layer that computes an image, by the layer's path."""
    last = {program.values[s.output].scope: s.output for s in program.steps}
    return {scope: i for scope, i in last.items() if scope and is_map(program, i)}


def pair(where: str, name: str, given: Any) -> tuple[int, int]:
    """Return a size down and across: 3 is (3, 3)."""
    numbers = given if isinstance(given, (tuple, list)) else (given, given)
    if len(numbers) != 2 or not all(is_whole(n) and n >= 1 for n in numbers):
        raise ParameterError(
            f"{where}({name}={given!r}): {name} must be a whole number ≥ 1, "
            "or one down and one across."
        )
    return int(numbers[0]), int(numbers[1])
