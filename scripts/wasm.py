"""Compile the engine to WebAssembly, for the page and for tests.

python scripts/wasm.py             writes the modules of the page (web/engine) and modules.json
python scripts/wasm.py --check     compiles them again and compares; 1 if a byte differs
python scripts/wasm.py FOLDER      writes FOLDER/f32_simd.wasm and so on, nothing else

There is no libc: the few functions that a plan needs while it is made, and the clock of `advance`,
come from JavaScript (web/engine/memory.js). HEADERS declares them. A module exports its memory,
its table of functions, and the address of its `Engine` (engine.h), in which all functions are.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from native_tests import FLAGS, OPTIONS, PACKAGE

PAGE = PACKAGE / "page/web/engine"
RECORD = PAGE / "modules.json"
TARGET = ["--target=wasm32", "-mbulk-memory", "-mnontrapping-fptoint", "-nostdlib", "-Werror"]
# dtype and flags of each module. Unrolled loops are a quarter more bytes and no faster. A loop that
# asks for vectors gets none in a plain build: no fault.
MODULES = {
    "f32_simd": ("f32", ["-O3", "-fno-unroll-loops", "-msimd128"]),
    "f32_plain": ("f32", ["-Os", "-Wno-pass-failed"]),
    "f64_plain": ("f64", ["-Os", "-Wno-pass-failed"]),
}
LINK = [
    "--no-entry",
    "--allow-undefined",
    "--export-table",
    "--strip-all",
    "-z,stack-size=1048576",
    "--export=__heap_base",
]
HEADERS = {
    # a row of one, two or four numbers is a load and a store: memory.copy would be a call
    "string.h": """void *memset(void *, int, size_t); void *memmove(void *, const void *, size_t);
int memcmp(const void *, const void *, size_t); int strcmp(const char *, const char *);
size_t strlen(const char *);
static inline void *copy_bytes(void *to, const void *from, size_t n) {
  switch (n) {
  case 4: return __builtin_memcpy(to, from, 4);
  case 8: return __builtin_memcpy(to, from, 8);
  case 16: return __builtin_memcpy(to, from, 16);
  default: return __builtin_memcpy(to, from, n);
  }
}
#define memcpy copy_bytes""",
    "stdlib.h": "void *malloc(size_t); void *calloc(size_t, size_t); void free(void *);"
    "void qsort(void *, size_t, size_t, int (*)(const void *, const void *));",
    "time.h": "struct timespec { long tv_sec, tv_nsec; }; enum { CLOCK_MONOTONIC = 1 };"
    "int clock_gettime(int, struct timespec *);",
    "sched.h": "int sched_yield(void);",
    "pthread.h": "typedef int pthread_t, pthread_mutex_t, pthread_attr_t;"
    "int pthread_mutex_init(pthread_mutex_t *, const void *);"
    "int pthread_mutex_lock(pthread_mutex_t *); int pthread_mutex_trylock(pthread_mutex_t *);"
    "int pthread_mutex_unlock(pthread_mutex_t *);"
    "int pthread_attr_init(pthread_attr_t *); int pthread_attr_destroy(pthread_attr_t *);"
    "int pthread_attr_getstacksize(const pthread_attr_t *, size_t *);"
    "int pthread_attr_setstacksize(pthread_attr_t *, size_t);"
    "int pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);"
    "int pthread_join(pthread_t, void **);",
}


def missing() -> list[str]:
    """The tools that this machine lacks."""
    return [tool for tool in ("clang", "wasm-ld") if not shutil.which(tool)]


def compiler() -> str:
    """The compiler's version, such as `clang 14.0.6`."""
    told = subprocess.run(["clang", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"version (\d+(?:\.\d+)*)", told.stdout)
    return f"clang {found[1] if found else 'of an unknown version'}"


def numerics() -> str:
    """NUMERICS of the package: it changes when bits do."""
    text = (PACKAGE / "version.py").read_text(encoding="utf-8")
    found = re.search(r"^NUMERICS = (.+)$", text, re.M)
    return found[1].strip("\"'") if found else ""


def compile_modules(folder: Path) -> dict[str, Path]:
    """Compile every module into the folder; return the files by name."""
    with tempfile.TemporaryDirectory() as made_in:
        made = Path(made_in)
        for name, text in HEADERS.items():
            (made / name).write_text(f"#pragma once\n#include <stddef.h>\n{text}\n")
        subprocess.run([sys.executable, PACKAGE / "engines/twins.py", PACKAGE, made], check=True)
        # relative paths in a fixed order, so that the bytes depend on no folder
        files = sorted(p.relative_to(PACKAGE) for p in PACKAGE.rglob("*.c") if p.name != "module.c")
        commands = []
        for name, (dtype, speed) in MODULES.items():
            variant = [*FLAGS[dtype], f"-DVARIANT={dtype}_wasm", "-I.", f"-I{made}"]
            exports = [*LINK, f"--export=chainrule_engine_{dtype}_wasm"]
            link = [f"-Wl,{option}" for option in exports]
            command = ["clang", *OPTIONS, *speed, *variant, *TARGET, *link, *files]
            commands.append([*command, made / "twins.c", "-o", folder / f"{name}.wasm"])
        with ThreadPoolExecutor(2) as pool:
            list(
                pool.map(lambda command: subprocess.run(command, cwd=PACKAGE, check=True), commands)
            )
    return {name: folder / f"{name}.wasm" for name in MODULES}


def record(files: dict[str, Path]) -> dict[str, object]:
    """What modules.json says about these files."""
    sums = {name: sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return {"compiler": compiler(), "numerics": numerics(), "sha256": sums}


def write() -> None:
    """Write the modules of the page and what was recorded of them."""
    with tempfile.TemporaryDirectory() as name:
        files = compile_modules(Path(name))
        for module, path in files.items():
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            (PAGE / f"{module}.wasm.gz").write_bytes(packed)
            print(f"{module}: {path.stat().st_size:,} bytes, {len(packed):,} compressed")
        RECORD.write_text(json.dumps(record(files), indent=2) + "\n", encoding="utf-8")


def check() -> int:
    """Compile again and compare with the modules of the page: 0 if all is as recorded."""
    known = json.loads(RECORD.read_text(encoding="utf-8"))
    wrong = [
        f"{name}.wasm.gz is not the file that modules.json records"
        for name in MODULES
        if sha256(gzip.decompress((PAGE / f"{name}.wasm.gz").read_bytes())).hexdigest()
        != known["sha256"].get(name)
    ]
    if known["numerics"] != numerics():
        wrong.append(f"NUMERICS is {numerics()}; the modules were made with {known['numerics']}")
    if compiler() != known["compiler"]:
        print(f"not compared: this is {compiler()}, the modules were made by {known['compiler']}")
    else:
        with tempfile.TemporaryDirectory() as name:
            made = record(compile_modules(Path(name)))
        wrong += [
            f"{name}.wasm has other bytes than the C gives"
            for name, known_sum in known["sha256"].items()
            if made["sha256"].get(name) != known_sum  # type: ignore[attr-defined]
        ]
    print("\n".join(wrong) or "the modules are those of the C")
    return int(bool(wrong))


def main(words: list[str]) -> int:
    """Do what the command line says."""
    if lacks := missing():
        print(f"WebAssembly needs {' and '.join(lacks)}")
        return 2
    if words == ["--check"]:
        return check()
    if words:
        folder = Path(words[0]).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        compile_modules(folder)
    else:
        write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
