"""Run the C tests on an emulated Arm processor and compare their bits with the AVX2 build's.

They are cross-compiled for aarch64 (NEON) and run under qemu-user.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from native_tests import DTYPES, TESTS, has, options, run

COMPILER, EMULATOR, LIBRARIES = "aarch64-linux-gnu-gcc", "qemu-aarch64", "/usr/aarch64-linux-gnu"


def main() -> int:
    """Return 0 if nothing failed and the bits are the same."""
    if missing := [tool for tool in (COMPILER, EMULATOR) if not shutil.which(tool)]:
        print(f"skipped: no {', no '.join(missing)}")
        return 0
    failed, here = 0, shutil.which("cc") or "gcc"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compare = shutil.which(here) is not None and has(here, "avx2", folder)
        if not compare:
            print("skipped: the comparison with AVX2, which this processor or compiler lacks")
        for test in TESTS:
            for dtype in DTYPES:
                emulator = (EMULATOR, "-L", LIBRARIES)
                good, text, bits = run(COMPILER, test, options(dtype, "neon"), folder, emulator)
                print(f"{test.stem} {dtype}_neon: {text} {bits}", flush=True)
                other = run(here, test, options(dtype, "avx2"), folder)[2] if compare else bits
                failed += not good or bits != other
                if bits != other:
                    print(f"FAILED: {test.stem} {dtype}: other bits than AVX2, {other}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
