"""Build a wheel for each platform on one machine, and check each of them.

python scripts/wheels.py [NAME ...]      writes dist/*.whl; NAME is one of those in PLATFORMS

The compiler is zig's (from PyPI), which brings the C libraries of all of these systems. An
extension module under Python's limited API needs no Python of that system. `make wheels` runs
this; scripts/check_wheels.py opens what it wrote.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path

import ziglang
from native_tests import DTYPES, OPTIONS, PACKAGE, ROOT, SPEED, options

ZIG = str(next(Path(ziglang.__file__).parent.glob("zig*")))
DIST = ROOT / "dist"
X86, ARM = ("plain", "avx2", "avx512"), ("plain", "neon")


@dataclass(frozen=True)
class Platform:
    """Where a wheel runs: zig's name of the target, the wheel's tag, the instruction sets."""

    target: str
    tag: str
    sets: tuple[str, ...]
    module: str = "_native.abi3.so"
    link: tuple[str, ...] = ("-s",)

    @property
    def is_windows(self) -> bool:
        return "windows" in self.target


# Python's functions are found when it loads the module, which goes by its own name, not by a path.
MAC = ("-s", "-undefined", "dynamic_lookup", "-Wl,-install_name,@rpath/_native.abi3.so")
PLATFORMS = {
    "linux-x86_64": Platform("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64", X86),
    "linux-aarch64": Platform("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64", ARM),
    "musl-x86_64": Platform("x86_64-linux-musl", "musllinux_1_2_x86_64", X86),
    "musl-aarch64": Platform("aarch64-linux-musl", "musllinux_1_2_aarch64", ARM),
    "macos-x86_64": Platform("x86_64-macos.11.0", "macosx_11_0_x86_64", X86, link=MAC),
    "macos-arm64": Platform("aarch64-macos.11.0", "macosx_11_0_arm64", ARM, link=MAC),
    "windows-x86_64": Platform("x86_64-windows-gnu", "win_amd64", X86, "_native.pyd"),
}


def headers_for(platform: Platform, folder: Path) -> Path:
    """Return Python's headers; for Windows a copy of them with a pyconfig.h of that system."""
    if not platform.is_windows:
        return Path(get_path("include"))
    copy = folder / "include"
    shutil.copytree(get_path("include"), copy)
    shutil.copy(ROOT / "scripts/windows/pyconfig.h", copy)
    return copy


def import_library(folder: Path, headers: Path) -> Path:
    """Write the import library of python3.dll: all names that the limited API declares."""
    command = [ZIG, "cc", "-target", "x86_64-windows-gnu", "-E", f"-I{headers}", f"-I{PACKAGE}"]
    module = PACKAGE / "engines/module.h"
    text = subprocess.run([*command, module], check=True, capture_output=True, text=True).stdout
    declared = re.findall(r"dllimport\)\)[^;{]*?\b(_?Py\w+)\s*([(;[])", text)
    lines = {name if mark == "(" else f"{name} DATA" for name, mark in declared}
    (folder / "python3.def").write_text("\n".join(["LIBRARY python3.dll", "EXPORTS", *lines]))
    made = folder / "python3.lib"
    flags = ["-m", "i386:x86-64", "-d", folder / "python3.def", "-l", made]
    subprocess.run([ZIG, "dlltool", *flags], check=True)
    return made


def compile_for(platform: Platform, folder: Path) -> Path:
    """Compile every C file for each dtype and instruction set, and link the extension module."""
    variants = [f"{dtype}_{name}" for dtype in DTYPES for name in platform.sets]
    twins = [sys.executable, PACKAGE / "engines/twins.py", PACKAGE, folder, *variants]
    subprocess.run(twins, check=True)
    zig = [ZIG, "cc", "-target", platform.target, "-fPIC", "-fvisibility=hidden", "-g0"]
    zig += ["-fno-sanitize=undefined"]
    headers = headers_for(platform, folder)
    every = sorted(PACKAGE.rglob("*.c"))
    modules = [path for path in every if path.name == "module.c"]
    files = [path for path in every if path.name != "module.c"] + [folder / "twins.c"]
    places = [f"-I{PACKAGE}", f"-I{folder}", "-isystem", headers]
    jobs = [([*OPTIONS, *SPEED, *places], path, "module") for path in modules]
    for dtype in DTYPES:
        for name in platform.sets:
            jobs += [(options(dtype, name), path, f"{dtype}_{name}") for path in files]

    def compiled(job: tuple[list[str | Path], Path, str]) -> Path:
        flags, path, variant = job
        made = folder / f"{path.parent.name}_{path.stem}_{variant}.o"
        subprocess.run([*zig, *flags, "-c", path, "-o", made], check=True)
        return made

    with ThreadPoolExecutor(2) as two:
        objects = list(two.map(compiled, jobs))
    if platform.is_windows:
        objects.append(import_library(folder, headers))
    library = folder / platform.module
    subprocess.run([*zig, "-shared", *platform.link, *objects, "-o", library], check=True)
    return library


def pure_wheel(folder: Path) -> Path:
    """Build the wheel without an extension module, which runs wherever NumPy does."""
    settings = ["-Cwheel.cmake=false", "-Cwheel.py-api=py3"]
    build = [sys.executable, "-m", "build", "--wheel", f"--outdir={folder}", *settings, ROOT]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def wheel_for(platform: Platform, pure: Path, library: Path, folder: Path) -> Path:
    """Put the extension module into a copy of the pure wheel and give it the platform's tag."""
    wheel = [sys.executable, "-m", "wheel"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*wheel, "unpack", pure, "--dest", folder], **quiet)
    opened = next(path for path in folder.glob("chainrule-*") if path.is_dir())
    shutil.copy(library, opened / "chainrule/engines" / platform.module)
    described = next(opened.glob("*.dist-info")) / "WHEEL"
    text = described.read_text(encoding="utf-8")
    text = re.sub(r"^Root-Is-Purelib: .*", "Root-Is-Purelib: false", text, flags=re.M)
    text = re.sub(r"^Tag: .*", f"Tag: cp311-abi3-{platform.tag}", text, flags=re.M)
    described.write_text(text, encoding="utf-8")
    subprocess.run([*wheel, "pack", opened, "--dest", DIST], **quiet)
    return next(DIST.glob(f"*-abi3-{platform.tag}.whl"))


def main(names: list[str]) -> int:
    """Build the pure wheel and those of the named platforms; return 0."""
    if unknown := set(names) - set(PLATFORMS):
        sys.exit(f"no platform {', '.join(unknown)}; there are {', '.join(PLATFORMS)}")
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        pure = Path(shutil.copy(pure_wheel(Path(made)), DIST))
    print(pure.name, flush=True)
    for name in names or PLATFORMS:
        with tempfile.TemporaryDirectory() as made:
            folder, platform = Path(made), PLATFORMS[name]
            library = compile_for(platform, folder)
            wheel = wheel_for(platform, pure, library, folder)
        print(f"{wheel.name}  {wheel.stat().st_size / 1e6:.2f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
