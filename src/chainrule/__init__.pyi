"""The public names, for editors and type checkers; a test compares them with __init__.py."""

# ruff: noqa: F403  (what the packages of layers, losses, ... export is exported here too)

from . import augmentation as augmentation
from . import datasets as datasets
from . import energy as energy
from . import errors as errors
from . import graph as graph
from . import inspect as inspect
from . import layers as layers
from . import losses as losses
from . import metrics as metrics
from . import ops as ops
from . import optimizers as optimizers
from . import page as page
from . import plots as plots
from . import random as random
from . import recording as recording
from . import training as training
from .data import sources as sources
from .energy import RBM as RBM
from .energy import Hopfield as Hopfield
from .engines import second_opinions as _second_opinions
from .engines.chain_rule import loss_and_grad as loss_and_grad
from .engines.chain_rule import vjp as vjp
from .engines.second_opinions import check_gradients as check_gradients
from .engines.second_opinions import hvp as hvp
from .engines.second_opinions import sharpness as sharpness
from .errors import *
from .graph import equations as equations
from .graph import initializers as initializers
from .graph.byte_form import fingerprint as fingerprint
from .graph.byte_form import to_bytes as to_bytes
from .graph.operation import Op as Op
from .graph.operation import op as op
from .graph.program import Program as Program
from .graph.tape import Node as Node
from .graph.tape import Tape as Tape
from .layers import *
from .losses import *
from .model.tracing import Programs as Programs
from .model.tracing import initial_theta as initial_theta
from .model.tracing import trace as trace
from .network import Network as Network
from .optimizers import *
from .recording import Comparison as Comparison
from .recording import Moment as Moment
from .recording import Record as Record
from .recording import Recording as Recording
from .recording import compare as compare
from .training.callbacks import *
from .training.history import History as History
from .training.loop import train as train

__version__: str
checks = _second_opinions
