"""The models that recordings are of, by the names that files give them.

Their classes lie on floors above this one, and a recording opens them when it is loaded. So this
is the one place that imports by name; a file only chooses a line of the table.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from ...arrays import Array
from ...errors import FileError
from ...files.settings_as_json import Table
from ...training.fit_options import FitOptions
from ...training.run import Run


class Place(NamedTuple):
    """Where the parts of a kind of model are."""

    module: str
    name: str  # of the class in this module
    files: str  # the module with `made`
    fitting: str  # the module with `prepare_again`


PLACES = {
    "network": Place("network", "Network", "model.network_file", "model.fitting"),
    "rbm": Place("energy.rbm.rbm", "RBM", "energy.rbm.files", "energy.rbm.fitting"),
}


def _module(name: str) -> Any:
    return import_module(f"{__name__.partition('.')[0]}.{name}")


def _place(kind: Any) -> Place:
    if kind not in PLACES:
        raise FileError(f"it is of another model, {kind!r:.40}. Read it with a newer chainrule.")
    return PLACES[kind]


def made(kind: Any, about: dict[str, Any], tensors: dict[str, Array], known: Any) -> Any:
    """Return the model that the contents of its file describe."""
    place = _place(kind)
    face = getattr(_module(place.module), place.name)
    return _module(place.files).made(face, about, tensors, Table.of(known))


def prepare(kind: Any, model: Any, X: Any, y: Any, options: FitOptions, part: Any) -> Run:
    """Make the run of a model on these data."""
    run: Run = _module(_place(kind).fitting).prepare_again(model, X, y, options, part)
    return run
