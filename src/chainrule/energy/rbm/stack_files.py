"""A stack of RBMs as one safetensors file: the contents of its RBMs' files in one.

arrays    rbm1/NAME, rbm2/NAME, ... from the data upwards
text      JSON: format, chainrule, model "deep belief network", rbms: the text of each RBM's file
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeVar

from ...arrays import Array
from ...errors import ChainruleError, FileError, NotBuiltError
from ...files.container import read, write
from ...version import __version__
from . import files
from .machine import Machine

FORMAT = 1
MODEL = "deep belief network"
M = TypeVar("M", bound=Machine)


def save(rbms: Sequence[Machine], path: Any) -> None:
    """Write all RBMs to one file."""
    if not all(rbm.is_built for rbm in rbms):
        raise NotBuiltError("save: this stack has no weights yet: fit first.")
    tensors: dict[str, Array] = {}
    described = []
    for i, rbm in enumerate(rbms, start=1):
        arrays, about = files.contents(rbm)
        tensors |= {f"rbm{i}/{name}": a for name, a in arrays.items()}
        described.append(about)
    about = {"format": FORMAT, "chainrule": __version__, "model": MODEL, "rbms": described}
    write(path, tensors, about)


def load(cls: type[M], path: Any) -> list[M]:
    """Read the RBMs of a stack from a file of `save`; run no code of the file.

    Parameters
    ----------
    cls : class
        The class of each RBM.
    path : str or path
        The file.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or of another model.
    """
    about, tensors = read(path)
    if about.get("format") != FORMAT or about.get("model") != MODEL:
        raise FileError(
            f"{path}: expected a deep belief network, got another file of chainrule. "
            "Use the load of its class."
        )
    try:
        return _rbms(cls, about.get("rbms"), tensors)
    except ChainruleError as error:
        raise FileError(f"{path}: {' '.join(str(error).split())[:300]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"{path}: its settings are wrong ({str(error)[:200]}). Take another copy of it."
        ) from None


def _rbms(cls: type[M], described: Any, tensors: dict[str, Array]) -> list[M]:
    """Make each RBM from its part of the file.

    Together they must use every array, and each must fit on the one below.
    """
    complete = isinstance(described, list) and all(isinstance(about, dict) for about in described)
    if not complete or not described:
        raise FileError("its description of the stack is not complete. Take another copy of it.")
    parts: list[dict[str, Array]] = []
    for i in range(1, len(described) + 1):
        own = {name: a for name, a in tensors.items() if name.startswith(f"rbm{i}/")}
        parts.append({name.removeprefix(f"rbm{i}/"): a for name, a in own.items()})
    if sum(map(len, parts)) != len(tensors):
        raise FileError("it has arrays that belong to no RBM. Take another copy of it.")
    rbms = [files.made(cls, about, part) for about, part in zip(described, parts, strict=True)]
    for below, above in pairwise(rbms):
        if (above.visible, above.kind, above.dtype) != (below.hidden, "binary", below.dtype):
            raise FileError("its RBMs do not fit on each other. Take another copy of it.")
    if any(rbm.classes for rbm in rbms):
        raise FileError("an RBM of a stack has no classes. Take another copy of it.")
    return rbms
