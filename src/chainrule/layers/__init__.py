"""A new layer is one new file and a line here."""

from .base import Layer
from .batch_norm import BatchNorm
from .dense import Dense
from .dropout import Dropout
from .each_step import EachStep
from .elu import ELU
from .embedding import Embedding
from .flatten import Flatten
from .gelu import GELU
from .heads import Heads
from .identity import Identity
from .layer_norm import LayerNorm
from .leaky_relu import LeakyReLU
from .log_softmax import LogSoftmax
from .relu import ReLU
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
from .tanh import Tanh

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "BatchNorm",
    "Dense",
    "Dropout",
    "EachStep",
    "Embedding",
    "Flatten",
    "Heads",
    "Identity",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "LogSoftmax",
    "ReLU",
    "Reshape",
    "Residual",
    "Sequential",
    "Shared",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
]
