"""How many threads a call of the native engine may use, and who decides it.

The first of these that is given holds:

1. `threads=` of the network;
2. the environment variable CHAINRULE_THREADS;
3. a limit by threadpoolctl: `with threadpool_limits(1): net.fit(...)`;
4. OMP_NUM_THREADS, which joblib, Dask and Ray set for their worker processes;
5. the cores that this process may use: its affinity, and the CPU quota of its control group.

The first two stand, whatever else is set. With the last three, a small step takes one thread. No
step takes more threads than this process has cores, or than its work is worth.
"""

import importlib.util
import math
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from ..errors import ParameterError
from ..graph.program import Program
from ..version import __version__

MOST = 64  # threads of a plan
# Floating-point operations of a step, below which a second thread costs more than it saves.
SMALL = 2e6
# What the user said, if a local Dask cluster starts later: it writes to the same variable.
OPENMP_AT_IMPORT = os.environ.get("OMP_NUM_THREADS")


class Threads(NamedTuple):
    """The threads of a plan.

    Parameters
    ----------
    most : int
        The number for which the plan has memory.
    limited : bool
        True if each call heeds the limit that threadpoolctl has set by then.
    """

    most: int
    limited: bool


def threads_for(program: Program, rows: int, asked: int | None = None, sharers: int = 1) -> Threads:
    """Return the threads of a plan: those asked for, else one if a step is small, else all.

    Parameters
    ----------
    program : Program
        The Program that runs.
    rows : int
        The rows of one step.
    asked : int, optional
        `threads=` of the network.
    sharers : int
        How many processes share the cores of this one and train together, ≥ 1.

    Raises
    ------
    ParameterError
        CHAINRULE_THREADS is not a whole number ≥ 1.
    """
    if given := threads_asked(asked):
        return Threads(min(given, MOST), limited=False)
    work = 0
    for step in program.steps:
        if step.op.work is not None:
            work += step.op.work(*[program.values[i].shape for i in step.inputs], **step.attrs)
    directions = 1 if program.mode == "predict" else 3  # forward, dx and dW
    if 2 * directions * work * rows < SMALL:
        return Threads(1, limited=True)
    return Threads(min(max(1, threads_and_reason()[0] // sharers), MOST), limited=True)


def threads_asked(asked: int | None = None) -> int:
    """Return threads=, else CHAINRULE_THREADS, else 0."""
    if asked:
        return asked
    given = os.environ.get("CHAINRULE_THREADS", "")
    if given and not (given.isdecimal() and int(given) > 0):
        raise ParameterError(
            f"CHAINRULE_THREADS={given}: it must be a whole number ≥ 1. Unset it for all cores."
        )
    return int(given or 0)


def threads_and_reason(asked: int | None = None) -> tuple[int, str]:
    """Return the number of threads of a large step, and the reason in a few words."""
    if asked:
        return min(asked, MOST), "by threads="
    if given := threads_asked():
        return min(given, MOST), "by CHAINRULE_THREADS"
    if limit := threadpool_limit():
        return min(limit, MOST), "limited by threadpoolctl"
    return _without_threadpoolctl()


def _without_threadpoolctl() -> tuple[int, str]:
    if given := openmp_threads():
        return min(given, MOST), "by OMP_NUM_THREADS"
    usable = cores()
    less = usable < affinity()
    return usable, "by the CPU quota of the control group" if less else "one for each core"


# ---- the environment, the operating system


def openmp_threads() -> int:
    """Return the number in OMP_NUM_THREADS, the first of a list such as `4,2`, or 0."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    first = given.partition(",")[0].strip()
    return int(first) if first.isdecimal() and not _left_by_dask(given) else 0


def _left_by_dask(given: str) -> bool:
    """Return True if a local Dask cluster wrote the number, which only its workers should get.

    Dask starts workers with OMP_NUM_THREADS=1, and for that sets it in the process that starts
    them, for good: the user's own. There, a search refits its best model on all rows.
    """
    if OPENMP_AT_IMPORT is not None or "distributed.nanny" not in sys.modules:
        return False
    from multiprocessing import parent_process

    dask = sys.modules["dask"]
    handed_down = dask.config.get("distributed.nanny.pre-spawn-environ", None) or {}
    return parent_process() is None and given == str(handed_down.get("OMP_NUM_THREADS"))


def cores() -> int:
    """Return the number of cores that this process may use: affinity and quota."""
    limit = quota()
    return affinity() if limit is None else min(limit, affinity())


def affinity() -> int:
    """Return the number of cores that the scheduler may give this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def quota(
    groups: str | Path = "/proc/self/cgroup", root: str | Path = "/sys/fs/cgroup"
) -> int | None:
    """Return the cores that the CPU quota of this process allows, rounded up; None without one.

    Both versions of control groups are read, each group with those above it. The smallest quota
    holds.

    Parameters
    ----------
    groups : path
        The file that names the groups of the process: a line `number:controllers:path` for each
        hierarchy.
    root : path
        Where the hierarchies are mounted.
    """
    found = []
    for line in _text(Path(groups)).splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:  # version 2 has one hierarchy
            found += [_quota_2(folder) for folder in _with_parents(Path(root), path)]
        elif "cpu" in controllers.split(","):
            for mount in dict.fromkeys((controllers, "cpu", "cpu,cpuacct")):
                found += [_quota_1(folder) for folder in _with_parents(Path(root) / mount, path)]
    return max(1, math.ceil(min(found))) if (found := [q for q in found if q is not None]) else None


def _with_parents(mount: Path, path: str) -> list[Path]:
    """Return the folder of a group, and those of the groups above it up to the mount."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return [mount.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1)]


def _quota_2(folder: Path) -> float | None:
    return _ratio(_text(folder / "cpu.max").split())


def _quota_1(folder: Path) -> float | None:
    names = "cpu.cfs_quota_us", "cpu.cfs_period_us"
    return _ratio([_text(folder / name).strip() for name in names])


def _ratio(words: Sequence[str]) -> float | None:
    """Return microseconds per period; None for `max`, −1 and anything else that is no quota."""
    if len(words) != 2 or not all(word.isdecimal() and int(word) > 0 for word in words):
        return None
    return int(words[0]) / int(words[1])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


# ---- threadpoolctl


def threadpool_limit() -> int:
    """Return the limit that threadpoolctl has set, or 0 if there is none."""
    library = sys.modules.get(f"{__package__}._native")
    return int(library.thread_limit()) if library is not None else 0


def register_with_threadpoolctl() -> None:
    """Make threadpoolctl list and limit the native engine, at once or when it is imported."""
    if (loaded := sys.modules.get("threadpoolctl")) is not None:
        add_controller(loaded)
    elif not any(isinstance(finder, Registrar) for finder in sys.meta_path):
        sys.meta_path.insert(0, Registrar())


class Registrar(MetaPathFinder):
    """Adds the controller when threadpoolctl is first imported, and then removes itself.

    chainrule does not import threadpoolctl itself: NumPy is all that its core loads.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of threadpoolctl, whose module gets the controller; else None."""
        if fullname != "threadpoolctl":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        loader: Any = spec.loader if spec is not None else None
        if loader is None:  # it is not installed, yet
            sys.meta_path.insert(0, self)
            return None
        execute = loader.exec_module

        def execute_and_add(module: ModuleType) -> None:
            loader.exec_module = execute
            execute(module)
            add_controller(module)

        loader.exec_module = execute_and_add
        return spec


def add_controller(threadpoolctl: Any) -> None:
    """Register a controller of the native engine; old versions of threadpoolctl take none."""
    if not hasattr(threadpoolctl, "register"):
        return

    class ChainruleController(threadpoolctl.LibController):  # type: ignore[misc]
        """Reads and sets the limit that the extension module keeps for this process."""

        user_api = "chainrule"
        internal_api = "chainrule"
        filename_prefixes = ("_native",)
        check_symbols = ("chainrule_get_num_threads", "chainrule_set_num_threads")

        def get_num_threads(self) -> int:
            """Return the limit; without one, the threads that a large step takes."""
            limit = int(self.dynlib.chainrule_get_num_threads())
            return limit or _without_threadpoolctl()[0]

        def set_num_threads(self, num_threads: int) -> None:
            """Limit the calls that begin from now on."""
            self.dynlib.chainrule_set_num_threads(int(num_threads))

        def get_version(self) -> str:
            """Return the version of chainrule."""
            return __version__

    threadpoolctl.register(ChainruleController)
