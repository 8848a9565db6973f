"""Rules that take whole tensors, in C: the reference's numbers, the same bits for any threads."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native, instruction_sets
from chainrule.training.updates import Update, groups

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(300, 9)), RNG.integers(0, 4, 300)
RULES = {"LAMB": cr.LAMB(lr=0.01), "Muon": cr.Muon(lr=0.01, weight_decay=0.1)}
every = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
LAYERS = (cr.Dense(40), cr.Tanh(), cr.Dense(7), cr.Tanh(), cr.Dense(1), cr.Tanh(), cr.Dense(4))


def network(engine="native", dtype="float64", **settings):
    loss = cr.SoftmaxCrossEntropy()
    given = {"inputs": (9,), "seed": 2, "dtype": dtype, "engine": engine} | settings
    return cr.Network(*LAYERS, loss=loss, **given)


def trained(rule, freeze=(), rates=None, **settings):
    net = network(**settings)
    if rates:
        net.scale_lr(rates)
    net.freeze(*freeze).fit(X, LABELS, optimizer=rule, epochs=3, batch_size=150, verbose=0)
    return net.theta


@pytest.fixture
def no_python(monkeypatch):
    """An update that runs in Python is an error."""
    monkeypatch.setattr(Update, "__call__", lambda *_: pytest.fail("the update ran in Python"))


@every
@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-4)])
def test_steps_are_those_of_the_reference(rule, dtype, near, request):
    options = {"freeze": ("dense2/b",), "rates": {"dense1": 0.5}, "dtype": dtype}
    reference = trained(rule, engine="reference", **options)
    request.getfixturevalue("no_python")
    theta = trained(rule, **options)
    assert np.abs(theta - reference).max() <= near * np.abs(reference).max()


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_bit_depends_on_the_threads(rule, dtype, no_python):
    one = trained(rule, dtype=dtype, threads=1)
    assert (trained(rule, dtype=dtype, threads=2) == one).all()
    assert (trained(rule, dtype=dtype, threads=4) == one).all()


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_bit_depends_on_the_instruction_set(rule, dtype, monkeypatch):
    if not {"avx2", "avx512"} <= set(instruction_sets()):
        pytest.skip("needs both AVX2 and AVX-512")
    best = trained(rule, dtype=dtype)
    sets = instruction_sets()
    monkeypatch.setattr(native, "instruction_sets", lambda: sets[: sets.index("avx2") + 1])
    assert (trained(rule, dtype=dtype) == best).all()


@every
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_an_estimator_trains_with_it(rule):
    pytest.importorskip("sklearn")
    from chainrule.estimators import MLPClassifier

    model = MLPClassifier((8,), optimizer=rule, max_iter=2, random_state=0).fit(X, LABELS)
    assert np.isfinite(model.loss_)


@every
def test_a_checkpoint_goes_on(rule, tmp_path):
    whole, cut = network(), network()
    given = {"optimizer": rule, "batch_size": 100, "verbose": 0}
    whole.fit(X, LABELS, epochs=4, **given)
    path = tmp_path / "run.safetensors"
    cut.fit(X, LABELS, epochs=2, callbacks=[cr.Checkpoint(path)], **given)
    other = network()
    other.fit(X, LABELS, epochs=4, resume=path, **given)
    assert (other.theta == whole.theta).all()


def test_an_rbm_trains_with_it():
    V = (RNG.random((60, 6)) < 0.5).astype(float)
    for engine in ("reference", "native"):
        for rule in RULES.values():
            rbm = cr.RBM(4, seed=0, engine=engine)
            rbm.fit(V, optimizer=rule, epochs=2, verbose=0)


def test_matrices_that_do_not_fit_are_refused():
    program = network().programs.train
    update = Update(cr.Muon(), groups(program, by_tensor=True))
    plan = Native(program, 10, "float64", wrt=[p.value for p in program.parameters], update=update)
    good = np.array([group.rows for group in update.groups], np.int32)
    set_matrices = native.native_code.set_matrices
    assert set_matrices(plan._plan, good) == 0
    for bad in (good[:-1], np.append(good, 0).astype(np.int32), -good, np.full_like(good, 7)):
        assert set_matrices(plan._plan, bad) != 0
