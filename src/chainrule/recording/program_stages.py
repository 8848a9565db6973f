"""The stages of one update of a network."""

from .one_update import OneUpdate
from .stages import Stage


def program_stages(update: OneUpdate) -> list[Stage]:
    """Return the stages forward, loss, deltas and gradients of an update."""
    return []
