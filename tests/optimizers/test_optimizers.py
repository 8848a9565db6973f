"""Each rule against its equations, by slow loops on single numbers."""

import math

import numpy as np
import pytest

from chainrule.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Momentum,
    Nadam,
    Nesterov,
    RMSprop,
    Rprop,
)

GRADIENTS = [0.0, 1e-4, 2.0, -0.5, -0.4, 0.0, 1e-4, -3.0, 0.7, 0.6, 0.5, -1e-3]


def rate(t):
    return 0.1 if t < 6 else 0.03


def path(rule, gradients=GRADIENTS, theta=0.3, rated=True):
    """θ after each step of the vector code, for one weight."""
    theta, thetas = np.array([theta]), []
    slots = rule.start(theta)
    for t, g in enumerate(gradients, 1):
        now = rule.scaled(rate(t)) if rated else rule
        now.step(t, theta, np.array([g]), *slots.values())
        thetas.append(float(theta[0]))
    return thetas


# ---------------------------------------------------------------------------------------------- the equations, one number at a time


def loop(move, start, gradients=GRADIENTS, theta=0.3, rated=True):
    """θ after each step; `move(t, lr, g, s, theta)` changes the dict s and returns the change of θ."""
    s, thetas = dict(start), []
    for t, g in enumerate(gradients, 1):
        theta = theta + move(t, rate(t) if rated else 1.0, g, s, theta)
        thetas.append(theta)
    return thetas


def sgd(t, lr, g, s, theta):
    return -lr * g


def momentum(t, lr, g, s, theta):
    s["v"] = 0.9 * s["v"] + lr * g
    return -s["v"]


def momentum_rate_outside(t, lr, g, s, theta):
    s["b"] = 0.9 * s["b"] + g
    return -lr * s["b"]


def nesterov(t, lr, g, s, theta):
    """Keras: m = μ m − lr g, θ += μ m − lr g."""
    s["m"] = 0.9 * s["m"] - lr * g
    return 0.9 * s["m"] - lr * g


def nesterov_rate_outside(t, lr, g, s, theta):
    s["b"] = 0.9 * s["b"] + g
    return -lr * (g + 0.9 * s["b"])


def adagrad(eps, inside):
    def move(t, lr, g, s, theta):
        s["G"] += g**2
        return -lr * g / (math.sqrt(s["G"] + eps) if inside else math.sqrt(s["G"]) + eps)

    return move


def adadelta(rho, eps):
    def move(t, lr, g, s, theta):
        s["g2"] = rho * s["g2"] + (1 - rho) * g**2
        d = -math.sqrt(s["d2"] + eps) / math.sqrt(s["g2"] + eps) * g
        s["d2"] = rho * s["d2"] + (1 - rho) * d**2
        return lr * d

    return move


def rmsprop(rho, eps, inside, mu=0.0, centered=False):
    def move(t, lr, g, s, theta):
        s["ms"] = rho * s["ms"] + (1 - rho) * g**2
        s["mg"] = rho * s["mg"] + (1 - rho) * g
        spread = s["ms"] - s["mg"] ** 2 if centered else s["ms"]
        if inside:  # and the rate inside the sum
            s["mom"] = mu * s["mom"] + lr * g / math.sqrt(spread + eps)
            return -s["mom"]
        s["mom"] = mu * s["mom"] + g / (math.sqrt(spread) + eps)
        return -lr * s["mom"]

    return move


def moments(g, s):
    s["m"] = 0.9 * s["m"] + (1 - 0.9) * g
    s["v"] = 0.999 * s["v"] + (1 - 0.999) * g**2
    return s["m"], s["v"]


def adam(eps, hat, decay=0.0):
    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        if hat:
            step = math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (math.sqrt(v) + eps)
        else:
            step = m / (1 - 0.9**t) / (math.sqrt(v / (1 - 0.999**t)) + eps)
        return -lr * (step + decay * theta)

    return move


def adamax(form, eps=0.0):
    def move(t, lr, g, s, theta):
        s["m"] = 0.9 * s["m"] + (1 - 0.9) * g
        s["u"] = max(0.999 * s["u"], abs(g) + (eps if form == "inside" else 0))
        bottom = s["u"] + (eps if form == "outside" else 0)
        return -lr / (1 - 0.9**t) * (s["m"] / bottom if bottom else 0)

    return move


def nadam(form, eps, psi=1.0):
    def mu(t):
        return 0.9 * (1 - 0.5 * 0.96 ** (psi * t))

    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        if form == "ruder":
            top = 0.9 * (m / (1 - 0.9**t)) + (1 - 0.9) * g / (1 - 0.9**t)
        elif form == "dozat":
            top = 0.9 * m / (1 - 0.9 ** (t + 1)) + (1 - 0.9) * g / (1 - 0.9**t)
        else:
            product = math.prod(mu(i) for i in range(1, t + 1))
            top = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        return -lr / (math.sqrt(v / (1 - 0.999**t)) + eps) * top

    return move


