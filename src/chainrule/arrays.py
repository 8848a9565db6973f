"""What an array is here: the one alias that every signature uses."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
