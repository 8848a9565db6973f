"""Seeing inside: values and gradients, one answer explained, what a network makes of an image and what it gets wrong, pictures."""

from importlib import import_module as _import_module
from typing import Any as _Any

from .cell import Cell, cell
from .explaining import explain
from .explanation import Explanation
from .feature_maps import feature_maps
from .grad_cam import grad_cam
from .occlusion import occlusion
from .saliency import saliency
from .worst import Worst, worst

__all__ = [
    "Cell",
    "Explanation",
    "Worst",
    "cell",
    "explain",
    "feature_maps",
    "grad_cam",
    "occlusion",
    "saliency",
    "worst",
]


def __getattr__(name: str) -> _Any:
    """The pictures, plots and svg, load when they are first used."""
    if name in ("plots", "svg"):
        return _import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
