"""The C tests of tests/native on this machine: each dtype and instruction set, or with `--sanitize` the best set alone, under
AddressSanitizer and UBSan; `--all f32` measures the functions of vector_math.h at every float32, `--all f64` at 10^8 numbers.

A test is linked with the C file beside each header of the engine, or of its own folder, that it includes. Flags are read from
CMakeLists.txt.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/chainrule"
TESTS = sorted((ROOT / "tests/native").glob("*_test.c"))
CMAKE = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
FLAGS = {name: flags.split() for name, flags in re.findall(r"set\(FLAGS_(\w+) ?([^)]*)\)", CMAKE)}
OPTIONS = re.findall(r"set\(OPTIONS (.+)\)", CMAKE)[0].split()
SPEED = re.findall(r'set\(CMAKE_C_FLAGS_RELEASE "(.+)"\)', CMAKE)[0].split()
SANITIZE = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
DTYPES, SETS = ("f32", "f64"), ("plain", "avx2", "avx512")


def options(dtype: str, instructions: str, name: str | None = None) -> list[str]:
    """What one variant is compiled with."""
    variant = f"-DVARIANT={dtype}_{name or instructions}"
    return [*OPTIONS, *SPEED, *FLAGS[dtype], *FLAGS[instructions], variant, f"-I{PACKAGE}"]


def sources(test: Path) -> list[Path]:
    """The test and the parts of the engine that it is about."""
    headers = re.findall(r'#include "([\w/]+)\.h"', test.read_text(encoding="utf-8"))
    beside = [folder / f"{h}.c" for h in headers for folder in (PACKAGE, test.parent)]
    return [test, *(path for path in beside if path.exists())]


def run(
    compiler: str,
    test: Path,
    flags: list[str],
    folder: Path,
    emulator: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
) -> tuple[bool, str, str]:
    """Whether all was well, the last line of what it printed (or everything that went wrong), the fingerprint of its bits."""
    program = folder / test.stem
    subprocess.run([compiler, *flags, *sources(test), "-o", program, "-lm"], check=True)
    environment = os.environ | {
        "ASAN_OPTIONS": "detect_stack_use_after_return=0"
    }  # slow, and wrong in gcc 12
    result = subprocess.run(
        [*emulator, program, *words], capture_output=True, text=True, env=environment
    )
    bits = re.findall(r"^(?:fingerprint|hash) (\w+)$", result.stdout, re.M)
    good = result.returncode == 0
    return (
        good,
        result.stdout.splitlines()[-1] if good else result.stdout + result.stderr,
        bits[-1] if bits else "",
    )


def has(compiler: str, instructions: str, folder: Path) -> bool:
    """Whether this processor has the instructions: the compiler's own answer."""
    if instructions == "plain" or platform.machine() not in ("x86_64", "AMD64"):
        return instructions == "plain"
    names = " && ".join(
        f'__builtin_cpu_supports("{f[2:]}")' for f in FLAGS[instructions] if re.match(r"-m\w+$", f)
    )
    (folder / "has.c").write_text(
        f"int main(void) {{ __builtin_cpu_init(); return !({names}); }}\n"
    )
    subprocess.run([compiler, folder / "has.c", "-o", folder / "has"], check=True)
    return subprocess.run([folder / "has"]).returncode == 0


def main(sanitize: bool = False, everywhere: str = "") -> int:
    """Run all of them; 0 where nothing failed and all sets with fma gave the same bits."""
    compiler = next((path for path in map(shutil.which, ("cc", "gcc", "clang")) if path), None)
    if not compiler:
        print("skipped: no C compiler")
        return 0
    failed, bits = 0, dict[tuple[Path, str, bool], str]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lacking = [i for i in SETS if not has(compiler, i, folder)]
        sets = [i for i in SETS if i not in lacking]
        if lacking:
            print(f"skipped: {', '.join(lacking)}, which this processor lacks")
        if everywhere:
            test = ROOT / "tests/native/math_test.c"
            good, text, _ = run(
                compiler, test, options(everywhere, sets[-1]), folder, words=("all",)
            )
            print(f"{test.stem} {everywhere}_{sets[-1]}: {text}")
            return int(not good)
        for instructions in sets[-1:] if sanitize else sets:  # sanitized, each run takes a minute
            for test, dtype in product(TESTS, DTYPES):
                flags = [*options(dtype, instructions), *(SANITIZE if sanitize else [])]
                good, text, fingerprint = run(compiler, test, flags, folder)
                print(f"{test.stem} {dtype}_{instructions}: {text} {fingerprint}", flush=True)
                expected = bits.setdefault((test, dtype, instructions == "plain"), fingerprint)
                failed += not good or fingerprint != expected
                if fingerprint != expected:
                    print(f"FAILED: {test.stem} {dtype}_{instructions}: other bits than {expected}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main("--sanitize" in sys.argv, sys.argv[2] if sys.argv[1:2] == ["--all"] else ""))
