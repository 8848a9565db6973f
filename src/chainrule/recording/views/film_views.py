"""What a film of a run shows: it depends on the inputs, the targets and the loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError
from ...losses.focal import Focal
from ...losses.hinge import Hinge
from ...losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ...losses.squared_hinge import SquaredHinge
from ...metrics.classes import read_classes
from ...plots import films
from .layers import tensors
from .samples import Loss, Rows, Walked, ends_of_epochs, some_rows, work_of_a_row

OF_CLASSES = (Focal, Hinge, SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredHinge)
WORK = 5e6  # multiply-adds of the predictions of one frame, about
KERNELS = 30  # pictures of weights
MATRICES = 3
CELLS = 64  # rows and columns of a matrix that are shown
PAIRS = 15  # pictures and reconstructions
PIXELS = 64  # inputs that are taken for a flat picture if they are a square number
COLORS = 7  # classes that can be told apart on a map


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that the frames of a film show.

    Parameters
    ----------
    answers, weights, loss : View
        The panels.
    numbers : list of lists of arrays
        For each frame: the numbers of each panel.
    titles : list of str
        The line above each frame.
    """

    answers: films.View
    weights: list[films.View]
    loss: films.View
    numbers: list[list[Array]]
    titles: list[str]


def scene_of(run: Walked, steps: list[int]) -> Scene:
    """Return what a film shows at these steps."""
    rows = some_rows(run, int(np.clip(WORK / work_of_a_row(run), 100, 1000)))
    loss = Loss(run, rows)
    answers, read = _answers(run, rows)
    shown = _weights(run)
    losses, numbers, epochs = [], [], []
    for step in steps:
        moment = run.at(step=step)
        losses.append(loss(moment.theta))
        parts = [cut(moment.theta) for _, cut in shown]
        numbers.append([read(moment.net), *parts])
        epochs.append(moment.epoch)
    weights = [make(_most([each[1 + k] for each in numbers])) for k, (make, _) in enumerate(shown)]
    for k, each in enumerate(numbers):
        each.append(np.array(k))
    titles = [
        f"step {step:,} of {steps[-1]:,}     epoch {epoch}     {loss.name} {value:.4g}"
        for step, epoch, value in zip(steps, epochs, losses, strict=True)
    ]
    others = {}
    held = run.history.as_dict().get("val_loss")
    if held is not None and len(held):
        others["validation"] = (ends_of_epochs(run)[: len(held)], held)
    curve = films.LossLine(
        np.array(steps), np.array(losses), f"{loss.name} on {rows.words}", others
    )
    return Scene(answers, weights, curve, numbers, titles)


def _most(arrays: list[Array]) -> float:
    """Return the size of a weight that has the full color: of 1000 weights, 2 are larger."""
    sizes = np.abs(np.concatenate([np.ravel(a) for a in arrays]))
    sizes = sizes[np.isfinite(sizes)]
    return float(np.percentile(sizes, 99.8)) or 1.0 if sizes.size else 1.0


# ---------------------------------------------------------------- answers


Read = Callable[[Any], Array]  # a network -> the numbers that the view shows


def _answers(run: Walked, rows: Rows) -> tuple[films.View, Read]:
    """Return the view of what the model answers, and how to read its numbers from a network."""
    net = run.recorded.origin.net.twin(run.recorded.origin.start.theta)
    if getattr(net, "programs", None) is None:
        return _machine(net, rows)
    names = list(net.programs.predict.inputs)
    given = {name: rows.batch[name] for name in names if name in rows.batch}
    output = (net.outputs or [""])[0]
    y = np.asarray(rows.batch[f"y_{output}" if output else "y"])
    x = next(iter(given.values())) if len(given) == 1 else None

    def predict(some: Any, network: Any) -> Array:
        with np.errstate(all="ignore"):
            p = network.predict(some)
        answers: Array = np.nan_to_num(np.asarray(p[output] if output else p, float), posinf=1e30)
        return answers

    def read(network: Any) -> Array:
        return predict(x if x is not None else given, network)

    view, turned = _view(net, x, y, read(net), rows, output)
    points = view.points()
    if points is None:
        return view, lambda network: turned(read(network))
    asked = points.astype(rows.batch[names[0]].dtype)
    return view, lambda network: turned(predict(asked, network))


def _view(
    net: Any, x: Array | None, y: Array, p: Array, rows: Rows, output: str
) -> tuple[films.View, Callable[[Array], Array]]:
    """Return the view that fits inputs and targets, and what turns predictions into its numbers."""
    shape = (0,) if x is None else x.shape[1:]
    if x is not None and y.shape == x.shape and y.ndim > 1 and math.prod(shape) > 3:
        picture = picture_of(shape)
        if picture is not None and p[0].size == math.prod(shape):
            some = _as_pictures(x[:PAIRS], picture)
            title = "rows, and below each what the network makes of it"
            return films.Pictures(some, title), lambda p: _as_pictures(p[:PAIRS], picture)
        return films.Scatter(y), _same
    loss = net.loss if not output else next(part for n, _, part in net.loss.parts if n == output)
    found = _classes(loss, y, p)
    if found is not None and x is not None and shape == (2,) and found[1] <= COLORS:
        return films.Regions(np.asarray(x), *found, signed=bool(np.min(y) < 0)), _same
    of = f", output {output}" if output else ""
    one = y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1)
    several = found is not None and p.ndim > 1 and p.shape[1] > 1
    if x is not None and shape == (1,) and (one or y.ndim == 2) and not several:
        return films.Curve(x[:, 0], y if y.ndim == 1 else y[:, 0]), _same
    if found is not None:
        truth, classes = found

        def predicted(p: Array) -> Array:
            return read_classes("film", y, p)[1]

        words = f"{rows.words}{of}"
        return films.Confusion(truth, classes, words), predicted
    if x is not None and shape == (2,) and one and p.size == len(y):
        return films.Field(np.asarray(x), y.ravel()), _same
    return films.Scatter(y, f"predictions against targets{of}"), _same


