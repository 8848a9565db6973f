"""One safetensors file: named arrays and one JSON text.

It is written in one piece or not at all, and nothing in it is trusted when it is read.
"""

from __future__ import annotations

import json
import math
import os
import stat
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from ..arrays import Array
from ..errors import FileError
from .other_formats import other_format
from .writing import as_path, reason, write_whole

KEY = "chainrule"  # the entry of the metadata that has the JSON text
HEADER_LIMIT = 100_000_000  # bytes, as the format says
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}

# ---- writing


def write(
    path: Any, tensors: dict[str, Array], about: dict[str, Any], *, flush: bool = True
) -> None:
    """Write a file; at every moment `path` is the old file or the whole new one.

    Parameters
    ----------
    path : str or path
        Used as given.
    tensors : dict of arrays
        The arrays by name.
    about : dict
        A description that JSON can hold.
    flush : bool
        See `write_whole`.

    Raises
    ------
    FileError
        The path cannot be written, or there is no space left. The file that was there is unchanged.
    """
    target = as_path(path)
    write_whole(target, packed(target, tensors, about), flush=flush)


def packed(
    target: str, tensors: dict[str, Array], about: dict[str, Any], *, seal: bool = True
) -> bytes:
    """Return the bytes of a file; see `write`.

    Parameters
    ----------
    target : str
        Its name, for errors.
    tensors, about
        Its contents.
    seal : bool
        False: without their SHA-256, if another checksum protects the bytes.
    """
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(a).reshape(np.shape(a)) for name, a in tensors.items()}
    for name, a in arrays.items():
        if a.dtype.newbyteorder("<").str not in DTYPES.values():
            raise FileError(
                f"{target}: {name} is of type {a.dtype}, which a safetensors file cannot hold."
            )
    sealed = {"sha256": digest(about, arrays), **about} if seal else about
    data = save(arrays, {KEY: json.dumps(sealed, allow_nan=False)})
    if int.from_bytes(data[:8], "little") > HEADER_LIMIT:
        raise FileError(
            f"{target}: the settings of this network need more than 100 MB. "
            "Give arrays as initial_weights=, not as init=."
        )
    return data


# ---- reading


def read(path: Any) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the JSON and the arrays of a file of `write`.

    Arrays are made only when all sizes agree with the size of the file.

    Raises
    ------
    FileError
        The file is missing, broken, or something else.
    """
    source = as_path(path)
    try:
        if not stat.S_ISREG(os.stat(source).st_mode):  # a pipe would wait forever
            got = "a folder" if os.path.isdir(source) else "something else"
            raise FileError(f"{source}: expected a file, got {got}.")
        with open(source, "rb") as file:
            return _read(source, file, os.fstat(file.fileno()).st_size, True)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{source} cannot be read: {reason(error)}.") from None


def unpacked(
    source: str, data: bytes, *, seal: bool = True
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what `packed` was given; `source` is its name for errors. See `read`."""
    return _read(source, BytesIO(data), len(data), seal)


def _read(
    source: str, file: BinaryIO, size: int, sealed: bool
) -> tuple[dict[str, Any], dict[str, Array]]:
    try:
        header, data = _parts(source, file, size)
    except (ValueError, RecursionError, MemoryError):  # not JSON, not UTF-8, or too deep
        raise _broken(source, "its header is not readable") from None
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(KEY), str):
        raise FileError(
            f"{source}: expected a file of chainrule, got a safetensors file of another program. "
            "Read it with safetensors."
        )
    tensors = {name: _tensor(source, data, entry) for name, entry in header.items()}
    if sum(a.nbytes for a in tensors.values()) != len(data):
        raise _broken(source, "its arrays do not fill it")
    try:
        about = strict_json(metadata[KEY])
        if not isinstance(about, dict):
            raise _broken(source, "its description is not an object")
        seal = about.pop("sha256", None)
        fits = not sealed or seal == digest(about, tensors)
    except (ValueError, RecursionError, MemoryError):
        # NaN, a name twice, half a letter, or too deep
        raise _broken(source, "its description is not strict JSON") from None
    if not fits:
        raise _broken(source, "its contents do not match its checksum")
    return about, tensors


def _parts(path: str, file: BinaryIO, size: int) -> tuple[dict[str, Any], bytes]:
    """Return the header as JSON, and the bytes of the arrays."""
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if size < 8 or length > size - 8 or length > HEADER_LIMIT:
        if other := other_format(path, start + file.read(100)):
            raise other
        raise _broken(path, "it is no safetensors file, or was cut off")
    header = strict_json(file.read(length).decode())
    if not isinstance(header, dict):
        raise _broken(path, "its header is not an object")
    declared = max(
        (_end(path, e) for name, e in header.items() if name != "__metadata__"), default=0
    )
    if declared != size - 8 - length:
        raise _broken(path, f"its arrays need {declared} bytes, there are {size - 8 - length}")
    data = file.read()
    if len(data) != declared:
        raise _broken(path, "it changed while it was read")
    return header, data


def _end(path: str, entry: Any) -> int:
    """Return where an array ends; its type, shape and place must agree."""
    match entry:
        case {
            "dtype": str(dtype),
            "shape": list(shape),
            "data_offsets": [int(begin), int(end)],
        } if dtype in DTYPES:
            sizes = len(shape) <= 32 and all(type(n) is int and 0 <= n < 2**48 for n in shape)
            if (
                sizes
                and 0 <= begin <= end == begin + math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
            ):
                return end
    raise _broken(path, "the type, shape or place of an array is wrong")


def _tensor(path: str, data: bytes, entry: Any) -> Array:
    dtype, (begin, end) = np.dtype(DTYPES[entry["dtype"]]), entry["data_offsets"]
    try:
        return np.frombuffer(data, dtype, (end - begin) // dtype.itemsize, begin).reshape(
            entry["shape"]
        )
    except ValueError:  # more dimensions than NumPy allows, or an empty array with a huge one
        raise _broken(path, "the shape of an array is wrong") from None


def strict_json(text: str) -> Any:
    """Parse JSON without NaN and infinity, and with each name once."""

    def refuse(word: str) -> Any:
        raise ValueError(word)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a name occurs twice")
        return found

    def finite(word: str) -> float:
        return float(word) if math.isfinite(float(word)) else refuse(word)

    return json.loads(text, parse_constant=refuse, parse_float=finite, object_pairs_hook=once)


def digest(about: dict[str, Any], tensors: dict[str, Array]) -> str:
    """Return the SHA-256 of everything that a file says."""
    sha = sha256(json.dumps(about, sort_keys=True, allow_nan=False).encode())
    for name, a in sorted(tensors.items()):
        little = np.ascontiguousarray(a, a.dtype.newbyteorder("<"))
        sha.update(json.dumps([name, little.dtype.str, a.shape]).encode())
        sha.update(little.tobytes())
    return sha.hexdigest()


def _broken(path: str, how: str) -> FileError:
    return FileError(
        f"{path}: expected a whole file of chainrule, but {how}. Take another copy of it."
    )
