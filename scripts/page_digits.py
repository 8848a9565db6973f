"""Write the page's digits: the package's 1,797 pictures, their labels, and one split.

    PYTHONPATH=src python scripts/page_digits.py

The pictures are the bytes of datasets/digits.npz, 0 to 16; the split is
`chainrule.datasets.split(X, y, seed=0)`, as in the lesson `digits`. Everything is one deflated
text in a JavaScript module, so that the page also works as one file.
"""

import base64
import sys
import zlib
from pathlib import Path

import numpy as np

import chainrule as cr

TARGET = Path(__file__).resolve().parents[1] / "src/chainrule/page/web/data/digits_packed.js"
HEAD = """\
// Written by scripts/page_digits.py. Deflated: pictures (1797 x 64 bytes, 0 to 16), labels
// (1797 bytes), and the order of the split (1797 numbers of two bytes, held-out rows last).
export const ROWS = {rows};
export const HELD_OUT = {held_out};
// 99 of 100 held-out pictures are nearer than this to some training picture (pixels from 0 to 1).
export const FAR = {far};
export const PACKED =
  "{text}";
"""


def contents() -> tuple[bytes, int, int]:
    """Return the bytes, the number of rows, and how many of them are held out."""
    X, y = cr.datasets.digits()
    rows = np.arange(len(X))
    train, _, test, _ = cr.datasets.split(rows, y, seed=0)
    order = np.concatenate([train, test]).astype("<u2")
    pictures = np.asarray(X).reshape(len(X), 64).astype(np.uint8)
    labels = np.asarray(y).astype(np.uint8)
    return pictures.tobytes() + labels.tobytes() + order.tobytes(), len(X), len(test)


def far() -> float:
    """Return the 99th percentile of the distances of held-out pictures to the nearest other."""
    X, y = cr.datasets.digits()
    train, _, test, _ = cr.datasets.split(np.asarray(X, float).reshape(len(X), 64) / 16, y, seed=0)
    nearest = [np.sqrt(((train - x) ** 2).sum(axis=1).min()) for x in test]
    return round(float(np.percentile(nearest, 99)), 3)


def packed(data: bytes) -> str:
    """Return the bytes deflated, as base64."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(data) + deflate.flush()).decode()


def unpacked(text: str) -> bytes:
    """Return the bytes of a module that `main` wrote."""
    return zlib.decompress(base64.b64decode(text.split('"')[1]), -15)


def main() -> None:
    data, rows, held_out = contents()
    text = HEAD.format(rows=rows, held_out=held_out, far=far(), text=packed(data))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text):,} characters", file=sys.stderr)


if __name__ == "__main__":
    main()
