"""Which engine computes: what was asked for, else the environment's choice, else the best."""

import os
from typing import Any

from ..errors import EngineError, ParameterError
from .native import available

ENGINES = ("reference", "native")


def uses_native(engine: str) -> bool:
    """Return True if this is the name of the native engine."""
    return engine == "native"


def check_engine(engine: Any) -> str:
    """The engine asked for, else that of the environment, else the best there is."""
    chosen = (
        engine or os.environ.get("CHAINRULE_ENGINE") or ("native" if available() else "reference")
    )
    if chosen not in ENGINES:
        raise ParameterError(
            f"Network(engine={chosen!r}): engine must be 'reference' or 'native'. Leave it out for the best; "
            "there is none for a GPU."
        )
    if chosen == "native" and not available():
        raise EngineError(
            "engine='native': the native engine is missing, since chainrule was installed without a C compiler. "
            "Use engine='reference', or leave it out."
        )
    return str(chosen)
