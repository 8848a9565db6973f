"""A Program as bytes: an int32 table, then UTF-8 text. Python, C, JavaScript and files share it.

header   magic, values, steps, size of the parameters, size of theta, output, inputs, moves,
         length of the table, length of the text
value    shared?, index?, role, place in theta or -1, dimensions, sizes ..., path (start, length),
         symbol (start, length)
step     kind, ours?, output, inputs (count, indices ...), op (start, length),
         attributes as JSON (start, length), their numbers sorted by name (count, then each as
         float64 in two words)
input    value, name (start, length)
move     value of the state, value of the statistic, rate as float64 (two words)
"""

import json
import numbers
import struct
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np

from .operation import Op
from .program import Program

MAGIC = 0x31435243
ROLES = ("input", "parameter", "state", "computed")
KINDS = ("row", "reduction", "shared")


def is_ours(op: Op) -> bool:
    """Return True for an Op *object* of this package; a user's op of the same name has no twin."""
    module = op.forward.__module__
    return (
        module.startswith(__name__.partition(".")[0] + ".")
        and getattr(sys.modules[module], op.name, None) is op
    )


def _numbers(value: Any) -> Iterator[float]:
    """Yield the numbers of an attribute, those of lists in order; JSON holds everything else."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, numbers.Real):
        yield float(value)


def to_bytes(program: Program) -> bytes:
    """Return the byte form of a Program.

    Parameters
    ----------
    program : Program
        Its initializers are not included: they made theta, which is stored separately.
    """
    if "bytes" not in program.memory:
        program.memory["bytes"] = _written(program)
    known: bytes = program.memory["bytes"]
    return known


def _written(program: Program) -> bytes:
    """Write the byte form; `to_bytes` keeps it."""
    text = bytearray()

    def put(string: str) -> tuple[int, int]:
        start = len(text)
        text.extend(string.encode())
        return start, len(text) - start

    place = {p.value: p.start for p in program.params}
    by_path = {p.path: p.value for p in program.params}
    parameters = sum(p.where.stop - p.start for p in program.parameters)
    table: list[int] = []
    for i, v in enumerate(program.values):
        table += [
            v.kind == "shared",
            v.number == "index",
            ROLES.index(v.role),
            place.get(i, -1),
            len(v.shape),
            *v.shape,
        ]
        table += [*put(v.path), *put(v.symbol)]
    for s in program.steps:
        table += [KINDS.index(s.kind), is_ours(s.op), s.output, len(s.inputs), *s.inputs]
        table += [*put(s.op.name), *put(json.dumps(s.attrs, sort_keys=True))]
        given = list(_numbers([s.attrs[name] for name in sorted(s.attrs)]))
        table += [
            len(given),
            *struct.unpack(f"<{2 * len(given)}i", struct.pack(f"<{len(given)}d", *given)),
        ]
    for name, i in program.inputs.items():
        table += [i, *put(name)]
    for move in program.moves:
        table += [
            by_path[move.state],
            move.value,
            *struct.unpack("<2i", struct.pack("<d", move.rate)),
        ]
    header = [
        MAGIC,
        len(program.values),
        len(program.steps),
        parameters,
        program.size,
        program.output,
    ]
    header += [len(program.inputs), len(program.moves), len(table), len(text)]
    return np.array(header + table, "<i4").tobytes() + bytes(text)


def fingerprint(program: Program) -> str:
    """Return the SHA-256 of the byte form: equal for equal networks, on every machine.

    The λ of penalties are inputs, so their values do not count.

    Parameters
    ----------
    program : Program
        A train, predict or score Program.
    """
    return sha256(to_bytes(program)).hexdigest()
