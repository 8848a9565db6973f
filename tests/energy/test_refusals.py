"""A refused call leaves a model as it was: the whole state is compared before and after."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import (
    BAM,
    CD,
    PCD,
    ContinuousHopfield,
    DeepBeliefNetwork,
    DenseAssociativeMemory,
    ModernHopfield,
)
from chainrule.energy.hopfield import rules

RNG = np.random.default_rng(0)
X = (RNG.random((12, 5)) < 0.5).astype(float)
Y = RNG.integers(0, 3, 12)
PATTERNS = np.array([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
REFUSED = (cr.ChainruleError, TypeError, ValueError)


def state_of(thing):
    """Return everything that an object holds, as something that can be compared."""
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tobytes()
    if isinstance(thing, (list, tuple)):
        return type(thing).__name__, [state_of(x) for x in thing]
    if isinstance(thing, dict):
        return {key: state_of(value) for key, value in thing.items()}
    if hasattr(thing, "__dict__") and not callable(thing):
        own = {k: v for k, v in vars(thing).items() if k not in ("asymmetry", "whole", "as_sent")}
        return type(thing).__name__, state_of(own)
    return repr(thing)


def check(model, call):
    before = state_of(model)
    with pytest.raises(REFUSED):
        call(model)
    assert state_of(model) == before


# ---------------------------------------------------------------- two-state memories

HOPFIELD = {
    "nothing stored": lambda: cr.Hopfield(),
    "hebb": lambda: cr.Hopfield().store(PATTERNS),
    "zero and one": lambda: cr.Hopfield(rule="storkey").store((PATTERNS + 1) // 2),
    "pseudo-inverse": lambda: cr.Hopfield(rule="pseudo-inverse").store(PATTERNS),
    "thresholds": lambda: cr.Hopfield(thresholds=np.zeros(6)).store(PATTERNS),
    "own weights": lambda: cr.Hopfield.from_weights(np.eye(6), patterns=PATTERNS),
}
BAD_ROWS = {
    "another value": np.full((1, 6), 2),
    "half": np.full((1, 6), 0.5),
    "NaN": np.full((1, 6), np.nan),
    "three values": [[1, 0, -1, 1, 0, -1]],
    "words": [["a"] * 6],
    "none": [],
    "no rows": np.ones((0, 6)),
    "pictures": np.ones((2, 2, 3)),
    "lengths": [[1, 1], [1]],
    "objects": [[None] * 6],
}


@pytest.mark.parametrize("bad", BAD_ROWS)
@pytest.mark.parametrize(
    "what", ["store", "add", "remove", "energy", "stable", "predict", "recall"]
)
@pytest.mark.parametrize("network", HOPFIELD)
def test_rows_that_a_hopfield_network_refuses(network, what, bad):
    if bad == "no rows" and what in ("energy", "stable", "predict") and network != "nothing stored":
        return  # they have no answers: see test_no_rows.py
    check(HOPFIELD[network](), lambda model: getattr(model, what)(BAD_ROWS[bad]))


@pytest.mark.parametrize("network", [name for name in HOPFIELD if name != "nothing stored"])
def test_states_that_do_not_fit_a_hopfield_network(network):
    for what in ("add", "remove", "energy", "stable", "predict", "recall", "overlaps"):
        check(HOPFIELD[network](), lambda model, what=what: getattr(model, what)([1, -1]))
    check(HOPFIELD[network](), lambda model: model.add(-PATTERNS))
    check(HOPFIELD[network](), lambda model: model.recall(PATTERNS))
    check(HOPFIELD[network](), lambda model: model.remove([1, 1, 1, 1, 1, 1]))


class Fails(rules.Rule):
    """A rule that learns once and then fails."""

    def learn(self, patterns):
        if len(patterns) > 2:
            raise ValueError("too many")
        return np.zeros((patterns.shape[1],) * 2)


def test_learning_that_fails():
    check(HOPFIELD["pseudo-inverse"](), lambda model: model.store(PATTERNS[[0, 0]]))
    check(HOPFIELD["pseudo-inverse"](), lambda model: model.add(-PATTERNS[0]))
    check(HOPFIELD["thresholds"](), lambda model: model.store([[1, -1]]))
    check(HOPFIELD["own weights"](), lambda model: model.add(PATTERNS[0]))
    check(HOPFIELD["own weights"](), lambda model: model.remove(PATTERNS[0]))
    check(cr.Hopfield(rule=Fails()).store(PATTERNS), lambda model: model.add(-PATTERNS[0]))
    check(cr.Hopfield(rule=Fails()), lambda model: model.store(PATTERNS[[0, 1, 0]]))
    check(
        cr.Hopfield(temperature=lambda sweep: -1).store(PATTERNS),
        lambda model: model.predict(PATTERNS),
    )


def test_files_that_are_refused_write_nothing(tmp_path):
    path = tmp_path / "memory"
    check(cr.Hopfield(rule=Fails()).store(PATTERNS), lambda model: model.save(path))
    check(
        cr.Hopfield(temperature=lambda sweep: 1.0).store(PATTERNS), lambda model: model.save(path)
    )
    check(cr.Hopfield(), lambda model: model.save(path))
    check(HOPFIELD["hebb"](), lambda model: model.save(tmp_path / "no" / "folder"))
    check(HOPFIELD["hebb"](), lambda model: model.load(path))
    assert not list(tmp_path.iterdir())


MEMORIES = {
    "dense": lambda: DenseAssociativeMemory(400).store([[1, -1]]),
    "modern": lambda: ModernHopfield().store([[1.0, 2.0], [3.0, 4.0]]),
    "continuous": lambda: ContinuousHopfield(inputs=[0.1, 0.2]).store([[1, -1]]),
}


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("what", ["store", "update", "energy", "predict", "recall"])
def test_rows_that_other_memories_refuse(memory, what):
    model = MEMORIES[memory]()
    if not hasattr(model, what):
        return
    for bad in ("NaN", "words", "none", "no rows", "pictures", "lengths", "objects"):
        check(model, lambda model, bad=bad: getattr(model, what)(BAD_ROWS[bad]))
    if what == "store" and memory != "modern":
        check(model, lambda model: model.store(np.ones((2, 7))))  # F overflows; currents do not fit


def test_pairs_that_do_not_fit():
    model = BAM().store([[1, -1]], [[1, 1, -1]])
    for states, partners in (([[1, -1]], [[1], [-1]]), ([[1, 5]], [[1]]), ([[1, -1]], [[3]])):
        check(model, lambda model, a=states, b=partners: model.store(a, b))
    check(model, lambda model: model.recall([1, 1, 1]))
    check(model, lambda model: model.energy([1, 1], [1, 1]))


# ---------------------------------------------------------------- RBMs


def trained(**settings):
    rbm = cr.RBM(3, seed=1, **settings)
    y = Y if settings.get("classes") else None
    rbm.fit(X, y, optimizer=cr.Momentum(lr=0.1), epochs=2, batch_size=5, verbose=0)
    return rbm


RBMS = {
    "without shapes": lambda: cr.RBM(3),
    "without shapes, with classes": lambda: cr.RBM(3, classes=3),
    "built": lambda: cr.RBM(3, visible=5),
    "trained": trained,
    "with classes": lambda: trained(classes=3),
    "wrong weights": lambda: cr.RBM(3, initial_weights={"W": np.ones((2, 2))}),
}


BAD_OPTIONS = {
    "epochs": {"epochs": -1},
    "epochs, half": {"epochs": 0.5},
    "batch size": {"batch_size": 0},
    "verbose": {"verbose": 7},
    "sampler": {"sampler": "cd"},
    "sampler class": {"sampler": CD},
    "optimizer": {"optimizer": "sgd"},
    "optimizer class": {"optimizer": cr.Adam},
    "whole set": {"optimizer": cr.LBFGS(), "batch_size": None},
    "constraint": {"optimizer": (cr.SGD(lr=0.1), cr.MaxNorm(1.0))},
    "average": {"optimizer": (cr.SGD(lr=0.1), cr.EMA(0.9))},
    "metric": {"metrics": "loss"},
    "metrics": {"metrics": ["free_energy", "accuracies"]},
    "metric that is no text": {"metrics": [len]},
    "callback": {"callbacks": [3]},
    "callback class": {"callbacks": [cr.Checkpoint]},
    "weights": {"sample_weight": -np.ones(12)},
    "weights, too few": {"sample_weight": np.ones(3)},
    "weights, NaN": {"sample_weight": np.full(12, np.nan)},
    "weights, none count": {"sample_weight": np.zeros(12)},
    "validation, columns": {"validation_data": np.ones((2, 4))},
    "validation, range": {"validation_data": 9 * np.ones((2, 5))},
    "validation, words": {"validation_data": [["a"] * 5]},
    "resume, no file": {"resume": "no such file"},
    "resume, no checkpoint": {"resume": True},
    "resume, no path": {"resume": 3},
    "unknown": {"epoch": 3},
}


@pytest.mark.parametrize("bad", BAD_OPTIONS)
@pytest.mark.parametrize("rbm", RBMS)
def test_options_that_a_fit_refuses(rbm, bad):
    model = RBMS[rbm]()
    y = Y if model.classes else None
    check(model, lambda model: model.fit(X, y, **({"verbose": 0} | BAD_OPTIONS[bad])))
    check(model, lambda model: model.train(X, y, **BAD_OPTIONS[bad]))


BAD_X = {
    "one row": X[0],
    "no rows": np.zeros((0, 5)),
    "NaN": np.full((12, 5), np.nan),
    "words": [["a"] * 5] * 12,
    "lengths": [[0, 1], [1]],
    "four axes": np.zeros((2, 2, 2, 2)),
    "a number": 3.0,
}


@pytest.mark.parametrize("bad", BAD_X)
@pytest.mark.parametrize("rbm", RBMS)
def test_rows_that_an_rbm_refuses(rbm, bad):
    model, rows = RBMS[rbm](), BAD_X[bad]
    y = Y if model.classes else None
    if bad == "no rows" and model.is_built:  # they have no answers: see test_no_rows.py
        check(model, lambda model: model.fit(rows, y))
        check(model, lambda model: model.build(rows))
        check(model, lambda model: model.free_energy_gap(X, rows))
        return
    for what in ("fit", "transform", "free_energy", "reconstruct", "log_likelihood"):
        check(model, lambda model, what=what: getattr(model, what)(rows, y))
    for what in ("build", "transform", "predict", "free_energy", "pseudo_likelihood"):
        check(model, lambda model, what=what: getattr(model, what)(rows))
    check(model, lambda model: model.energy(rows, np.ones((12, 3)), y))
    check(model, lambda model: model.inpaint(rows, np.ones(5, bool)))
    check(model, lambda model: model.free_energy_gap(X, rows))
    check(model, lambda model: model.inverse_transform(rows))


@pytest.mark.parametrize("y", [None, Y[:3], Y + 1, Y + 0.5, -Y - 1, ["a"] * 12, np.ones((12, 2))])
@pytest.mark.parametrize("rbm", ["without shapes, with classes", "with classes"])
def test_classes_that_an_rbm_refuses(rbm, y):
    model = RBMS[rbm]()
    check(model, lambda model: model.fit(X, y, verbose=0))
    check(model, lambda model: model.fit(X, Y, validation_data=(X, y), verbose=0))
    check(model, lambda model: model.fit(X, Y, validation_data=X, verbose=0))
    if y is not None:
        check(model, lambda model: model.transform(X, y))
        check(model, lambda model: model.free_energy(X, y))


@pytest.mark.parametrize("rbm", RBMS)
def test_questions_that_an_rbm_refuses(rbm):
    model = RBMS[rbm]()
    y = Y if model.classes else None
    if not model.classes:
        check(model, lambda model: model.predict(X))
        check(model, lambda model: model.fit(X, Y, verbose=0))
    else:
        check(model, lambda model: model.pseudo_likelihood(X))
    check(model, lambda model: model.energy(X, np.ones((12, 2)), y))
    check(model, lambda model: model.inpaint(X, np.ones(5)))
    check(model, lambda model: model.inpaint(X, np.ones(4, bool)))
    check(model, lambda model: model.inpaint(X, np.ones(5, bool), steps=0))
    check(model, lambda model: model.inpaint(X, np.ones(5, bool), seed=-1))
    check(model, lambda model: model.generate(0))
    check(model, lambda model: model.generate(2, start=X))
    check(model, lambda model: model.generate(2, y=7))
    check(model, lambda model: model.ais(chains=1))
    check(model, lambda model: model.free_energy_gap(X, X[:, :4]))
    check(model, lambda model: setattr(model, "theta", np.zeros(2)))
    if model.visible is None:
        check(model, lambda model: model.save("nowhere"))
        check(model, lambda model: model.reset())
        check(model, lambda model: model.log_z())
    else:
        check(model, lambda model: model.fit(X[:, :4], y, verbose=0))
        check(model, lambda model: model.transform(X[:, :4]))


def test_numbers_that_would_run_away():
    for rbm in ("without shapes", "built", "trained"):
        check(RBMS[rbm](), lambda model: model.fit(X * 255, verbose=0))
    check(cr.RBM(30), lambda model: model.log_likelihood(np.ones((1, 40))))
    check(cr.RBM(30, kind="gaussian"), lambda model: model.fit(X, metrics="log_likelihood"))
    check(cr.RBM(3, kind="gaussian"), lambda model: model.pseudo_likelihood(X))


def test_weights_that_do_not_fit_are_found_by_every_first_call():
    rbm = RBMS["wrong weights"]()
    for what in ("fit", "build", "transform", "free_energy", "pseudo_likelihood", "log_likelihood"):
        check(rbm, lambda model, what=what: getattr(model, what)(X))


def test_checkpoints_of_other_runs(tmp_path):
    path = tmp_path / "run"
    options = {"epochs": 2, "batch_size": 5, "verbose": 0, "optimizer": cr.Momentum(lr=0.1)}
    cr.RBM(3, seed=1).fit(X, callbacks=[cr.Checkpoint(path)], **options)
    for model, changed in (
        (cr.RBM(4, seed=1), {}),
        (cr.RBM(3, seed=2), {}),
        (cr.RBM(3, seed=1, penalty=cr.L2(0.1)), {}),
        (cr.RBM(3, seed=1, dtype="float64"), {}),
        (cr.RBM(3, seed=1), {"sampler": CD()}),
        (cr.RBM(3, seed=1), {"sampler": PCD(chains=2)}),
        (cr.RBM(3, seed=1), {"optimizer": cr.SGD(lr=0.1)}),
        (cr.RBM(3, seed=1), {"batch_size": 4}),
        (cr.RBM(3, seed=1), {"metrics": "free_energy"}),
        (trained(), {"batch_size": 4}),
        (trained(), {"optimizer": cr.Adam()}),
    ):
        check(model, lambda model, o=changed: model.fit(X, resume=path, **(options | o)))
    check(trained(), lambda model: model.fit(1 - X, resume=path, **options))
    check(RBMS["built"](), lambda model: model.fit(X, resume=path, **options))
    cr.RBM(3, visible=5).save(tmp_path / "rbm")
    check(cr.RBM(3, seed=1), lambda model: model.fit(X, resume=tmp_path / "rbm", **options))


# ---------------------------------------------------------------- stacks


def stack_of(*hidden, fitted=False):
    stack = DeepBeliefNetwork(*hidden)
    if fitted:
        stack.fit(X, epochs=1, verbose=0)
    return stack


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("bad", BAD_OPTIONS)
def test_options_that_a_stack_refuses(bad, fitted):
    check(
        stack_of(4, 3, fitted=fitted),
        lambda stack: stack.fit(X, **({"verbose": 0} | BAD_OPTIONS[bad])),
    )


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("bad", BAD_X)
def test_rows_that_a_stack_refuses(bad, fitted):
    stack = stack_of(4, 3, fitted=fitted)
    answers = ("transform", "inverse_transform") if not fitted or bad != "no rows" else ()
    for what in ("fit", *answers):
        check(stack, lambda stack, what=what: getattr(stack, what)(BAD_X[bad]))


def test_what_a_stack_refuses_further_up(tmp_path):
    check(stack_of(40, 30), lambda stack: stack.fit(X, metrics="log_likelihood", verbose=0))
    check(stack_of(4, 3), lambda stack: stack.fit(X, y=Y, verbose=0))
    check(stack_of(4, 3), lambda stack: stack.save(tmp_path / "stack"))
    check(stack_of(4, 3), lambda stack: stack.classifier(2))
    check(stack_of(4, 3, fitted=True), lambda stack: stack.classifier(0))
    check(stack_of(4, 3, fitted=True), lambda stack: stack.generate(0))
    check(stack_of(4, 3, fitted=True), lambda stack: stack.save(tmp_path / "no" / "folder"))
    assert not list(tmp_path.iterdir())
