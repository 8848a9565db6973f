"""Train cases on all processes of MPI, and print a line `name hash` for each, or where they differ.

mpiexec -n 2 python -m tests.distributed.worker_of_bits
mpiexec -n 2 python -m tests.distributed.worker_of_bits FOLDER EPOCHS    resume what lies there
"""

import sys
from pathlib import Path

from tests.distributed.cases import CASES, DRAWN, bits, resumed


def report(comm, name, own):
    """Print what all processes have, once."""
    found = comm.gather(own)
    if comm.rank == 0:
        print(
            f"{name}\t{found[0]}" if len(set(found)) == 1 else f"{name}\tDIFFER {found}", flush=True
        )


if __name__ == "__main__":
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    if sys.argv[1:]:
        report(world, "resumed", resumed(Path(sys.argv[1]), epochs=int(sys.argv[2]), comm=world))
    else:
        for name, make in (CASES | DRAWN).items():
            report(world, name, bits(make, world))
