"""Planted faults are found, healthy networks are left alone, and advice helps."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule

BENCH = Path(__file__).parents[2] / "bench" / "faults.py"


@pytest.mark.long
@pytest.mark.skipif(not BENCH.exists(), reason="the planted faults are not in this checkout")
def test_planted_faults_are_found_and_advice_helps():
    pytest.importorskip("sklearn")
    run = subprocess.run(
        [sys.executable, str(BENCH), "--advice"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(chainrule.__file__).parents[1])},
    )
    found, better = (
        float(re.search(words + r".*?, ([0-9.]+)\s?%", run.stdout)[1])
        for words in ("found: ", "advice followed: ")
    )
    alarms = int(re.search(r"alarms: (\d+) of", run.stdout)[1])
    assert found >= 90
    assert better >= 80
    assert alarms == 0
