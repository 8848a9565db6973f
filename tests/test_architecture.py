"""Who may import whom, how long a file may be, what stands where: read from the files themselves."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule

SRC = Path(chainrule.__file__).parent
FILES = sorted(p for p in SRC.rglob("*.py") if "__pycache__" not in p.parts and "examples" not in p.parts)

# What each room may import besides itself. A room is a module or a folder of the package.
BASE = {"arrays", "errors", "foreign", "settings"}
KERNEL = BASE | {"random", "equations", "initializers", "operation", "graph"}
MODEL = KERNEL | {"ops", "layers", "losses", "programs", "byte_form"}
RUN = MODEL | {
    "optimizers",
    "engines",
    "sources",
    "updates",
    "objectives",
    "checks",
    "run_state",
    "interrupts",
    "callbacks",
}
FACE = RUN | {
    "training", "history", "prepared", "scoring", "user_sources", "fitting", "learning_rates", "building", "weights",
    "metrics", "augmented", "traced", "calibration", "datasets", "inspect", "container", "specs", "save", "pictures", "lessons", "network",
}  # fmt: skip
ALLOWED = {
    "arrays": set(),
    "errors": set(),
    "foreign": {"errors"},
    "settings": BASE,
    "random": BASE,
    "equations": BASE,
    "initializers": BASE,
    "operation": BASE | {"equations"},
    "graph": BASE | {"equations", "initializers", "operation"},
    "ops": KERNEL,
    "layers": KERNEL | {"ops"},
    "losses": KERNEL | {"ops"},
    "programs": KERNEL | {"ops", "layers", "losses"},
    "byte_form": KERNEL,
    "augmentation": BASE | {"random"},
    "augmented": BASE | {"random", "augmentation", "sources"},
    "optimizers": BASE,
    "metrics": BASE,
    "datasets": BASE | {"random"},
    "engines": KERNEL | {"byte_form"},
    "sources": BASE,
    "updates": KERNEL | {"optimizers"},
    "objectives": KERNEL | {"engines", "updates"},
    "checks": KERNEL | {"engines", "objectives"},
    "run_state": BASE,
    "interrupts": set(),
    "history": BASE | {"inspect"},
    "callbacks": BASE | {"container", "save"},
    "native_steps": KERNEL | {"augmented", "engines", "objectives", "sources", "updates"},
    "training": KERNEL
    | {"callbacks", "interrupts", "native_steps", "objectives", "optimizers", "run_state", "sources", "updates"},
    "lessons": BASE,
    "pictures": BASE,
    "container": BASE,
    "specs": MODEL,
    "energy": FACE,
    "estimators": FACE | {"energy"},
}


def room(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> list[tuple[str, str, bool]]:
    """(room, module, only for types or inside a function) of each import of the package."""
    package = ["chainrule", *path.relative_to(SRC).parent.parts]
    found = []
    tree = ast.parse(path.read_text())
    later = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.If))
        for child in ast.walk(node)
        if child is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found += [(([*start, *name.split(".")])[1], ".".join([*start, name]), id(node) in later) for name in names]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found += [("", name, id(node) in later) for name in names]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_imports_go_one_way(path):
    here = room(path)
    allowed = ALLOWED.get(here, FACE | {"cli"}) | {here}
    for other, module, later in imports(path):
        if other and not later:
            assert other in allowed, f"{path.relative_to(SRC)} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_the_core_needs_numpy_alone(path):
    standard = sys.stdlib_module_names
    for other, module, later in imports(path):
        top = module.split(".")[0]
        if not other and not later and top not in standard:
            optional = {"cli": {"click"}, "__main__": set(), "estimators": {"sklearn", "scipy"}}.get(room(path), set())
            assert top in {"numpy", "chainrule"} | optional, (
                f"{path.relative_to(SRC)} imports {module} when it is loaded"
            )


@pytest.mark.parametrize("folder", ["layers", "losses"])
def test_siblings_do_not_import_each_other(folder):
    """A layer stands alone: what several share lives in base, in ops, or in a file without a public class."""
    package = __import__(f"chainrule.{folder}", fromlist=["__all__"])
    public = {getattr(package, name).__module__.split(".")[-1] for name in package.__all__} - {"base", "sequential"}
    for path in (SRC / folder).glob("*.py"):
        if path.stem != "__init__":
            for _, module, _ in imports(path):
                sibling = re.fullmatch(rf"chainrule\.{folder}\.(\w+)", module)
                assert not (sibling and sibling[1] in public), f"{path.name} imports {module}"


def test_no_file_is_long():
    lengths = {str(p.relative_to(SRC)): len(p.read_text().splitlines()) for p in FILES}
    tests = Path(__file__).parent
    lengths |= {str(p.relative_to(tests)): len(p.read_text().splitlines()) for p in tests.rglob("*.py")}
    assert not {name: n for name, n in lengths.items() if n > 400}
    ours = sorted(n for name, n in lengths.items() if (SRC / name).exists())
    assert ours[len(ours) // 2] < 120


def test_no_module_has_state():
    for path in FILES:
        tree = ast.parse(path.read_text())
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)], path
        assert "np.random" not in path.read_text(), path
        assert "import pickle" not in path.read_text(), path


def test_import_loads_numpy_and_itself_only():
    code = (
        "import sys, numpy; before = set(sys.modules); import chainrule;"
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SRC.parent
    ).stdout
    assert set(loaded.split()) - sys.stdlib_module_names <= {"chainrule"}
