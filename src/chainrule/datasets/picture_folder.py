"""A folder of pictures as data: each subfolder is a class."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError, FileError, ParameterError
from ..settings import is_whole
from .picture_file import ENDINGS, pillow, read_colors

IGNORED = ("thumbs.db", "desktop.ini")  # what systems leave in folders, beside hidden files
NAMED = 3  # broken files that a message names


class Pictures:
    """A folder of pictures as a source for `net.fit(pictures("folder/"))`.

    It is made by `pictures`. Only the rows of a step are read.

    Parameters
    ----------
    paths : list of Path
        The files.
    labels : array of int
        The class of each file, an index into `classes`.
    classes : list of str
        The names of the classes.
    size : (H, W)
        The size of each row in pixels.
    color : bool
        True: three channels; False: one, gray.

    Examples
    --------
    >>> import chainrule as cr, numpy as np, os, tempfile
    >>> from PIL import Image
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name, gray in (("dark", 20), ("light", 200)):
    ...     os.mkdir(f"{folder.name}/{name}")
    ...     Image.new("L", (50, 40), gray).save(f"{folder.name}/{name}/1.png")
    >>> rows = cr.datasets.pictures(folder.name, size=(8, 8))
    >>> x, y = rows.rows(np.array([1, 0]))
    >>> len(rows), rows.classes, x.shape, y
    (2, ['dark', 'light'], (2, 8, 8, 3), array([1, 0]))
    >>> folder.cleanup()
    """

    def __init__(
        self,
        paths: list[Path],
        labels: Array,
        classes: list[str],
        size: tuple[int, int],
        color: bool,
    ) -> None:
        self.paths, self.labels, self.classes = paths, labels, classes
        self.size, self.color = size, color

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        return f"<{len(self)} pictures of {len(self.classes)} classes: {', '.join(self.classes)}>"

    def rows(self, indices: Any) -> tuple[Array, Array]:
        """Return these pictures, (n, H, W, C) float32 from 0 to 1, and their classes (n,)."""
        indices = np.asarray(indices)
        if (
            indices.ndim != 1
            or indices.dtype.kind not in "iu"
            or not ((indices >= 0) & (indices < len(self))).all()
        ):
            raise DataError(
                "rows",
                f"a flat array of row numbers from 0 to {len(self) - 1}",
                f"{indices.dtype} of shape {indices.shape}",
                "Write np.arange(10) for the first ten.",
            )
        images = [read_image(self.paths[i], self.size, self.color) for i in indices]
        shape = (len(images), *self.size, 3 if self.color else 1)
        x = np.array(images, np.float32).reshape(shape) / np.float32(255)
        return x, self.labels[indices]

    def fingerprint(self) -> str:
        """Return a hash of names, sizes and times of the files."""
        digest = sha256(f"{self.size} {self.color} {self.classes}".encode())
        for path in self.paths:
            about = path.stat()
            digest.update(f"{path.parent.name}/{path.name} {about.st_size} ".encode())
            digest.update(f"{about.st_mtime_ns}".encode())
        return digest.hexdigest()


def pictures(
    folder: str | Path, *, size: int | tuple[int, int] = 64, color: bool = True
) -> Pictures:
    """Return a folder of pictures as data. Each subfolder is a class, and its name the class's.

    Pictures may differ in size, kind and orientation: each is turned as its EXIF orientation says,
    laid on white if it is transparent, cut to the proportions of `size` around its middle, and
    scaled. Folders inside a class belong to it. Hidden files are left out.

    Parameters
    ----------
    folder : str or path
        The folder, such as one with the subfolders cats/ and dogs/.
    size : int or (H, W)
        The size of each row in pixels, each ≥ 1.
    color : bool
        True: rows (H, W, 3), red, green and blue. False: rows (H, W, 1), gray.

    Returns
    -------
    Pictures
        A source of rows with `classes`, `labels` and `paths`. `rows(np.arange(len(found)))` gives
        all rows as arrays.

    Raises
    ------
    FileError
        There is no such folder, or it has fewer than two subfolders, or a file in them is no
        picture or broken.
    ParameterError
        A size that is not one or two whole numbers ≥ 1.
    DependencyError
        pillow is not installed.

    Examples
    --------
    >>> pictures("nowhere/")
    Traceback (most recent call last):
    chainrule.errors.FileError: nowhere: expected a folder with one subfolder for each class, got \
no such folder. Put pictures of cats into nowhere/cats and so on.
    """
    height_width = size if isinstance(size, (tuple, list)) else (size, size)
    if len(height_width) != 2 or not all(is_whole(n) and n >= 1 for n in height_width):
        raise ParameterError(
            f"pictures(size={size!r}): size must be one or two whole numbers ≥ 1. "
            "The usual value is 64."
        )
    home = Path(folder)
    rule = "a folder with one subfolder for each class"
    remedy = f"Put pictures of cats into {home}/cats and so on."
    if not home.is_dir():
        got = "a file" if home.exists() else "no such folder"
        raise FileError(f"{home}", rule, got, remedy)
    entries = sorted(path for path in home.iterdir() if not _is_hidden(path))
    loose = [path for path in entries if path.is_file() and path.suffix.lower() in ENDINGS]
    found = {path.name: list(_files(path)) for path in entries if path.is_dir()}
    if loose:
        got = f"{loose[0].name} beside the subfolders"
        raise FileError(f"{home}", rule, got, "Put it into the folder of its class.")
    if len(found) < 2:
        got = f"{len(found)} subfolder{'s' * (len(found) != 1)}"
        raise FileError(f"{home}", rule + ", at least two", got, remedy)
    for name, files in found.items():
        if not files:
            raise FileError(f"{home / name}", "pictures", "none", "Remove the folder, or fill it.")
    paths = [path for files in found.values() for path in files]
    _check_pictures(home, paths)
    labels = np.repeat(np.arange(len(found)), [len(files) for files in found.values()])
    height, width = height_width
    return Pictures(paths, labels, list(found), (int(height), int(width)), bool(color))


def read_image(path: Any, size: tuple[int, int], color: bool) -> Array:
    """Return one picture in this size: cut to its proportions around the middle, then scaled.

    Parameters
    ----------
    path : str or path
        The file.
    size : (H, W)
        The size in pixels.
    color : bool
        True: three channels; False: one, gray.

    Shapes
    ------
    (H, W, C) uint8
    """
    Image, ImageOps = pillow()
    picture = Image.fromarray(read_colors(path, 4 * max(size)))
    if not color:
        picture = picture.convert("L")
    fitted = ImageOps.fit(picture, (size[1], size[0]), Image.Resampling.BOX)
    return np.asarray(fitted).reshape(*size, 3 if color else 1)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower() in IGNORED


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a class in the order of their names, those of its folders too."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if not _is_hidden(Path(name)))


def _check_pictures(home: Path, paths: list[Path]) -> None:
    """Raise FileError unless each file begins like a picture."""
    Image, _ = pillow()
    broken = []
    for path in paths:
        try:
            Image.open(path).close()
        except Exception:  # pillow's decoders raise many kinds for broken files
            broken.append(path)
    if broken:
        names = ", ".join(str(path.relative_to(home)) for path in broken[:NAMED])
        more = f" and {len(broken) - NAMED} more" if len(broken) > NAMED else ""
        raise FileError(
            f"{home}",
            "pictures that pillow can read",
            f"{len(broken)} of {len(paths)} files that it cannot: {names}{more}",
            "Remove them, or save them as PNG.",
        )
