"""RBMs as files: they come back, and hostile files are refused."""

import numpy as np
import pytest
from tests.naive_rbm import BARS, same

import chainrule as cr
from chainrule.energy import Sparsity


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"kind": "gaussian", "classes": 3},
        {"penalty": cr.ElasticNet(0.1, 0.2), "sparsity": Sparsity(0.1)},
    ],
    ids=repr,
)
def test_a_file_gives_the_machine_back(tmp_path, options):
    path = tmp_path / "rbm.safetensors"
    rbm = cr.RBM(
        4, visible=9, seed=5, dtype="float64", initial_weights={"b": np.arange(9.0)}, **options
    )
    rbm.theta[...] += np.random.default_rng(0).normal(size=rbm.theta.size)
    rbm.save(path)
    found = cr.RBM.load(path)
    assert same(found, rbm) and repr(found) == repr(rbm)
    assert (found.penalty, found.sparsity) == (rbm.penalty, rbm.sparsity)
    assert (found.transform(BARS) == rbm.transform(BARS)).all()
    assert same(found.reset(), rbm.reset())


def test_files_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "file.safetensors"
    cr.RBM(4, visible=9).save(path)
    with pytest.raises(
        cr.FileError, match=r"expected a Network, got a Boltzmann machine\. Use .* RBM"
    ):
        cr.Network.load(path)
    cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,)).save(path)
    with pytest.raises(
        cr.FileError, match=r"expected an RBM, got another file of chainrule\. Use Network\.load"
    ):
        cr.RBM.load(path)


def test_hostile_files_are_refused(tmp_path):
    from chainrule.files.container import read, write

    path = tmp_path / "rbm.safetensors"
    cr.RBM(4, visible=9).save(path)
    about, tensors = read(path)
    for changed, arrays, words in (
        (about | {"hidden": 10**9}, tensors, "do not have the shapes"),
        (about | {"kind": "quantum"}, tensors, "kind must be"),
        (about | {"penalty": ["L2", {"rate": "much"}]}, tensors, "rate"),
        (about | {"penalty": ["L2", {"colour": 1}]}, tensors, "no setting"),
        (about | {"penalty": ["Network", {}]}, tensors, "penalty is not"),
        (about | {"seed": None}, tensors, "not complete"),
        (about, tensors | {"V": tensors["W"]}, "expected the arrays W, b, c"),
        (about, tensors | {"c": np.full(4, np.nan, np.float32)}, "expected finite float32"),
    ):
        write(path, arrays, changed)
        with pytest.raises(cr.FileError, match=words):
            cr.RBM.load(path)
