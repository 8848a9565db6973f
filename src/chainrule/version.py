"""The version of the package."""

__version__ = "0.1.0"

NUMERICS = 2
"""Raised when training gets other bits: recordings of another number do not replay."""
