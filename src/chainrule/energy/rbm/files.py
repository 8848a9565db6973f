"""An RBM as one safetensors file.

arrays    W, b, c, and U, d with classes; initial:NAME, what initial_weights= gave; in a checkpoint
          run:NAME as well
text      JSON: format, chainrule, model "rbm", hidden, visible, kind, classes, penalty, sparsity,
          seed, dtype; in a checkpoint run as well
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError, FileError
from ...files.container import read, write
from ...losses import L1, L2, ElasticNet
from ...version import __version__
from . import parameters
from .estimate import Sparsity
from .machine import Machine
from .units import Units

FORMAT = 1
INITIAL = "initial:"
SETTINGS = {"L1": L1, "L2": L2, "ElasticNet": ElasticNet, "Sparsity": Sparsity}
M = TypeVar("M", bound=Machine)


def save(machine: Machine, path: Any) -> None:
    """Write settings and weights to one file."""
    write(path, *contents(machine))


def contents(machine: Machine) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the arrays and the JSON of an RBM's file."""
    if not np.isfinite(machine.theta).all():
        raise FileError(
            "save: expected finite weights, got NaN or infinity. Train again with a lower lr."
        )
    tensors = dict(machine.parameters)
    for name, values in machine.given_weights.items():
        tensors[INITIAL + name] = np.asarray(values, machine.dtype)
    about = {
        "format": FORMAT,
        "chainrule": __version__,
        "model": "rbm",
        "hidden": int(machine.hidden),
        "visible": int(machine.units.visible),
        "kind": machine.kind,
        "classes": int(machine.classes),
        "penalty": _described(machine.penalty),
        "sparsity": _described(machine.sparsity),
        "seed": machine.seed,
        "dtype": machine.dtype.name,
    }
    return tensors, about


def _described(settings: Any) -> Any:
    """Return a penalty or a sparsity as JSON."""
    return None if settings is None else [type(settings).__name__, dict(vars(settings))]


def _made(described: Any) -> Any:
    """Return the penalty or the sparsity that the JSON describes."""
    match described:
        case None:
            return None
        case [str(name), dict(settings)] if name in SETTINGS:
            return SETTINGS[name](**settings)
    raise FileError("its penalty is not in chainrule's form. Take another copy of it.")


def load(cls: type[M], path: Any) -> M:
    """Read a machine of class `cls` from a file of `save`, or from a checkpoint.

    Parameters
    ----------
    cls : class
        RBM, or a subclass.
    path : str or path
        The file.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or of another model.
    """
    about, tensors = read(path)
    if about.get("format") != FORMAT or about.get("model") != "rbm":
        raise FileError(
            f"{path}: expected an RBM, got another file of chainrule. "
            "Use Network.load for a network."
        )
    try:
        return made(cls, about, tensors)
    except ChainruleError as error:
        raise FileError(f"{path}: {' '.join(str(error).split())[:300]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"{path}: its settings are wrong ({str(error)[:200]}). Take another copy of it."
        ) from None


def made(cls: type[M], about: dict[str, Any], tensors: dict[str, Array], table: Any = None) -> M:
    """Return the machine that the contents of a file describe."""
    match about:
        case {
            "hidden": int(hidden),
            "visible": int(visible),
            "kind": str(kind),
            "classes": int(classes),
            "seed": int(seed),
            "dtype": str(dtype),
            "penalty": penalty,
            "sparsity": sparsity,
        }:
            named = {name: a for name, a in tensors.items() if ":" not in name}
        case _:
            raise FileError(
                "its description of the machine is not complete. Take another copy of it."
            )
    # compare shapes before memory is allocated for what the text claims
    W, d = named.get("W", np.zeros(0)), named.get("d", np.zeros(0))
    if W.shape != (hidden, visible) or (classes and d.shape != (classes,)):
        raise FileError(
            "its weights do not have the shapes in its description. Take another copy of it."
        )
    initial = {
        name.removeprefix(INITIAL): np.array(a)
        for name, a in tensors.items()
        if name.startswith(INITIAL)
    }
    words: Any = {"kind": kind, "dtype": dtype}  # checked by the constructor
    machine = cls(
        hidden,
        visible=visible,
        classes=classes,
        seed=seed,
        penalty=_made(penalty),
        sparsity=_made(sparsity),
        initial_weights=initial,
        **words,
    )
    fill(machine.units, machine.theta, named)
    return machine


def fill(units: Units, theta: Array, named: dict[str, Array]) -> None:
    """Copy the arrays of a file into theta: all names, no others, of the right shape and type."""
    into = parameters.views(units, theta)
    if into.keys() != named.keys():
        raise FileError(
            f"expected the arrays {', '.join(into)}, got {', '.join(named) or 'none'}. "
            "Take another copy of it."
        )
    for name, a in named.items():
        shape = into[name].shape
        if a.shape != shape or a.dtype != theta.dtype or not np.isfinite(a).all():
            raise FileError(
                f"{name}: expected finite {theta.dtype} numbers of shape {shape}, "
                f"got {a.dtype} of shape {a.shape} or NaN. Take another copy of it."
            )
    for name, a in named.items():
        into[name][...] = a
