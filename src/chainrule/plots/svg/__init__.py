"""Drawings as SVG text, made without other packages: a network with its weights, and curves."""

from .chart import curve
from .drawing import network
from .elements import Drawing

__all__ = ["Drawing", "curve", "network"]
