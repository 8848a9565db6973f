"""The IDX files in which MNIST is published: a header of sizes, then bytes.

two zero bytes | 0x08: unsigned bytes | number of axes | one big-endian uint32 per axis |
the bytes, last axis fastest
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from ..arrays import Array
from ..errors import FileError

CHUNK = 1 << 20  # read in parts, so that a header with wrong sizes reserves no memory


def read_idx(path: Path, tail: tuple[int, ...]) -> Array:
    """Read the array of an IDX file, plain or compressed.

    Parameters
    ----------
    path : Path
        The file.
    tail : tuple of int
        The shape of one row: (28, 28) for images, () for labels.

    Returns
    -------
    array : Array
        uint8, shape (rows, *tail).

    Raises
    ------
    FileError
        The file cannot be read, is cut short, has more bytes than it says, or holds something else.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            with cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file as stream:
                return _parse(path, stream, tail)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path}: cannot be read ({error}). Fetch the file again.") from error


def _parse(path: Path, stream: IO[bytes], tail: tuple[int, ...]) -> Array:
    """Read header and bytes, and compare each with what must be there."""
    axes = 1 + len(tail)
    header = stream.read(4 + 4 * axes)
    wanted = bytes([0, 0, 8, axes])
    if header[:4] != wanted:
        raise FileError(
            f"{path}",
            f"an IDX file that begins {wanted.hex()}",
            header[:4].hex() or "nothing",
            "Is it the right file?",
        )
    if len(header) < 4 + 4 * axes:
        raise FileError(f"{path}: the file ends inside its header. Fetch the file again.")
    shape = struct.unpack(f">{axes}I", header[4:])
    if shape[1:] != tail:
        raise FileError(f"{path}", f"rows of shape {tail}", f"{shape[1:]}", "Is it the right file?")
    size, content = math.prod(shape), bytearray()
    while len(content) <= size and (chunk := stream.read(CHUNK)):
        content += chunk
    if len(content) != size:
        more = "more" if len(content) > size else f"{len(content)}"
        raise FileError(f"{path}", f"{size} bytes after the header", more, "Fetch the file again.")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)
