"""Arrays on disk for numbers that do not fit in memory; they vanish with the last use."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import FileError

ZEROS = 1 << 20  # bytes that are written at once where a file has no other way to get its size


class Disk:
    """A place for arrays on disk, each in a file without a name.

    The memory of the system holds the parts that are used. A file is gone when its array is no
    longer used, also after a crash.

    Parameters
    ----------
    folder : str or path, optional
        Where the files are; the default is the system's folder for temporary files. It is made if
        there is none.

    Raises
    ------
    FileError
        The folder cannot be written, or it has not enough space.

    Examples
    --------
    >>> a = Disk()((2, 3), np.float32)
    >>> a.shape, bool(a.any())
    ((2, 3), False)
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.given = folder
        self.folder = os.fspath(folder) if folder is not None else tempfile.gettempdir()

    def __call__(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array of zeros.

        Parameters
        ----------
        shape : tuple of int
            Its shape.
        dtype : dtype
            Its type.
        """
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if not size:
            return np.zeros(shape, dtype)
        try:
            os.makedirs(self.folder, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder) as file:
                _extend(file, size)
                found = np.memmap(file, dtype, "r+", shape=shape)
        except OSError as error:
            raise FileError(
                f"cache={self.folder!r}: expected a folder with {size / 1e6:,.1f} MB of free space "
                f"for the rows, got an error ({error.strerror or error}). Free some, or name "
                "another folder (--cache, cache=)."
            ) from None
        return found.view(np.ndarray)


def _extend(file: Any, size: int) -> None:
    """Give a file its size, so that a full disk is an error here and not a crash later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    for begin in range(0, size, ZEROS):
        file.write(bytes(min(ZEROS, size - begin)))
    file.flush()
