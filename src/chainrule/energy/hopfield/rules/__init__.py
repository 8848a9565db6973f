"""Learning rules of the classical network: patterns in, weights out. One file a rule."""

from .base import Rule
from .delta import Delta
from .hebb import Hebb
from .perceptron import Perceptron
from .pseudo_inverse import PseudoInverse
from .storkey import Storkey
from .unlearning import Unlearning

__all__ = ["Delta", "Hebb", "Perceptron", "PseudoInverse", "Rule", "Storkey", "Unlearning"]
