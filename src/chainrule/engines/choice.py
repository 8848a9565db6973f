"""Choose the engine: the one asked for, else the environment's choice, else the best."""

import os
from typing import Any

from ..errors import EngineError, ParameterError
from .native import available

ENGINES = ("reference", "native")


def uses_native(engine: str) -> bool:
    """Return True if this engine computes in C.

    Parameters
    ----------
    engine : {"native", "reference"}
        As in `Network(engine=...)`.
    """
    return engine == "native"


def check_engine(engine: Any) -> str:
    """Return the name of the engine: the one asked for, else CHAINRULE_ENGINE, else the best."""
    best = "native" if available() else "reference"
    chosen = engine or os.environ.get("CHAINRULE_ENGINE") or best
    if chosen not in ENGINES:
        if not engine:
            raise ParameterError(
                "CHAINRULE_ENGINE", "reference or native", chosen, "Unset it for the best engine."
            )
        raise ParameterError(
            f"Network(engine={chosen!r}): engine must be 'reference' or 'native'. "
            "Leave it out for the best; there is none for a GPU."
        )
    if uses_native(chosen) and not available():
        raise EngineError(
            "engine='native': the native engine is missing, since chainrule was installed "
            "without a C compiler. Use engine='reference', or leave it out."
        )
    return str(chosen)
