"""One weight, step by step: the vector code of a rule, and its equations in plain Python."""

import numpy as np

GRADIENTS = [0.0, 1e-4, 2.0, -0.5, -0.4, 0.0, 1e-4, -3.0, 0.7, 0.6, 0.5, -1e-3]
START = 0.3
EPS = 1e-8
# the slots of several rules, at their start
MV, RMS = {"m": 0.0, "v": 0.0}, {"ms": 0.0, "mg": 0.0, "mom": 0.0}
D2 = {"g2": 0.0, "d2": 0.0}


def rate(t):
    """Return a learning rate that changes once."""
    return 0.1 if t < 6 else 0.03


def path(rule, gradients, theta=0.0):
    """Return θ after each step of the vector code, for one weight."""
    theta, thetas = np.array([theta]), []
    slots = rule.start(theta)
    for t, g in enumerate(gradients, 1):
        rule.step(t, theta, np.array([g]), *slots.values())
        thetas.append(float(theta[0]))
    return thetas


def rated_path(rule):
    """Return θ after each step of the vector code, with `rate`."""
    theta, thetas = np.array([START]), []
    slots = rule.start(theta)
    for t, g in enumerate(GRADIENTS, 1):
        rule.scaled(rate(t)).step(t, theta, np.array([g]), *slots.values())
        thetas.append(float(theta[0]))
    return thetas


def loop(move, start, rated=True):
    """Return θ after each step.

    `move(t, lr, g, s, theta)` changes the dict s and returns the change of θ.
    """
    s, theta, thetas = dict(start), START, []
    for t, g in enumerate(GRADIENTS, 1):
        theta = theta + move(t, rate(t) if rated else 1.0, g, s, theta)
        thetas.append(theta)
    return thetas


def moments(g, s):
    """Move and return the two means of Adam."""
    s["m"] = 0.9 * s["m"] + (1 - 0.9) * g
    s["v"] = 0.999 * s["v"] + (1 - 0.999) * g**2
    return s["m"], s["v"]


def covers_every_form(paper, cases):
    """Return True if each library's form of a rule is among the cases."""
    covered = {type(rule) for rule, _, _ in cases.values()}
    return covered >= {type(form) for form in paper.profiles().values()}
