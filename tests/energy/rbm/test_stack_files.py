"""Stacks of RBMs as files: they come back, and hostile files are refused."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import DeepBeliefNetwork
from chainrule.files.container import read, write

RNG = np.random.default_rng(0)
ROWS = (RNG.random((20, 9)) < 0.4).astype(float)


@pytest.mark.parametrize("kind", ["binary", "gaussian"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_stack_comes_back(tmp_path, kind, dtype):
    path = tmp_path / "stack.safetensors"
    stack = DeepBeliefNetwork(6, 4, 3, kind=kind, seed=7, dtype=dtype)
    with pytest.raises(cr.NotBuiltError, match="fit first"):
        stack.save(path)
    stack.fit(ROWS, epochs=3, verbose=0)
    stack.save(path)
    found = DeepBeliefNetwork.load(path)
    assert repr(found) == repr(stack)
    assert [rbm.seed for rbm in found.rbms] == [7, 8, 9] and found.rbms[0].kind == kind
    assert (found.transform(ROWS) == stack.transform(ROWS)).all()
    assert (found.autoencoder().predict(ROWS) == stack.autoencoder().predict(ROWS)).all()
    assert (found.generate(3, steps=5) == stack.generate(3, steps=5)).all()
    found.fit(ROWS, epochs=1, verbose=0)


def test_hostile_stacks_are_refused(tmp_path):
    path = tmp_path / "stack.safetensors"
    stack = DeepBeliefNetwork(6, 4)
    stack.fit(ROWS, verbose=0)
    stack.save(path)
    about, tensors = read(path)
    one, two = about["rbms"]
    for changed, arrays, words in (
        ({"rbms": []}, tensors, "not complete"),
        ({"rbms": [one, 3]}, tensors, "not complete"),
        ({"rbms": [one]}, tensors, "belong to no RBM"),
        ({"rbms": [one, two | {"hidden": 10**9}]}, tensors, "shapes"),
        ({"rbms": [one, two | {"kind": "gaussian"}]}, tensors, "do not fit on each other"),
        (
            {"rbms": [one, one]},
            tensors | {f"rbm2/{n}": tensors[f"rbm1/{n}"] for n in "Wbc"},
            "do not fit on each other",
        ),
        ({}, tensors | {"rbm1/c": np.full(6, np.nan, np.float32)}, "finite float32"),
        ({}, tensors | {"rbm3/c": np.zeros(6, np.float32)}, "belong to no RBM"),
        ({"model": "rbm"}, tensors, "expected a deep belief network"),
    ):
        write(path, arrays, about | changed)
        with pytest.raises(cr.FileError, match=words):
            DeepBeliefNetwork.load(path)
