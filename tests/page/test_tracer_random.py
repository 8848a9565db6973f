"""Random numbers in JavaScript: the bits of Python's."""

import numpy as np
import pytest

from chainrule import random

pytestmark = pytest.mark.slow


def test_random_numbers_have_the_bits_of_python(node):
    rng = np.random.default_rng(0)
    asked = [
        {
            "counter": rng.integers(2**32, size=4).tolist(),
            "seed": int(rng.choice([0, 1, 2**32 - 1, rng.integers(2**32)])),
            "step": int(rng.integers(2**32)),
            "purpose": int(rng.integers(7)),
            "path": str(rng.choice(["dense1/W", "", "block/conv2d3/b", "früh/層1/W"])),
            "rows": rng.integers(2**31, size=rng.integers(1, 5)).tolist(),
            "columns": int(rng.integers(1, 40)),
        }
        for _ in range(60)
    ]
    for one, answer in zip(asked, node("tracer_random.js", asked), strict=True):
        hashed, key = random.path_hash(one["path"]), (one["seed"], one["step"])
        assert answer["hash"] == hashed
        found = [int(word) for word in random.philox(one["counter"], (one["seed"], hashed))]
        assert answer["philox"] == found
        where = key, one["purpose"], hashed, np.array(one["rows"]), one["columns"]
        for name in ("words", "uniform", "normal"):
            assert answer[name] == getattr(random, name)(*where).ravel().tolist(), name
        assert answer["permutation"] == random.permutation(key, 7 * one["columns"]).tolist()
