"""MNIST, and Fashion-MNIST, which has the same four files."""

import os
from collections.abc import Sequence
from pathlib import Path

from ..arrays import Array
from ..errors import FileError
from .idx import read_idx

# SHA-256 of each file's uncompressed content, so that every packing of the same bytes is accepted.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def mnist(
    folder: str | Path | None = None, *, mirrors: Sequence[str] = MIRRORS
) -> tuple[Array, Array, Array, Array]:
    """Return 70 000 handwritten digits, 28 × 28 pixels, from local files or a checked download.

    Parameters
    ----------
    folder : path or None
        Folder of the four IDX files, plain or as .gz. If a folder is given, nothing is downloaded.
        None: the folder in the environment variable CHAINRULE_DATA (or its subfolder `mnist`) if it
        is set, else the user's cache folder. Files that are missing there are downloaded (11 MB)
        and compared with their SHA-256.
    mirrors : sequence of str
        Addresses to try one after another; a file's name and ".gz" are appended to each.

    Returns
    -------
    X_train, y_train, X_test, y_test : Array
        Images (60 000, 28, 28, 1) and (10 000, 28, 28, 1), 0 (paper) to 255 (ink); labels 0 to 9.
        All uint8.

    Raises
    ------
    FileError
        A file is missing, broken, or of another set, or no mirror has it.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998.

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = mnist("my/folder")
    Traceback (most recent call last):
    chainrule.errors.FileError: my/folder: expected train-images-idx3-ubyte or \
train-images-idx3-ubyte.gz, got no such file. Put the four files there, or leave out the folder \
to download them.
    """
    if folder is not None:
        return _read(
            Path(folder), "Put the four files there, or leave out the folder to download them."
        )
    home = _home()
    missing = [name for name in SHA256 if _find(home, name) is None]
    if missing:
        from .download import (
            fetch,  # the network's modules take longer to load than all of chainrule
        )

        for name in missing:
            fetch(name, home, mirrors, SHA256[name])
    return _read(home, "Remove the folder to download the files again.")


def fashion_mnist(folder: str | Path | None = None) -> tuple[Array, Array, Array, Array]:
    """Return 70 000 images of clothes, 28 × 28 pixels, from files named like those of MNIST.

    Parameters
    ----------
    folder : path or None
        Folder of the four IDX files, plain or as .gz. None: the subfolder `fashion-mnist` of the
        folder in the environment variable CHAINRULE_DATA if it is set, else of the user's cache
        folder. Nothing is downloaded.

    Returns
    -------
    X_train, y_train, X_test, y_test : Array
        Images (60 000, 28, 28, 1) and (10 000, 28, 28, 1), 0 to 255; labels 0 to 9 (T-shirt,
        trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot). All uint8.

    Raises
    ------
    FileError
        A file is missing or broken.

    References
    ----------
    H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
    machine learning algorithms", arXiv:1708.07747, 2017.

    Examples
    --------
    >>> fashion_mnist("my/folder")
    Traceback (most recent call last):
    chainrule.errors.FileError: my/folder: expected train-images-idx3-ubyte or \
train-images-idx3-ubyte.gz, got no such file. Put the four files of Fashion-MNIST there.
    """
    return _read(
        _data() / "fashion-mnist" if folder is None else Path(folder),
        "Put the four files of Fashion-MNIST there.",
    )


def _data() -> Path:
    """Return the folder of data sets if the user gives none."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("CHAINRULE_DATA") or Path(cache) / "chainrule")


def _home() -> Path:
    """Return the folder of MNIST if the user gives none; CHAINRULE_DATA may name it directly."""
    data, named = _data(), bool(os.environ.get("CHAINRULE_DATA"))
    return data if named and all(_find(data, name) for name in SHA256) else data / "mnist"


def _find(folder: Path, name: str) -> Path | None:
    """Return the file, plain or compressed, if it exists; some copies have a dot in the name."""
    names = (name, f"{name}.gz", name.replace("-idx", ".idx"), f"{name.replace('-idx', '.idx')}.gz")
    return next((path for path in (folder / name for name in names) if path.is_file()), None)


def _read(folder: Path, remedy: str) -> tuple[Array, Array, Array, Array]:
    """Read the four arrays of a folder."""
    train, test = [_pair(folder, part, remedy) for part in ("train", "t10k")]
    return *train, *test


def _pair(folder: Path, part: str, remedy: str) -> tuple[Array, Array]:
    """Read images and labels of one part, and compare their numbers."""
    paths = []
    for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
        path = _find(folder, name)
        if path is None:
            raise FileError(f"{folder}", f"{name} or {name}.gz", "no such file", remedy)
        paths.append(path)
    images, labels = read_idx(paths[0], (28, 28)), read_idx(paths[1], ())
    if len(images) != len(labels):
        raise FileError(
            f"{folder}",
            f"as many labels as images ({len(images)})",
            f"{len(labels)} in {paths[1].name}",
            remedy,
        )
    if labels.size and labels.max() > 9:
        raise FileError(f"{paths[1]}", "labels 0 to 9", f"{labels.max()}", remedy)
    return images[..., None], labels