def _same(p: Array) -> Array:
    return p


def _classes(loss: Any, y: Array, p: Array) -> tuple[Array, int] | None:
    """Return the class of each row and the number of classes; None if targets are no classes."""
    if y.dtype.kind not in "iu" and not isinstance(loss, OF_CLASSES):
        return None
    try:
        truth, _, classes = read_classes("film", y, p)
    except ChainruleError:  # such as several answers of yes or no
        return None
    return truth, classes


def _machine(net: Any, rows: Rows) -> tuple[films.View, Read]:
    """Return the view of what an RBM makes of rows."""
    visible = net.units.visible
    x = rows.batch["x"][:, :visible]
    y = rows.batch["x"][:, visible:]
    picture = picture_of((visible,), fewest=9)
    if net.units.classes:  # its rows need their class, which is part of the row there

        def made(network: Any) -> Array:
            return np.asarray(network.reconstruct(x, y.argmax(axis=1)))
    else:

        def made(network: Any) -> Array:
            return np.asarray(network.reconstruct(x))

    if picture is None:
        return films.Scatter(x, "reconstructions against rows"), made
    title = "rows, and below each its reconstruction"
    return films.Pictures(_as_pictures(x[:PAIRS], picture), title), lambda network: _as_pictures(
        made(network)[:PAIRS], picture
    )


def picture_of(shape: tuple[int, ...], fewest: int = PIXELS) -> tuple[int, int] | None:
    """Return height and width if a row of this shape may be a picture in gray, else None."""
    if len(shape) == 3 and shape[2] == 1:
        shape = shape[:2]
    if len(shape) == 2 and min(shape) >= 4:
        return shape[0], shape[1]
    side = math.isqrt(shape[0]) if len(shape) == 1 else 0
    return (side, side) if side and side * side == shape[0] and shape[0] >= fewest else None


def _as_pictures(rows: Array, picture: tuple[int, int]) -> Array:
    return np.asarray(rows, float).reshape(len(rows), *picture)


# ---------------------------------------------------------------- weights

Make = Callable[[float], films.View]  # the size of a weight with the full color -> a view
Cut = Callable[[Array], Array]  # θ -> the weights that the view shows


def _weights(run: Walked) -> list[tuple[Make, Cut]]:
    """Return the views of weights: as pictures where they are some, else as matrices."""
    net, theta = run.recorded.origin.net, run.recorded.origin.start.theta
    named = tensors(net, theta)
    wide = [name for name, a in named.items() if a.ndim > 1] or list(named)[:1]
    first, shape = wide[0], named[wide[0]].shape

    def take(name: str) -> Cut:
        return lambda theta: np.asarray(tensors(net, theta)[name], float)

    machine = getattr(net, "programs", None) is None
    if machine:
        picture = picture_of((net.units.visible,), fewest=9)
    else:
        inputs = list(net.inputs.values())
        picture = picture_of(inputs[0]) if len(inputs) == 1 else None
    rows, columns = (shape[0], math.prod(shape[1:])) if len(shape) > 1 else (1, shape[0])
    if len(shape) == 4:
        return [_kernels(first, shape, take(first))]
    if machine and picture is not None:
        count, visible = min(rows, KERNELS), net.units.visible
        title = f"weights W of {_some(count, rows)} hidden units"
        return [
            (
                lambda most: films.Kernels(most, title),
                lambda theta: take(first)(theta)[:count, :visible].reshape(count, *picture),
            )
        ]
    if len(shape) == 2 and picture is not None and math.prod(picture) == rows:
        count = min(columns, KERNELS)
        words = f"weights {first} of {_some(count, columns)} units"
        return [
            (
                lambda most: films.Kernels(most, words),
                lambda theta: take(first)(theta)[:, :count].T.reshape(count, *picture),
            )
        ]
    chosen = wide if len(wide) <= MATRICES else [wide[0], wide[len(wide) // 2], wide[-1]]
    return [_matrix(name, named[name].shape, take(name)) for name in chosen]


def _some(count: int, total: int) -> str:
    return f"all {total:,}" if count == total else f"{count} of {total:,}"


def _kernels(name: str, shape: tuple[int, ...], take: Cut) -> tuple[Make, Cut]:
    """Return the view of the kernels (k, k, C, filters) of a convolution, those of one channel."""
    count = min(shape[3], KERNELS)
    title = f"kernels {name} of {_some(count, shape[3])} filters"
    if shape[2] > 1:
        title += f", channel 0 of {shape[2]}"
    return (
        lambda most: films.Kernels(most, title),
        lambda theta: np.moveaxis(take(theta)[:, :, 0, :count], 2, 0),
    )


def _matrix(name: str, shape: tuple[int, ...], take: Cut) -> tuple[Make, Cut]:
    """Return the view of one matrix; of a large one its first rows and columns."""
    columns = shape[-1]
    rows = math.prod(shape) // max(columns, 1)
    title = f"{name}  ({' × '.join(map(str, shape))})"
    if rows > CELLS or columns > CELLS:
        title += f", the first {min(rows, CELLS)} × {min(columns, CELLS)}"
    return (
        lambda most: films.Matrix(most, title),
        lambda theta: take(theta).reshape(rows, columns)[:CELLS, :CELLS],
    )
