"""Seeing inside: what a network makes of an image, which pixels matter, what it gets wrong. `plots` draws it."""

from .cell import Cell, cell
from .feature_maps import feature_maps
from .grad_cam import grad_cam
from .occlusion import occlusion
from .saliency import saliency
from .worst import Worst, worst

__all__ = ["Cell", "Worst", "cell", "feature_maps", "grad_cam", "occlusion", "saliency", "worst"]
