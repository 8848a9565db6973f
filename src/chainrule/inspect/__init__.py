"""Seeing inside: values and gradients, one answer explained, what a network makes of an image."""

from .cell import Cell, cell
from .explaining import explain
from .explanation import Explanation
from .feature_maps import feature_maps
from .grad_cam import grad_cam
from .occlusion import occlusion
from .profile import Profile, profile
from .saliency import saliency
from .worst import Worst, worst

__all__ = [
    "Cell",
    "Explanation",
    "Profile",
    "Worst",
    "cell",
    "explain",
    "feature_maps",
    "grad_cam",
    "occlusion",
    "profile",
    "saliency",
    "worst",
]
