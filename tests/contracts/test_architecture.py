"""The rules of the layout, read from the files: floors, places, lengths and private names."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import chainrule

SRC = Path(chainrule.__file__).parent
ROOT = SRC.parents[1]
FILES = sorted(p for p in SRC.rglob("*.py") if not {"__pycache__", "examples"} & set(p.parts))
C_FILES = sorted(SRC.rglob("*.[ch]"))

# From the ground up. A module imports from its own folder and from those before it, nothing else.
FLOORS = (
    *("version", "errors", "arrays", "foreign", "settings", "random", "lessons", "kernels"),
    "graph",
    *("ops", "optimizers", "augmentation", "metrics", "datasets", "plots"),
    *("engines", "data", "distributed"),
    *("layers", "losses"),
    "files",
    "training",
    "model",
    *("inspect", "recording"),
    "network",
    "energy",
    "estimators",
    *("interchange", "page"),
    "cli",
    *("__init__", "__main__"),
)
ROOT_FILES = {
    *("__init__.py", "__init__.pyi", "py.typed", "__main__.py", "network.py", "version.py"),
    *("errors.py", "settings.py", "arrays.py", "random.py", "foreign.py", "lessons.py"),
}
# Functions that may be longer or take more arguments, each with its reason.
LONG = {}
MANY_ARGUMENTS = {
    "network.py:fit": "the face: what people type, with completion and help",
    "energy/rbm/rbm.py:fit": "the face of an RBM: Network.fit's words",
    "estimators/mlp/classifier.py:__init__": "scikit-learn's signature",
    "estimators/mlp/regressor.py:__init__": "scikit-learn's signature",
    "estimators/networks/autoencoder.py:__init__": "scikit-learn: a parameter for each setting",
    "estimators/networks/conv_classifier.py:__init__": "scikit-learn: a parameter for each setting",
    "estimators/networks/conv_regressor.py:__init__": "scikit-learn: a parameter for each setting",
    "estimators/networks/network_classifier.py:__init__": "scikit-learn: one for each setting",
    "estimators/networks/network_regressor.py:__init__": "scikit-learn: one for each setting",
    "estimators/tables/classifier.py:__init__": "scikit-learn: a parameter for each setting",
    "estimators/tables/model.py:__init__": "scikit-learn: a parameter for each setting",
    "cli/commands.py:train": "click: a parameter for each option",
}
# Private names of other packages that are used, each with its reason.
FOREIGN = {
    "_getframe": "sys: the line of the user's that a warning names",
    "_init_callback_context": "scikit-learn 1.9's callback protocol asks for it",
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room(path: Path) -> str:
    return path.relative_to(SRC).with_suffix("").parts[0]


def name_of(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


def resolved(module: list[str]) -> Path:
    """The file of a module of the package."""
    path = SRC.joinpath(*module)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def imports(path: Path) -> tuple[tuple[Path, int], ...]:
    """Return every file of the package that this file imports anywhere, and the line."""
    package = list(path.relative_to(SRC).parent.parts)
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = package[: len(package) - node.level + 1]
            start += node.module.split(".") if node.module else []
            for alias in node.names:
                module = resolved([*start, alias.name])
                found.append((module if module.exists() else resolved(start), node.lineno))
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "chainrule", f"{name_of(path)}: relative"
    return tuple(found)


@cache
def includes(path: Path) -> tuple[tuple[Path, int], ...]:
    """Every C file of the package that this file includes, and its line."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := re.match(r'#include "([^"]+)"', line):
            beside, above = path.parent / match[1], SRC / match[1]
            target = beside if beside.exists() else above
            if target.exists():  # the tables of twins and variants are made at build time
                found.append((target, number))
    return tuple(found)


@pytest.mark.parametrize("path", [*FILES, *C_FILES], ids=name_of)
def test_imports_go_down(path):
    """Lazy imports, imports for types and C headers count."""
    here = FLOORS.index(room(path))
    for target, line in includes(path) if path in C_FILES else imports(path):
        there = FLOORS.index(room(target))
        assert there < here or room(target) == room(path), (
            f"{name_of(path)}:{line} imports {name_of(target)} from a floor above"
        )


def test_no_imports_go_in_a_circle():
    arrows = {path: {target for target, _ in imports(path)} - {path} for path in FILES}
    arrows |= {path: {target for target, _ in includes(path)} - {path} for path in C_FILES}
    while free := [path for path, targets in arrows.items() if not targets & set(arrows)]:
        for path in free:
            del arrows[path]
    assert not {name_of(p): sorted(map(name_of, t & set(arrows))) for p, t in arrows.items()}


def test_the_root_has_twelve_files():
    assert {p.name for p in SRC.iterdir() if p.is_file()} == ROOT_FILES
    folders = {p.name for p in SRC.iterdir() if p.is_dir()} - {"__pycache__", "examples"}
    assert folders <= set(FLOORS)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_core_needs_numpy_alone(path):
    later = {
        id(child)
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.If))
        for child in ast.walk(node)
    }
    optional = {"cli": {"click"}, "estimators": {"sklearn", "scipy"}}.get(room(path), set())
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        tops = {name.split(".")[0] for name in names}
        if id(node) not in later:
            extra = tops - sys.stdlib_module_names - {"numpy"} - optional
            assert not extra, f"{name_of(path)} imports {extra} when it is loaded"


