"""A new activation, loss and optimizer, added to a copy as CONTRIBUTING.md says: what is touched.

The contracts must find each of them, and pass, without a change to any other file.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule

ROOT = Path(chainrule.__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "CONTRIBUTING.md").exists(), reason="not a checkout")

ACTIVATION = '''"""A hill."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


@op
def hill(z: Array) -> Array:
    """a = exp(−z²)"""
    return np.exp(-z * z)


@hill.gradient
def hill_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = −2 da a z"""
    return (-2 * da * a * z,)


class Hill(Layer):
    """a = exp(−z²): a hill of height 1 at z = 0.

    Parameters
    ----------
    name : str
        The layer's path; by default hill1, ...

    Shapes
    ------
    Any shape, unchanged.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Hill(), loss=cr.SquaredError(), inputs=(1,))
    >>> float(net.predict([[0.0]])[0, 0])
    1.0
    """

    def __call__(self, z: Node) -> Node:
        return hill(z)  # type: ignore[no-any-return]
'''
LOSS = '''"""The Lorentzian loss. Its link is the identity."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, per_output, sum_outputs


@op
def lorentzian(p: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ log(1 + (p − y)²)"""
    return scale * sum_outputs(np.log1p((p - y) * (p - y)))


@lorentzian.gradient
def lorentzian_backward(
    dl: Array, l: Array, p: Array, y: Array, scale: float
) -> tuple[Array, None]:
    """dp = 2 scale dl (p − y) / (1 + (p − y)²)"""
    return 2 * scale * per_output(dl, p) * (p - y) / (1 + (p - y) * (p - y)), None


class Lorentzian(ElementwiseLoss):
    """ℓ = Σₖ log(1 + (p − y)²), or its mean: outliers have little influence.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    p and y in the same shape, (N, ...).

    Raises
    ------
    DataError
        The targets have another shape or are not finite.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.Lorentzian(), inputs=(1,))
    >>> float(net.loss_and_grad([[1.0]], [[1.0]])[0])
    0.0
    """

    def __call__(self, p: Node, y: Node) -> Node:
        return lorentzian(p, y, scale=self.scale(p))  # type: ignore[no-any-return]
'''
OPTIMIZER = '''"""Signum."""

from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Number, Optimizer


@final
class Signum(Optimizer):
    """v ← μ v + (1 − μ) g,  θ ← θ − lr sign(v).

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate, which is the length of every step.
    momentum : number in [0, 1), or a schedule
        Decay μ of the mean.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    J. Bernstein et al., signSGD: compressed optimisation for non-convex problems, ICML 2018.

    Examples
    --------
    >>> theta, signum = np.array([1.0]), Signum(lr=0.1)
    >>> signum.step(1, theta, np.array([5.0]), *signum.start(theta).values())
    >>> theta
    array([0.9])
    """

    lr: Number = 0.001
    _: KW_ONLY
    momentum: Number = 0.9

    slots: ClassVar[tuple[str, ...]] = ("v",)

    def step(self, t: int, theta: Array, g: Array, v: Array) -> None:
        v += (1 - self.momentum) * (g - v)  # v_t = μ v_{t-1} + (1 − μ) g
        theta -= self.lr * np.sign(v)  # θ ← θ − lr sign(v_t)
'''
HILL_ORACLE = """

@each_entry
def hill(z):
    return math.exp(-(z**2))
"""
LORENTZIAN_ORACLE = """

@each_output
def lorentzian(p, y):
    return math.log(1 + (p - y) ** 2)
"""
SRC = "src/chainrule/"
# what is new, its room, the text of its .py, and its oracle
KINDS = {
    "activation": ("Hill", "layers", ACTIVATION, HILL_ORACLE),
    "loss": ("Lorentzian", "losses", LOSS, LORENTZIAN_ORACLE),
    "optimizer": ("Signum", "optimizers", OPTIMIZER, ""),
}
# Files that already exist and get a line. The new ones are the .py and its twin in C.
CHANGED = {
    "activation": [SRC + "layers/__init__.py", "tests/naive.py"],
    "loss": [SRC + "losses/__init__.py", "tests/naive.py"],
    "optimizer": [SRC + "optimizers/__init__.py"],
}
HEADINGS = {
    "activation": "Add a layer",
    "loss": "Add a loss",
    "optimizer": "Add an optimizer",
}


@pytest.fixture
def copy(tmp_path):
    """Copy the package and its tests, without what was built."""
    built = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=built)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=built)
    for name in ("pyproject.toml", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def add(copy, kind):
    """Add one thing as CONTRIBUTING.md says; return the files that existed and were changed."""
    name, room, text, oracle = KINDS[kind]
    (copy / SRC / room / f"{name.lower()}.py").write_text(text, encoding="utf-8")
    exports = copy / SRC / room / "__init__.py"
    lines = exports.read_text(encoding="utf-8")
    lines = lines.replace("\nfrom .", f"\nfrom .{name.lower()} import {name}\nfrom .", 1)
    lines = lines.replace("__all__ = [\n", f'__all__ = [\n    "{name}",\n', 1)
    exports.write_text(lines, encoding="utf-8")
    changed = [exports]
    if oracle:
        oracles = copy / "tests" / "naive.py"
        oracles.write_text(oracles.read_text(encoding="utf-8") + oracle, encoding="utf-8")
        changed.append(oracles)
    return [path.relative_to(copy).as_posix() for path in changed]


# An editable installation finds chainrule before PYTHONPATH does: without it, the copy is found.
RUN = """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if not type(f).__name__.startswith("ScikitBuild")]
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def run(copy, *arguments):
    """Run pytest in the copy, on the reference engine; return its summary."""
    ours = {"PYTHONPATH": str(copy / "src"), "CHAINRULE_ENGINE": "reference"}
    command = [sys.executable, "-c", RUN, "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        command, cwd=copy, env=os.environ | ours, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_contracts_find_what_is_new_and_pass(copy, kind):
    assert add(copy, kind) == CHANGED[kind]
    name, room, _, _ = KINDS[kind]
    contracts = [f"tests/contracts/test_{word}_contracts.py" for word in ("layer", "loss", "op")]
    contracts += ["tests/contracts/test_optimizer_contracts.py"]
    contracts += [f"tests/contracts/test_{word}.py" for word in ("public_names", "architecture")]
    contracts += ["tests/contracts/test_layout.py", "tests/graph/test_equations.py"]
    whole = "exist or stub or same_name or star or dir"
    summary = run(copy, *contracts, "-k", f"{name.lower()} or {whole}")
    assert int(re.search(r"(\d+) passed", summary)[1]) > 20, summary
    run(copy, "--doctest-modules", f"{SRC}{room}/{name.lower()}.py")


@pytest.mark.parametrize("kind", KINDS)
def test_contributing_names_the_files(kind):
    """Four files for an activation or a loss, three for an optimizer."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"## {HEADINGS[kind]}\n")[2].partition("\n## ")[0]
    _, room, _, _ = KINDS[kind]
    for file in [f"src/chainrule/{room}/", *CHANGED[kind]]:
        assert file in section, file
    words = {3: "three files", 4: "four files"}[2 + len(CHANGED[kind])]
    assert words in section.lower(), words
