"""Networks as files: one safetensors file each, never pickle.

arrays    every parameter and state by its path;
          program/predict, program/train, program/score: the byte form of each Program;
          initial:NAME, what initial_weights= gave;
          in a checkpoint also run:NAME, see `run_file.py`
text      JSON: format, chainrule, layers, loss, inputs, target, seed, dtype, frozen, rates;
          in a checkpoint also run
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from ..arrays import Array, zeros_apart
from ..errors import ChainruleError, FileError
from ..files.container import read, write
from ..files.settings_as_json import Table, describe
from ..graph.byte_form import to_bytes
from ..graph.program import Param, Program, Shape
from ..graph.tape import Node, Tape
from ..losses.joint import JointLoss
from ..training.run_state import RunState
from ..version import __version__
from . import weights
from .model import Built, Model

M = TypeVar("M", bound=Model)
FORMAT = 1
PROGRAMS = ("predict", "train", "score")
OTHERS = {  # what other files call their model: its name, and the class that reads it
    "hopfield": ("a Hopfield network", "Hopfield"),
    "rbm": ("a Boltzmann machine", "RBM"),
    "deep belief network": ("a deep belief network", "energy.DeepBeliefNetwork"),
}
STORED = frozenset(f"program/{name}" for name in PROGRAMS)
INITIAL = "initial:"  # no path has a colon
# The byte form of a step is longer, so an honest file has fewer steps than its size / STEP_BYTES.
STEP_BYTES = 16
DEEPEST = 480  # lists and objects inside each other: a layer inside another one has three


def save(net: Model, path: Any) -> None:
    """Write layers, loss and weights to one file.

    Parameters
    ----------
    net : Model
        A network whose shapes are known.
    path : str or path
        Used as given. An existing file is replaced in one step.

    Raises
    ------
    NotBuiltError
        There are no weights yet.
    FileError
        Settings that a file cannot hold, weights that are not finite, or a path that cannot be
        written.
    """
    write(path, *contents(net))


def contents(net: Model) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the arrays and the JSON of a network's file."""
    programs, theta = net.programs, net.theta
    if not np.isfinite(theta).all():
        raise FileError(
            "save: expected finite weights, got NaN or infinity. Train again with a lower lr."
        )
    train = programs.train
    tensors = {p.path: theta[p.where].reshape(p.shape) for p in train.params}
    for name in PROGRAMS:
        tensors[f"program/{name}"] = np.frombuffer(to_bytes(getattr(programs, name)), np.uint8)
    given = net.given_weights
    tensors |= {INITIAL + name: np.asarray(values, net.dtype) for name, values in given.items()}
    joint = isinstance(net.loss, JointLoss)
    targets = {
        name: train.values[train.inputs[f"y_{name}" if joint else name]]
        for name in (net.loss.names if joint else ["y"])
    }
    kinds = {name: {"number": y.number, "shape": list(y.shape[1:])} for name, y in targets.items()}
    about = {
        "format": FORMAT,
        "chainrule": __version__,
        "layers": _described(net),
        "loss": describe(net.loss),
        "inputs": {name: list(shape) for name, shape in (net.inputs or {}).items()},
        "target": kinds if joint else kinds["y"],  # for several outputs one each, by name
        "seed": net.seed,
        "dtype": net.dtype.name,
        "frozen": sorted(net.frozen),
        "rates": dict(net.rates),
    }
    return tensors, about


def _described(net: Model) -> Any:
    """Return the layers as JSON, if a file can hold it: whoever reads it again needs the stack."""
    try:
        layers = describe(net.layers)
        if _depth(layers) <= DEEPEST:
            return layers
    except RecursionError:
        pass
    raise FileError(
        f"save: expected layers that are nested at most {DEEPEST // 3} deep, got more. "
        "Put them side by side into one Sequential."
    )


def _depth(description: Any) -> int:
    """Return how deep lists and objects of a JSON value are nested."""
    depth, level = 0, [description]
    while level:
        depth += 1
        inside = [x.values() if isinstance(x, dict) else x for x in level]
        level = [y for x in inside for y in x if isinstance(y, (dict, list))]
    return depth


def load(cls: type[M], path: Any, known: Any = ()) -> M:
    """Read a network from a file of `save`, or from a checkpoint; run no code of the file.

    Parameters
    ----------
    cls : class
        Network, or another Model: what is made.
    path : str or path
        The file.
    known : class or function, or a sequence of them
        Your own layers, losses, initializers and penalties.

    Returns
    -------
    Network
        It predicts what the saved one predicted, bit for bit.

    Raises
    ------
    FileError
        A file that is missing, broken, hostile or not chainrule's, or a class that is not in
        `known`.
    """
    table = Table.of(known)
    about, tensors = read(path)
    if type(about.get("format")) is not int or about["format"] != FORMAT:
        raise FileError(
            f"{path}: expected format {FORMAT}, got {about.get('format')!r:.40}. "
            "Read it with a newer chainrule."
        )
    try:
        return made(cls, about, tensors, table)
    except ChainruleError as error:
        raise FileError(f"{path}: {in_short(error)}") from None
    except Exception as error:  # settings of a hostile file make constructors and ops do anything
        reason = f"{type(error).__name__}: {in_short(error)}"
        raise FileError(
            f"{path}: its network cannot be made ({reason}). Take another copy of it."
        ) from None


