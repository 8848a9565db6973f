"""The terms of a standardized value, for all layers that standardize within a row."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part


def standardized(
    at: tuple[int, ...], arrays: Mapping[str, Array], group: tuple[Any, ...], eps: float
) -> Entry:
    """Return the terms x / m of the mean of a group of m entries, and what follows from it."""
    values = arrays["x"][group].astype(np.float64)
    x, m = float(arrays["x"][at]), len(values)
    mean = values.mean()
    deviation = np.sqrt(((values - mean) ** 2).mean() + eps)
    part = Part(f"x / {m}", {"x": group}, values / m)
    inner = {"mu": mean, "d": deviation}
    form = "(x − mean) / sqrt(variance + eps)"
    then = Part(form, {"x": at}, (x - mean) / deviation, "(x − mu) / d", inner)
    return Entry([part], float(mean), then, (abs(x) + abs(mean)) / float(deviation))


def standardized_slope(
    at: tuple[int, ...], arrays: Mapping[str, Array], group: tuple[Any, ...], eps: float
) -> Entry:
    """Return the terms of (dh − mean(dh) − h mean(dh h)) / deviation."""
    values = arrays["x"][group].astype(np.float64)
    d, m = np.sqrt(values.var() + eps), len(values)
    dh, h = (arrays[name][group].astype(np.float64) for name in ("dh", "h"))
    labels, inner = {"q": "h", "s": "√(variance + eps)"}, {"s": d}
    own = Part("dh / s", {"dh": at, "s": ()}, float(arrays["dh"][at]) / d, "", inner, labels)
    index = {"dh": group, "s": ()}
    mean = Part(f"−dh / ({m}·s)", index, -dh / (m * d), "", inner, labels)
    index = {"h": at, "q": group, "dh": group, "s": ()}
    values = -float(arrays["h"][at]) * h * dh / (m * d)
    return Entry([own, mean, Part(f"−h·q·dh / ({m}·s)", index, values, "", inner, labels)])
