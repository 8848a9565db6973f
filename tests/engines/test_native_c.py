"""The C tests on this machine's processor, and once more under AddressSanitizer and UBSan."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/native_tests.py"
COMPILERS = ("cc", "gcc", "clang")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not any(map(shutil.which, COMPILERS)), reason=f"C tests need one of {', '.join(COMPILERS)}"
    ),
]


@pytest.mark.parametrize("options", [[], ["--sanitize"]], ids=["as built", "sanitized"])
def test_c_tests(options):
    result = subprocess.run([sys.executable, SCRIPT, *options], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    for test in (
        "gemm_test f32",
        "gemm_test f64",
        "math_test f32",
        "math_test f64",
        "sparse_test f32",
        "sparse_test f64",
    ):
        assert re.search(rf"^{test}_\w+: [1-9]\d* passed, 0 failed", result.stdout, re.M), (
            result.stdout
        )


@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_functions_everywhere(dtype):
    """All float32 numbers, a hundred million float64: two minutes each."""
    result = subprocess.run(
        [sys.executable, SCRIPT, "--all", dtype], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(rf"^math_test {dtype}_\w+: [1-9]\d* passed, 0 failed", result.stdout, re.M), (
        result.stdout
    )
