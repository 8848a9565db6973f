"""What an RBM is given, checked: settings, rows, classes, starting weights, chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...data.checks import as_array, check_lengths, check_rows
from ...errors import DataError, ParameterError, ShapeError
from ...losses import L1, L2, ElasticNet
from ...settings import is_whole
from . import chains as rbm_generation
from .estimate import Sparsity
from .units import Units

if TYPE_CHECKING:
    from .rbm import RBM

KINDS = ("binary", "gaussian")

# ---------------------------------------------------------------- settings


def check_count(where: str, name: str, value: Any, least: int = 1, also: str = "") -> None:
    if not is_whole(value) or value < least:
        raise ParameterError(
            f"{where}({name}={value!r}): {name} must be a whole number ≥ {least}{also}."
        )


def check_settings(
    hidden: Any, visible: Any, kind: Any, classes: Any, penalty: Any, sparsity: Any
) -> None:
    check_count("RBM", "hidden", hidden)
    if visible is not None:
        check_count("RBM", "visible", visible, also=", or None")
    if kind not in KINDS:
        raise ParameterError(
            f"RBM(kind={kind!r}): kind must be 'binary' or 'gaussian'. The usual value is 'binary'."
        )
    if classes != 0:
        check_count("RBM", "classes", classes, 2, ", or 0 for none")
    if penalty is not None and not isinstance(penalty, (L1, L2, ElasticNet)):
        raise ParameterError(
            f"RBM(penalty={penalty!r}): penalty must be L1, L2 or ElasticNet. Write penalty=L2(1e-4)."
        )
    if sparsity is not None and not isinstance(sparsity, Sparsity):
        raise ParameterError(
            f"RBM(sparsity={sparsity!r}): sparsity must be a Sparsity. Write energy.Sparsity(0.05)."
        )


# ---------------------------------------------------------------- parameters by name


def views(units: Units, theta: Array) -> dict[str, Array]:
    """W, b, c; with classes U and d as well."""
    w, D = units.split(theta), units.visible
    if not units.classes:
        return {"W": w.W, "b": w.b, "c": w.c}
    return {"W": w.W[:, :D], "b": w.b[:D], "c": w.c, "U": w.W[:, D:], "d": w.b[D:]}


def put(into: Mapping[str, Array], given: Mapping[str, Any]) -> None:
    """Arrays by name. Strict: a wrong name or shape is an error, and then nothing has changed."""
    ready = []
    for name, values in given.items():
        if name not in into:
            raise ParameterError(
                f"initial_weights[{name!r}]",
                f"one of {', '.join(into)}",
                repr(name),
                "Use one of these.",
            )
        array = check_rows(name, np.atleast_1d(as_array(name, values)))
        if array.shape != into[name].shape:
            remedy = (
                "Transpose it: W is (hidden, visible)."
                if array.shape == into[name].shape[::-1]
                else "Reshape it."
            )
            raise ShapeError(
                f"initial_weights[{name!r}]", f"shape {into[name].shape}", str(array.shape), remedy
            )
        ready.append((into[name], array))
    for view, array in ready:
        view[...] = array


# ---------------------------------------------------------------- rows


def matrix(name: str, given: Any, width: int | None, dtype: Any = None) -> Array:
    """A table of finite numbers, `width` columns wide."""
    array = check_rows(name, as_array(name, given))
    if (array.ndim == 4 and array.shape[3] == 1) or array.ndim == 3:  # pictures
        array = array.reshape(len(array), -1)
    if array.ndim != 2 or (width is not None and array.shape[1] != width):
        remedy = (
            f"One row alone is {name}[None]."
            if array.ndim == 1
            else "Give one row for each example."
        )
        raise ShapeError(
            name, f"rows of shape (N, {'D' if width is None else width})", str(array.shape), remedy
        )
    return array if dtype is None else np.ascontiguousarray(array, dtype)


def rows_of(rbm: RBM, X: Any) -> Array:
    """Rows of visible units; the first ones decide how many there are."""
    rows = matrix("X", X, rbm.visible)
    if rbm._run_state is None:
        rbm._build(rows.shape[1])
    return np.ascontiguousarray(rows, rbm.dtype)


def labels_of(rbm: RBM, y: Any, n: int) -> Array:
    """Class indices, one for each row."""
    if y is None:
        raise DataError(
            f"y is missing: this RBM has {rbm.classes} classes, so each row of X needs its class."
        )
    labels = check_rows("y", as_array("y", y))
    check_lengths({"X": np.empty(n), "y": labels})
    labels = labels[:, 0] if labels.shape[1:] == (1,) else labels
    if (
        labels.ndim != 1
        or (labels != np.round(labels)).any()
        or labels.min() < 0
        or labels.max() >= rbm.classes
    ):
        raise DataError(
            "y",
            f"class indices from 0 to {rbm.classes - 1}",
            f"{labels.min()} to {labels.max()}",
            "Count from 0.",
        )
    return labels.astype(np.int64)


def visible_of(rbm: RBM, X: Any, y: Any = None) -> Array:
    """All visible units: the rows, and behind them one-of-K classes."""
    if not rbm.classes:
        if y is not None:
            raise DataError(
                "y", "none, since this RBM has no classes", "one", "Write RBM(..., classes=K)."
            )
        return rows_of(rbm, X)
    rows = matrix("X", X, rbm.visible, rbm.dtype)
    labels = labels_of(rbm, y, len(rows))
    return np.concatenate(
        [rows_of(rbm, rows), np.eye(rbm.classes, dtype=rbm.dtype)[labels]], axis=1
    )


def with_class(x: Array, k: int, units: Units) -> Array:
    """The rows with class k behind them."""
    one: Array = np.eye(units.classes, dtype=x.dtype)[k]
    return np.concatenate([x, np.broadcast_to(one, (len(x), units.classes))], axis=1)


# ---------------------------------------------------------------- chains


def check_seed(where: str, seed: Any) -> None:
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ParameterError(
            f"{where}(seed={seed!r}): seed must be a whole number, 0 ≤ seed < 2³²."
        )


def dream(rbm: RBM, n: Any, steps: Any, start: Any, y: Any, seed: Any, every: Any) -> Array:
    """`RBM.generate`."""
    for name, value, least in (("n", n, 1), ("steps", steps, 1), ("every", every, 0)):
        check_count("generate", name, value, least)
    check_seed("generate", seed)
    units, w = rbm.units, rbm.weights
    v, known = rbm_generation.start(units, w, n, seed), np.zeros(units.width, bool)
    if start is not None:
        v[:, : units.visible] = rows = matrix("start", start, units.visible, rbm.dtype)
        if len(rows) != n:
            raise ShapeError("start", f"{n} rows", str(len(rows)), "Give one row for each chain.")
    if y is not None:
        if not units.classes:
            raise ParameterError("generate(y=...): this RBM has no classes. Leave y out.")
        v[:, units.visible :] = np.eye(units.classes)[labels_of(rbm, np.broadcast_to(y, n), n)]
        known[units.visible :] = True
    mean, film = rbm_generation.chain(units, w, v, steps, seed=seed, known=known, every=every)
    return (film if every else mean)[..., : units.visible]


def fill_in(rbm: RBM, X: Any, known: Any, steps: Any, seed: Any) -> Array:
    """`RBM.inpaint`."""
    check_count("inpaint", "steps", steps)
    check_seed("inpaint", seed)
    rows, units = rows_of(rbm, X), rbm.units
    given = np.asarray(known)
    if given.dtype != bool or given.shape not in ((units.visible,), rows.shape):
        raise ShapeError(
            "known",
            f"booleans of shape ({units.visible},) or {rows.shape}",
            f"{given.dtype} of shape {given.shape}",
            "True where X is to be believed.",
        )
    v = rbm_generation.start(units, rbm.weights, len(rows), seed)
    mask = np.zeros(v.shape, bool)
    mask[:, : units.visible] = given
    v[mask] = rows[mask[:, : units.visible]]
    mean, _ = rbm_generation.chain(units, rbm.weights, v, steps, seed=seed, known=mask)
    return mean[:, : units.visible]
