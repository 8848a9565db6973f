"""The build backend: scikit-build-core, and zig's C compiler where the machine has none.

pip asks a backend what it needs before it builds. Where no C compiler is found, zig from PyPI is
added to the answer, and CMakeLists.txt uses it.
"""

import os
import shutil

from scikit_build_core import build

ZIG = (
    "ziglang>=0.13; platform_machine == 'x86_64' or platform_machine == 'aarch64' "
    "or platform_machine == 'arm64'"
)


def compilers():
    """Return the requirement that brings a compiler, if there is none. Windows keeps its rules."""
    named = os.environ.get("CC") or any(map(shutil.which, ("cc", "gcc", "clang", "zig")))
    return [] if named or os.name != "posix" else [ZIG]


def get_requires_for_build_wheel(config_settings=None):
    """Return scikit-build-core's requirements and perhaps a compiler."""
    return [*build.get_requires_for_build_wheel(config_settings), *compilers()]


def get_requires_for_build_editable(config_settings=None):
    """Return scikit-build-core's requirements and perhaps a compiler."""
    return [*build.get_requires_for_build_editable(config_settings), *compilers()]


def __getattr__(name):
    """Everything else is scikit-build-core's."""
    return getattr(build, name)
