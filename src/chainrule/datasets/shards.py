"""A data set in many files, of which only the rows of a step are read."""

from hashlib import sha256
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import DataError, FileError

ENDS = 1 << 16  # bytes at each end of a file that its fingerprint covers


class Shards:
    """A folder of .npy files as a source for `net.fit(Shards(folder))`.

    The rows need not fit in memory. The files of x and y belong together in the order of their
    names, and so do their rows. They are memory-mapped, so a step reads only its own rows. Rows are
    numbered through all files, so order, dropout, augmentation and resuming work as for arrays.

    Parameters
    ----------
    folder : str or path
        Folder of the files.
    x, y : str
        Patterns of their names. Names are sorted as text, so number them with leading zeros.

    Raises
    ------
    FileError
        There are no files, different numbers of files for x and y, or one that cannot be read.
    DataError
        Rows of one side differ in shape or type, or x and y have different numbers of rows.

    Examples
    --------
    >>> import chainrule as cr, numpy as np, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for k in range(3):
    ...     np.save(f"{folder.name}/x-{k}.npy", np.full((4, 2), k))
    ...     np.save(f"{folder.name}/y-{k}.npy", np.full(4, k))
    >>> rows = cr.datasets.Shards(folder.name)
    >>> len(rows), rows.rows(np.array([0, 11, 5]))[1].tolist()
    (12, [0, 2, 1])
    >>> folder.cleanup()
    """

    def __init__(self, folder: str | Path, *, x: str = "x-*.npy", y: str = "y-*.npy") -> None:
        self.paths = [sorted(Path(folder).glob(pattern)) for pattern in (x, y)]
        if not self.paths[0] or len(self.paths[0]) != len(self.paths[1]):
            raise FileError(
                f"{folder}",
                f"as many files {x} as {y}, at least one",
                f"{len(self.paths[0])} and {len(self.paths[1])}",
                "Save them with np.save.",
            )
        self.x, self.y = ([_open(path) for path in paths] for paths in self.paths)
        for k, (a, b) in enumerate(zip(self.x, self.y, strict=True)):
            for first, other, path in (
                (self.x[0], a, self.paths[0][k]),
                (self.y[0], b, self.paths[1][k]),
            ):
                if (first.shape[1:], first.dtype) != (other.shape[1:], other.dtype):
                    raise DataError(
                        f"{path}",
                        f"rows of shape {first.shape[1:]}, {first.dtype}",
                        f"{other.shape[1:]}, {other.dtype}",
                        "All files of one side must hold rows of one kind.",
                    )
            if len(a) != len(b):
                raise DataError(
                    f"{self.paths[1][k]}",
                    f"{len(a)} rows, as in x",
                    str(len(b)),
                    "Each row needs a target.",
                )
        self.ends = np.cumsum([len(a) for a in self.x])

    def __len__(self) -> int:
        return int(self.ends[-1])

    def rows(self, indices: Array) -> tuple[Array, Array]:
        """Return these rows in this order; each file is opened once."""
        indices = np.asarray(indices)
        if (
            indices.ndim != 1
            or indices.dtype.kind not in "iu"
            or not ((indices >= 0) & (indices < len(self))).all()
        ):
            got = (
                f"{indices.dtype} of shape {indices.shape}"
                if indices.dtype.kind not in "iu" or indices.ndim != 1
                else f"{indices.min()} to {indices.max()}"
            )
            raise DataError(
                "rows",
                f"a flat array of row numbers from 0 to {len(self) - 1}",
                got,
                "Count through all files.",
            )
        if len(self.x) == 1:
            return _taken(self.x[0], indices), _taken(self.y[0], indices)
        which = np.searchsorted(self.ends, indices, side="right")
        x = np.empty((len(indices), *self.x[0].shape[1:]), self.x[0].dtype)
        y = np.empty((len(indices), *self.y[0].shape[1:]), self.y[0].dtype)
        for k in np.unique(which).tolist():
            here = np.flatnonzero(which == k)
            own = indices[here] - (self.ends[k] - len(self.x[k]))
            x[here], y[here] = _taken(self.x[k], own), _taken(self.y[k], own)
        return x, y

    def fingerprint(self) -> str:
        """Return a hash of names, sizes and both ends of each file.

        Reading all of a file would take as long as an epoch.
        """
        digest = sha256()
        for path in (path for paths in self.paths for path in paths):
            size = path.stat().st_size
            digest.update(f"{path.name} {size}".encode())
            with path.open("rb") as file:
                digest.update(file.read(ENDS))
                file.seek(max(0, size - ENDS))
                digest.update(file.read(ENDS))
        return digest.hexdigest()


def _taken(array: Array, rows: Array) -> Array:
    """Return these rows. `take` is the fast way, but copies an array in Fortran's order whole."""
    plain = array.flags.c_contiguous and array.flags.aligned
    found: Array = array.take(rows, axis=0) if plain else array[rows]
    return found


def _open(path: Path) -> Array:
    """Open one file, memory-mapped."""
    try:
        array: Array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise FileError(
            f"{path}", "an array as np.save writes it", str(error), "Save it again."
        ) from None
    if array.ndim == 0 or not len(array):
        raise DataError(
            f"{path}", "at least one row", f"shape {array.shape}", "Leave the file out."
        )
    return array
