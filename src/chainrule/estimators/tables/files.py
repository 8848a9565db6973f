"""A table's model as one safetensors file: its network's file, with columns and target in the text. Never pickle.

arrays    those of the network, see `save.py`: `Network.load`, `chainrule summary` and `equations` read the file too
text      JSON: what the network has, and table: model, target, classes or mean and scale, columns, settings
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, FileError, ParameterError
from ...files.container import read, write
from ...model.network_file import contents
from ...network import Network
from ...settings import is_whole
from .classifier import TableClassifier
from .encoder import TableEncoder
from .kinds import check_kinds, describe, is_finite, missing_words, rebuild
from .model import TableModel
from .regressor import TableRegressor

MODELS: dict[str, type[TableModel]] = {"classifier": TableClassifier, "regressor": TableRegressor}
LABELS: dict[str, Any] = {"int": int, "float": float, "bool": bool, "str": str}


def save(model: TableModel, path: Any) -> None:
    """Write a fitted model.

    Raises
    ------
    FileError
        Labels or settings that JSON cannot hold, or a path that cannot be written.
    """
    tensors, about = contents(model.network_)
    table: dict[str, Any] = {
        "model": next(word for word, cls in MODELS.items() if isinstance(model, cls)),
        "target": model.target_,
        "names": [str(name) for name in model.feature_names_in_]
        if hasattr(model, "feature_names_in_")
        else None,
        "columns": [describe(column) for column in model.encoder_.columns_],
        "settings": _settings(model),
    }
    if isinstance(model, TableClassifier):
        table |= _labels(model.classes_)
    else:
        table |= {"mean": model.mean_, "scale": model.scale_}
    write(path, tensors, about | {"table": table})


def _settings(model: TableModel) -> dict[str, Any]:
    """The constructor's arguments; a random state that is no number is left out."""
    found = model.get_params() | {"missing": missing_words(model.missing)}
    if not is_whole(model.hidden_layer_sizes):
        found["hidden_layer_sizes"] = [int(n) for n in model.hidden_layer_sizes]
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in found.items()
        if name != "random_state" or isinstance(value, (int, np.integer))
    }


def _labels(classes: Array) -> dict[str, Any]:
    values = [v.item() if isinstance(v, np.generic) else v for v in classes]
    kind = type(values[0]).__name__
    if kind not in LABELS or any(type(v).__name__ != kind for v in values):
        raise FileError(
            "save", "numbers or words as classes", repr(values[0]), "Make words of them before fit."
        )
    return {"labels": kind, "fixed": classes.dtype.kind == "U", "classes": values}


def is_table(path: Any) -> bool:
    """Whether a file of chainrule holds a table's model.

    Raises
    ------
    FileError
        It is no file of chainrule.
    """
    return "table" in read(path)[0]


def load(path: Any, cls: type[TableModel] = TableModel) -> Any:
    """The model in a file; of class `cls`.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile, or of another class.
    """
    net, (about, _) = Network.load(path), read(path)
    try:
        return _model(about.get("table"), net, cls)
    except FileError as error:
        raise FileError(f"{path}: {error}") from None


def _model(table: Any, net: Network, cls: type[TableModel]) -> TableModel:
    broken = FileError("its description of the table is not complete. Take another copy of it.")
    match table:
        case None:
            raise FileError("expected a table's model, got a network alone. Use Network.load.")
        case {
            "model": str(word),
            "target": target,
            "names": names,
            "columns": list(columns),
            "settings": dict(settings),
        } if word in MODELS:
            if not issubclass(MODELS[word], cls):
                raise FileError(
                    f"expected a {cls.__name__}, got a {MODELS[word].__name__}. Use the load of its class."
                )
        case _:
            raise broken
    encoder = TableEncoder()
    encoder.columns_ = [rebuild(column) for column in columns]
    found = [column.name for column in encoder.columns_]
    width = sum(len(column.inputs) for column in encoder.columns_)
    if len(set(found)) < len(found) or not found or names not in (None, found):
        raise broken
    if not isinstance(target, (str, type(None))) or net.inputs != {"x": (max(width, 1),)}:
        raise broken
    if settings.keys() - {*TableClassifier().get_params()} or len(net.programs.output) != 2:
        raise broken
    if isinstance(settings.get("hidden_layer_sizes"), list):
        settings |= {"hidden_layer_sizes": tuple(settings["hidden_layer_sizes"])}
    if isinstance(settings.get("missing"), list):
        settings |= {"missing": tuple(settings["missing"])}
    model = MODELS[word](**settings)
    try:
        model._check_settings()
        check_kinds(model.kinds, found)
    except (ParameterError, DataError):
        raise broken from None
    if not isinstance(model.random_state, (int, type(None))) or not is_whole(model.max_categories):
        raise broken
    if isinstance(model, TableClassifier):
        model.classes_ = _classes(table, net.programs.output[-1], broken)
    else:
        mean, scale = table.get("mean"), table.get("scale")
        if not all(is_finite(v) for v in (mean, scale)) or net.programs.output[-1] != 1:
            raise broken
        model.mean_, model.scale_ = float(mean), float(scale)
    for each in (model, encoder):
        each.n_features_in_ = len(found)
        if names is not None:
            each.feature_names_in_ = np.array(found, object)
    encoder.set_params(
        kinds=model.kinds, max_categories=model.max_categories, missing=model.missing
    )
    model.encoder_, model.network_, model.target_ = encoder, net, target
    return model


def _classes(table: dict[str, Any], outputs: int, broken: FileError) -> Array:
    match table:
        case {"labels": str(kind), "fixed": bool(fixed), "classes": list(values)} if kind in LABELS:
            fits = all(type(v) is LABELS[kind] for v in values) and len(values) == outputs == len(
                set(values)
            )
            if fits and (kind != "int" or all(abs(v) < 2**63 for v in values)):
                return np.array(values, None if kind != "str" or fixed else object)
    raise broken
