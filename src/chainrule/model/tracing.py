"""trace: one network, three Programs over one theta."""

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from .. import random
from ..arrays import Array, memory, zeros_apart
from ..data.checks import warn_user
from ..errors import ParameterError
from ..graph.arithmetic import add, scale
from ..graph.program import Mode, Program, Shape, Value
from ..graph.tape import Node, Tape, snake_case
from ..layers.base import Layer
from ..layers.embedding import look_up
from ..layers.sequential import Sequential, check_layers
from ..losses.base import Loss
from ..losses.joint import JointLoss
from ..ops.last import penalise, weighted_sum
from ..settings import is_whole

MODES: tuple[Mode, ...] = ("train", "predict", "score")

DRAWING = 24  # bytes for each number of a tensor while its starting values are drawn


@dataclass(frozen=True, eq=False)
class Programs:
    """The Programs of a network with known shapes."""

    train: Program  # batch statistics, dropout, L
    predict: Program  # network and link
    score: Program  # predict and L
    output: Any  # the shape of the network before the link, with N = 0; for several outputs a dict
    table: Program | None = None  # for several outputs: the loss of each, (N, K), as in score
    sample: Program | None = None  # predict with dropout and noise, if the network has any

    @cached_property
    def tables(self) -> dict[str, Shape | None]:
        """Inputs of whole numbers: the shape of the smallest table in which each looks up rows."""
        program = self.score
        looked_up: dict[int, list[Shape]] = {}
        for step in program.steps:
            if step.op.is_same(look_up):
                looked_up.setdefault(step.inputs[0], []).append(
                    program.values[step.inputs[1]].shape
                )
        return {
            name: min(looked_up.get(i, []), default=None)
            for name, i in program.inputs.items()
            if program.values[i].number == "index" and name != "row"
        }

    def __repr__(self) -> str:
        steps = ", ".join(f"{mode} of {len(getattr(self, mode).steps)} steps" for mode in MODES)
        return f"<Programs: {steps}; {self.train.size:,} numbers in θ>"


def trace(
    layers: tuple[Layer, ...],
    loss: Loss | JointLoss,
    inputs: Shape | dict[str, Shape],
    *,
    target: Literal["real", "index"] | None = None,
    y: Any = None,
    by_output: bool = False,
) -> Programs:
    """Call the network on Nodes of N = 0 rows, once for each mode.

    Parameters
    ----------
    layers : tuple of Layer
        The chain.
    loss : Loss or JointLoss
        The function to minimize; it names the link that `predict` applies.
    inputs : tuple of int, or dict of tuples
        The shape of one row; several inputs by name.
    target : {"real", "index"}, optional
        The kind of target, for losses that take both (one-hot rows or class indices); without it
        `y` decides, else the loss.
    y : array, or dict of arrays, optional
        Targets like those of later calls.
    by_output : bool
        True: with several outputs, rows count differently for each of them. Each output has a
        c_name, and c is 1.

    Returns
    -------
    Programs
        train, predict and score, with the same symbols and the same theta.

    Raises
    ------
    ParameterError
        The last layer is the link, which the loss applies itself.
    ShapeError
        A layer that cannot take its input.

    Examples
    --------
    >>> import chainrule as cr
    >>> programs = cr.trace((cr.Dense(2), cr.Tanh()), cr.SquaredError(), (3,))
    >>> [v.symbol for v in programs.score.values]
    ['x', 'W1', 'b1', 'z1', 'a1', 'y', 'l', 'c', 'L']
    >>> programs.train.size
    8
    """
    layers = check_layers("trace", layers)
    shapes = _check(loss, inputs)
    tapes: dict[str, Tape] = {mode: Tape(mode) for mode in MODES}
    if isinstance(loss, JointLoss):
        tapes["table"] = Tape("score")
    outputs: dict[str, Node] = {}
    defaults: dict[str, float] = {}
    modes = list(tapes)
    for mode in modes:
        tape = tapes[mode]
        nodes = {name: tape.input(name, (0, *shape)) for name, shape in shapes.items()}
        out: Any = nodes["x"] if list(nodes) == ["x"] else nodes
        for layer in layers:
            out = layer(out)
        output = _outputs(tape, layers, loss, out)
        if mode == "train" and "key" in tape.inputs:
            modes.append("sample")
            tapes["sample"] = Tape("sample")
        if mode in ("predict", "sample"):
            outputs[mode] = loss.link(out)
            if outputs[mode].index != getattr(out, "index", None):
                _rename(outputs[mode], "p")  # the prediction
            continue
        targets = _targets(tape, loss, output, target, y)
        if mode == "table":
            outputs[mode] = loss.table(out, targets)  # type: ignore[union-attr]
        else:
            l = _losses(tape, loss, out, targets, by_output)
            outputs[mode], defaults = total_loss(tape, l)
    _check_letters(tapes)
    _warn_of_repeated(tapes["train"])
    return Programs(**_programs(tapes, outputs, defaults), output=output)


