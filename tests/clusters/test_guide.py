"""The scripts of the guide, saved and started on several processes as the guide says."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from chainrule.engines import native

GUIDE = Path(__file__).parents[2] / "docs/guide/clusters.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = BLOCK.findall(GUIDE.read_text("utf-8"))
LINES = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
STARTS = [line for line in LINES if line.endswith(" train.py")]
# Root may start jobs in a container, and a machine may have two cores. Messages stay on it.
SETTINGS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl": "self,sm",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}

pytestmark = pytest.mark.slow


def script_and_output():
    """Return the text of train.py, and what the guide says that it prints."""
    for (_, text), (language, below) in pairwise(BLOCKS):
        if text.startswith("# train.py\n"):
            assert language == "text"
            return text, below
    raise AssertionError("the guide has no train.py")


def test_the_guide_starts_its_script():
    assert [line.split()[0] for line in STARTS] == ["python", "mpiexec", "mpiexec"]


@pytest.mark.parametrize("line", STARTS)
def test_a_script_of_the_guide_prints_what_the_guide_says(line, tmp_path):
    pytest.importorskip("mpi4py")
    if not native.available():
        pytest.skip("the native engine was not built")
    script, printed = script_and_output()
    (tmp_path / "train.py").write_text(script, "utf-8")
    beside = Path(sys.executable).with_name("mpiexec")
    programs = {
        "python": sys.executable,
        "mpiexec": str(beside) if beside.exists() else shutil.which("mpiexec"),
    }
    words = [programs.get(word, word) for word in shlex.split(line)]
    if None in words:
        pytest.skip("there is no mpiexec")
    if "--with-ft" in words:
        told = subprocess.run([words[0], "--version"], capture_output=True, text=True, timeout=60)
        if "Open MPI" not in told.stdout:
            pytest.skip("Open MPI alone tolerates the loss of a process")
    path = os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))
    job = subprocess.Popen(
        words,
        cwd=tmp_path,
        env=os.environ | SETTINGS | {"PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = job.communicate(timeout=120)
    finally:
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGTERM)  # mpiexec ends its processes
            job.wait()
    assert (job.returncode, out) == (0, printed), err
