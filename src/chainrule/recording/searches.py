"""The stages of an optimizer that searches along the loss of the whole set: L-BFGS and others."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ..arrays import Array
from ..optimizers.terms import Part
from ..training.residuals import NetworkResiduals
from .formulas import Entries, Symbol, quantity
from .one_update import OneUpdate
from .stages import Quantity, Stage
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
        "search": the gradient at the start, the step, and the loss before and after it;
        "new weights": W1 + step.W1.
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
        before, start = objective(theta)
        loss, _ = rule.iterate(f, theta, slots)
    after, step, g = one.theta.copy(), np.zeros_like(one.theta), np.zeros_like(one.theta)
    after[places], step[places], g[places] = theta, theta - one.theta[places], start
    found, new = [], []
    for tensor in tensors_of(one.objective, len(one.theta)):
        if tensor.state or not np.isin(tensor.places, places).all():
            continue
        name = tensor.symbol
        found.append(
            Quantity(f"step.{name}", f"step.{name} = new.{name} − {name}", step[tensor.places])
        )
        symbols = {"θ": Symbol(name, one.theta), "step": Symbol(f"step.{name}", step)}
        entries = Entries(tensor.places, [Part("θ", one.theta), Part("step", step)], symbols)
        path = f"new.{tensor.path}" if tensor.path else ""
        new.append(quantity(f"new.{name}", path, after[tensor.places], entries))
    losses = [
        Quantity("L", "L = the loss of all rows before the step", np.asarray(before)),
        Quantity("new.L", "new.L = the loss of all rows after the step", np.asarray(loss)),
    ]
    text = " ".join((inspect.getdoc(type(rule)) or "").split("\n\n")[0].split())
    said = (
        f"{type(rule).__name__}: {text} The rule looks for its step along the loss: it asked for the "
        f"loss at {len(calls) - 1} points, so no formula of the gradient alone gives the step."
    )
    weights = "Each weight makes its part of the step that the search found."
    return [Stage("search", (*losses, *found), said), Stage("new weights", tuple(new), weights)]