def in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def made(cls: type[M], about: dict[str, Any], tensors: dict[str, Array], table: Table) -> M:
    """Return the network that the contents of a file describe."""
    match about:
        case {
            "layers": list(layers),
            "loss": dict(loss),
            "seed": int(seed),
            "dtype": str(dtype),
            "inputs": dict(given),
            "target": dict(target),
            "frozen": list(frozen),
            "rates": dict(rates),
        }:
            inputs = {name: _shape(shape) for name, shape in given.items()}
        case {"model": str(other)}:
            found, cls_of = OTHERS.get(other, ("another model", "its class"))
            raise FileError(f"expected a Network, got {found}. Use the load of {cls_of}.")
        case _:
            raise FileError(
                "its description of the network is not complete. Take another copy of it."
            )
    initial = {
        name.removeprefix(INITIAL): np.array(a)
        for name, a in tensors.items()
        if name.startswith(INITIAL)
    }
    net = cls(
        *table.build(layers),
        loss=table.build(loss),
        seed=seed,
        dtype=dtype,
        initial_weights=initial,
    )
    named = {name: a for name, a in tensors.items() if ":" not in name}
    for name in PROGRAMS:
        if named.pop(f"program/{name}", np.zeros(0)).dtype != np.uint8:
            raise FileError(f"the array program/{name} is missing. Take another copy of it.")
    _rehearse(net, inputs, named, sum(a.nbytes for a in tensors.values()) // STEP_BYTES)
    theta = zeros_apart(sum(a.size for a in named.values()), net.dtype)
    if not isinstance(net.loss, JointLoss):
        y: Any = _no_rows(target, net.dtype)
    elif target.keys() == set(net.loss.names):
        y = {name: _no_rows(kind, net.dtype) for name, kind in target.items()}
    else:
        raise FileError("its targets are not those of its losses. Take another copy of it.")
    programs = net.programs_for(inputs, y)
    train = programs.train
    fill(theta, train, named)
    _check_initial(train, initial)
    net.frozen |= weights.under_all(train, frozen)
    net.rates |= weights.check_rates(train, rates)
    net.adopt(Built(programs, inputs, RunState(theta, seed=net.seed)))  # no initializer runs
    return net


def _shape(sizes: Any) -> Shape:
    if not isinstance(sizes, list) or not all(type(n) is int and 1 <= n < 2**31 for n in sizes):
        raise FileError(
            f"expected sizes of whole numbers ≥ 1, got {sizes!r:.60}. Take another copy of it."
        )
    return tuple(sizes)


def _no_rows(kind: Any, dtype: Any) -> Array:
    """Return an array of no rows that has the kind and shape of the targets."""
    match kind:
        case {"number": str(number), "shape": list(shape)}:
            return np.zeros((0, *_shape(shape)), np.int32 if number == "index" else dtype)
    raise FileError("its description of the targets is not complete. Take another copy of it.")


class _BoundedTape(Tape):
    """A tape that refuses parameters and steps that the file cannot have."""

    def __init__(self, shapes: set[Shape], steps: int) -> None:
        super().__init__("train")
        self.shapes, self.limit = shapes, steps

    def param(self, name: str, shape: Shape, init: Any, **options: Any) -> Node:
        if tuple(shape) not in self.shapes:
            raise FileError(
                f"{self.join(name)} needs the shape {shape}, which no array of the file has."
            )
        return super().param(name, shape, init, **options)

    def record(self, op: Any, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Node:
        if len(self.steps) >= self.limit:
            raise FileError(
                "its layers make more steps than its size allows. Take another copy of it."
            )
        return super().record(op, inputs, attrs)


def _rehearse(net: Model, inputs: dict[str, Shape], named: dict[str, Array], steps: int) -> None:
    """Call the layers once on a tape that refuses what the file cannot have."""
    tape = _BoundedTape({a.shape for a in named.values()}, steps)
    nodes = {name: tape.input(name, (0, *shape)) for name, shape in inputs.items()}
    out: Any = nodes["x"] if list(nodes) == ["x"] else nodes
    for layer in net.layers:
        out = layer(out)


def fill(theta: Array, program: Program, named: dict[str, Array]) -> None:
    """Copy the arrays of the file into theta; check that there are all, and no others."""
    params: dict[str, Param] = {p.path: p for p in program.params}
    if params.keys() != named.keys():
        missing, foreign = (
            sorted(params.keys() - named.keys()),
            sorted(named.keys() - params.keys()),
        )
        what = (
            f"the array {missing[0]} is missing"
            if missing
            else f"there is an array {foreign[0]!r:.60} too many"
        )
        raise FileError(f"{what}. Take another copy of it.")
    for path, a in named.items():
        p = params[path]
        if a.shape != p.shape or a.dtype != theta.dtype:
            raise FileError(
                f"{path}: expected {theta.dtype} of shape {p.shape}, "
                f"got {a.dtype} of shape {a.shape}. Take another copy of it."
            )
        if not np.isfinite(a).all():
            raise FileError(
                f"{path}: expected finite weights, got NaN or infinity. Take another copy of it."
            )
        theta[p.where] = a.ravel()


def _check_initial(program: Program, initial: dict[str, Array]) -> None:
    """Check the initial weights now, though only `net.reset()` uses them."""
    weights.put(np.zeros(program.size), program, initial)
