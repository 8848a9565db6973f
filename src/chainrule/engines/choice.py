"""Questions about the engine that was chosen, so that no other module compares its name."""


def uses_native(engine: str) -> bool:
    """Return True if this engine computes in C.

    Parameters
    ----------
    engine : {"native", "reference"}
        As in `Network(engine=...)`.
    """
    return engine == "native"
