"""Pictures of arrays, drawn with matplotlib (the extra `plot`).

Every function returns a Figure, which a notebook shows, and `save` writes it. Nothing here uses
pyplot: no window opens, no global state changes, and a Figure is freed when nothing refers to it.
"""

from typing import NoReturn

from ..foreign import missing_name
from . import svg
from .canvas import panels, save
from .channels import feature_maps, kernels
from .comparisons import comparison
from .contributions import contributions
from .curves import activation_curves, learning_rates, lines, loss_curves
from .grids import confusion, images
from .heat import heat, worst
from .histograms import activations, weight_histograms
from .planes import decision_regions, paths
from .surfaces import loss_surface
from .timelines import timeline, weights_over_time
from .training_curves import training_curves
from .valleys import capacity_curves, energy_map, recall_path, valleys

__all__ = [
    "activation_curves",
    "activations",
    "capacity_curves",
    "comparison",
    "confusion",
    "contributions",
    "decision_regions",
    "energy_map",
    "feature_maps",
    "heat",
    "images",
    "kernels",
    "learning_rates",
    "lines",
    "loss_curves",
    "loss_surface",
    "panels",
    "paths",
    "recall_path",
    "save",
    "svg",
    "timeline",
    "training_curves",
    "valleys",
    "weight_histograms",
    "weights_over_time",
    "worst",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
