"""Drawings as SVG text, made without any other package: a network with its weights, and curves."""

from .chart import curve
from .drawing import network

__all__ = ["curve", "network"]
