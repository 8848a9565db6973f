"""The entries of the energy models in C: random numbers as NumPy draws them."""

import numpy as np
import pytest

from chainrule.energy.native import legacy_uniforms
from chainrule.engines import native


@pytest.mark.parametrize("skipped", [0, 1, 623, 700])
def test_uniforms_of_a_random_state_and_its_state_afterwards(skipped):
    ours, numpys = np.random.RandomState(5), np.random.RandomState(5)
    for rng in (ours, numpys):
        rng.random_sample(skipped)
    assert (legacy_uniforms(ours, (7, 90)) == numpys.random_sample((7, 90))).all()
    assert (ours.random_sample(9) == numpys.random_sample(9)).all()


def test_another_generator_is_asked_itself():
    ours, numpys = (np.random.RandomState(np.random.PCG64(3)) for _ in range(2))
    assert (legacy_uniforms(ours, (4, 5)) == numpys.random_sample((4, 5))).all()


def test_without_the_engine_numpy_draws(monkeypatch):
    monkeypatch.setattr(native, "available", lambda: False)
    ours, numpys = np.random.RandomState(5), np.random.RandomState(5)
    assert (legacy_uniforms(ours, (4, 5)) == numpys.random_sample((4, 5))).all()
