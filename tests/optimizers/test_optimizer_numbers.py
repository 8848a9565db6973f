"""Each optimiser at its own numbers: one step by hand, the first steps of the libraries, and what the survey points out."""

import math

import numpy as np
import pytest

from chainrule.errors import ParameterError
from chainrule.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Cosine,
    Momentum,
    Nadam,
    Nesterov,
    RMSprop,
    Rprop,
)


def path(rule, gradients, theta=0.0):
    """θ after each step, for one weight."""
    theta, thetas = np.array([theta]), []
    slots = rule.start(theta)
    for t, g in enumerate(gradients, 1):
        rule.step(t, theta, np.array([g]), *slots.values())
        thetas.append(float(theta[0]))
    return thetas


# ------------------------------------------------------------------------------------------------------------- one step by hand

BY_HAND = [  # from θ = 1 with g = 2 at the paper's numbers
    (SGD(), 1 - 0.01 * 2),
    (Momentum(), 1 - 0.01 * 2),
    (Nesterov(), 1 - (0.9 * 0.02 + 0.02)),
    (Adagrad(), 1 - 0.01 * 2 / math.sqrt(4 + 1e-8)),
    (Adadelta(), 1 - math.sqrt(1e-6) / math.sqrt(0.05 * 4 + 1e-6) * 2),
    (RMSprop(), 1 - 0.001 * 2 / math.sqrt(0.1 * 4 + 1e-8)),
    (Adam(), 1 - 0.001 * 2 / (2 + 1e-8)),
    (AdaMax(), 1 - 0.002 * 2 / 2),
    (Nadam(), 1 - 0.001 * (0.9 * 2 + 2) / (2 + 1e-8)),
    (AMSGrad(), 1 - 0.001 * 0.2 / (math.sqrt(0.004) + 1e-8)),
    (AdamW(), 1 - 0.001 * (2 / (2 + 1e-8) + 0.01)),
    (Rprop(), 1 - 0.1),
]


@pytest.mark.parametrize(("rule", "theta"), BY_HAND, ids=lambda v: type(v).__name__)
def test_first_step_by_hand(rule, theta):
    assert path(rule, [2.0], theta=1.0) == pytest.approx([theta], abs=1e-14)


FIRST = [  # FACTS, table 3.4: −θ after one step from 0 for g = 1, 0.1 and 1e-4
    (Adagrad.like("torch"), 1.000000e-2, 1.000000e-2, 9.999990e-3),
    (Adagrad.like("keras"), 9.534625e-4, 3.015112e-4, 3.162276e-7),
    (Adagrad.like("tf1", lr=0.01), 9.534626e-3, 3.015113e-3, 3.162277e-6),
    (Adadelta.like("torch"), 3.162262e-3, 3.160698e-3, 9.995004e-5),
    (Adadelta.like("keras"), 1.414212e-6, 1.414072e-6, 9.975093e-8),
    (Adadelta.like("tf1"), 4.472135e-7, 4.472091e-7, 9.759001e-8),
    (RMSprop.like("torch"), 9.999999e-2, 9.999990e-2, 9.990010e-2),
    (RMSprop.like("keras"), 3.162276e-3, 3.162120e-3, 3.146584e-4),
    (RMSprop.like("tf1", lr=0.001), 1.000000e-3, 1.053507e-4, 1.054093e-7),
    (RMSprop.like("optax", lr=0.01), 3.162278e-2, 3.162262e-2, 9.534626e-3),
    (Adam.like("torch"), 1.000000e-3, 9.999999e-4, 9.999000e-4),
    (Adam.like("keras"), 9.999968e-4, 9.999684e-4, 9.693466e-4),
    (Adam.like("tf1"), 9.999997e-4, 9.999969e-4, 9.968477e-4),
    (AdaMax.like("torch"), 2.0e-3, 2.0e-3, 1.9998e-3),
    (AdaMax.like("keras"), 1.0e-3, 1.0e-3, 9.9900e-4),
    (AdaMax.like("optax", lr=0.002), 2.0e-3, 2.0e-3, 1.9998e-3),
    (Nadam.like("torch"), 2.112904e-3, None, None),
    (Nadam.like("keras"), 1.062788e-3, None, None),
    (Nadam.like("optax", lr=0.002), 2.947368e-3, None, None),
]


@pytest.mark.parametrize(
    ("rule", "at_1", "at_tenth", "at_small"), FIRST, ids=lambda v: type(v).__name__
)
def test_first_step_at_library_defaults(rule, at_1, at_tenth, at_small):
    for g, want in ((1.0, at_1), (0.1, at_tenth), (1e-4, at_small)):
        if want is not None:
            digits = 5e-5 if type(rule).__name__.startswith("AdaMax") else 1e-6
            assert -path(rule, [g])[0] == pytest.approx(want, rel=digits)


