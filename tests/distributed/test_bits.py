"""One hash for any number of real processes: all that a run leaves, and a run that was resumed."""

from functools import cache

import pytest
from tests.distributed.cases import CASES, DRAWN, bits, resumed
from tests.distributed.mpi import ROOT, mpiexec

pytestmark = pytest.mark.slow


@cache
def alone():
    """Return the hash of each case that one process without a communicator makes."""
    return {name: bits(make) for name, make in (CASES | DRAWN).items()}


def found_by(size, *arguments):
    """Return {name: hash} of what processes of MPI write."""
    worker = "-m", "tests.distributed.worker_of_bits"
    done = mpiexec(size, *worker, *arguments, folder=ROOT, seconds=240)
    assert done.status == 0, f"{done.output[-2000:]} {done.errors[-4000:]}"
    return dict(line.split("\t") for line in done.output.splitlines() if "\t" in line)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_bits_of_one_process(size):
    found = found_by(size)
    differ = {
        name: (found.get(name), one) for name, one in alone().items() if found.get(name) != one
    }
    assert not differ


@pytest.mark.parametrize(("before", "after"), [(2, 1), (1, 3), (3, 2)])
def test_a_resumed_run(before, after, tmp_path):
    """A run that some processes began goes on in others, and nobody can tell."""
    expected = resumed(tmp_path / "whole", epochs=4)
    found_by(before, tmp_path, 2)
    assert found_by(after, tmp_path, 4) == {"resumed": expected}
