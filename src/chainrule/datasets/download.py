"""Downloading a file: it is checked, then renamed into place, so half a file is never left."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from ..errors import FileError

TIMEOUT = 30  # seconds without an answer
LIMIT = 64 << 20  # bytes; every file of MNIST is smaller, packed or unpacked


def fetch(name: str, folder: Path, mirrors: Sequence[str], sha256: str) -> None:
    """Write folder/name.gz from the first mirror that has the right file.

    Parameters
    ----------
    name : str
        The file's name without ".gz".
    folder : Path
        Target folder; made if it is missing.
    mirrors : sequence of str
        Addresses; the name and ".gz" are appended to each.
    sha256 : str
        Hash of the uncompressed content, 64 hexadecimal digits.

    Raises
    ------
    FileError
        No mirror has the file (the message lists their answers), or the folder cannot be written.
    """
    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{name}.gz"
        try:
            packed = _checked(url, sha256)
        except HTTPError as error:
            error.close()
            failures.append(f"{url}: {error}")
        except (OSError, ValueError, HTTPException, EOFError, zlib.error) as error:
            failures.append(f"{url}: {error}")
        else:
            _write(folder / f"{name}.gz", packed)
            return
    raise FileError(
        f"{name} cannot be downloaded ({'; '.join(failures) or 'no mirrors'}). "
        "Fetch the four files yourself and give their folder, or set CHAINRULE_DATA to it."
    )


def _checked(url: str, sha256: str) -> bytes:
    """Return the compressed bytes at `url`, or raise FileError if their content is wrong."""
    with urlopen(url, timeout=TIMEOUT) as answer:
        packed: bytes = answer.read(LIMIT)
    content = zlib.decompressobj(wbits=31).decompress(packed, LIMIT)
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise FileError("the content", f"SHA-256 {sha256}", got)
    return packed


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            part = Path(scratch) / path.name
            part.write_bytes(content)
            os.replace(part, path)
    except OSError as error:
        raise FileError(
            f"{path}: cannot be written ({error}). Give another folder or make room."
        ) from error
