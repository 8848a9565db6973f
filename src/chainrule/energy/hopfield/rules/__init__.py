"""Learning rules of the classical network: from patterns to weights. One file for each rule."""

from .base import Rule
from .delta import Delta
from .hebb import Hebb
from .perceptron import Perceptron
from .pseudo_inverse import PseudoInverse
from .storkey import Storkey
from .unlearning import Unlearning

__all__ = ["Delta", "Hebb", "Perceptron", "PseudoInverse", "Rule", "Storkey", "Unlearning"]
