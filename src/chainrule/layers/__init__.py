"""The layers. A new layer is one new file and a line here."""

from typing import NoReturn

from ..foreign import missing_name
from .activity_penalty import ActivityPenalty
from .alpha_dropout import AlphaDropout
from .average_pool1d import AveragePool1D
from .average_pool2d import AveragePool2D
from .base import Layer
from .batch_norm import BatchNorm
from .columns import Columns
from .concatenate import Concatenate
from .conv1d import Conv1D
from .conv2d import Conv2D
from .dense import Dense
from .dropout import Dropout
from .each_step import EachStep
from .elu import ELU
from .embedding import Embedding
from .flatten import Flatten
from .gaussian_noise import GaussianNoise
from .gelu import GELU
from .global_average_pool import GlobalAveragePool
from .global_max_pool import GlobalMaxPool
from .group_norm import GroupNorm
from .hard_sigmoid import HardSigmoid
from .heads import Heads
from .identity import Identity
from .images import Images
from .join import Join
from .layer_norm import LayerNorm
from .leaky_relu import LeakyReLU
from .log_softmax import LogSoftmax
from .max_pool1d import MaxPool1D
from .max_pool2d import MaxPool2D
from .maxout import Maxout
from .mish import Mish
from .prelu import PReLU
from .relu import ReLU
from .relu6 import ReLU6
from .reshape import Reshape
from .residual import Residual
from .selu import SELU
from .sequential import Sequential
from .shared import Shared
from .sigmoid import Sigmoid
from .silu import SiLU
from .softmax import Softmax
from .softplus import Softplus
from .softsign import Softsign
from .spatial_dropout import SpatialDropout
from .standardize import Standardize
from .tanh import Tanh
from .transposed_conv2d import TransposedConv2D
from .up_sample import UpSample
from .zero_pad import ZeroPad

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "ActivityPenalty",
    "AlphaDropout",
    "AveragePool1D",
    "AveragePool2D",
    "BatchNorm",
    "Columns",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "EachStep",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNorm",
    "HardSigmoid",
    "Heads",
    "Identity",
    "Images",
    "Join",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "MaxPool1D",
    "MaxPool2D",
    "Maxout",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "Reshape",
    "Residual",
    "Sequential",
    "Shared",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpatialDropout",
    "Standardize",
    "Tanh",
    "TransposedConv2D",
    "UpSample",
    "ZeroPad",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
