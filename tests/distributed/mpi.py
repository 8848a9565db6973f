"""Real processes of MPI on this machine alone, for slow tests: all of these start here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from chainrule.engines.choice import check_engine, uses_native

ROOT = Path(__file__).parents[2]
# Root may start jobs in a container, and more processes than cores, which then give way. Messages
# stay on this machine, in shared memory.
SETTINGS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl": "self,sm",
    "OMPI_MCA_btl_tcp_if_include": "lo",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}
PATIENCE = 10.0  # seconds that mpiexec has to end its processes
START = """
import os, sys, threading, time
import numpy as np
from mpi4py import MPI
import chainrule as cr

comm = MPI.COMM_WORLD
rank = comm.Get_rank()
X = np.random.default_rng(0).normal(size=(2048, 12)).astype(np.float32)
Y = X[:, :1] * X[:, 1:2]


def network(**settings):
    layers = cr.Dense(20), cr.BatchNorm(), cr.Tanh(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SquaredError(), seed=1, threads=1, **settings)


def tell(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\\n")
    sys.stdout.flush()


def bits(net):
    return net.theta.tobytes().hex()[:4000]
"""


class Ended(NamedTuple):
    """What a job gave.

    Parameters
    ----------
    status : int
        What `mpiexec` returned.
    output, errors : str
        What the processes wrote to stdout and to stderr.
    """

    status: int
    output: str
    errors: str

    def said(self, word: str) -> list[str]:
        """Return the rest of each line that begins with a word."""
        lines = (line.partition(" ") for line in self.output.splitlines())
        return [rest for first, _, rest in lines if first == word]


def _launcher() -> str:
    """Return the path of mpiexec: that of this environment, else the system's. Skip without MPI."""
    pytest.importorskip("mpi4py", reason="mpi4py is not installed")
    if not uses_native(check_engine(None)):
        pytest.skip("the reference engine does not share steps")
    own = Path(sys.executable).with_name("mpiexec")
    found = str(own) if own.exists() else shutil.which("mpiexec")
    if found is None:
        pytest.skip("there is no mpiexec")
    return found


def _tolerance(launcher: str) -> list[str]:
    """Return the options for fault tolerance. Skip if this MPI has none."""
    version = subprocess.run([launcher, "--version"], capture_output=True, text=True, check=False)
    if "Open MPI" not in version.stdout:
        pytest.skip("this MPI has no fault tolerance")
    return ["--with-ft", "ulfm"]


def mpiexec(
    size: int, *arguments: object, folder: Path, ulfm: bool = False, seconds: float = 120.0
) -> Ended:
    """Run Python on some processes; fail if they do not end. Skip without MPI.

    Parameters
    ----------
    size : int
        The number of processes. They may be more than there are cores.
    arguments : str or path
        Of Python: a file, or -m and a module, or -c and a text.
    folder : path
        Where the processes run.
    ulfm : bool
        True: with Open MPI's fault tolerance.
    seconds : float
        After this time the whole job is ended, and the test fails.
    """
    launcher = _launcher()
    options = [*(_tolerance(launcher) if ulfm else []), "-n", str(size)]
    paths = os.pathsep.join(map(os.path.abspath, [ROOT / "src", ROOT, *sys.path]))
    job = subprocess.Popen(
        [launcher, *options, sys.executable, *map(str, arguments)],
        cwd=folder,
        env=os.environ | SETTINGS | {"PYTHONPATH": paths},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = job.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        output, errors = _end(job)
        pytest.fail(f"{size} processes did not end within {seconds} s:\n{output}\n{errors}")
    except BaseException:
        _end(job)
        raise
    return Ended(job.returncode, output, errors)


def _end(job: subprocess.Popen[str]) -> tuple[str, str]:
    """End a job, and return what it wrote."""
    job.terminate()  # mpiexec ends its processes
    try:
        return job.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)
        return job.communicate()


def run_job(
    folder: Path, size: int, text: str, *, ulfm: bool = False, seconds: float = 60.0
) -> Ended:
    """Write a script that begins with `START` into a folder, and run it; see `mpiexec`."""
    script = folder / "job.py"
    script.write_text(START + text, encoding="utf-8")
    return mpiexec(size, script, folder=folder, ulfm=ulfm, seconds=seconds)
