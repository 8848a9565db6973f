"""Run the C tests as programs for Windows under wine, and compare their bits with this machine's.

zig compiles them, as it does for the wheel. Tests that need POSIX are left out.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from native_tests import DTYPES, TESTS, has, options, run


def main() -> int:
    """Return 0 if nothing failed and the bits are the same."""
    if not shutil.which("wine"):
        print("skipped: no wine")
        return 0
    try:
        from wheels import PLATFORMS, ZIG
    except ImportError:
        print("skipped: no zig; pip install ziglang")
        return 0
    here, failed = shutil.which("cc") or "gcc", 0
    target = ["-target", PLATFORMS["windows-x86_64"].target, "-fno-sanitize=undefined"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"WINEDEBUG": "-all", "WINEPREFIX": str(folder / "prefix")}
        instructions = "avx2" if has(here, "avx2", folder) else "plain"
        for test in TESTS:
            if "<sys/mman.h>" in test.read_text(encoding="utf-8"):
                print(f"{test.stem}: skipped, needs POSIX", flush=True)
                continue
            for dtype in DTYPES:
                flags = options(dtype, instructions)
                good, text, bits = run(ZIG, test, ["cc", *target, *flags], folder, ("wine",))
                print(f"{test.stem} {dtype}_{instructions}: {text} {bits}", flush=True)
                other = run(here, test, flags, folder)[2]
                failed += not good or bits != other
                if bits != other:
                    print(f"FAILED: {test.stem} {dtype}: other bits than here, {other}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
