"""Open every wheel in dist/ and check it; install the ones that run here.

python scripts/check_wheels.py      prints one line for each wheel; the exit code is 0 if all are good

Checked are the tags, the files, the names that the extension module takes from Python (the limited
API of 3.11 and nothing else) and the libraries that it needs (those of every such system).
"""

import platform
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

import lief
from wheels import DIST, PLATFORMS, Platform

EXPECTED = (
    *("chainrule/py.typed", "chainrule/__init__.pyi", "chainrule/examples/xor.py"),
    *("chainrule/page/web/index.html", "chainrule/page/templates/single_file.html"),
    *("chainrule/page/web/vendor/LICENSES.txt", "chainrule/page/web/engine/f32_simd.wasm.gz"),
)
LIBRARIES = {  # what every system of this kind has
    "manylinux": r"lib(c|m|pthread)\.so\.\d|ld-linux-[\w-]+\.so\.\d",
    "musllinux": r"libc\.so",
    "macosx": r"/usr/lib/libSystem\.B\.dylib|@rpath/_native\.abi3\.so",  # and its own name
    "win": r"python3\.dll|KERNEL32\.dll|api-ms-win-crt-[\w-]+\.dll",
}
RUN = """
import chainrule as cr
assert cr.Network(cr.Dense(1), loss=cr.SquaredError()).engine == {engine!r}
X, y = cr.datasets.digits()[:2]
net = cr.Network(cr.Dense(32), cr.ReLU(), cr.Dense(10), loss=cr.SoftmaxCrossEntropy())
net.fit(X, y, epochs=3, verbose=0)
assert (net.predict(X).argmax(axis=1) == y).mean() > 0.8
"""


def check_files(path: Path, names: set[str], expected: Platform | None) -> str:
    """Check tags and contents; return the name of the extension module, or an empty string."""
    with zipfile.ZipFile(path) as wheel:
        described = next(n for n in names if n.endswith(".dist-info/WHEEL"))
        text = wheel.read(described).decode()
        assert wheel.testzip() is None
    tag = f"cp311-abi3-{expected.tag}" if expected else "py3-none-any"
    assert re.findall(r"^Tag: (.*)$", text, re.M) == [tag], text
    assert f"Root-Is-Purelib: {'false' if expected else 'true'}" in text, text
    for name in EXPECTED:
        assert name in names, f"{name} is missing"
    assert not [n for n in names if n.endswith((".c", ".h", ".o", ".pdb", ".lib", ".d.ts"))]
    assert not [n for n in names if "node_modules" in n]
    libraries = [n for n in names if n.endswith((".so", ".pyd", ".dll", ".dylib"))]
    assert libraries == ([f"chainrule/engines/{expected.module}"] if expected else []), libraries
    return libraries[0] if libraries else ""


def check_library(data: bytes, expected: Platform) -> list[str]:
    """Check the kind, the processor and the needed libraries of an extension module."""
    binary = lief.parse(list(data))
    kind = {"linux": lief.ELF.Binary, "macos": lief.MachO.Binary, "windows": lief.PE.Binary}
    assert isinstance(binary, kind[re.split(r"[-.]", expected.target)[1]]), type(binary)
    arm = "aarch64" in expected.target
    processor = binary.abstract.header.architecture
    assert processor == (
        lief.Header.ARCHITECTURES.ARM64 if arm else lief.Header.ARCHITECTURES.X86_64
    )
    needed = [str(name) for name in binary.abstract.libraries]
    allowed = next(rule for start, rule in LIBRARIES.items() if expected.tag.startswith(start))
    foreign = [name for name in needed if not re.fullmatch(allowed, name)]
    assert not foreign, f"needs {foreign}"
    assert not re.search(rb"/(tmp|root|home|Users)/", data), "holds a path of this machine"
    if expected.tag.startswith("manylinux"):  # no name that is younger than the tag says
        versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", data)
        assert all((int(a), int(b)) <= (2, 17) for a, b in versions), versions
    return needed


def runs_here(expected: Platform | None) -> bool:
    """Return True if this machine can load the wheel."""
    here = f"{platform.machine()}-{sys.platform}-{platform.libc_ver()[0]}"
    return expected is None or (
        here == "x86_64-linux-glibc" and "x86_64-linux-gnu" in expected.target
    )


def try_it(path: Path, engine: str) -> None:
    """Install the wheel into an environment of its own, train on digits, and run the command."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin/python")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", path]
        subprocess.run(pip, check=True)
        subprocess.run([python, "-c", RUN.format(engine=engine)], check=True, cwd=folder)
        for words in (["info"], ["lab", "--write", str(Path(folder, "lab.html"))]):
            command = [Path(folder, "bin/chainrule"), *words]
            subprocess.run(command, check=True, capture_output=True)


def check(path: Path) -> str:
    """Check one wheel; return its line."""
    tag = path.stem.split("-", 4)[-1]
    expected = next((p for p in PLATFORMS.values() if p.tag == tag), None)
    assert expected or tag == "any", f"{path.name}: no such platform"
    with zipfile.ZipFile(path) as wheel:
        library = check_files(path, set(wheel.namelist()), expected)
        data = wheel.read(library) if library else b""
    done = []
    if expected:
        needed = check_library(data, expected)
        audit = [sys.executable, "-m", "abi3audit", "--strict", str(path)]
        subprocess.run(audit, check=True, capture_output=True)
        done = ["abi3", "needs " + ", ".join(needed)]
    if runs_here(expected):
        try_it(path, "native" if expected else "reference")
        done.append("installed, trained")
    size = f"{path.stat().st_size / 1e6:.2f} MB, extension {len(data) / 1e6:.2f} MB"
    return f"{path.name}: {size}; {'; '.join(done)}"


def main() -> int:
    """Check all of them; return 0."""
    for path in sorted(DIST.glob("*.whl")):
        print(check(path), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
