"""The stages of an optimizer that searches along the loss of the whole set: L-BFGS and others."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ...arrays import Array
from ...optimizers.terms import Part
from ...training.residuals import NetworkResiduals
from .formulas import Entries, Symbol, quantity
from .one_update import OneUpdate
from .stage import Quantity, Stage
from .tensors import tensors_of


def search_stages(update: OneUpdate) -> list[Stage]:
    """Return the step of a rule that chooses the points at which it needs the loss.

    Parameters
    ----------
    update : OneUpdate
        Its state is that before the iteration.

    Returns
    -------
    list of Stage
        "search": the direction d and its length α, if it searches along a line, else the step; and
        the loss after it. "new weights": W1 + α·d.W1, or W1 + step.W1.
    """
    one, places = update, update.update.indices()
    whole, slots = one.theta.copy(), {name: a.copy() for name, a in one.slots.items()}
    calls: list[float] = []

    def objective(theta: Array) -> tuple[float, Array]:
        whole[places] = theta
        loss, g, _ = one.objective(whole, one.batch, one.key, one.carry)
        calls.append(float(loss))
        return float(loss), g[places]

    rule: Any = one.update.optimizer
    f: Any = objective
    if rule.least_squares:
        program: Any = one.objective
        f = NetworkResiduals(program, one.theta.copy(), places, one.batch, one.key, objective)
    theta = one.theta[places]
    with np.errstate(all="ignore"):
        line = rule.along(objective(theta)[1], one.slots)
        loss, _ = rule.iterate(f, theta, slots)
    after, step = one.theta.copy(), np.zeros_like(one.theta)
    after[places], step[places] = theta, theta - one.theta[places]
    alpha, d = 0.0, step
    if line is not None:
        d = np.zeros_like(one.theta)
        d[places] = line
        alpha = float(step @ d) / max(float(d @ d), np.finfo(d.dtype).tiny)
    found, new = _weights(one, places, step if line is None else d, line is not None, alpha, after)
    ends = [Quantity("new.L", "new.L = the loss of all rows after the step", np.asarray(loss))]
    if line is not None:
        ends.insert(0, Quantity("α", "α = the length that the search found", np.asarray(alpha)))
    text = " ".join((inspect.getdoc(type(rule)) or "").split("\n\n")[0].split())
    asked = f"{len(calls) - 1} point{'s' * (len(calls) != 2)}"
    said = (
        f"{type(rule).__name__}: {text} It asked for the loss at {asked}, so no formula of the "
        "gradient alone gives the step."
    )
    weights = "Each weight makes its part of the step that the search found."
    return [Stage("search", (*found, *ends), said), Stage("new weights", tuple(new), weights)]


def _weights(
    one: OneUpdate, places: Array, step: Array, on_line: bool, alpha: float, after: Array
) -> tuple[list[Quantity], list[Quantity]]:
    """Return the direction, or the step, of each tensor, and its new weights."""
    found, new = [], []
    word, formula = ("d", "α·d") if on_line else ("step", "step")
    value = alpha * step if on_line else step
    for tensor in tensors_of(one.objective, len(one.theta)):
        if tensor.state or not np.isin(tensor.places, places).all():
            continue
        name = tensor.symbol
        symbol, right = (
            f"{word}.{name}",
            "the direction of the search" if on_line else f"new.{name} − {name}",
        )
        found.append(Quantity(symbol, f"{symbol} = {right}", step[tensor.places]))
        symbols = {
            "θ": Symbol(name, one.theta),
            word: Symbol(symbol, step),
            "α": Symbol("α", alpha),
        }
        entries = Entries(tensor.places, [Part("θ", one.theta), Part(formula, value)], symbols)
        path = f"new.{tensor.path}" if tensor.path else ""
        new.append(quantity(f"new.{name}", path, after[tensor.places], entries))
    return found, new