def _warn_of_repeated(tape: Tape) -> None:
    """Warn of a layer object in two places: other libraries would share its parameters."""
    if tape.repeated:
        layer, first, second = tape.repeated[0]
        tower = snake_case(type(layer).__name__)
        warn_user(
            f"Network: {first} and {second} are the same object {layer!r}, but each has parameters "
            f'of its own. To share them, write Shared("{tower}", {layer!r}) in both places; '
            f"to keep both sets, write {layer!r} anew in each."
        )


def _check(loss: Any, inputs: Any) -> dict[str, Shape]:
    """Return the shape of one row of each input; raise if loss or inputs cannot be traced."""
    if not isinstance(loss, (Loss, JointLoss)):
        raise ParameterError(
            "trace", "a loss such as SquaredError()", repr(loss), "Losses are objects here."
        )
    shapes: Any = inputs if isinstance(inputs, dict) else {"x": inputs}
    for shape in shapes.values():
        if not isinstance(shape, (tuple, list)) or not all(is_whole(n) and n >= 1 for n in shape):
            raise ParameterError("trace", "the shape of one row", repr(shape), "Write (3,).")
    names = loss.names if isinstance(loss, JointLoss) else []
    own = [f"{letter}_{name}" for name in names for letter in "yc"]
    for name in shapes:
        if re.fullmatch(r"y|c|N|key|row|lam\d*", name) or name in own:
            raise ParameterError(
                "inputs: expected names that a Program does not use itself, "
                f"got {name!r}. Rename this input."
            )
    return dict(shapes)


def _losses(tape: Tape, loss: Loss | JointLoss, out: Any, targets: Any, by_output: bool) -> Node:
    """Return ℓ, one number for each row; `by_output`: each output has its own weights c_name."""
    if not by_output:
        return loss(out, targets)
    counts = {name: tape.input(f"c_{name}", (0,)) for name in targets}
    return loss(out, targets, counts)  # type: ignore[call-arg]


def _programs(
    tapes: dict[str, Tape], outputs: dict[str, Node], defaults: dict[str, float]
) -> dict[str, Program]:
    """Return what is left of each tape: a Program with the common symbols and layout of θ."""
    layout, size = lay_out(tapes["train"])
    symbols: dict[str, str] = {}
    made: dict[str, Program] = {}
    for mode, tape in tapes.items():
        name_values(tape.values, symbols)
        placed = [replace(p, start=layout[p.path]) for p in tape.params.values()]
        made[mode] = Program(
            tape.mode,
            tuple(tape.steps),
            tuple(tape.values),
            tuple(sorted(placed, key=lambda p: p.start)),
            tuple(tape.moves.values()),
            tape.inputs,
            defaults if mode in ("train", "score") else {},
            outputs[mode].index,
            size,
        )
    return made


def _outputs(tape: Tape, layers: tuple[Layer, ...], loss: Loss | JointLoss, out: Any) -> Any:
    """Return the shape of the output; of several outputs a dict by name."""
    if not isinstance(loss, JointLoss):
        return _check_output(tape, layers, loss, out)
    loss.check_outputs(out)
    return {name: _check_output(tape, layers, part, out[name]) for name, _, part in loss.parts}


def _targets(tape: Tape, loss: Loss | JointLoss, output: Any, target: str | None, y: Any) -> Any:
    """Return the input y; for several outputs a dict of inputs y_name."""
    if isinstance(loss, JointLoss):
        return {
            name: tape.input(f"y_{name}", *kind) for name, kind in loss.target(output, y).items()
        }
    shape, number = loss.target(output, y)
    if target == "index":
        shape, number = (0, *output[1:-1]), "index"
    elif target == "real":
        shape, number = output, "real"
    return tape.input("y", shape, number)


def _check_output(tape: Tape, layers: tuple[Layer, ...], loss: Loss, out: Any) -> Shape:
    """Check that the output is one row value and that the link is not applied twice."""
    if not isinstance(out, Node) or out.value.kind != "row":
        got = (
            type(out).__name__
            if not isinstance(out, Node)
            else f"a shared value of shape {out.shape}"
        )
        dicts = (
            " Several outputs need a loss each: loss={'name': ...}."
            if isinstance(out, dict)
            else ""
        )
        raise ParameterError(
            f"network: expected one value for each row at its end, got {got}. "
            f"Check the last layer.{dicts}"
        )
    last = tape.steps[-1] if tape.steps else None
    if last is not None and last.output == out.index and last.op in loss.refuses:
        guilty: Any = layers[-1]
        while isinstance(guilty, Sequential):
            guilty = guilty.layers[-1]
        raise ParameterError(
            f"{type(loss).__name__}: expected the values before the {last.op.name}, "
            f"got {guilty!r} as the last layer. "
            f"The loss and predict apply the link themselves: remove {guilty!r}."
        )
    return out.shape


