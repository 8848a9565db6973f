"""Proof that a planted fault is real: each kind is measured against its healthy twin."""

from __future__ import annotations

from typing import Any

import numpy as np

import chainrule as cr

from .setups import Setup, Trained, train


def is_fine(t: Trained, least: float | None = 0.5, rises: float = 1.25) -> str:
    """Return why this set-up is not what a good practitioner would call fine, or "".

    `least` is the skill to reach; None: the loss must halve. `rises` is how far the validation loss
    may end above its lowest.
    """
    if t.history is None:
        return "the loss is not finite"
    first, last = t.history.loss[0], t.history.loss[-1]
    if least is None:
        if last > first - 0.5 * abs(first):
            return f"loss {first:.3g} became {last:.3g}"
    elif t.skill < least:
        return f"skill {t.skill:.2f}"
    if t.setup.validation:
        val = t.history.val_loss
        if val[-1] > val.min() + (rises - 1) * abs(val.min()) + 0.02:
            return f"validation loss rises from {val.min():.3g} to {val[-1]:.3g}"
    return "" if last < first else f"loss {first:.3g} became {last:.3g}"


def worse(ill: Trained, well: Trained, by: float = 0.15, times: float = np.inf) -> tuple[bool, str]:
    """Return True if predictions are clearly worse, or the same loss is so many times as large."""
    ratio = ill.loss / well.loss
    text = f"skill {ill.skill:.2f} instead of {well.skill:.2f}, loss × {ratio:.3g}"
    return ill.skill <= well.skill - by or ratio >= times, text


def gradient_norms(t: Trained) -> list[float]:
    """Return ‖dW‖ of each weight matrix at the start, from the first layer to the last."""
    net, X, y, _ = t.setup.make()
    net.build(X, y)
    found = net.loss_and_grad(X[:200], y[:200])[1]
    return [float(np.linalg.norm(g)) for name, g in found.items() if name.startswith("W")]


def hidden(t: Trained) -> dict[str, Any]:
    """Return the activations of the hidden layers after training, on training rows."""
    found = t.net.activations(t.rows.X[:300])
    return {name: np.asarray(a) for name, a in found.items() if name.startswith("a")}


def dead(t: Trained) -> float:
    """Return the largest share of units of one layer that are 0 for every row."""
    flat = [a.reshape(-1, a.shape[-1]) for a in hidden(t).values()]
    return max(float((a == 0).all(axis=0).mean()) for a in flat)


def saturated(t: Trained) -> float:
    """Return the largest share of values of one layer in the flat ends of its activation."""
    low = 0.0 if t.setup.act is cr.Sigmoid else -1.0
    at = [(np.asarray(a) - low) / (1 - low) for a in hidden(t).values()]
    return max(float(((a < 0.02) | (a > 0.98)).mean()) for a in at)


def guess(t: Trained) -> float:
    """Return the training loss of the best constant prediction."""
    y = np.asarray(t.rows.y)
    if t.rows.task == "numbers":
        return float(y.var(axis=0).mean())
    share = np.unique(y, return_counts=True)[1] / len(y)
    return float(-(share * np.log(share)).sum())


def one_batch(setup: Setup) -> float:
    """Return the loss after 400 steps on one batch, as a share of the loss of a constant guess."""
    rows = setup.rows()
    few = setup.but(
        spoil=lambda _: rows._replace(X=rows.X[:16], y=rows.y[:16]),
        batch=None,
        epochs=400,
        validation=False,
    )
    t = train(few)
    return float(t.history.loss[-1]) / guess(t)


def as_bytes(X: Any) -> set[bytes]:
    return {np.asarray(row).tobytes() for row in X}


def leaked(t: Trained) -> float:
    known = as_bytes(t.rows.X)
    return float(np.mean([np.asarray(row).tobytes() in known for row in t.rows.Xv]))


def twins(t: Trained) -> int:
    """Return how many pairs of columns tell the same."""
    r = np.abs(np.corrcoef(np.asarray(t.rows.X, float).T))
    return int((np.triu(r, 1) > 1 - 1e-9).sum())


def _dead_units(ill, well):
    a, b = dead(ill), dead(well)
    return a >= 0.5 and b <= 0.45, f"{a:.0%} dead in a layer instead of {b:.0%}"


def _saturated_units(ill, well):
    a, b = saturated(ill), saturated(well)
    text = f"{a:.0%} saturated in a layer instead of {b:.0%}, {worse(ill, well)[1]}"
    return a >= 0.7 and b <= 0.4, text


