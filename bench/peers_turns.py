"""The sides of the race as processes that take turns: while one runs, the others are stopped."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = {  # what a user imports, and the distribution that is installed
    "chainrule": ("chainrule", "chainrule"),
    "numpy": ("numpy", "numpy"),
    "scikit-learn": ("sklearn.neural_network", "scikit-learn"),
    "torch": ("torch", "torch"),
    "jax": ("jax", "jax"),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
}
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
AVX2 = {  # what holds each library to AVX2; TensorFlow's own loops need nothing else
    "CHAINRULE_INSTRUCTIONS": "avx2",
    "OPENBLAS_CORETYPE": "Haswell",  # NumPy, scikit-learn
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # PyTorch, TensorFlow
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",  # JAX, TensorFlow XLA
}
NO_VENDOR_CHECK = (
    "int mkl_serv_intel_cpu_true(void) { return 1; }\n"  # MKL takes its slow path on AMD processors
)


@dataclass(frozen=True)
class Setting:
    """What every side may use: cores, and the best instruction set or AVX2."""

    cores: int = 1
    instructions: str = "best"  # or avx2

    def __str__(self):
        cores = {1: "one core", 2: "two cores"}.get(self.cores, f"{self.cores} cores")
        return cores + (", AVX2" if self.instructions == "avx2" else "")


def processors(cores):
    """Return the cores to pin to: the last ones of the mask; the first often serves interrupts."""
    return sorted(os.sched_getaffinity(0))[-cores:] if hasattr(os, "sched_setaffinity") else []


def preloaded(folder):
    """Return a library that lifts MKL's vendor check, on AMD with a C compiler; else None."""
    compiler = shutil.which("cc")
    with contextlib.suppress(OSError):
        if compiler and "AuthenticAMD" in Path("/proc/cpuinfo").read_text():
            source, library = (
                Path(folder) / "no_vendor_check.c",
                Path(folder) / "no_vendor_check.so",
            )
            source.write_text(NO_VENDOR_CHECK)
            subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
            return str(library)
    return None


def environment(side, setting, library=None):
    """Return the same variables for all sides.

    They set threads, the instruction set, and a malloc that keeps large blocks. OpenBLAS chooses
    its kernels by the processor.
    """
    variables = {k: v for k, v in os.environ.items() if k not in (*AVX2, "OPENBLAS_L2_SIZE")}
    variables |= dict.fromkeys(THREADS, str(setting.cores))
    variables |= AVX2 if setting.instructions == "avx2" else {}
    # the most that glibc takes
    variables |= {
        "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    }
    variables |= {"JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    if side == "torch" and library:
        variables["LD_PRELOAD"] = library
    return variables


class Side:
    """A worker process. `version` is None if its library is absent; `absent` says why."""

    def __init__(self, name, setting, python=sys.executable, library=None, folder=HERE):
        self.name = name
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        command = [
            python,
            str(folder / "peers_worker.py"),
            name,
            str(setting.cores),
            *map(str, processors(setting.cores)),
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment(name, setting, library),
        )
        hello = self._answer()
        self.version, self.absent = hello.get("version"), hello.get("absent")
        self._signal(signal.SIGSTOP)

    def ask(self, question, **fields):
        """Ask one question and return its answer; the process runs only between the two."""
        self._signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps({"ask": question, **fields}) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        self._signal(signal.SIGSTOP)
        return answer

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise RuntimeError(f"{self.name} ended:\n{self.errors.read()[-3000:]}")
        return json.loads(line)

    def _signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def close(self):
        self.process.kill()
        self.process.communicate()
        self.errors.close()


def import_time(side, python):
    """Return seconds, in a fresh process on one core."""
    statement = f"import {MODULES[side][0]}"
    pin = f"import os; os.sched_setaffinity(0, {set(processors(1))}); " if processors(1) else ""
    code = f"{pin}from time import perf_counter as t; s = t(); {statement}; print(t() - s)"
    return float(_run(python, code, side).splitlines()[-1])


SIZE = """
import importlib.metadata as metadata, pathlib, re, sys
def size(name, seen):
    name = re.sub("[-_.]+", "-", name).lower()
    if name in seen: return
    try: found = metadata.distribution(name)
    except metadata.PackageNotFoundError: return
    files = map(found.locate_file, found.files or ())
    seen[name] = sum(p.stat().st_size for p in files if p.is_file() and p.suffix != ".pyc")
    for wish in found.requires or ():
        if ";" not in wish or "extra" not in wish.split(";")[1]:
            size(re.match("[\\\\w.-]+", wish)[0], seen)
seen = {}
for name in sys.argv[1:]: size(name, seen)
if "chainrule" in sys.argv:
    import chainrule
    files = pathlib.Path(chainrule.__file__).parent.rglob("*")
    files = [p for p in files if p.is_file() and p.suffix not in (".pyc", ".c", ".h")]
    seen["chainrule"] = max(seen.get("chainrule", 0), sum(p.stat().st_size for p in files))
print(sum(n for name, n in seen.items() if name != "numpy"))
"""


def installed_size(side, python):
    """Return the bytes beyond NumPy, all dependencies counted, without byte code."""
    names = (
        ["chainrule", "tqdm", "click", "safetensors"] if side == "chainrule" else [MODULES[side][1]]
    )
    return int(_run(python, SIZE, side, *names))


def _run(python, code, side, *arguments):
    done = subprocess.run(
        [python, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment(side, Setting()),
    )
    return done.stdout
