"""Settings of layers, losses and optimizers as parameters of scikit-learn.

`layers__0__units`, `optimizer__lr`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Self

from ..errors import ParameterError
from ..settings import Settings
from .common import all_or_nothing


def settings_of(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of every nested setting; the items of a sequence have numbers as names.

    Examples
    --------
    >>> import chainrule as cr
    >>> [path for path, _ in settings_of("layers", (cr.ReLU(), cr.Dropout(0.5)))]
    ['layers__0__name', 'layers__1__name', 'layers__1__rate']
    """
    if isinstance(value, (tuple, list)):
        for k, part in enumerate(value):
            yield from settings_of(f"{path}__{k}", part)
    elif isinstance(value, Settings):
        for name in _names(value):
            yield f"{path}__{name}", getattr(value, name)
            yield from settings_of(f"{path}__{name}", getattr(value, name))


def changed(value: Any, path: list[str], new: Any) -> Any:
    """Return a copy of Settings, or of a sequence of them, in which one setting is new.

    Raises
    ------
    LookupError
        There is no setting at this path.
    """
    if not path:
        return new
    name, *rest = path
    if isinstance(value, (tuple, list)):
        parts = list(value)
        parts[int(name)] = changed(parts[int(name)], rest, new)
        return type(value)(parts)
    if not isinstance(value, Settings) or name not in _names(value):
        raise LookupError(name)
    settings: Any = value
    return replace(settings, **{name: changed(getattr(value, name), rest, new)})


def _names(settings: Any) -> list[str]:
    """Return the names of settings that the constructor takes."""
    return [f.name for f in fields(settings) if f.init]


class Nested:
    """An abstract base for estimators with nested parameters. List it before BaseEstimator."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters by name, and nested settings by paths such as layers__0__units.

        Parameters
        ----------
        deep : bool
            False: without the nested settings of layers, losses and optimizers.
        """
        params: dict[str, Any] = super().get_params(deep=deep)  # type: ignore[misc]
        if deep:
            for name, value in list(params.items()):
                params.update(settings_of(name, value))
        return params

    @all_or_nothing
    def set_params(self, **params: Any) -> Self:
        """Set parameters. An error leaves all of them as they were.

        Layers, losses and optimizers never change: a nested setting replaces the object by a copy.

        Parameters
        ----------
        **params
            Values by name, or by paths such as layers__0__units=32, optimizer__lr=0.01.
        """
        own = {**super().get_params(deep=False), **params}  # type: ignore[misc]
        heads = {name: name.partition("__")[0] for name in params if "__" in name}
        inner = {
            n: params[n]
            for n, head in heads.items()
            if head in own and not hasattr(own[head], "set_params")
        }
        outer = {name: value for name, value in params.items() if name not in inner}
        super().set_params(**outer)  # type: ignore[misc]
        for name, value in inner.items():
            head, *path = name.split("__")
            try:
                setattr(self, head, changed(getattr(self, head), path, value))
            except (LookupError, ValueError) as wrong:
                if isinstance(wrong, ParameterError):
                    raise
                known = (
                    ", ".join(n for n in self.get_params() if n.startswith(f"{head}__")) or "none"
                )
                raise ParameterError(
                    f"{type(self).__name__}.set_params({name}=...)",
                    f"a setting inside {head}={getattr(self, head)!r}",
                    f"{'__'.join(path)!r}",
                    f"Give {head}= as an object first, such as optimizer=Adam()."
                    if getattr(self, head) is None
                    else f"Known names: {known}.",
                ) from None
        return self
