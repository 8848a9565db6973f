"""Compile the engine to WebAssembly.

python scripts/wasm.py FOLDER      writes FOLDER/native_f32.wasm and FOLDER/native_f64.wasm

There is no libc: the few functions that a plan needs while it is made, and the clock of `advance`,
come from JavaScript (tests/native/run.mjs). HEADERS declares them.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from native_tests import FLAGS, OPTIONS, PACKAGE, ROOT, SPEED

TARGET = ["--target=wasm32", "-msimd128", "-mbulk-memory", "-mnontrapping-fptoint", "-nostdlib"]
LINK = [
    "--no-entry",
    "--allow-undefined",
    "--export-table",
    "--strip-all",
    "-z,stack-size=1048576",
    "--export=__heap_base",
]
EXPORTS = (
    *("check_program", "bind", "release", "check_run", "check_predict"),
    *("advance", "predict", "about"),
)
HEADERS = {
    "string.h": "void *memcpy(void *, const void *, size_t); void *memset(void *, int, size_t);"
    "int memcmp(const void *, const void *, size_t); int strcmp(const char *, const char *);"
    "size_t strlen(const char *);",
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


def main(folder: Path) -> None:
    """Headers, the table of twins, one module for each dtype."""
    for name, text in HEADERS.items():
        (folder / name).write_text(f"#pragma once\n#include <stddef.h>\n{text}\n")
    subprocess.run([sys.executable, PACKAGE / "engines/twins.py", PACKAGE, folder], check=True)
    files = [p for p in sorted((ROOT / "src/chainrule").rglob("*.c")) if p.name != "module.c"]
    for dtype in ("f32", "f64"):
        exports = [f"--export=cr_{name}_{dtype}_wasm" for name in EXPORTS]
        flags = [
            *OPTIONS,
            *SPEED,
            *FLAGS[dtype],
            f"-DVARIANT={dtype}_wasm",
            f"-I{PACKAGE}",
            f"-I{folder}",
            *TARGET,
        ]
        link = [f"-Wl,{option}" for option in [*LINK, *exports]]
        command = [
            "clang",
            *flags,
            *link,
            *files,
            folder / "twins.c",
            "-o",
            folder / f"native_{dtype}.wasm",
        ]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    if missing := [tool for tool in ("clang", "wasm-ld") if not shutil.which(tool)]:
        sys.exit(f"WebAssembly needs {' and '.join(missing)}")
    main(Path(sys.argv[1]).resolve())
