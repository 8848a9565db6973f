"""The options of a fit as JSON, and back; what JSON cannot hold is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import metrics as our_metrics
from ...errors import ChainruleError, FileError
from ...files.settings_as_json import Table, describe, ours_in_runs
from ...training.callbacks.base import taking_part
from ...training.callbacks.early_stopping import EarlyStopping
from ...training.fit_options import FitOptions

PLAIN = ("epochs", "batch_size", "drop_last", "validation_fraction")
OF_STEPS = ("optimizer", "augment", "order", "class_weight", "sample_weight", "sampler")
OF_EPOCHS = ("metrics", "callbacks", "validation_data")
STOPPING = ("monitor", "patience", "min_delta", "mode", "restore")


def as_json(options: FitOptions) -> tuple[dict[str, Any], list[str]]:
    """Return the options that JSON can hold, and the names of the others."""
    found: dict[str, Any] = {name: getattr(options, name) for name in PLAIN}
    missing = [
        name
        for name in ("order", "sample_weight", "validation_data")
        if getattr(options, name) is not None
    ]
    clips, rule, constraints, average = options.update_parts()
    rules = (*clips, rule, *constraints, *(() if average is None else (average,)))
    augment = options.augment if options.augment != () else None
    classes = ours_in_runs()
    for name, value in {"optimizer": rules, "augment": augment}.items():
        try:
            found[name] = describe(value, classes=classes)
        except FileError:
            missing.append(name)
    for name, write in {"class_weight": _pairs, "metrics": _measures}.items():
        try:
            found[name] = write(getattr(options, name))
        except FileError:
            missing.append(name)
    part = taking_part(options.callback_list())
    found["callbacks"] = [
        {name: getattr(c, name) for name in STOPPING} for c in part if type(c) is EarlyStopping
    ]
    if len(found["callbacks"]) < len(part):
        missing.append("callbacks")
    return found, missing


def from_json(
    text: Any, missing: list[str], given: Mapping[str, Any], known: Any
) -> tuple[FitOptions, list[str]]:
    """Return the options, and the names of those that are still missing.

    Parameters
    ----------
    text, missing
        What `as_json` returned.
    given : dict
        Options that are given again.
    known : classes and functions
        As in `Table.of`.

    Raises
    ------
    FileError
        An option that steps depend on is missing, or the text is not of this form.
    """
    table = Table.of(known, ours_in_runs())
    read: dict[str, Any] = {"optimizer": table.build, "augment": table.build}
    read |= {"class_weight": _mapping, "metrics": _functions(known), "callbacks": _stopping}
    FitOptions.check_names(given, ("sampler",))
    left = [name for name in missing if name not in given and name != "sampler"]
    if gone := [name for name in left if name in OF_STEPS]:
        shown = ", ".join(f"{name}=..." for name in gone)
        raise FileError(
            f"the run used {', '.join(gone)}, which a file cannot hold. "
            f"Give it again: Recording.load(path, X, y, {shown}); "
            "for the run of an estimator: Recording.load(path, X, y, estimator=est)."
        )
    found: dict[str, Any] = {}
    for name, value in text.items():
        if name in given or name in missing:
            continue
        try:
            found[name] = value if name in PLAIN else read[name](value)
        except (ChainruleError, KeyError) as error:
            if name in OF_EPOCHS:
                left.append(name)
                continue
            raise FileError(
                f"{name}: {' '.join(str(error).split())[:200]} Or give {name}=... again."
            ) from None
    return FitOptions(**found | dict(given) | {"verbose": 0}), left


# ---- weights of classes


def _pairs(weights: Any) -> Any:
    """Return a dict as JSON: its keys need not be words."""
    if isinstance(weights, Mapping):
        return {"pairs": [[describe(k), _pairs(v)] for k, v in weights.items()]}
    return describe(weights)


def _mapping(text: Any) -> Any:
    match text:
        case {"pairs": list(pairs)}:
            return {key: _mapping(value) for key, value in pairs}
    return text


# ---- metrics and callbacks


def _measures(given: Any) -> Any:
    """Return metrics as JSON: chainrule's own, words, and named functions of the user's."""
    if isinstance(given, Mapping):
        return {"pairs": [[str(name), _measure(one)] for name, one in given.items()]}
    several = given if isinstance(given, (tuple, list)) else [given]
    return [_measure(one) for one in several]


def _measure(one: Any) -> Any:
    if isinstance(one, str):
        return one
    name = getattr(one, "__name__", "")
    return {"ours": name} if getattr(our_metrics, name, None) is one else describe(one)


def _functions(known: Any) -> Any:
    """Return a function that reads what `_measures` wrote."""
    table = Table.of(known)

    def read(text: Any) -> Any:
        match text:
            case list():
                return tuple(map(read, text))
            case {"pairs": list(pairs)}:
                return {name: read(one) for name, one in pairs}
            case {"ours": str(name)} if name in our_metrics.__all__:
                return getattr(our_metrics, name)
        return table.build(text)

    return read


def _stopping(text: Any) -> list[EarlyStopping]:
    return [EarlyStopping(**{name: one[name] for name in STOPPING}) for one in text]
