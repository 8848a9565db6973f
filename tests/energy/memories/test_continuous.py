"""The continuous network: the paper's numbers, falling energies, slopes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.energy import ContinuousHopfield

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


def test_the_papers_two_neurons():
    network = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=1.4)
    path = network.recall([0.2, -0.05])
    np.testing.assert_allclose(path.energies[[0, -1]], [0.04572797, -0.05300983], atol=5e-9)
    np.testing.assert_allclose(network.outputs(path.state), [0.57287298] * 2, atol=1e-7)
    assert np.diff(path.energies).max() <= 2e-16
    assert path.ended == "fixed point"


def test_both_signs_are_stable_and_the_gain_must_exceed_one():
    network = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=1.4, step=0.1)
    np.testing.assert_allclose(
        network.outputs(network.recall([-0.2, 0.05]).state), [-0.57287298] * 2, atol=1e-7
    )
    low = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=0.9, step=0.1)
    np.testing.assert_allclose(low.recall([0.2, 0.1]).state, 0, atol=1e-6)


@given(
    st.integers(1, 6),
    st.floats(0.3, 20),
    st.sampled_from(["atan", "tanh"]),
    st.floats(0.001, 1.0),
    SEEDS,
)
def test_continuous_energy_never_rises(N, gain, response, step, seed):
    rng = np.random.RandomState(seed)
    T = rng.randn(N, N)
    network = ContinuousHopfield.from_weights(
        T + T.T,
        gain=gain,
        response=response,
        step=step,
        steps=60,
        inputs=rng.randn(N),
        resistance=0.7,
        capacitance=1.3,
    )
    path = network.recall(0.3 * rng.randn(N))
    assert (np.diff(path.energies) <= 0).all()


@pytest.mark.parametrize("response", ["atan", "tanh"])
def test_the_slope_is_the_energys(response):
    """C du_i/dt = −∂E/∂V_i, by central differences in V."""
    rng = np.random.RandomState(0)
    T = rng.randn(4, 4)
    network = ContinuousHopfield.from_weights(
        T + T.T, gain=1.2, response=response, inputs=0.3, resistance=0.8, capacitance=1.5
    )
    u = rng.randn(4) * 0.4
    inverse = {
        "atan": lambda V: np.tan(np.pi * V / 2) * 2 / (np.pi * 1.2),
        "tanh": lambda V: np.arctanh(V) / 1.2,
    }[response]
    V = network.outputs(u)
    for i in range(4):
        step = np.eye(4)[i] * 1e-5
        slope = (network.energy(inverse(V + step)) - network.energy(inverse(V - step))) / 2e-5
        np.testing.assert_allclose(-slope / 1.5, network.slope(u[None])[0, i], rtol=1e-6, atol=1e-8)


def test_a_high_gain_recalls_like_two_state_units():
    x = signs(0, 2, 30)
    network = ContinuousHopfield(20.0, step=0.05).store(x)
    noisy = x[0].copy()
    noisy[:4] *= -1
    path = network.recall(0.05 * noisy)
    np.testing.assert_array_equal(np.sign(path.state), x[0])
    assert path.overlaps[-1][0] == 1
    assert network.update(0.05 * noisy).shape == (30,)
    assert "30 units" in repr(network)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ContinuousHopfield(0), cr.ParameterError, "gain must be"),
        (lambda: ContinuousHopfield(response="relu"), cr.ParameterError, "response must be"),
        (lambda: ContinuousHopfield(steps=0), cr.ParameterError, "steps must be"),
        (lambda: ContinuousHopfield().energy([1.0]), cr.NotBuiltError, "store"),
        (
            lambda: ContinuousHopfield.from_weights([[0, 1], [0, 0]]),
            cr.ParameterError,
            "not symmetric",
        ),
        (lambda: ContinuousHopfield.from_weights([[0, 1]]), cr.ShapeError, "(N, N)"),
        (
            lambda: ContinuousHopfield(inputs=[1.0, 2.0]).store(signs(0, 1, 3)),
            cr.ShapeError,
            "one number, or 3",
        ),
        (
            lambda: ContinuousHopfield().store(signs(0, 1, 3)).recall(np.ones((2, 3))),
            cr.ShapeError,
            "one state",
        ),
    ],
)
def test_what_cannot_be_is_said(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
