"""Edits of somebody who can compute the seal: every file is used, or refused with our own error.

The description and the arrays of a good file are changed at random and sealed again. Whoever reads
it may refuse it or go on with it; no other exception, no endless loop, no damage.
"""

import json
import random
import warnings
from contextlib import suppress

import numpy as np
import pytest
from tests.files.test_fuzz_files import places
from tests.model import runs

import chainrule as cr
from chainrule.energy import PCD, DeepBeliefNetwork
from chainrule.files.container import read, write

BITS = (np.random.default_rng(0).random((24, 6)) < 0.5).astype(float)
NUMBERS = [0, 1, -1, 2, 3, 7, 2**31, -(2**31) - 1, 2**40, 2**63 - 1, -(2**63), 0.5, -0.0, 1e300]
VALUES = [None, True, "", "x", "float64", "layers.Dense", [], {}, [1], {"class": "layers.Tanh"}]
TYPES = [np.float64, np.float32, np.int64, np.int32, np.uint8, np.bool_]
SHAPES = [(), (0,), (1,), (2,), (3, 1), (1, 2, 2), (6,)]


def changed_text(about, draw):
    """Change or drop one entry of the description."""
    spots = places(json.dumps(about))
    *keys, last = draw.choice(spots)
    node = about
    for key in keys:
        node = node[key]
    if draw.random() < 0.2:
        del node[last]
    elif isinstance(node[last], str) and draw.random() < 0.5:
        node[last] += draw.choice([" ", "0", "'"])
    else:
        node[last] = draw.choice([*NUMBERS, *VALUES])


def changed_array(tensors, draw):
    """Change, drop, rename or copy one array; those of a run are chosen more often."""
    of_run = [name for name in tensors if ":" in name]
    name = draw.choice(of_run if of_run and draw.random() < 0.8 else list(tensors))
    a, kind = np.array(tensors[name]), draw.randrange(7)
    if kind == 0:
        del tensors[name]
    elif kind == 1:
        tensors[name + draw.choice(["x", "/x", "0"])] = tensors.pop(name)
    elif kind == 2:
        tensors[name] = a.astype(draw.choice(TYPES))
    elif kind == 3:
        shape = draw.choice(SHAPES)
        tensors[name] = np.resize(a, shape) if a.size else np.zeros(shape, a.dtype)
    elif kind == 4:
        tensors[name] = np.concatenate([a.ravel(), a.ravel()[:1]])
    else:
        flat = a.ravel()
        numbers = [v for v in NUMBERS if np.can_cast(np.array(v), a.dtype, "same_kind")]
        numbers += [np.nan, np.inf, -np.inf] if a.dtype.kind == "f" else []
        if flat.size and numbers:
            with np.errstate(all="ignore"), suppress(OverflowError):
                flat[draw.randrange(flat.size)] = draw.choice(numbers)
        tensors[name] = flat.reshape(a.shape)


def edited(path, good, draw):
    """Write a file with one to three changes under a seal that fits."""
    path.write_bytes(good)
    about, tensors = read(path)
    tensors = dict(tensors)
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        if draw.random() < 0.35:
            changed_text(about, draw)
        elif tensors:
            changed_array(tensors, draw)
    write(path, tensors, about)


# ---------------------------------------------------------------- files, and what is done with them


def checkpoint_of_a_network(path):
    runs.fit(path, epochs=2)


def resume_a_network(path):
    net = runs.network()
    before = net.build(runs.X, runs.y).theta.copy()
    try:
        runs.fit(net=net, epochs=3, resume=path)
    except cr.ChainruleError:
        if not net.run_state.step:
            assert net.theta.tobytes() == before.tobytes()
        raise


def load_a_network(path):
    net = cr.Network.load(path)
    net.predict(np.zeros((2, *net.inputs["x"]), net.dtype))


def checkpoint_with_a_thawed_layer(path):
    averaged_run(path, 2, None)


def resume_with_a_thawed_layer(path):
    averaged_run(None, 3, path)


