"""Hostile Programs and runs at the engine's door, as scripts/fuzz.py makes them: no finding."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.engines import native

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not native.available(), reason="the native engine was not built"),
    pytest.mark.skipif(
        not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="a C compiler is missing"
    ),
    pytest.mark.skipif(
        "avx2" not in native.instruction_sets(), reason="a processor with avx2 is missing"
    ),
]


@pytest.mark.parametrize("cases", [2000, pytest.param(100_000, marks=pytest.mark.long)])
def test_nothing_is_found(cases):
    command = [sys.executable, ROOT / "scripts/fuzz.py", str(cases)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-5000:]
    counts = [line for line in done.stdout.splitlines() if "ran" in line]
    assert len(counts) == 2, done.stdout
