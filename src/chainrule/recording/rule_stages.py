"""The stages of one update after the gradient: clips, slots, new weights."""

from .one_update import OneUpdate
from .stages import Stage


def rule_stages(update: OneUpdate) -> list[Stage]:
    """Return the stages of the update list."""
    return []
