"""Networks that have an energy: memories that fall into valleys, and machines that learn where the valleys are."""

from . import rules as rules
from .bam import BAM, PairRecall
from .capacity import Capacity, capacity
from .continuous import ContinuousHopfield
from .dense_memory import DenseAssociativeMemory
from .hopfield import Hopfield
from .landscape import Landscape, landscape
from .maxcut import Cut, max_cut
from .modern import ModernHopfield
from .plane import Plane, plane
from .rbm import RBM
from .rbm_estimate import Sparsity
from .rbm_likelihood import LogZ
from .rbm_samplers import CD, PCD, ParallelTempering
from .rbm_stack import DeepBeliefNetwork
from .recall import Recall
from .theory import (
    bit_error,
    critical_load,
    global_load,
    krotov_capacity,
    ramsauer_capacity,
    retrieval_overlap,
    theory_lines,
)
from .tour import TourNetwork, Tours

__all__ = [
    "BAM",
    "CD",
    "PCD",
    "RBM",
    "Capacity",
    "ContinuousHopfield",
    "Cut",
    "DeepBeliefNetwork",
    "DenseAssociativeMemory",
    "Hopfield",
    "Landscape",
    "LogZ",
    "ModernHopfield",
    "PairRecall",
    "ParallelTempering",
    "Plane",
    "Recall",
    "Sparsity",
    "TourNetwork",
    "Tours",
    "bit_error",
    "capacity",
    "critical_load",
    "global_load",
    "krotov_capacity",
    "landscape",
    "max_cut",
    "plane",
    "ramsauer_capacity",
    "retrieval_overlap",
    "theory_lines",
]
