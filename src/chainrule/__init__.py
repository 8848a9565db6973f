"""chainrule: neural networks from scratch. The mathematics is the code.

The public names load when they are first used, so that `import chainrule` costs no more than NumPy.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

import numpy as _numpy  # noqa: F401

from .version import __version__ as __version__

# Every public name of these packages is also a name of the top level: cr.Dense, cr.Adam, ...
_VOCABULARY = ("layers", "losses", "optimizers", "training.callbacks")
_MODULES = {
    "augmentation": "augmentation",
    "checks": "engines.second_opinions",
    "datasets": "datasets",
    "energy": "energy",
    "equations": "graph.equations",
    "errors": "errors",
    "graph": "graph",
    "initializers": "graph.initializers",
    "inspect": "inspect",
    "layers": "layers",
    "losses": "losses",
    "metrics": "metrics",
    "ops": "ops",
    "optimizers": "optimizers",
    "page": "page",
    "plots": "plots",
    "random": "random",
    "recording": "recording",
    "sources": "data.sources",
    "training": "training",
}
_NAMES = {
    "network": ("Network",),
    "graph.operation": ("Op", "op"),
    "graph": ("Node", "Program", "Tape"),
    "model.tracing": ("Programs", "initial_theta", "trace"),
    "engines.chain_rule": ("loss_and_grad", "vjp"),
    "engines.second_opinions": ("check_gradients", "hvp", "sharpness"),
    "training.loop": ("train",),
    "training.history": ("History",),
    "recording": ("Comparison", "Moment", "Record", "Recording", "compare"),
    "energy": ("RBM", "Hopfield"),
    "page.report": ("report",),
    "graph.byte_form": ("fingerprint", "to_bytes"),
    "errors": (
        "ChainruleError",
        "DataError",
        "DependencyError",
        "EngineError",
        "EquationError",
        "FileError",
        "NotBuiltError",
        "OutOfMemoryError",
        "ParameterError",
        "ShapeError",
        "ProcessError",
        "TrainingError",
    ),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}


def _module(name: str) -> _Any:
    return _import_module(f"{__name__}.{name}")


def __getattr__(name: str) -> _Any:
    """Load a public name. Python calls this once for each; the next use finds the value."""
    if name == "__all__":
        words = [word for package in _VOCABULARY for word in _module(package).__all__]
        value: _Any = ["__version__", *sorted(_MODULES), *sorted([*_HOME, *words])]
    elif name in _HOME:
        value = getattr(_module(_HOME[name]), name)
    elif name in _MODULES:
        value = _module(_MODULES[name])
    else:
        known = () if name.startswith("_") else map(_module, _VOCABULARY)
        package = next((package for package in known if name in package.__all__), None)
        if package is None:
            from .foreign import missing_name

            raise AttributeError(missing_name(__name__, name))
        value = getattr(package, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__getattr__("__all__"))
