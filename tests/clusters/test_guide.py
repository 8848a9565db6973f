"""The script of the guide, saved and started on several processes as the guide says."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from tests.distributed.mpi import mpiexec

GUIDE = Path(__file__).parents[2] / "docs/guide/clusters.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = BLOCK.findall(GUIDE.read_text("utf-8"))
LINES = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
STARTS = [shlex.split(line) for line in LINES if line.endswith(" train.py")]

pytestmark = pytest.mark.slow


def script_and_output():
    """Return the text of train.py, and what the guide says that it prints."""
    for (_, text), (language, below) in pairwise(BLOCKS):
        if text.startswith("# train.py\n"):
            assert language == "text"
            return text, below
    raise AssertionError("the guide has no train.py")


def test_the_guide_starts_its_script():
    assert [words[0] for words in STARTS] == ["python", "mpiexec", "mpiexec"]
    assert all(words[-4:-1] == ["python", "-m", "mpi4py"] for words in STARTS[1:])


@pytest.mark.parametrize("words", STARTS, ids=" ".join)
def test_a_script_of_the_guide_prints_what_the_guide_says(words, tmp_path):
    script, printed = script_and_output()
    (tmp_path / "train.py").write_text(script, "utf-8")
    size = int(words[words.index("-n") + 1]) if "-n" in words else 1
    arguments = words[words.index("python") + 1 :]
    ended = mpiexec(size, *arguments, folder=tmp_path, ulfm="--with-ft" in words)
    assert (ended.status, ended.output) == (0, printed), ended.errors
