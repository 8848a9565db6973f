"""Every number is the sum of its terms."""

import numpy as np
import pytest
from tests.drawn_networks import draw
from tests.recording.updates import update_of

from chainrule.recording.explained import Explained
from chainrule.recording.program_stages import program_stages

LIMIT = {"float32": 1e-5, "float64": 1e-6}


def random_entries(stages, rng, count):
    """Yield random entries of random values of all stages."""
    quantities = [q for s in stages for q in s.quantities if not q.given and np.size(q.array)]
    for _ in range(count):
        q = quantities[rng.integers(len(quantities))]
        yield q, tuple(int(rng.integers(n)) for n in q.shape)


def check_entries(seed, count):
    """Check that the terms of random entries of a drawn network add up."""
    drawn, dtype = draw(seed), ("float32", "float64")[seed % 2]
    net = drawn.network(dtype)
    stages = program_stages(update_of(net, drawn.X, drawn.y))
    for q, at in random_entries(stages, np.random.default_rng(seed), count):
        found = Explained(q, at)
        size = float(np.abs(found.values).sum())
        if np.isfinite(found.value):
            assert abs(found.error) <= LIMIT[dtype] * size, (drawn, q.symbol, at)
            assert found.adds_up, (drawn, q.symbol, at)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(20))
def test_terms_add_up(seed):
    check_entries(seed, 20)
