"""The native engine: C plans and runs a Program, which it gets as bytes; Python owns the arrays."""

import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import EngineError, ParameterError
from ..graph.byte_form import is_ours, to_bytes
from ..graph.program import Program
from .many_steps import ManySteps, StepsDone
from .outside import INDEX, Outside, described
from .refusals import NO_MEMORY, bind_refused, run_refused
from .thread_count import Threads, affinity, register_with_threadpoolctl

try:
    from . import _native  # type: ignore[attr-defined]
except ImportError:  # built without a C compiler, or run from the sources
    native_code: Any = None
else:
    native_code = _native
    register_with_threadpoolctl()

# The types of rows that C casts while it gathers them.
CASTS = frozenset(map(np.dtype, ("float32", "float64", "uint8", "int32")))  # as they lie
WIDE = np.dtype(np.float64)
OP, RULE, CLIP = range(3)  # the tables of twins
MOST_ROWS = 2**31 - 1  # of a step


def available() -> bool:
    """Return True if the extension module was built."""
    return native_code is not None


def extension() -> Any:
    """Return the extension module, or None if it was not built."""
    return native_code


def instruction_sets() -> list[str]:
    """Return the sets that were compiled and that this processor has, the best one last."""
    return list(native_code.variants()) if native_code is not None else []


def instruction_set() -> str:
    """Return the set that is used: the one that CHAINRULE_INSTRUCTIONS names, else the best one.

    Raises
    ------
    ParameterError
        CHAINRULE_INSTRUCTIONS names a set that was not compiled or that this processor lacks.
    """
    sets = instruction_sets()
    chosen = os.environ.get("CHAINRULE_INSTRUCTIONS") or sets[-1]
    if chosen not in sets:
        remedy = "Unset it for the best set."
        raise ParameterError("CHAINRULE_INSTRUCTIONS", " or ".join(sets), chosen, remedy)
    return chosen


def rule_name(part: Any, kind: int = RULE) -> str | None:
    """Return the twin of an optimizer or of a clip, found by its class, never by its name alone."""
    cls = type(part)
    ours = cls.__module__.startswith(__name__.partition(".")[0] + ".optimizers.")
    if (
        not ours
        or getattr(sys.modules[cls.__module__], cls.__name__, None) is not cls
        or native_code is None
    ):
        return None
    return cls.__name__ if native_code.has_twin(variant("f32"), cls.__name__, kind) else None


def hyper_names(optimizer: Any) -> list[str]:
    """Return the names of a rule's numbers, in the order in which its twin takes them."""
    return [f.name for f in dataclasses.fields(optimizer)]


def without_twin(program: Program) -> list[str]:
    """Return the steps that NumPy computes, called from C: `scaled (scaled1/z), your own op`."""
    return [described(program, program.steps[i]) for i in _outside(program)]


def _outside(program: Program) -> list[int]:
    """Return the steps without a twin; every instruction set has the same twins."""
    if "outside" not in program.memory:
        native_code.set_cores(affinity())
        engine = variant("f32")
        program.memory["outside"] = [
            i
            for i, step in enumerate(program.steps)
            if not is_ours(step.op) or not native_code.has_twin(engine, step.op.name, OP)
        ]
    found: list[int] = program.memory["outside"]
    return found


def variant(dtype: str, instructions: str | None = None) -> str:
    """Return the name of a compiled engine, `f32_avx2`; see `instruction_set` for the default."""
    return f"{dtype}_{instructions or instruction_set()}"


def orders(seed: int, epoch: int, epochs: int, n: int) -> Array:
    """Return `random.permutation((seed, epoch), n)` of some epochs, one after another, as int32."""
    rows = np.empty(epochs * n, np.int32)
    native_code.orders(seed, epoch, epochs, n, rows)
    return rows


def own_rows(rows: int, rank: int, size: int) -> slice:
    """Return which rows of a batch one of several processes reads: those of its shards.

    Parameters
    ----------
    rows : int
        The rows of the batch.
    rank, size : int
        The number of the process, and how many there are.
    """
    return slice(*native_code.own_rows(rows, rank, size))


