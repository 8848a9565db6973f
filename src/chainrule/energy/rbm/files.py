"""An RBM as one safetensors file, and what a checkpoint of its run holds.

arrays    W, b, c, and U, d with classes; initial:NAME, what initial_weights= gave; in a checkpoint run:NAME, see `resume.py`
text      JSON: format, chainrule, model "rbm", hidden, visible, kind, classes, penalty, sparsity, seed, dtype; in a checkpoint run
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...errors import ChainruleError, FileError
from ...files.container import read, write
from ...losses import L1, L2, ElasticNet
from . import rows as rbm_data
from .estimate import Sparsity

if TYPE_CHECKING:
    from .rbm import RBM

FORMAT = 1
INITIAL = "initial:"
SETTINGS = {"L1": L1, "L2": L2, "ElasticNet": ElasticNet, "Sparsity": Sparsity}


def save(rbm: RBM, path: Any) -> None:
    """Write settings and weights to one file."""
    write(path, *contents(rbm))


def contents(rbm: RBM) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and the JSON of an RBM's file."""
    from ... import __version__

    if not np.isfinite(rbm.theta).all():
        raise FileError(
            "save: expected finite weights, got NaN or infinity. Train again with a lower lr."
        )
    tensors = dict(rbm.parameters)
    tensors |= {
        INITIAL + name: np.asarray(values, rbm.dtype) for name, values in rbm._given_weights.items()
    }
    about = {
        "format": FORMAT,
        "chainrule": __version__,
        "model": "rbm",
        "hidden": int(rbm.hidden),
        "visible": int(rbm.units.visible),
        "kind": rbm.kind,
        "classes": int(rbm.classes),
        "penalty": _described(rbm.penalty),
        "sparsity": _described(rbm.sparsity),
        "seed": rbm.seed,
        "dtype": rbm.dtype.name,
    }
    return tensors, about


def _described(settings: Any) -> Any:
    return None if settings is None else [type(settings).__name__, dict(vars(settings))]


def _made(described: Any) -> Any:
    match described:
        case None:
            return None
        case [str(name), dict(settings)] if name in SETTINGS:
            return SETTINGS[name](**settings)
    raise FileError("its penalty is not in chainrule's form. Take another copy of it.")


def load(path: Any) -> RBM:
    """Read an RBM from a file of `save`, or from a checkpoint.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or not an RBM's.
    """
    about, tensors = read(path)
    if about.get("format") != FORMAT or about.get("model") != "rbm":
        raise FileError(
            f"{path}: expected an RBM, got another file of chainrule. Use Network.load for a network."
        )
    try:
        return made(about, tensors)
    except ChainruleError as error:
        raise FileError(f"{path}: {' '.join(str(error).split())[:300]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"{path}: its settings are wrong ({str(error)[:200]}). Take another copy of it."
        ) from None


def made(about: dict[str, Any], tensors: dict[str, Array]) -> RBM:
    """The RBM that these describe."""
    from .rbm import RBM

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
    W = named.get("W", np.zeros(0))
    if W.shape != (hidden, visible) or (
        classes and named.get("d", np.zeros(0)).shape != (classes,)
    ):
        # found before memory is taken
        raise FileError(
            "its weights do not have the shapes that it tells. Take another copy of it."
        )
    initial = {
        name.removeprefix(INITIAL): np.array(a)
        for name, a in tensors.items()
        if name.startswith(INITIAL)
    }
    words: Any = {"kind": kind, "dtype": dtype}  # checked by the constructor
    costs = {"penalty": _made(penalty), "sparsity": _made(sparsity)}
    rbm = RBM(
        hidden,
        visible=visible,
        classes=classes,
        seed=seed,
        initial_weights=initial,
        **words,
        **costs,
    )
    fill(rbm, rbm.theta, named)
    return rbm


def fill(rbm: RBM, theta: Array, named: dict[str, Array]) -> None:
    """The arrays of the file into theta: all of them, no others, of the right shape and type."""
    into = rbm_data.views(rbm.units, theta)
    if into.keys() != named.keys():
        raise FileError(
            f"expected the arrays {', '.join(into)}, got {', '.join(named) or 'none'}. Take another copy of it."
        )
    for name, a in named.items():
        if a.shape != into[name].shape or a.dtype != theta.dtype or not np.isfinite(a).all():
            raise FileError(
                f"{name}: expected finite {theta.dtype} numbers of shape {into[name].shape}, got {a.dtype} of shape {a.shape} "
                "or NaN. Take another copy of it."
            )
        into[name][...] = a


def conditions(rbm: RBM) -> dict[str, str]:
    """What must be the same when a run of an RBM goes on."""
    return {
        "network": repr(rbm),
        "sampler": repr(rbm._sampler),
        "penalties": f"{rbm.penalty!r}, {rbm.sparsity!r}",
    }
