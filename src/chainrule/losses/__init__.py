"""The losses. A new loss is one new file and a line here."""

from typing import NoReturn

from ..foreign import missing_name
from .absolute_error import AbsoluteError
from .base import Loss
from .cosine_distance import CosineDistance
from .focal import Focal
from .gaussian_nll import GaussianNLL
from .hinge import Hinge
from .huber import Huber
from .joint import JointLoss as JointLoss  # a dict of losses becomes this; files look it up here
from .kl_divergence import KLDivergence
from .log_cosh import LogCosh
from .penalty import L1, L2, ElasticNet
from .poisson import Poisson
from .quantile import Quantile
from .sigmoid_cross_entropy import SigmoidCrossEntropy
from .softmax_cross_entropy import SoftmaxCrossEntropy
from .squared_error import SquaredError
from .squared_hinge import SquaredHinge

__all__ = [
    "L1",
    "L2",
    "AbsoluteError",
    "CosineDistance",
    "ElasticNet",
    "Focal",
    "GaussianNLL",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "Poisson",
    "Quantile",
    "SigmoidCrossEntropy",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "SquaredHinge",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