def total_loss(tape: Tape, l: Node) -> tuple[Node, dict[str, float]]:
    """Record L = Σₙ c (l + Σ λ Ω(xₙ)) + Σ λ Ω(W); return it, and the default of each λ of weights.

    The sum over rows is the only place where examples meet. Penalties run once.
    """
    if l.shape != (0,):
        raise ParameterError(
            "the loss: expected one number for each row, shape (N,), "
            f"got {l.value.shown}. Sum the rest."
        )
    for path, x, penalty in tape.row_penalties:
        for rate, op in penalty.row_terms():
            with tape.at(path):
                l = add(l, scale(op(x), factor=float(rate)))
    L: Node = weighted_sum(l, tape.input("c", (0,)))
    terms = [(W, rate, op) for W, penalty in tape.penalties for rate, op in penalty.terms()]
    defaults = {}
    for k, (W, rate, op) in enumerate(terms, start=1):
        _rename(L, "D")  # only the last sum is L
        with tape.at(W.value.scope):
            Omega = op(W)
        name = "lam" if len(terms) == 1 else f"lam{k}"
        defaults[name] = float(rate)
        L = penalise(L, tape.input(name, ()), Omega)
    return L, defaults


def _rename(node: Node, letter: str) -> None:
    value = node.value
    value.path, value.letter = value.path.replace(value.letter, letter, 1), letter


def lay_out(tape: Tape) -> tuple[dict[str, int], int]:
    """Return the place of every path in theta = [parameters | state], and the size of theta.

    The order is the network's, W b before gamma beta.
    """
    layout, start = {}, 0
    for p in sorted(tape.params.values(), key=lambda p: tape.values[p.value].role == "state"):
        layout[p.path] = start
        start += math.prod(p.shape)
    return layout, start


def _check_letters(tapes: dict[str, Tape]) -> None:
    """Check that a letter occurs equally often in a layer of every Program that has it.

    So a symbol means the same value in every Program.
    """
    counts = [
        Counter((v.scope, v.letter) for v in tape.values if v.scope) for tape in tapes.values()
    ]
    for key in set().union(*counts):
        found = {count[key] for count in counts if count[key]}
        if len(found) > 1:
            raise ParameterError(
                f"{key[0]}: expected as many values {key[1]!r} in each Program that has them, "
                f"got {sorted(found)}. "
                "Give the op that runs in one mode only a letter of its own."
            )


def name_values(values: list[Value], symbols: dict[str, str]) -> None:
    """Give every path its symbol.

    The k-th layer with parameters has W_k b_k z_k; what follows it (a_k) has the same number.
    """
    owners = dict.fromkeys(v.scope for v in values if v.role in ("parameter", "state"))
    number = {scope: str(k) for k, scope in enumerate(owners, start=1)}
    used = set(symbols.values())
    # how often a symbol was needed: the search for the next free one begins there
    times: Counter[str] = Counter()
    latest = ""
    for v in values:
        latest = number.get(v.scope, latest)
        if v.path not in symbols:
            # x y p L belong to no layer and have no number
            symbol = v.letter + (latest if v.scope else "")
            name = symbol
            while name in used:
                times[symbol] += 1
                name = f"{symbol}_{times[symbol] + 1}"
            symbols[v.path] = name
            used.add(name)
        v.symbol = symbols[v.path]


# ---------------------------------------------------------------- theta


@dataclass(frozen=True)
class Stream:
    """The random numbers of one tensor: a row of the tensor is a row of the stream."""

    seed: int
    path: str

    def uniform(self, shape: Shape) -> Array:
        return self._draw(random.uniform, shape)

    def normal(self, shape: Shape) -> Array:
        return self._draw(random.normal, shape)

    def _draw(self, numbers: Any, shape: Shape) -> Array:
        rows, columns = (shape[0], math.prod(shape[1:])) if shape else (1, 1)
        drawn: Array = numbers(
            (self.seed, 0), random.INIT, random.path_hash(self.path), np.arange(rows), columns
        )
        return drawn.reshape(shape)


def initial_theta(program: Program, seed: int = 0, dtype: Any = np.float64) -> Array:
    """Return the starting values of theta.

    Every tensor has its own key, so a new layer does not change the start of the others.

    Parameters
    ----------
    program : Program
        train, predict or score.
    seed : int
        0 ≤ seed < 2³².
    dtype : dtype
        The type of theta. The numbers are the same in float32 and float64, rounded.
    """
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ParameterError(
            f"initial_theta(seed={seed!r}): seed must be a whole number, 0 ≤ seed < 2³²."
        )
    largest = max((math.prod(p.shape) for p in program.params), default=0)
    if program.size * np.dtype(dtype).itemsize + largest * DRAWING > memory():
        raise MemoryError  # Linux would grant it, and later end the process
    theta = zeros_apart(program.size, dtype)
    for p in program.params:
        values = np.asarray(p.init(p.shape, Stream(seed, p.path)))
        if values.shape != p.shape or not np.isfinite(values).all():
            raise ParameterError(
                f"{p.path}: expected finite starting values of shape {p.shape}, "
                f"got {values.shape} from {p.init!r}. "
                "Mend the initializer."
            )
        theta[p.where] = values.ravel()
    return theta
