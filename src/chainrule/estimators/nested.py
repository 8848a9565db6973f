"""Settings of layers, losses and optimisers as parameters of scikit-learn: `layers__0__units`, `optimizer__lr`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Self

from ..errors import ParameterError
from ..settings import Settings


def settings_of(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """(path, value) of every setting inside, of Settings by name, of a sequence of them by number.

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
        for name in (f.name for f in fields(value) if f.init):  # type: ignore[arg-type]
            yield f"{path}__{name}", getattr(value, name)
            yield from settings_of(f"{path}__{name}", getattr(value, name))


def changed(value: Any, path: list[str], new: Any) -> Any:
    """A copy of Settings, or of a sequence of them, in which the setting of this path is new. LookupError: there is none."""
    if not path:
        return new
    name, *rest = path
    if isinstance(value, (tuple, list)):
        parts = list(value)
        parts[int(name)] = changed(parts[int(name)], rest, new)
        return type(value)(parts)
    if not isinstance(value, Settings) or name not in {f.name for f in fields(value) if f.init}:  # type: ignore[arg-type]
        raise LookupError(name)
    return replace(value, **{name: changed(getattr(value, name), rest, new)})  # type: ignore[type-var]


class Nested:
    """An estimator whose parameters are such objects. Abstract; stands before BaseEstimator."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All parameters; deep: also the settings of layers, losses and optimisers, by paths such as layers__0__units.

        Parameters
        ----------
        deep : bool
            Whether with those inside.
        """
        params: dict[str, Any] = super().get_params(deep=deep)  # type: ignore[misc]
        if deep:
            for name, value in list(params.items()):
                params.update(settings_of(name, value))
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters; layers and the like are settings, so a new one stands in the place of one that is changed.

        Parameters
        ----------
        **params
            By name, or by paths such as layers__0__units=32, optimizer__lr=0.01.
        """
        own = {**super().get_params(deep=False), **params}  # type: ignore[misc]
        heads = {name: name.partition("__")[0] for name in params if "__" in name}
        inner = {
            n: params[n]
            for n, head in heads.items()
            if head in own and not hasattr(own[head], "set_params")
        }
        super().set_params(**{name: value for name, value in params.items() if name not in inner})  # type: ignore[misc]
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
                    f"There are: {known}.",
                ) from None
        return self
