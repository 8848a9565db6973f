"""A loss, a last activation and targets that do not fit each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ....layers.softmax import Softmax
from ....losses.absolute_error import AbsoluteError
from ....losses.huber import Huber
from ....losses.log_cosh import LogCosh
from ....losses.poisson import Poisson
from ....losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ....losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ....losses.squared_error import SquaredError
from ..case import Case, Rows
from ..evidence import Evidence
from ..layers_changed import ACTIVATIONS, flat, last_dense
from ..suspicion import Cure, Suspicion

NUMBERS = (SquaredError, AbsoluteError, Huber, LogCosh)


def fits(e: Evidence) -> list[Suspicion]:
    """An output that cannot reach its targets, or a loss that does not fit them."""
    if e.is_joint or not isinstance(e.case.train.y, np.ndarray):
        return []
    return _range(e) or _classes(e) or _counts(e)


def _range(e: Evidence) -> list[Suspicion]:
    """The last activation cannot give what the loss wants."""
    chain = flat(e.case.layers)
    last = chain[-1]
    if not isinstance(last, (*ACTIVATIONS, Softmax)):
        return []
    low, high = _reach(type(last).__name__)
    y = np.asarray(e.case.train.y, float)
    name, loss = type(last).__name__, type(e.case.loss).__name__
    if isinstance(e.case.loss, NUMBERS):
        slack = 0.02 * (y.max() - y.min())
        outside = float(np.mean((y < low - slack) | (y > high + slack)))
        if outside < 0.02:
            return []
        reach = f"from {low:g} to {high:g}" if np.isfinite([low, high]).all() else f"above {low:g}"
        text = (
            f"The output does not fit the targets: {name} at the end gives numbers {reach}, but "
            f"{100 * outside:.0f} % of the targets, from {y.min():.3g} to {y.max():.3g}, are outside."
        )
    elif isinstance(e.case.loss, (SoftmaxCrossEntropy, SigmoidCrossEntropy)):
        text = (
            f"The output does not fit the loss: {loss} takes scores of any size, but {name} at "
            "the end limits them."
        )
    else:
        return []
    cure = Cure(f"Leave out the {name} at the end.", _without_last)
    return [
        Suspicion(
            "loss_does_not_fit",
            name,
            text,
            (cure,),
            f"Leave out the {name}.",
            certain=True,
            harm=0.1,
            short=f"a {name} at the end",
        )
    ]


def _reach(name: str) -> tuple[float, float]:
    """Return the smallest and the largest value of an activation."""
    ranges: dict[str, tuple[float, float]] = {
        "Sigmoid": (0, 1),
        "Softmax": (0, 1),
        "HardSigmoid": (0, 1),
        "Tanh": (-1, 1),
        "Softsign": (-1, 1),
    }
    ranges |= {"ReLU6": (0, 6), "ReLU": (0, np.inf), "Softplus": (0, np.inf), "ELU": (-1, np.inf)}
    ranges |= {"SELU": (-1.76, np.inf), "GELU": (-0.17, np.inf), "SiLU": (-0.28, np.inf)}
    return ranges.get(name, (-np.inf, np.inf))


def _without_last(case: Case) -> Case:
    layers = case.layers
    if not hasattr(layers[-1], "layers"):
        return case.with_layers(*layers[:-1], fresh=False)
    inner = layers[-1]
    return case.with_layers(*layers[:-1], *inner.layers[:-1], fresh=False)


def _classes(e: Evidence) -> list[Suspicion]:
    """Targets are classes, and the loss is one for numbers."""
    y, labels = e.case.train.y, e.labels
    if labels is None or not isinstance(e.case.loss, NUMBERS):
        return []
    classes = np.unique(labels)
    if len(classes) < 2 or len(classes) > 30 or last_dense(e.case.layers) is None:
        return []
    one_hot = y.ndim == 2 and y.shape[1] > 1
    low = int(classes[0])
    count = y.shape[1] if one_hot else int(classes[-1]) - low + 1
    if not one_hot and (len(classes) != count and classes.tolist() != [-1, 1]):
        return []
    name = type(e.case.loss).__name__
    text = (
        f"The loss does not fit the targets: {name} is for numbers, but y has "
        f"{len(classes)} classes."
    )
    pair = classes.tolist() in ([0, 1], [-1, 1]) and not one_hot
    other = "SigmoidCrossEntropy()" if pair else "SoftmaxCrossEntropy()"
    ends = f" and Dense({count}) at the end" if not one_hot and not pair else ""
    advice = f"Take {other}{ends}, without an activation after it."
    cure = Cure(
        advice,
        lambda case: _as_classes(case, pair, count, one_hot),
        measure=lambda m: replace(m, of_classes=True, words="share of wrong classes"),
    )
    return [Suspicion("loss_does_not_fit", name, text, (cure,), short=f"{name} for classes")]


def _as_classes(case: Case, pair: bool, count: int, one_hot: bool) -> Case:
    k = last_dense(case.layers)
    assert k is not None
    layers = list(case.layers[: k + 1])
    fresh = False
    if not pair and not one_hot:
        layers[k] = replace(layers[k], units=count)
        fresh = True
    low = 0 if one_hot else int(np.min(case.train.y))

    def classes(rows: Rows | None) -> Any:
        if rows is None:
            return None
        y = rows.y if one_hot else (rows.y - low).reshape(len(rows)).astype(int)
        if pair:
            y = (y > 0).astype(float)[:, None]
        return replace(rows, y=y)

    loss = SigmoidCrossEntropy() if pair else SoftmaxCrossEntropy()
    made = case.with_layers(*layers, fresh=fresh)
    return made.changed(loss=loss, train=classes(case.train), held=classes(case.held))


def _counts(e: Evidence) -> list[Suspicion]:
    """Poisson's loss is for counts."""
    y = np.asarray(e.case.train.y, float)
    if not isinstance(e.case.loss, Poisson) or y.size == 0:
        return []
    whole = float(np.mean(y == np.floor(y)))
    if whole > 0.5 and y.min() >= 0:
        return []
    text = (
        "The loss does not fit the targets: Poisson is for counts, but "
        f"{100 * (1 - whole):.0f} % of the targets are not whole numbers."
    )
    cure = Cure("Take SquaredError().", lambda case: case.changed(loss=SquaredError()))
    return [Suspicion("loss_does_not_fit", "Poisson", text, (cure,), short="Poisson")]
