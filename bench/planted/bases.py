"""Twenty-one healthy set-ups in which faults are planted, and what makes a case of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import chainrule as cr

from .setups import Rows, Setup


class Case(NamedTuple):
    name: str
    well: Setup
    ill: Setup
    also: tuple[str, ...] = ()


def case(name: str, base: str, also: tuple[str, ...] = (), well: Any = None, **fault: Any) -> Case:
    """Return a case: a base, what is healthy but different from it, and the fault."""
    healthy = BASES[base].but(**(well or {}))
    return Case(name, healthy, healthy.but(**fault), also)


def conv(outputs: int) -> tuple:
    first = cr.Conv2D(8, kernel=3, padding="same"), cr.ReLU(), cr.MaxPool2D(2)
    return (*first, cr.Conv2D(16), cr.ReLU(), cr.Flatten(), cr.Dense(outputs))


def conv1d(outputs: int) -> tuple:
    first = cr.Conv1D(8, kernel=5), cr.ReLU(), cr.MaxPool1D(2), cr.Conv1D(16), cr.ReLU()
    return (*first, cr.GlobalAveragePool(), cr.Dense(outputs))


S, F64 = Setup, "float64"
BASES = {
    # the open half
    "moons": S(("moons", 300, {"noise": 0.15}), (16, 8), cr.Tanh, cr.Adam(0.01), 40),
    "digits": S(("digits", 800), (64, 32), cr.ReLU, cr.Adam(0.003), 15),
    "friedman": S(("friedman", 500), (32, 16), cr.ReLU, cr.Adam(0.005), 40, dtype=F64),
    "wine": S(("wine", 120), (16,), cr.Tanh, cr.SGD(0.1), 40, 16, seed=2),
    "houses": S(("houses", 500), (32, 16), cr.ReLU, cr.Adam(0.005), 30, seed=3),
    "blobs": S(("blobs", 400, {"classes": 5}), (24, 12), cr.ELU, cr.RMSprop(0.003), 25),
    "spirals": S(("spirals", 400), (32, 32), cr.Tanh, cr.Adam(0.01), 120, seed=4),
    "table": S(
        ("table", 2500), (32, 16), cr.LeakyReLU, cr.Momentum(0.02), 10, validation=0.2, seed=5
    ),
    "sine": S(
        ("sine", 200), (24, 12), cr.Tanh, cr.Adam(0.01), 60, validation=False, engine="reference"
    ),
    "conv": S(("digits", 600, {"flat": False}), layers=conv, optimizer=cr.Adam(0.003), epochs=8),
    # the half that is held out
    "circles": S(("circles", 360), (20, 10), cr.ReLU, cr.Adam(0.01), 40, 20, seed=11),
    "five": S(("digits", 500, {"classes": 5}), (48,), cr.Sigmoid, cr.Adam(0.01), 25, 25, seed=12),
    "machine": S(("machine", 600), (40, 20), cr.GELU, cr.AdamW(0.005), 50, 40, seed=13),
    "iris": S(("iris", 100), (12, 8), cr.ReLU, cr.Adam(0.01), 25, 10, dtype=F64, seed=14),
    "loans": S(("loans", 1500), (24, 24), cr.SiLU, cr.Adam(0.005), 25, dtype=F64, seed=15),
    "cancer": S(("cancer", 380), (16, 8), cr.ReLU, cr.Nesterov(0.01), 15, validation=0.25, seed=16),
    "arms": S(("spirals", 450, {"arms": 3}), (40, 20), cr.ReLU, cr.Adam(0.01), 100, seed=17),
    "plane": S(("plane", 300), (16,), cr.Tanh, cr.SGD(0.05), 40, 16, engine="reference", seed=18),
    "waves": S(("waves", 400), layers=conv1d, optimizer=cr.Nadam(0.005), epochs=20, seed=19),
    "shops": S(("shops", 500), (24,), cr.ReLU, cr.Adagrad(0.1), 40, 25, validation=False, seed=20),
    "wide": S(("digits", 900), (128,), cr.ReLU, cr.SGD(0.15), 25, 64, validation=False, seed=21),
}


def inputs(change: Callable[[Any], Any]) -> Callable[[Rows], Rows]:
    return lambda rows: rows.inputs(change)


def targets(change: Callable[[Any], Any]) -> Callable[[Rows], Rows]:
    return lambda rows: rows.targets(change)
