"""Run tests on the aarch64 wheel, with a Python and NumPy for aarch64 under emulation.

python scripts/arm_python.py [TESTS ...]      without names: the quick tests of layers, losses,
                                              optimizers and the graph

Python comes from Debian's packages, NumPy and pytest from PyPI; they are unpacked into build/arm
and nothing is installed. The wheel is dist/*manylinux*_aarch64.whl (`make wheels`). Emulation is
some ten times slower than a processor. Tests that start another Python or compile fail there.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build/arm"
SYSTEM = HOME / "system"
EMULATOR = "qemu-aarch64"
PYTHON = "3.13"
DEBIAN = [
    f"python{PYTHON}-minimal",
    *(f"libpython{PYTHON}-{part}" for part in ("minimal", "stdlib")),
    *("libc6", "libexpat1", "zlib1g", "libssl3t64", "libffi8", "libbz2-1.0", "liblzma5"),
    *("libsqlite3-0", "libgcc-s1", "libuuid1", "libzstd1", "libstdc++6"),
]
TESTS = [f"tests/{folder}" for folder in ("layers", "losses", "optimizers", "graph")]
QUICK = "not slow and not peers and not long"
PYPI = ["numpy", "scikit-learn", "tqdm", "click", "safetensors", "pytest", "hypothesis"]
NATIVE = "import chainrule.engines.native as n; assert 'neon' in n.instruction_sets()"


def unpack_python() -> None:
    """Fetch Debian's packages for arm64, with lists of their own, and unpack them."""
    for name in ("state/lists/partial", "cache/archives/partial", "packages"):
        (HOME / name).mkdir(parents=True, exist_ok=True)
    (HOME / "status").touch()
    settings = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "Dir::State": HOME / "state",
        "Dir::State::status": HOME / "status",
        "Dir::Cache": HOME / "cache",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items())]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "download", *DEBIAN], check=True, cwd=HOME / "packages")
    for package in (HOME / "packages").glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, SYSTEM], check=True)
    if not (SYSTEM / "lib").exists():
        (SYSTEM / "lib").symlink_to("usr/lib")  # the loader is looked up there


def unpack_wheels(wheel: Path) -> Path:
    """Unpack NumPy, pytest and the rest for aarch64, and our wheel, into one folder."""
    site = HOME / "site"
    if not site.exists():
        tags = [f"--platform=manylinux_2_{minor}_aarch64" for minor in (17, 27, 28)]
        pip = [sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", *tags]
        pip += [f"--python-version={PYTHON}", "--implementation=cp", f"--dest={HOME / 'wheels'}"]
        subprocess.run([*pip, *PYPI], check=True)
        for path in (HOME / "wheels").glob("*.whl"):
            zipfile.ZipFile(path).extractall(site)
    shutil.rmtree(site / "chainrule", ignore_errors=True)
    zipfile.ZipFile(wheel).extractall(site)
    return site


def main(tests: list[str]) -> int:
    """Return pytest's exit code."""
    wheels = sorted((ROOT / "dist").glob("*manylinux*_aarch64.whl"))
    if not wheels:
        print("skipped: dist/ has no wheel for aarch64; make wheels builds it")
        return 0
    if missing := [tool for tool in (EMULATOR, "apt-get", "dpkg") if not shutil.which(tool)]:
        print(f"skipped: no {', no '.join(missing)}")
        return 0
    if not (SYSTEM / f"usr/bin/python{PYTHON}").exists():
        unpack_python()
    site = unpack_wheels(wheels[-1])
    environment = os.environ | {
        "PYTHONHOME": str(SYSTEM / "usr"),
        "PYTHONPATH": str(site),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    python = [EMULATOR, "-L", SYSTEM, SYSTEM / f"usr/bin/python{PYTHON}"]
    subprocess.run([*python, "-c", NATIVE], check=True, cwd=HOME, env=environment)
    options = ["-q", "-p", "no:cacheprovider", "-opythonpath=.", "-m", QUICK]
    command = [*python, "-m", "pytest", *options, "-oaddopts=--import-mode=importlib"]
    return subprocess.call([*command, *(tests or TESTS)], cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
