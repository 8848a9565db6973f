"""Start real processes of MPI on this machine, for the tests of this folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.engines import native

ROOT = Path(__file__).parents[2]


def mpiexec():
    """Return the path of mpiexec: that of this environment, else the system's; None without one."""
    own = Path(sys.executable).with_name("mpiexec")
    return str(own) if own.exists() else shutil.which("mpiexec")


def needs_mpi():
    """Return the marks of tests that start processes."""
    lacking = not native.available() or mpiexec() is None
    try:
        import mpi4py  # noqa: F401
    except ImportError:
        lacking = True
    reason = "these need the native engine, mpi4py, and Open MPI or MPICH"
    return [pytest.mark.slow, pytest.mark.skipif(lacking, reason=reason)]


def run(size, *arguments, timeout=240):
    """Run Python on so many processes, and return what was written; it is ended if it takes long.

    Parameters
    ----------
    size : int
        The number of processes. They may be more than there are cores.
    arguments : str
        Of Python: a file, or -m and a module.
    timeout : float
        Seconds.
    """
    command = [mpiexec(), "-n", str(size), sys.executable, *map(str, arguments)]
    # Open MPI: root and more processes than cores are allowed, and an idle process yields its core.
    words = {"ALLOW_RUN_AS_ROOT": "1", "ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    settings = {f"OMPI_{name}": value for name, value in words.items()}
    settings |= {"PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}
    settings |= {"OMPI_MCA_mpi_yield_when_idle": "1", "CHAINRULE_THREADS": ""}
    path = os.pathsep.join(filter(None, [str(ROOT), *sys.path]))
    environment = os.environ | settings | {"PYTHONPATH": path}
    environment.pop("CHAINRULE_THREADS")
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as started:
        try:
            out, err = started.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            started.terminate()  # mpiexec ends its processes
            try:
                out, err = started.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                started.kill()
                raise
            pytest.fail(
                f"{size} processes did not end within {timeout} s: {out[-2000:]} {err[-2000:]}"
            )
    assert started.returncode == 0, f"{out[-2000:]} {err[-4000:]}"
    return out