def amsgrad(form, eps):
    def move(t, lr, g, s, theta):
        m, v = moments(g, s)
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        s["max"] = max(s["max"], v / c2 if form == "optax" else v)
        return {
            "paper": lambda: -lr * m / (math.sqrt(s["max"]) + eps),
            "torch": lambda: -lr * m / c1 / (math.sqrt(s["max"] / c2) + eps),
            "keras": lambda: -lr * math.sqrt(c2) / c1 * m / (math.sqrt(s["max"]) + eps),
            "optax": lambda: -lr * m / c1 / (math.sqrt(s["max"]) + eps),
        }[form]()

    return move


def rprop(form, first=0.1):
    def sign(x):
        return (x > 0) - (x < 0)

    def move(t, lr, g, s, theta):
        delta, last = s.get("delta", first), s.get("last", 0.0)
        if g * last > 0:
            delta = min(delta * 1.2, 50)
        elif g * last < 0:
            delta = max(delta * 0.5, 1e-6)
        s["delta"] = delta
        if form == "optax":
            s["last"] = 0.0 if g * last < 0 else sign(g) * delta
            return 0.0 if g * last < 0 else -last
        s["last"] = 0.0 if form == "torch" and g * last < 0 else g
        return -sign(s["last"]) * delta

    return move


MV, RMS, EPS = {"m": 0.0, "v": 0.0}, {"ms": 0.0, "mg": 0.0, "mom": 0.0}, 1e-8
D2 = {"g2": 0.0, "d2": 0.0}
CASES = {
    "SGD-paper": (SGD(lr=1), sgd, {}),
    "Momentum-paper": (Momentum(lr=1), momentum, {"v": 0}),
    "Momentum-keras": (Momentum.like("keras", lr=1), momentum, {"v": 0}),
    "Momentum-sklearn": (Momentum.like("sklearn", lr=1), momentum, {"v": 0}),
    "Momentum-torch": (Momentum.like("torch", lr=1), momentum_rate_outside, {"b": 0}),
    "Momentum-tf1": (Momentum.like("tf1", lr=1), momentum_rate_outside, {"b": 0}),
    "Momentum-optax": (Momentum.like("optax", lr=1), momentum_rate_outside, {"b": 0}),
    "Nesterov-paper": (Nesterov(lr=1), nesterov, {"m": 0}),
    "Nesterov-keras": (Nesterov.like("keras", lr=1), nesterov, {"m": 0}),
    "Nesterov-torch": (Nesterov.like("torch", lr=1), nesterov_rate_outside, {"b": 0}),
    "Nesterov-tf1": (Nesterov.like("tf1", lr=1), nesterov_rate_outside, {"b": 0}),
    "Nesterov-optax": (Nesterov.like("optax", lr=1), nesterov_rate_outside, {"b": 0}),
    "Adagrad-paper": (Adagrad(lr=1), adagrad(EPS, True), {"G": 0}),
    "Adagrad-torch": (Adagrad.like("torch", lr=1), adagrad(1e-10, False), {"G": 0}),
    "Adagrad-keras": (Adagrad.like("keras", lr=1), adagrad(1e-7, True), {"G": 0.1}),
    "Adagrad-optax": (Adagrad.like("optax", lr=1), adagrad(1e-7, True), {"G": 0.1}),
    "Adagrad-tf1": (Adagrad.like("tf1", lr=1), adagrad(0.0, True), {"G": 0.1}),
    "Adadelta-torch": (Adadelta.like("torch"), adadelta(0.9, 1e-6), D2),
    "Adadelta-optax": (Adadelta.like("optax"), adadelta(0.9, 1e-6), D2),
    "Adadelta-keras": (Adadelta.like("keras", lr=1), adadelta(0.95, 1e-7), D2),
    "Adadelta-tf1": (Adadelta.like("tf1", lr=1), adadelta(0.95, 1e-8), D2),
    "RMSprop-paper": (RMSprop(lr=1), rmsprop(0.9, EPS, True), RMS),
    "RMSprop-paper-both": (
        RMSprop(lr=1, momentum=0.5, centered=True, eps=1e-4),
        rmsprop(0.9, 1e-4, True, 0.5, True),
        RMS,
    ),
    "RMSprop-keras": (
        RMSprop.like("keras", lr=1, momentum=0.7),
        rmsprop(0.9, 1e-7, True, 0.7),
        RMS,
    ),
    "RMSprop-optax": (RMSprop.like("optax", lr=1), rmsprop(0.9, 1e-8, True), RMS),
    "RMSprop-tf1": (
        RMSprop.like("tf1", lr=1, momentum=0.7),
        rmsprop(0.9, 1e-10, True, 0.7),
        {**RMS, "ms": 1.0},
    ),
    "RMSprop-tf1-centered": (
        RMSprop.like("tf1", lr=1, centered=True),
        rmsprop(0.9, 1e-10, True, 0, True),
        {**RMS, "ms": 1.0},
    ),
    "RMSprop-torch": (
        RMSprop.like("torch", lr=1, momentum=0.7),
        rmsprop(0.99, 1e-8, False, 0.7),
        RMS,
    ),
    "RMSprop-torch-centered": (
        RMSprop.like("torch", lr=1, centered=True),
        rmsprop(0.99, 1e-8, False, 0, True),
        RMS,
    ),
    "Adam-paper": (Adam(lr=1), adam(EPS, False), MV),
    "Adam-torch": (Adam.like("torch", lr=1), adam(EPS, False), MV),
    "Adam-optax": (Adam.like("optax", lr=1), adam(EPS, False), MV),
    "Adam-keras": (Adam.like("keras", lr=1), adam(1e-7, True), MV),
    "Adam-tf1": (Adam.like("tf1", lr=1), adam(1e-8, True), MV),
    "Adam-sklearn": (Adam.like("sklearn", lr=1), adam(1e-8, True), MV),
    "AdaMax-paper": (AdaMax(lr=1), adamax("paper"), {"m": 0, "u": 0}),
    "AdaMax-torch": (AdaMax.like("torch", lr=1), adamax("inside", 1e-8), {"m": 0, "u": 0}),
    "AdaMax-optax": (AdaMax.like("optax", lr=1), adamax("inside", 1e-8), {"m": 0, "u": 0}),
    "AdaMax-keras": (AdaMax.like("keras", lr=1), adamax("outside", 1e-7), {"m": 0, "u": 0}),
    "Nadam-paper": (Nadam(lr=1), nadam("ruder", EPS), MV),
    "Nadam-optax": (Nadam.like("optax", lr=1), nadam("dozat", EPS), MV),
    "Nadam-keras": (Nadam.like("keras", lr=1), nadam("scheduled", 1e-7), MV),
    "Nadam-torch": (Nadam.like("torch", lr=1), nadam("scheduled", EPS, 0.004), MV),
    "AMSGrad-paper": (AMSGrad(lr=1), amsgrad("paper", EPS), {**MV, "max": 0}),
    "AMSGrad-torch": (AMSGrad.like("torch", lr=1), amsgrad("torch", EPS), {**MV, "max": 0}),
    "AMSGrad-keras": (AMSGrad.like("keras", lr=1), amsgrad("keras", 1e-7), {**MV, "max": 0}),
    "AMSGrad-optax": (AMSGrad.like("optax", lr=1), amsgrad("optax", EPS), {**MV, "max": 0}),
    "AdamW-paper": (AdamW(lr=1), adam(EPS, False, 0.01), MV),
    "AdamW-torch": (AdamW.like("torch", lr=1), adam(EPS, False, 0.01), MV),
    "AdamW-optax": (AdamW.like("optax", lr=1), adam(EPS, False, 1e-4), MV),
    "AdamW-keras": (AdamW.like("keras", lr=1), adam(1e-7, True, 0.004), MV),
}


