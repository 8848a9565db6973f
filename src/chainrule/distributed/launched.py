"""How many processes a launcher such as mpiexec has started."""

from __future__ import annotations

import os
import warnings
from typing import Any

# Open MPI, MPICH, MVAPICH and Slurm say it.
SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")


def launched() -> int:
    """Return how many processes the launcher of this one has started; 1 without a launcher."""
    given = [os.environ.get(name, "") for name in SIZES]
    return max((int(size) for size in given if size.isdecimal()), default=1)


def warn_if_alone(comm: Any) -> None:
    """Warn if the communicator of all processes has one, but the launcher has started more."""
    if getattr(comm, "name", "") == "MPI_COMM_WORLD" and (n := launched()) > 1:
        warnings.warn(
            f"fit(comm=...): the launcher has started {n} processes, but MPI knows of one: each "
            "trains alone. mpiexec and mpi4py belong to different MPIs. Take the mpiexec beside "
            "this Python.",
            stacklevel=2,
        )
