"""Nested parameter names of the MLPs for searches.

layers__0__units, layers__0__activation, layers__0__dropout, optimizer__lr, loss__delta.
"""

from __future__ import annotations

from dataclasses import fields, replace
from numbers import Real
from typing import Any, Self

from ...errors import ParameterError
from ...settings import Settings
from ..common import all_or_nothing
from .words import per_layer

OF_LAYERS = ("units", "activation", "dropout")
WITH_SETTINGS = ("optimizer", "loss", "learning_rate")


def hidden_sizes(est: Any) -> list[int]:
    """Return the units of each hidden layer, from hidden_layer_sizes, n_layers and n_units."""
    given = est.hidden_layer_sizes
    sizes = list(given) if hasattr(given, "__iter__") else [given]
    if not all(isinstance(units, Real) and float(units).is_integer() for units in sizes):
        raise ParameterError(
            f"{type(est).__name__}(hidden_layer_sizes={given!r}): hidden_layer_sizes must be whole "
            "numbers ≥ 1, one for each layer. The usual value is (100,)."
        )
    sizes = [int(units) for units in sizes]
    if est.n_layers is not None or est.n_units is not None:
        count = len(sizes) if est.n_layers is None else int(est.n_layers)
        if est.n_units is None and count and not sizes:
            raise ParameterError(
                f"{type(est).__name__}(n_layers={count})",
                "n_units beside it",
                "hidden_layer_sizes=()",
                "Give n_units.",
            )
        sizes = [int(sizes[0] if est.n_units is None else est.n_units)] * count if count else []
    return sizes


def _of_layers(est: Any) -> dict[str, list[Any]]:
    sizes = hidden_sizes(est)
    layers = len(sizes)
    return {
        "units": sizes,
        "activation": per_layer("activation", est.activation, layers),
        "dropout": per_layer("dropout", est.dropout, layers),
    }


def nested(est: Any) -> dict[str, Any]:
    """Return every nested name with its value.

    If the parameters do not fit together, those of layers are left out; `fit` reports the error.
    """
    found: dict[str, Any] = {}
    try:
        for what, values in _of_layers(est).items():
            found |= {f"layers__{k}__{what}": value for k, value in enumerate(values)}
    except (TypeError, ValueError, OverflowError):
        pass
    for name in WITH_SETTINGS:
        value = getattr(est, name)
        if isinstance(value, Settings):
            own = [f.name for f in fields(value) if f.init]  # type: ignore[arg-type]
            found |= {f"{name}__{setting}": getattr(value, setting) for setting in own}
    return found


def is_nested(name: str) -> bool:
    """Return True if this names a part of a parameter."""
    return name.partition("__")[0] in ("layers", *WITH_SETTINGS) and "__" in name


def put(est: Any, name: str, value: Any) -> None:
    """Set one nested name: the parameter that contains it gets a new value."""
    known = nested(est)
    if name not in known:
        words = ", ".join(known) or "none"
        remedy = (
            "Only an object has settings."
            if not name.startswith("layers__")
            else "Layers count from 0."
        )
        raise ParameterError(
            f"{type(est).__name__}.set_params({name}=...)", f"a name among {words}", name, remedy
        )
    first, _, rest = name.partition("__")
    if first != "layers":
        setattr(est, first, replace(getattr(est, first), **{rest: value}))
        return
    place, _, what = rest.partition("__")
    values = _of_layers(est)[what]
    values[int(place)] = value
    if what == "units":
        est.hidden_layer_sizes, est.n_layers, est.n_units = tuple(values), None, None
    else:  # one value for all layers if they agree: scikit-learn's own form
        setattr(est, what, values[0] if all(v == values[0] for v in values) else tuple(values))


class NestedNames:
    """An MLP whose nested names are parameters. Abstract; to be listed before BaseEstimator."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name; with `deep` also nested ones such as layers__0__units.

        Parameters
        ----------
        deep : bool
            True: nested names, too.
        """
        own: dict[str, Any] = super().get_params(deep)  # type: ignore[misc]
        return own | nested(self) if deep else own

    @all_or_nothing
    def set_params(self, **params: Any) -> Self:
        """Set parameters, also nested ones: layers__0__units=50, optimizer__lr=0.1.

        An error leaves all of them as they were.

        Parameters
        ----------
        **params
            Values by name; nested ones are set last.
        """
        own = {name: value for name, value in params.items() if not is_nested(name)}
        super().set_params(**own)  # type: ignore[misc]
        for name, value in params.items():
            if is_nested(name):
                put(self, name, value)
        return self