def averaged_run(path, epochs, resume):
    net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), seed=1)
    net.build(runs.X, runs.y).freeze("dense1")
    parts = {"optimizer": (cr.Adam(), cr.EMA(0.9)), "batch_size": 32, "verbose": 0}
    net.fit(runs.X, runs.y, **parts)
    net.thaw("dense1/b")
    writers = [] if path is None else [cr.Checkpoint(path, every_steps=2)]
    net.fit(runs.X, runs.y, epochs=epochs, resume=resume, callbacks=writers, **parts)


def checkpoint_of_lbfgs(path):
    lbfgs_run(3, callbacks=[cr.Checkpoint(path)])


def resume_lbfgs(path):
    lbfgs_run(4, resume=path)


def lbfgs_run(epochs, **options):
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), seed=1)
    options |= {"optimizer": cr.LBFGS(), "batch_size": None, "verbose": 0}
    net.fit(runs.X, runs.X[:, :1] ** 2, epochs=epochs, **options)


def machine(**options):
    rbm = cr.RBM(3, seed=1)
    rbm.fit(BITS, sampler=PCD(), batch_size=8, verbose=0, **options)


def checkpoint_of_an_rbm(path):
    machine(epochs=2, callbacks=[cr.Checkpoint(path)])


def resume_an_rbm(path):
    machine(epochs=3, resume=path)


def load_an_rbm(path):
    rbm = cr.RBM.load(path)
    rbm.transform(np.zeros((2, rbm.visible)))


def memory(path):
    cr.Hopfield().store(np.where(BITS[:3] > 0, 1, -1)).save(path)


def recall(path):
    network = cr.Hopfield.load(path)
    network.predict(np.ones((2, len(network.weights)), int))


def stack(path):
    belief = DeepBeliefNetwork(3, 2, seed=7)
    belief.fit(BITS, epochs=1, verbose=0)
    belief.save(path)


def load_a_stack(path):
    belief = DeepBeliefNetwork.load(path)
    belief.transform(np.zeros((2, belief.rbms[0].visible)))


TABLE = {"size": [1.0, 2.0, 3.0, 4.0] * 5, "color": ["red", "blue", None, "red"] * 5}


def table(path):
    pytest.importorskip("sklearn", minversion="1.6")
    rows = TABLE | {"price": [2.0, 3.0, 5.0, 4.0] * 5}
    from chainrule.estimators import TableRegressor

    TableRegressor(n_estimators=2, max_iter=2).fit(rows, "price").save(path)


def load_a_table(path):
    from chainrule.estimators import TableRegressor

    TableRegressor.load(path).predict(TABLE)


READERS = {
    "network": (checkpoint_of_a_network, load_a_network),
    "run of a network": (checkpoint_of_a_network, resume_a_network),
    "run with a thawed layer": (checkpoint_with_a_thawed_layer, resume_with_a_thawed_layer),
    "run of L-BFGS": (checkpoint_of_lbfgs, resume_lbfgs),
    "RBM": (checkpoint_of_an_rbm, load_an_rbm),
    "run of an RBM": (checkpoint_of_an_rbm, resume_an_rbm),
    "stack of RBMs": (stack, load_a_stack),
    "Hopfield": (memory, recall),
    "table": (table, load_a_table),
}


@pytest.mark.parametrize("files", [70, pytest.param(2000, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", READERS)
def test_edits_under_a_fitting_seal(kind, files, tmp_path):
    make, use = READERS[kind]
    path = tmp_path / "file"
    used = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers of a stranger may overflow
        make(path)
        good = path.read_bytes()
        for k in range(files):
            edited(path, good, random.Random(f"{kind} {k}"))
            try:
                use(path)
                used += 1
            except cr.ChainruleError as error:
                assert "\n" not in str(error), str(error)
            except Exception as error:
                raise AssertionError(f"{kind}, file {k}: {error!r}") from error
    assert 0 < used < files