def in_one_piece(array: Array, dtype: Any) -> Array:
    """Return the array in this type, with its numbers one after another in aligned memory."""
    flags = array.flags
    if array.dtype == dtype and flags.c_contiguous and flags.aligned:
        return array
    return np.require(array, dtype, ("C_CONTIGUOUS", "ALIGNED"))


class Native:
    """A Program that C has planned once: memory, the order of the calls, addresses.

    Parameters
    ----------
    program : Program
        The Program to run.
    rows : int
        The most that one step may have.
    dtype : dtype
        float32 or float64.
    wrt : sequence of int, optional
        The parameters (indices of values) that need a gradient; None: forward only.
    update : Update, optional
        Its optimizer, groups and moves, which run in C as well.
    threads : int or Threads
        The most threads of one call, which never takes more than this process has cores. No
        other limit applies to a plain number.
    instructions : str, optional
        The instruction set, "plain", "avx2" or "avx512", if not that of `instruction_set`.
    keep : bool
        True: no two values share memory. The bits are the same.

    Raises
    ------
    EngineError
        The optimizer has no twin in C, or no plan can be made from the Program.
    OutOfMemoryError
        A step with this number of rows needs more memory than there is.
    """

    def __init__(
        self,
        program: Program,
        rows: int,
        dtype: Any,
        *,
        wrt: Sequence[int] | None = None,
        update: Any = None,
        threads: int | Threads = 1,
        instructions: str | None = None,
        keep: bool = False,
    ) -> None:
        if native_code is None:
            raise EngineError(
                "the native engine is missing: it was not built. Use engine='reference'."
            )
        self.program, self.rows, self.dtype = program, rows, np.dtype(dtype)
        if rows > MOST_ROWS:
            raise bind_refused(program, rows, (NO_MEMORY, 0, 0))
        self.slots: tuple[str, ...] = tuple(update.optimizer.slots) if update is not None else ()
        names = hyper_names(update.optimizer) if update is not None else []
        groups = (
            [(g.where.start, g.where.stop - g.where.start, g.born) for g in update.groups]
            if update
            else []
        )
        wanted = None
        if wrt is not None:
            wanted = np.zeros(len(program.values), np.uint8)
            wanted[list(wrt)] = 1
        constants = np.array(list(program.defaults.values()), np.float64)
        self.outside = Outside(program, steps, self.dtype) if (steps := _outside(program)) else None
        engine = variant("f32" if self.dtype == np.float32 else "f64", instructions)
        most, limited = threads if isinstance(threads, Threads) else (threads, False)
        self.threads = most if limited else 1  # the most for which `limit_threads` may ask
        plan = native_code.bind(
            engine,
            to_bytes(program),
            rows,
            most,
            int(keep),
            wanted,
            rule_name(update.optimizer) if update else None,
            np.array(groups, np.int32).reshape(-1, 3),
            len(self.slots),
            len(names),
            constants,
            self.outside and self.outside.flags,
            self.outside,
        )
        if isinstance(plan, tuple):
            raise bind_refused(program, rows, plan, update and update.optimizer)
        self._plan = plan
        if limited:
            native_code.heed_limit(plan)
        if update is not None and update.optimizer.by_tensor:
            self._set_matrices(update)
        if update is not None and update.clips:
            self._clip(update)
        output = program.values[program.output]
        self._row, self._result = output.shape[1:], self.dtype if output.number == "real" else INDEX
        self._inputs = [
            (name, program.values[i].number == "index", program.values[i].shape[1:])
            for name, i in program.inputs.items()
            if program.values[i].kind == "row" and name not in ("c", "row")
        ]
        (name, index, shape), *more = self._inputs or [("", False, ())]
        self._lone = (
            shape if name == "x" and not index and not more else None
        )  # a row of X, if X is the only input

    def limit_threads(self, most: int) -> None:
        """Let calls from now on take at most this number of threads.

        A number of threads that the user asked for stays. Numbers never depend on it.
        """
        native_code.limit_threads(self._plan, most)

    def join(self, processes: Any) -> None:
        """Share the steps of this plan with other processes; see `distributed`.

        Parameters
        ----------
        processes : Processes
            All of them have the same plan.
        """
        rank, size = processes.rank, processes.size
        sizes = native_code.exchanged(self._plan, rank, size)
        if max(sizes) > MOST_ROWS:
            raise EngineError(
                "fit(comm=...)",
                f"sums of at most {MOST_ROWS:,} numbers for one exchange",
                f"{max(sizes):,}",
                "Use another number of processes, best a power of two.",
            )
        sent, received = (np.zeros(n, self.dtype) for n in sizes)
        counts = np.zeros((4, size), np.int32)
        exchange = processes.exchange(sent, received, counts)
        native_code.set_processes(self._plan, rank, size, sent, received, counts, exchange)

    def _clip(self, update: Any) -> None:
        names = [rule_name(clip, CLIP) for clip in update.clips]
        limits = np.array([clip.limit for clip in update.clips], np.float64)
        tensors = np.array([(t.start, t.stop - t.start) for t in update.tensors], np.int32)
        if None in names or native_code.set_clips(self._plan, tuple(names), limits, tensors):
            expected, remedy = "up to 16 clips with a twin in C", "Use the reference engine."
            raise EngineError("native engine", expected, repr(update.clips), remedy)

    def _set_matrices(self, update: Any) -> None:
        rows = np.array([group.rows for group in update.groups], np.int32)
        if native_code.set_matrices(self._plan, rows):
            expected, remedy = "memory for its matrices", "Use the reference engine."
            raise EngineError("native engine", expected, repr(update.optimizer), remedy)

    @property
    def indices(self) -> bool:
        """True if an input holds whole numbers."""
        return any(index for _, index, _ in self._inputs)

    @property
    def memory(self) -> int:
        """The bytes of the plan: all values, gradients and sums of a step."""
        return int(native_code.about(self._plan)[0])

    def time_calls(self) -> None:
        """Note from now on how long each call of a step takes; for a plan of one thread."""
        if not native_code.time_calls(self._plan):
            raise EngineError(
                "time_calls", "a plan of one thread", "more threads", "Use threads=1."
            )

    def times(self) -> list[tuple[int, bool, float]]:
        """Return (step of the Program, True for its gradient, seconds) since the last call.

        A step that another one does in passing (ReLU after a product) has no time of its own.
        """
        found = native_code.times(self._plan)
        return [(step, bool(backward), ms / 1000) for step, backward, ms in found]

    def data(
        self, inputs: Mapping[str, Array], in_order: Mapping[str, Array] | None = None
    ) -> tuple[Any, ...]:
        """Return the row inputs as C takes them.

        Parameters
        ----------
        inputs : dict of arrays
            The data set. C casts the common types while it gathers rows; others are cast here.
        in_order : dict of arrays, optional
            Inputs with one number a row that are not gathered: like c, batch after batch.
        """
        lying = in_order or {}
        return tuple(
            [
                (self._lying(lying[name]),)
                if name in lying
                else self._rows(inputs[name], index, shape)
                for name, index, shape in self._inputs
            ]
        )

    def _lying(self, array: Array) -> Array:
        """Return the array in the plan's type, in one aligned piece."""
        return in_one_piece(np.asarray(array), self.dtype)

    def _rows(self, array: Array, index: bool, shape: tuple[int, ...]) -> Array:
        if array.shape[1:] != shape:
            raise ValueError(f"rows of shape {array.shape[1:]} instead of {shape}")
        own = INDEX if index else self.dtype
        casts = not index and array.dtype in CASTS
        return in_one_piece(array, array.dtype if casts else own)

    def advance(
        self,
        theta: Array,
        slots: Mapping[str, Array],
        steps: ManySteps,
        carry: dict[str, Array] | None = None,
    ) -> StepsDone:
        """Make steps of training without Python between them; theta and slots change in place.

        Parameters
        ----------
        theta, slots : arrays
            Those of the run.
        steps : ManySteps
            Rows, weights and numbers of the steps.
        carry : dict of arrays, optional
            The arrays that the objective passes from step to step; a Program has none.
        """
        losses = np.empty(steps.epochs * (len(steps.starts) - 1))
        moved = tuple(slots[name] for name in self.slots)
        rows = steps.data, steps.order, steps.numbers, steps.c, steps.starts
        numbers = steps.hyper, steps.constants, losses, None
        clock = steps.t, steps.step, steps.seed, steps.milliseconds, int(steps.careful)
        answer = native_code.advance(self._plan, theta, moved, *rows, *numbers, *clock)
        if answer[0] is not None:
            raise run_refused("advance", answer)
        _, done, finite, error = answer
        return StepsDone(losses, done, bool(finite), error)

    def loss_and_grad(self, theta: Array, inputs: Mapping[str, Any]) -> tuple[float, Array]:
        """Return L and a vector like theta of one batch: [gradient | this batch's statistics]."""
        g = np.zeros_like(theta)
        return self._once(theta, inputs, g), g

    def loss(self, theta: Array, inputs: Mapping[str, Any]) -> float:
        """Return L of one batch, by a plan without gradients."""
        return self._once(theta, inputs, None)

    def _once(self, theta: Array, inputs: Mapping[str, Any], g: Array | None) -> float:
        """Return L of one batch and write its gradient to g. Theta stays as it is."""
        c = self._lying(inputs["c"])
        losses, starts = np.empty(1), np.array([0, len(c)], np.int64)
        constants = np.array(
            [float(inputs.get(name, value)) for name, value in self.program.defaults.items()]
        )
        row = in_one_piece(np.asarray(inputs.get("row", np.arange(len(c)))), INDEX)
        seed, step = map(int, inputs.get("key", (0, 0)))
        theta = in_one_piece(theta, theta.dtype)
        slots = tuple(theta[:0] for _ in self.slots)
        rows = self.data(inputs), None, row, c, starts
        numbers = None, constants, losses, g
        answer = native_code.advance(self._plan, theta, slots, *rows, *numbers, 1, step, seed, 0, 0)
        if answer[0] is not None:
            raise run_refused("loss_and_grad" if g is not None else "loss", answer)
        if (error := answer[-1]) is not None:
            raise error
        return float(losses[0])

    def predict_array(self, theta: Array, X: Any) -> Array | None:
        """Return the output of every row of an array of floats that can be read as it lies.

        For anything else, and if X or the output is not finite in the plan's type, return None:
        then `predict` takes it.
        """
        if (
            type(X) is not np.ndarray
            or (X.dtype != self.dtype and X.dtype != WIDE)
            or X.shape[1:] != self._lone
            or not X.ndim
        ):
            return None
        out = np.empty((len(X), *self._row), self._result)
        return out if native_code.predict_array(self._plan, theta, X, out) else None

    def predict(
        self, theta: Array, inputs: Mapping[str, Array], key: tuple[int, int] | None = None
    ) -> Array:
        """Return the output of every row.

        Parameters
        ----------
        theta : array
            θ.
        inputs : dict of arrays
            The rows.
        key : (seed, step), optional
            The key of dropout and noise, if the Program has any; all rows have the number 0.
        """
        data = self.data(inputs)
        rows = len(data[0])
        out = np.empty((rows, *self._row), self._result)
        theta = in_one_piece(theta, theta.dtype)
        drawn = () if key is None else (np.zeros(rows, np.int32), key[1], key[0])
        trouble = native_code.predict(self._plan, theta, data, rows, out, *drawn)
        if trouble is not None:
            raise run_refused("predict", trouble)
        return out
