"""Train cases on all processes of MPI, and print a line `name hash` for each, or where they differ.

mpiexec -n 2 python -m tests.distributed.worker_of_bits
mpiexec -n 2 python -m tests.distributed.worker_of_bits FOLDER EPOCHS    resume what lies there
"""

import sys
from pathlib import Path

from mpi4py import MPI
from tests.distributed.cases import CASES, DRAWN, bits, resumed

comm = MPI.COMM_WORLD


def report(name, own):
    """Print what all processes have, once."""
    found = comm.gather(own)
    if comm.rank == 0:
        print(
            f"{name}\t{found[0]}" if len(set(found)) == 1 else f"{name}\tDIFFER {found}", flush=True
        )


if sys.argv[1:]:
    report("resumed", resumed(Path(sys.argv[1]), epochs=int(sys.argv[2]), comm=comm))
else:
    for name, make in (CASES | DRAWN).items():
        report(name, bits(make, comm))