@pytest.mark.parametrize("name", CASES)
def test_meets_its_equations(name):
    rule, move, start = CASES[name]
    assert path(rule) == pytest.approx(loop(move, start), abs=1e-12)


UNRATED = {
    "Adadelta-paper": (Adadelta(), adadelta(0.95, 1e-6), D2),
    "Rprop-paper": (Rprop(), rprop("paper"), {}),
    "Rprop-torch": (Rprop.like("torch"), rprop("torch", 0.01), {}),
    "Rprop-optax": (Rprop.like("optax"), rprop("optax"), {}),
    "Rprop-limits": (Rprop(lr=49), rprop("paper", 49), {}),
}


@pytest.mark.parametrize("name", UNRATED)
def test_meets_its_equations_without_a_rate(name):
    rule, move, start = UNRATED[name]
    assert path(rule, rated=False) == pytest.approx(loop(move, start, rated=False), abs=1e-12)


def test_every_profile_is_here():
    for paper in (
        SGD,
        Momentum,
        Nesterov,
        Adagrad,
        Adadelta,
        RMSprop,
        Adam,
        AdaMax,
        Nadam,
        AMSGrad,
        AdamW,
        Rprop,
    ):
        for library in paper.profiles():
            name = f"{paper.__name__}-{library}"
            same = [n for n in CASES | UNRATED if n.startswith(paper.__name__ + "-")]
            assert name in same or any(
                type((CASES | UNRATED)[n][0]) is type(paper.like(library)) for n in same
            )
