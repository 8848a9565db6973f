"""The file of a table's model: the safetensors file of its network with a description.

arrays    as in the file of a network, see `model/network_file.py`; so `Network.load`, `chainrule
          summary` and `chainrule equations` read this file too
text      JSON as in the file of a network, and `table`: model, target, names, columns, settings,
          answers (classes, or mean and scale)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import FileError
from ...files.container import read, write
from ...model.network_file import contents
from ...network import Network
from .columns import Column
from .kinds import describe, rebuild

LABELS: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}


def broken() -> FileError:
    """Return the error for a description that is not complete or not consistent."""
    return FileError("its description of the table is not complete. Take another copy of it.")


@dataclass(frozen=True)
class Stored:
    """A table's model as it is in a file.

    Parameters
    ----------
    kind : str
        "classifier" or "regressor".
    network : Network
        Its inputs are the inputs of the columns.
    target : str or None
        The name of the predicted column.
    named : bool
        True if the model knows the columns by name; False if it was fitted on an array.
    columns : list of Column
        The measured columns.
    settings : dict
        The constructor's arguments.
    answers : dict
        How to turn outputs into predictions: the classes, or mean and scale. After `read` it also
        contains other entries of the file.
    """

    kind: str
    network: Network
    target: str | None
    named: bool
    columns: list[Column]
    settings: dict[str, Any]
    answers: dict[str, Any]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def write(self, path: Any) -> None:
        """Write the file.

        Raises
        ------
        FileError
            Settings that JSON cannot hold, or a path that cannot be written.
        """
        tensors, about = contents(self.network)
        table = {
            "model": self.kind,
            "target": self.target,
            "names": self.names if self.named else None,
            "columns": [describe(column) for column in self.columns],
            "settings": self.settings,
        }
        write(path, tensors, about | {"table": table | self.answers})

    @classmethod
    def read(cls, path: Any) -> Stored:
        """Read a file; none of its content is run as code.

        Raises
        ------
        FileError
            A file that is missing, broken or hostile, or that holds a network alone.
        """
        network, (about, _) = Network.load(path), read(path)
        try:
            return cls._of(about.get("table"), network)
        except FileError as error:
            raise FileError(f"{path}: {error}") from None

    @classmethod
    def _of(cls, table: Any, network: Network) -> Stored:
        match table:
            case None:
                raise FileError("expected a table's model, got a network alone. Use Network.load.")
            case {
                "model": str(kind),
                "target": str() | None as target,
                "names": names,
                "columns": list(columns),
                "settings": dict(settings),
            }:
                measured, named = [rebuild(column) for column in columns], names is not None
                settings = _as_tuples(settings)
                found = cls(kind, network, target, named, measured, settings, table)
            case _:
                raise broken()
        width = sum(len(column.inputs) for column in measured)
        if not found.names or len(set(found.names)) < len(found.names):
            raise broken()
        if names not in (None, found.names) or network.inputs != {"x": (max(width, 1),)}:
            raise broken()
        if len(network.programs.output) != 2:
            raise broken()
        return found


def _as_tuples(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with tuples instead of lists, as the constructor got them."""
    sequences = ("hidden_layer_sizes", "missing")
    return settings | {
        name: tuple(settings[name]) for name in sequences if isinstance(settings.get(name), list)
    }


def labels_as_json(classes: Array) -> dict[str, Any]:
    """Return the classes of a classifier for a file.

    Raises
    ------
    FileError
        Labels that are neither numbers nor words.
    """
    values = [v.item() if isinstance(v, np.generic) else v for v in classes]
    kinds = [kind for kind, cls in LABELS.items() if all(type(v) is cls for v in values)]
    if not kinds:
        raise FileError(
            "save", "numbers or words as classes", repr(values[0]), "Make them words before fit."
        )
    return {"labels": kinds[0], "fixed": classes.dtype.kind == "U", "classes": values}


def labels_from_json(answers: dict[str, Any], outputs: int) -> Array:
    """Return the classes of a classifier from a file.

    Raises
    ------
    FileError
        The labels differ in type, are not distinct, or are not one for each output.
    """
    match answers:
        case {"labels": str(kind), "fixed": bool(fixed), "classes": list(values)} if kind in LABELS:
            fits = all(type(v) is LABELS[kind] for v in values)
            fits = fits and len(values) == outputs == len(set(values))
            if fits and (kind != "int" or all(abs(v) < 2**63 for v in values)):
                return np.array(values, None if kind != "str" or fixed else object)
    raise broken()