def _vanishing_gradients(ill, well):
    ratio = gradient_norms(ill)[0] / gradient_norms(well)[0]
    bad, text = worse(ill, well, 0.15, 4.0)
    return bad and ratio < 1e-3, f"‖dW‖ of the first layer × {ratio:.1g}; {text}"


def _exploding_gradients(ill, well):
    ratio = max(gradient_norms(ill)) / max(gradient_norms(well))
    bad, text = worse(ill, well, 0.05, 2.0)
    return bad and ratio > 300, f"‖dW‖ × {ratio:.1g}; {text}"


def _guessing(ill, well):
    ratio = ill.history.loss[-1] / guess(ill)
    ok = ratio > 0.93 and ill.skill < 0.12 and well.history.loss[-1] < 0.6 * guess(well)
    return ok, f"loss {ratio:.2f} of a guess's; skill {ill.skill:.2f} instead of {well.skill:.2f}"


def _cannot_learn_one_batch(ill, well):
    a, b = one_batch(ill.setup), one_batch(well.setup)
    return a > 0.7 and b < 0.2, f"one batch: {a:.2f} of a guess's loss instead of {b:.2g}"


def _unshuffled(ill, well):
    bad, text = worse(ill, well, 0.1, 1.5)
    y, b = np.asarray(ill.rows.y, float), ill.setup.batch or 32
    within = np.mean([y[i : i + b].var() for i in range(0, len(y), b)]) / y.var()
    return bad and within < 0.2, f"variance within a batch {within:.1%}; {text}"


def _imbalance(ill, well):
    y = ill.rows.y
    few = np.bincount(np.asarray(y, int)).min() / len(y)
    bad, text = worse(ill, well, 0.15)
    return bad and few < 0.05, f"{few:.1%} of the rows; {text}"


def _leaked_validation(ill, well):
    a, b = leaked(ill), leaked(well)
    return a > 0.15 and b == 0, f"{a:.0%} of the validation rows instead of {b:.0%}"


def _suspicious_labels(ill, well):
    changed = float(np.mean(ill.rows.y != well.rows.y))
    bad, text = worse(ill, well, 0.03)
    ok = bad and 0.03 <= changed <= 0.12 and well.skill > 0.85
    return ok, f"{changed:.0%} of the labels; {text}"


def _overfitting(ill, well):
    val, loss = ill.history.val_loss, ill.history.loss
    text = f"validation loss from {val.min():.3g} to {val[-1]:.3g}, training loss {loss[-1]:.2g}"
    return val[-1] > 1.4 * val.min() and loss[-1] < 0.3 * val[-1], text


def _batch_too_small(ill, well):
    bad, text = worse(ill, well, 0.1, 1.3)
    return bad, text


def _constant_columns(ill, well):
    a, b = (int((np.ptp(t.rows.X, axis=0) == 0).sum()) for t in (ill, well))
    return a > 0 and b == 0, f"{a} constant columns instead of {b}"


def _duplicated_columns(ill, well):
    a, b = twins(ill), twins(well)
    return a > 0 and b == 0, f"{a} pairs of equal columns instead of {b}"


def _capacity_too_small(ill, well):
    a, b = (t.skill_on(t.rows.X, t.rows.y) for t in (ill, well))
    return a < 0.75 * b, f"skill on the training rows {a:.2f} instead of {b:.2f}"


MEASURES = {
    "inputs_not_scaled": lambda ill, well: worse(ill, well, 0.1, 1.5),
    "targets_not_scaled": lambda ill, well: worse(ill, well, 0.1),
    "learning_rate_too_high": lambda ill, well: worse(ill, well, 0.15, 5.0),
    "learning_rate_too_low": worse,
    "dead_units": _dead_units,
    "saturated_units": _saturated_units,
    "vanishing_gradients": _vanishing_gradients,
    "exploding_gradients": _exploding_gradients,
    "guessing": _guessing,
    "cannot_learn_one_batch": _cannot_learn_one_batch,
    "loss_does_not_fit": lambda ill, well: worse(ill, well, 0.03, 1.5),
    "unshuffled": _unshuffled,
    "imbalance": _imbalance,
    "leaked_validation": _leaked_validation,
    "suspicious_labels": _suspicious_labels,
    "overfitting": _overfitting,
    "batch_too_small": _batch_too_small,
    "constant_columns": _constant_columns,
    "duplicated_columns": _duplicated_columns,
    "capacity_too_small": _capacity_too_small,
}


def proof(kind: str, ill: Trained, well: Trained) -> tuple[bool, str]:
    """Return whether the run is ill as it is said to be, with the numbers that show it."""
    return MEASURES[kind](ill, well)