# ------------------------------------------------------------------------------------------------------ what the survey points out


@pytest.mark.parametrize(
    "rule", [Nesterov, lambda lr: Nesterov.like("torch", lr=lr)], ids=["paper", "torch"]
)
def test_nesterov_keeps_the_look_ahead_point(rule):
    """FACTS 3.2: φ_t = θ_t − μ v_t is Ruder's sequence."""
    curvature = np.array([1.0, 3.0])
    theta, v, phi = np.array([1.0, -2.0]), np.zeros(2), np.array([1.0, -2.0])
    slots = rule(0.05).start(phi)
    for t in range(1, 21):
        v = 0.9 * v + 0.05 * curvature * (theta - 0.9 * v)
        theta = theta - v
        rule(0.05).step(t, phi, curvature * phi, *slots.values())
        assert np.abs(phi - (theta - 0.9 * v)).max() <= 1e-15


def test_nesterov_of_the_paper_also_with_a_schedule():
    """With the rate inside the sum the forms agree for any rates; outside only for a constant one."""
    apart = {}
    for name, rule in {
        "paper": Nesterov(lr=Cosine(0.05, 20)),
        "torch": Nesterov.like("torch", lr=Cosine(0.05, 20)),
    }.items():
        theta, v, phi = 1.0, 0.0, np.array([1.0])
        slots = rule.start(phi)
        for t in range(1, 16):
            v = 0.9 * v + Cosine(0.05, 20)(t) * (theta - 0.9 * v)
            theta = theta - v
            rule.at(t).step(t, phi, phi.copy(), *slots.values())
        apart[name] = abs(phi[0] - (theta - 0.9 * v))
    assert apart["paper"] <= 1e-15 and apart["torch"] > 1e-3


def test_optax_adadelta_goes_downhill_here():
    """FACTS 3.3: with its default rate (None) Optax climbs from 1 to 2.2704; with 1 it falls to 0.3313."""
    rule, theta = Adadelta.like("optax"), np.array([1.0])
    slots = rule.start(theta)
    for t in range(1, 201):
        rule.step(t, theta, 2 * theta, *slots.values())
    assert theta[0] == pytest.approx(0.3313, abs=5e-5)


def test_adagrad_gives_rare_features_larger_steps():
    rule, theta = Adagrad(), np.zeros(2)
    slots = rule.start(theta)
    for t in range(1, 20):
        rule.step(t, theta, np.array([1.0, float(t == 19)]), *slots.values())
    before = theta.copy()
    rule.step(20, theta, np.array([1.0, 1.0]), *slots.values())
    often, rarely = before - theta
    assert rarely > 3 * often


def test_centered_survives_a_constant_gradient():
    """E[g²] − E[g]² of a constant is 0 but for rounding, which may fall on either side."""
    for rule in (RMSprop(centered=True), RMSprop.like("torch", centered=True)):
        assert all(map(math.isfinite, path(rule, [1e6 / 3] * 2000)))


def test_messages_for_what_cannot_be():
    with pytest.raises(ParameterError) as failure:
        Adam(lr=-1)
    assert str(failure.value) == "Adam(lr=-1): lr must be a number > 0. The usual value is 0.001."
    with pytest.raises(
        ParameterError, match=r"Adagrad\(eps=0\): eps must be > 0 when initial_accumulator is 0"
    ):
        Adagrad(eps=0)
    with pytest.raises(ParameterError, match=r"Adagrad\(lr=-1\)"):
        Adagrad.like("tf1", lr=-1)
    with pytest.raises(ParameterError, match=r"RMSprop\(centered=1\)"):
        RMSprop(centered=1)
    with pytest.raises(
        ParameterError, match=r"Rprop\(largest=1e-09\): largest must be a number ≥ smallest"
    ):
        Rprop(largest=1e-9)
    with pytest.raises(
        ParameterError, match=r"AdaMax\.like\('tf1'\): expected .*, got 'tf1', which has no AdaMax"
    ):
        AdaMax.like("tf1")
    with pytest.raises(ParameterError, match=r"such as Adadelta\.like\('torch'\)"):
        Adadelta().scaled(0.5)


def test_differences_by_eye():
    text = Adam.like("keras").differences()
    assert "√(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε)" in text and "eps = 1e-07 (paper: 1e-08)" in text
    assert Adam.like("torch").differences() == "Adam: the paper's form with the paper's numbers."
    assert "lr = 1.0 (paper: none)" in Adadelta.like("torch").differences()
    assert "initial_accumulator = 1.0 (paper: 0.0)" in RMSprop.like("tf1").differences()
