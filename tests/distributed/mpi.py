"""Run a script on several real processes of MPI, on this machine alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

MPIEXEC = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which("mpiexec")
ROOT = Path(__file__).parents[2]
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


@dataclass(frozen=True)
class Ended:
    """What a job gave.

    Parameters
    ----------
    status : int
        What `mpiexec` returned.
    lines : list of str
        What the processes wrote to stdout.
    errors : str
        What all of them wrote to stderr.
    """

    status: int
    lines: list[str]
    errors: str

    def said(self, word: str) -> list[str]:
        """Return the rest of each line that begins with a word."""
        return [line.split(" ", 1)[1] for line in self.lines if line.split(" ", 1)[0] == word]


def run_job(
    folder: Path, size: int, text: str, *, ulfm: bool = False, seconds: float = 60.0
) -> Ended:
    """Run a script on some processes; fail if they do not end.

    Parameters
    ----------
    folder : path
        Where the script is written and run.
    size : int
        The number of processes.
    text : str
        What follows `START` in the script.
    ulfm : bool
        True: with Open MPI's fault tolerance.
    seconds : float
        After this time the whole job is killed, and the test fails.
    """
    pytest.importorskip("mpi4py", reason="mpi4py is not installed")
    if MPIEXEC is None:
        pytest.skip("there is no mpiexec")
    version = subprocess.run([MPIEXEC, "--version"], capture_output=True, text=True, check=False)
    options = ["--oversubscribe", "--mca", "btl", "self,sm"]
    if "Open MPI" not in version.stdout:
        options = []
        if ulfm:
            pytest.skip("this MPI has no fault tolerance")
    script = folder / "job.py"
    script.write_text(START + text, encoding="utf-8")
    command = [MPIEXEC, *(["--with-ft", "ulfm"] if ulfm else []), *options, "-n", str(size)]
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    job = subprocess.Popen(
        [*command, sys.executable, str(script)],
        cwd=folder,
        env=os.environ | allowed | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, errors = job.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)
        out, errors = job.communicate()
        pytest.fail(f"the job did not end:\n{out}\n{errors}")
    return Ended(job.returncode, out.splitlines(), errors)
