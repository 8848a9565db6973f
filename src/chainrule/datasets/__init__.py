"""Data to learn from: truth tables, points in the plane, and images of handwritten digits."""

from typing import NoReturn

from ..foreign import missing_name
from .blocks import Blocks
from .drawn_sign import read_picture
from .images import fashion_mnist, mnist
from .parquet import Parquet
from .picture_folder import Pictures, pictures
from .points import circles, moons, spirals
from .shards import Shards
from .splitting import split
from .truth_tables import first_column, truth_table, xor, xor_with_ones
from .uci_digits import digits

__all__ = [
    "Blocks",
    "Parquet",
    "Pictures",
    "Shards",
    "circles",
    "digits",
    "fashion_mnist",
    "first_column",
    "mnist",
    "moons",
    "pictures",
    "read_picture",
    "spirals",
    "split",
    "truth_table",
    "xor",
    "xor_with_ones",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
