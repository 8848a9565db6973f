"""A stack of RBMs as one safetensors file: the files of its RBMs (see rbm_files) in one.

arrays    rbm1/NAME, rbm2/NAME, ... from the data upwards
text      JSON: format, chainrule, model "deep belief network", rbms: what each RBM's own file says
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...arrays import Array
from ...errors import ChainruleError, FileError, NotBuiltError
from ...files.container import read, write
from . import files as rbm_files

if TYPE_CHECKING:
    from .rbm import RBM
    from .stack import DeepBeliefNetwork

FORMAT = 1
MODEL = "deep belief network"


def save(stack: DeepBeliefNetwork, path: Any) -> None:
    """Write all RBMs to one file."""
    from ... import __version__

    if any(rbm.visible is None for rbm in stack.rbms):
        raise NotBuiltError("save: this stack has no weights yet: fit first.")
    tensors: dict[str, Array] = {}
    described = []
    for i, rbm in enumerate(stack.rbms, start=1):
        arrays, about = rbm_files.contents(rbm)
        tensors |= {f"rbm{i}/{name}": a for name, a in arrays.items()}
        described.append(about)
    write(
        path,
        tensors,
        {"format": FORMAT, "chainrule": __version__, "model": MODEL, "rbms": described},
    )


def load(path: Any) -> DeepBeliefNetwork:
    """Read a stack from a file of `save`; runs no code of the file.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or not a stack's.
    """
    from .stack import DeepBeliefNetwork

    about, tensors = read(path)
    if about.get("format") != FORMAT or about.get("model") != MODEL:
        raise FileError(
            f"{path}: expected a deep belief network, got another file of chainrule. Use the load of its class."
        )
    try:
        rbms = _rbms(about.get("rbms"), tensors)
        stack = DeepBeliefNetwork(*[rbm.hidden for rbm in rbms], dtype=rbms[0].dtype.name)  # type: ignore[arg-type]
    except ChainruleError as error:
        raise FileError(f"{path}: {' '.join(str(error).split())[:300]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise FileError(
            f"{path}: its settings are wrong ({str(error)[:200]}). Take another copy of it."
        ) from None
    stack.rbms = rbms
    return stack


def _rbms(described: Any, tensors: dict[str, Array]) -> list[RBM]:
    """Each RBM out of its part of the file; together they must take every array, and fit on each other."""
    if (
        not isinstance(described, list)
        or not described
        or not all(isinstance(about, dict) for about in described)
    ):
        raise FileError("its description of the stack is not complete. Take another copy of it.")
    parts = [
        {
            name.removeprefix(f"rbm{i}/"): a
            for name, a in tensors.items()
            if name.startswith(f"rbm{i}/")
        }
        for i in range(1, len(described) + 1)
    ]
    if sum(map(len, parts)) != len(tensors):
        raise FileError("it has arrays that belong to no RBM. Take another copy of it.")
    rbms = [rbm_files.made(about, part) for about, part in zip(described, parts, strict=True)]
    for below, above in pairwise(rbms):
        if (above.visible, above.kind, above.dtype) != (below.hidden, "binary", below.dtype):
            raise FileError("its RBMs do not fit on each other. Take another copy of it.")
    if any(rbm.classes for rbm in rbms):
        raise FileError("an RBM of a stack has no classes. Take another copy of it.")
    return rbms
