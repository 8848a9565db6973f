"""Real processes of MPI on this machine, for slow tests."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.engines.choice import check_engine, uses_native

# Root may start jobs in a container. Messages stay on this machine, in shared memory.
SETTINGS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl": "self,sm",
    "OMPI_MCA_btl_tcp_if_include": "lo",
}


def mpiexec(processes, *arguments, folder, seconds=120.0):
    """Run Python with these arguments on several processes; return code, stdout and stderr.

    The test is skipped without MPI, and on the reference engine.
    """
    pytest.importorskip("mpi4py")
    if not uses_native(check_engine(None)):
        pytest.skip("the reference engine does not share steps")
    beside = Path(sys.executable).with_name("mpiexec")
    program = str(beside) if beside.exists() else shutil.which("mpiexec")
    if program is None:
        pytest.skip("there is no mpiexec")
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    environment = os.environ | SETTINGS | {"PYTHONPATH": path}
    job = subprocess.Popen(
        [program, "--oversubscribe", "-n", str(processes), sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = job.communicate(timeout=seconds)
    finally:
        if job.poll() is None:  # mpiexec ends its processes with it
            os.killpg(job.pid, signal.SIGTERM)
            job.wait()
    return job.returncode, out, err
