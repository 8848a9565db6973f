"""Settings as plain JSON values, and back.

Only classes and functions of a table are looked up; no code is run.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any, cast

from .. import augmentation, layers, losses, optimizers
from ..errors import FileError, ParameterError
from ..graph import initializers
from ..optimizers import schedules
from ..settings import Settings

ABSTRACT = (Settings, layers.Layer, losses.Loss, initializers.Initializer)
NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def ours() -> dict[str, type[Settings]]:
    """Return chainrule's own classes by their names in files: layers.Dense, losses.L2, ..."""
    return classes_of((layers, losses, initializers))


def ours_in_runs() -> dict[str, type[Settings]]:
    """Return chainrule's own classes that the options of a fit may hold, too.

    A rule that follows another library has no public name; it lies beside the rule of its paper.
    """
    names = {v.__module__ for v in classes_of((optimizers, schedules, augmentation)).values()}
    beside = [import_module(name) for name in sorted(names)]
    places = (optimizers, schedules, augmentation)
    return ours() | {
        f"{place.__name__.rpartition('.')[2]}.{name.rpartition('.')[2]}": value
        for place in places
        for name, value in classes_of(beside).items()
        if value.__module__.startswith(f"{place.__name__}.")
    }


def classes_of(modules: Iterable[Any]) -> dict[str, type[Settings]]:
    """Return the classes of settings that these modules name, as files name them."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Settings) and value not in ABSTRACT
    }


# ---- to JSON


def describe(
    value: Any, *, strict: bool = True, classes: Mapping[str, type[Settings]] | None = None
) -> Any:
    """Return the settings as JSON values; default values are included.

    Parameters
    ----------
    value : Settings, function, number, str, bool, None, or tuples of them
        The value to write.
    strict : bool
        True: raise FileError for a value that a reader could not make again. False, for
        comparisons: write the name of its type.
    classes : dict of classes, optional
        The classes that are chainrule's own, by their names in files; without it `ours()`.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)) or (
        hasattr(value, "item") and getattr(value, "shape", None) == ()
    ):
        number = value if isinstance(value, (int, float)) else value.item()
        return number if math.isfinite(number) else {"float": str(float(number))}
    if isinstance(value, (tuple, list)):
        return [describe(item, strict=strict, classes=classes) for item in value]
    if isinstance(value, Settings):
        names_of_fields = [f.name for f in fields(cast(Any, value)) if f.init]
        settings = {
            name: describe(getattr(value, name), strict=strict, classes=classes)
            for name in names_of_fields
        }
        names = {cls: name for name, cls in (ours() if classes is None else classes).items()}
        kind = (
            {"class": names[type(value)]}
            if type(value) in names
            else {"known": type(value).__name__}
        )
        return {**kind, "settings": settings}
    name = _name(value)
    if name.isidentifier() and not isinstance(value, type):
        return {"function": name}
    if strict:
        raise FileError(
            "save",
            "numbers, words, tuples, named functions and layers as settings",
            f"{value!r}",
            "Write a function with def, or a class that is a Layer, Loss or Initializer.",
        )
    return {"type": type(value).__name__, "name": name}


def _name(thing: Any) -> str:
    """Return the name of a class, a function or an op."""
    return str(getattr(thing, "__name__", getattr(thing, "name", "")))


# ---- and back


@dataclass(frozen=True)
class Table:
    """The classes and functions that a file may name.

    Parameters
    ----------
    ours : dict of classes
        chainrule's own classes, by module and name.
    known : dict
        The caller's classes and functions, by name.
    """

    ours: Mapping[str, type[Settings]]
    known: Mapping[str, Any]

    @classmethod
    def of(cls, known: Any, classes: Mapping[str, type[Settings]] | None = None) -> Table:
        """Return a table of chainrule's own classes and `known`, one thing or a sequence."""
        given = known if isinstance(known, (tuple, list, set, frozenset)) else (known,)
        for thing in given:
            if not callable(thing) or not _name(thing):
                raise ParameterError(
                    "load(known=...)",
                    "your own classes and functions",
                    repr(thing),
                    "Write known=(MyLayer,).",
                )
        return cls(ours() if classes is None else classes, {_name(thing): thing for thing in given})

    def build(self, spec: Any) -> Any:
        """Return the value that `describe` described."""
        if spec is None or isinstance(spec, (bool, int, float, str)):
            return spec
        if isinstance(spec, list):
            return tuple(self.build(item) for item in spec)
        match spec:
            case {"class": str(name), "settings": dict(settings)}:
                if name not in self.ours:
                    raise FileError(
                        f"it names {name!r}, which this version of chainrule does not have."
                    )
                return self._make(self.ours[name], settings)
            case {"known": str(name), "settings": dict(settings)}:
                return self._make(self._find(name, a_class=True), settings)
            case {"function": str(name)}:
                return self._find(name, a_class=False)
            case {"float": str(name)} if name in NOT_FINITE:
                return NOT_FINITE[name]
        raise FileError("its description of the layers is not in chainrule's form.")

    def _make(self, cls: Callable[..., Any], settings: dict[str, Any]) -> Any:
        """Call the constructor, which checks every setting; *layers and *shape go by position."""
        values = {name: self.build(value) for name, value in settings.items()}
        parameters = inspect.signature(cls).parameters.values()
        places = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        return cls(*values.pop(places, ()), **values) if places else cls(**values)

    def _find(self, name: str, *, a_class: bool) -> Any:
        thing = self.known.get(name)
        if thing is None or isinstance(thing, type) is not a_class:
            kind = "the class" if a_class else "the function"
            raise FileError(
                f"it uses {kind} {name}, which is not chainrule's own. Write known=({name},)."
            )
        return thing
