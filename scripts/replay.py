"""Compile the whole engine into a program of its own.

python scripts/replay.py FOLDER [HOW]      writes FOLDER/replay_f32 and FOLDER/replay_f64

HOW says for what: `avx2`, `avx512` or `plain` (this machine), `arm` (cross-compiled, NEON),
`windows` (cross-compiled, AVX2), `memory` (AddressSanitizer and UBSan), `races` (ThreadSanitizer).
tests/native/replay.c says what the programs do, tests/engines/test_same_bits.py runs them.
"""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from native_tests import DTYPES, PACKAGE, ROOT, SANITIZE, SETS, options

CROSS = {"arm": "aarch64-linux-gnu-gcc", "windows": "x86_64-w64-mingw32-gcc"}
CHECKS = {"memory": SANITIZE, "races": ["-O1", "-g", "-fsanitize=thread"]}


def main(folder: Path, how: str, program: str = "replay") -> None:
    """Compile each C file by itself, two at a time, then link one program for each dtype.

    Parameters
    ----------
    folder : Path
        Where the objects and the programs go.
    how : str
        For what: see above.
    program : str
        The file of tests/native that has `main`.
    """
    compiler = CROSS.get(how) or next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))))
    instructions, name = (
        ("neon", "neon") if how == "arm" else (how, how) if how in SETS else ("avx2", how)
    )
    subprocess.run([sys.executable, PACKAGE / "engines/twins.py", PACKAGE, folder], check=True)
    files = [p for p in sorted((ROOT / "src/chainrule").rglob("*.c")) if p.name != "module.c"]
    files += [folder / "twins.c", ROOT / f"tests/native/{program}.c"]
    for dtype in DTYPES:
        flags = [
            *options(dtype, instructions, name),
            *CHECKS.get(how, []),
            "-pthread",
            *(["-static"] if how == "windows" else []),
        ]

        def compiled(path: Path, dtype: str = dtype, flags: list[str] = flags) -> Path:
            target = folder / f"{path.parent.name}_{path.stem}_{dtype}.o"
            subprocess.run([compiler, *flags, "-c", path, "-o", target], check=True)
            return target

        with ThreadPoolExecutor(2) as two:
            objects = list(two.map(compiled, files))
        subprocess.run(
            [compiler, *flags, *objects, "-o", folder / f"{program}_{dtype}", "-lm"], check=True
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else "plain")
