"""Networks that have an energy: associative memories and restricted Boltzmann machines.

A state is stored as a valley of the energy, and recall runs downhill into it. `Hopfield` and the
other memories set the valleys by a rule; `RBM` learns them from rows.
"""

from .hopfield import rules as rules
from .hopfield.hopfield import Hopfield
from .hopfield.recall import Recall
from .hopfield.recorded import RecordedRecall
from .landscape.capacity import Capacity, capacity
from .landscape.landscape import Landscape, landscape
from .landscape.plane import Plane, plane
from .landscape.theory import (
    bit_error,
    critical_load,
    global_load,
    krotov_capacity,
    ramsauer_capacity,
    retrieval_overlap,
    theory_lines,
)
from .memories.bam import BAM, PairRecall
from .memories.continuous import ContinuousHopfield
from .memories.dense_memory import DenseAssociativeMemory
from .memories.modern import ModernHopfield
from .problems.maxcut import Cut, max_cut
from .problems.tour import TourNetwork, Tours
from .rbm.estimate import Sparsity
from .rbm.likelihood import LogZ
from .rbm.rbm import RBM
from .rbm.samplers import CD, PCD, ParallelTempering
from .rbm.stack import DeepBeliefNetwork

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
    "RecordedRecall",
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
