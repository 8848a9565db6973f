"""The C tests on an emulated Arm processor: nothing fails there, and its bits are those of AVX2."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/arm.py"
MISSING = [tool for tool in ("aarch64-linux-gnu-gcc", "qemu-aarch64") if not shutil.which(tool)]


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"Arm needs {', '.join(MISSING)}")
def test_c_tests_on_arm():
    result = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "gemm_test f32_neon" in result.stdout and "math_test f64_neon" in result.stdout