@pytest.mark.parametrize("folder", ["layers", "losses"])
def test_siblings_do_not_import_each_other(folder):
    """No layer imports another; what several share is in a file without a public class."""
    package = __import__(f"chainrule.{folder}", fromlist=["__all__"])
    public = {getattr(package, name).__module__.split(".")[-1] for name in package.__all__}
    public -= {"base", "sequential"}
    for path in (SRC / folder).glob("*.py"):
        for target, line in imports(path) if path.stem != "__init__" else ():
            sibling = target.parent == path.parent and target.stem in public
            assert not sibling, f"{path.name}:{line} imports {target.name}"


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def defined(path: Path) -> set[str]:
    """The private names that this module gives to its own classes and functions."""
    names = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                names.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if private(name)}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_private_is_private(path):
    """No module uses a private attribute of another module's class; subclasses may use `self`."""
    own = defined(path) | set(FOREIGN)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and private(node.attr) and node.attr not in own:
            mine = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            mine |= ast.unparse(node.value) == "super()"
            assert mine, f"{name_of(path)}:{node.lineno} touches {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.level:
            taken = [alias.name for alias in node.names if private(alias.name)]
            assert not set(taken) - {"_native"}, f"{name_of(path)}:{node.lineno} imports {taken}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_methods_are_written_where_their_class_is(path):
    """No class body says `summary = summary.summary`."""
    modules = {
        alias.asname or alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.ImportFrom, ast.Import))
        for alias in node.names
    }
    for cls in (node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)):
        for node in (n for n in cls.body if isinstance(n, (ast.Assign, ast.AnnAssign))):
            value = node.value
            base = value.value if isinstance(value, ast.Attribute) else value
            taken = isinstance(base, ast.Name) and base.id in modules
            called = taken and callable(getattr(_loaded(path), base.id, None))
            module = taken and isinstance(value, ast.Attribute)
            assert not (module or called) or _is_constant(path, value), (
                f"{name_of(path)}:{node.lineno} assigns {ast.unparse(node)}"
            )


def _loaded(path: Path):
    module = ".".join(("chainrule", *path.relative_to(SRC).with_suffix("").parts))
    return sys.modules.get(module) or __import__(module, fromlist=["_"])


def _is_constant(path: Path, value: ast.expr) -> bool:
    """True for a default such as `init: Initializer = ZEROS`, or a type."""
    found = eval(ast.unparse(value), vars(_loaded(path)))
    return not callable(found) or isinstance(found, type)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_module_asks_which_class_or_engine_it_has(path):
    if room(path) == "engines":
        return
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"__name__ (not )?in [{(\[A-Z]", text)
    assert not re.search(r"""engine (==|!=|is) ["'](native|reference)""", text)


def test_no_module_has_state():
    for path in FILES:
        assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.Global)], path
        assert "np.random" not in path.read_text(encoding="utf-8"), path
        # Processes of one job send each other objects, as mpi4py does; nothing of it is stored.
        if name_of(path) != "distributed/processes.py":
            assert "import pickle" not in path.read_text(encoding="utf-8"), path


def lines_of_code(function: ast.FunctionDef, lines: list[str]) -> int:
    """Lines that are neither blank, nor a comment, nor the docstring, nor the signature."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    spans = [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in body]
    texts = [lines[number - 1].strip() for number in {n for span in spans for n in span}]
    return sum(bool(text) and not text.startswith("#") for text in texts)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_functions_are_short_and_take_few_arguments(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name, taken = f"{name_of(path)}:{node.name}", node.args
            arguments = [a.arg for a in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
            count = len(arguments) - (arguments[:1] in (["self"], ["cls"]))
            assert count <= 10 or name in MANY_ARGUMENTS, f"{name} takes {count} arguments"
            length = lines_of_code(node, lines)
            assert length <= 60 or name in LONG, f"{name} has {length} lines of code"


@pytest.mark.parametrize("path", C_FILES, ids=name_of)
def test_c_functions_are_short_and_take_few_arguments(path):
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(
        r"^\w[^;{}#]*?\b(\w+|\w+\(\w+\))\(([^;{}]*)\) \{\n(.*?)^\}", text, re.M | re.S
    ):
        code = [line for line in match[3].splitlines() if line.strip()]
        code = [line for line in code if not line.strip().startswith("//")]
        name = f"{name_of(path)}:{match[1]}"
        assert len(code) <= 100 or name in LONG, f"{name} has {len(code)} lines of code"
        count = match[2].count(",") + 1
        assert count <= 10 or name in MANY_ARGUMENTS, f"{name} takes {count} arguments"


def test_lines_are_short():
    places = [ROOT / name for name in ("src", "tests", "examples", "bench", "scripts", "docs")]
    kinds = ("*.py", "*.pyi", "*.c", "*.h")
    files = [path for place in places for kind in kinds for path in place.rglob(kind)]
    lines = [(path, line) for path in files for line in path.read_text("utf-8").splitlines()]
    long = [f"{path.relative_to(ROOT)}: {line}" for path, line in lines if len(line) > 100]
    assert len(long) <= 50, "\n".join(long)
    assert not [path for path, line in lines if "# fmt: " + "skip" in line]


def test_import_loads_numpy_and_itself_only():
    code = (
        "import sys, numpy; before = set(sys.modules); import chainrule;"
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SRC.parent
    ).stdout
    assert set(loaded.split()) - sys.stdlib_module_names <= {"chainrule"}
