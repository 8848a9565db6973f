"""A refused call leaves an estimator as it was: every attribute, down to the last bit of θ."""

from copy import deepcopy

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.base import clone

import chainrule as cr
from chainrule.estimators import (
    Autoencoder,
    BernoulliRBM,
    ConvClassifier,
    DeepBeliefAutoencoder,
    DeepBeliefClassifier,
    HiddenLayer,
    HopfieldNetwork,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    TableClassifier,
    TableEncoder,
    TableRegressor,
)
from chainrule.graph.program import Program

RNG = np.random.default_rng(0)
X = RNG.random((24, 4)).round(2)
SIGNS = np.where(X > 0.5, 1.0, -1.0)[:3]
Y = np.array(["a", "b", "c"])[np.arange(24) % 3]
HEIGHTS = X @ [1.0, -2.0, 0.5, 3.0]
LAYERS = (cr.Dense(5), cr.Tanh())
MLP = {"hidden_layer_sizes": 5, "max_iter": 2, "random_state": 0}
NET = {"layers": LAYERS, "epochs": 2, "random_state": 0}
SMALL = {"hidden_layer_sizes": (4,), "n_estimators": 1, "max_iter": 2, "random_state": 0}
DEEP = {"hidden_layer_sizes": (4, 3), "n_iter": 1, "max_iter": 1, "random_state": 0}
KINDS = {
    "mlp": (MLPClassifier(**MLP), X, Y),
    "mlp goes on": (MLPClassifier(**MLP, warm_start=True), X, Y),
    "mlp lbfgs": (MLPClassifier(**MLP, solver="lbfgs"), X, Y),
    "mlp beyond": (MLPClassifier(**MLP, dropout=0.1, optimizer="adamw"), X, Y),
    "mlp beyond goes on": (MLPClassifier(**MLP, activation="gelu", warm_start=True), X, Y),
    "mlp stops": (MLPClassifier(**MLP, early_stopping=True, validation_fraction=0.3), X, Y),
    "mlp numbers": (MLPRegressor(**MLP), X, HEIGHTS),
    "network": (NetworkClassifier(**NET), X, Y),
    "network goes on": (NetworkClassifier(**NET, warm_start=True), X, Y),
    "network numbers": (NetworkRegressor(**NET), X, HEIGHTS),
    "images": (ConvClassifier(epochs=1, random_state=0, image_shape=(2, 2)), X, Y),
    "autoencoder": (Autoencoder((3,), epochs=2, random_state=0), X, None),
    "features": (HiddenLayer(NetworkClassifier(**NET)), X, Y),
    "table": (TableClassifier(**SMALL), X, Y),
    "table numbers": (TableRegressor(**SMALL), X, HEIGHTS),
    "encoder": (TableEncoder(), X, None),
    "rbm": (BernoulliRBM(3, n_iter=1, random_state=0), X, None),
    "memory": (HopfieldNetwork(random_state=0), SIGNS, None),
    "belief": (DeepBeliefClassifier(**DEEP), X, Y),
    "belief rows": (DeepBeliefAutoencoder(**DEEP), X, None),
}
FITTED = {}
MADE_AGAIN = {"_held"}  # the network of an MLP: its weights are coefs_ and intercepts_
pytestmark = [
    pytest.mark.filterwarnings("ignore:Stochastic Optimizer"),
    pytest.mark.filterwarnings("ignore:lbfgs failed"),
]


def fitted(kind):
    if kind not in FITTED:
        model, rows, y = KINDS[kind]
        FITTED[kind] = clone(model).fit(rows, y)
    return deepcopy(FITTED[kind])


def state(thing, seen=()):
    """Everything that a thing is, as plain values that can be compared."""
    if isinstance(thing, np.ndarray) and thing.dtype.kind != "O":
        return thing.dtype.str, thing.shape, thing.tobytes()
    if isinstance(thing, (str, bytes, int, float, type(None), np.generic, np.dtype)):
        return repr(thing)
    if isinstance(thing, Program) or callable(thing) or id(thing) in seen:
        return id(thing)
    seen = (*seen, id(thing))
    if isinstance(thing, np.random.RandomState):
        return [state(part, seen) for part in thing.get_state()]
    if isinstance(thing, cr.Network):
        run = thing.run_state.arrays() if thing.is_built else None
        return state((run, sorted(thing.frozen), thing.rates, thing.inputs), seen)
    if isinstance(thing, dict):
        kept = {key: value for key, value in thing.items() if key not in MADE_AGAIN}
        return {repr(key): state(value, seen) for key, value in kept.items()}
    if isinstance(thing, (list, tuple, set, frozenset, np.ndarray)):
        return [state(part, seen) for part in thing]
    if hasattr(thing, "__dict__"):
        return type(thing).__name__, state(vars(thing), seen)
    return repr(thing)


def refused(model, call):
    """Call, expect a refusal, and compare all that the model was and is."""
    names, before = set(vars(model)) - MADE_AGAIN, state(model)
    with pytest.raises((ValueError, TypeError, cr.ChainruleError, AttributeError)):
        call(model)
    assert set(vars(model)) - MADE_AGAIN == names
    assert state(model) == before


BAD_ROWS = {
    "a hole": np.where(np.arange(4) == 1, np.inf, X),
    "words": np.full((24, 4), "word", object),
    "one axis": X[:, 0],
    "no rows": X[:0],
}


@pytest.mark.parametrize("what", BAD_ROWS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("new", [True, False], ids=["new", "fitted"])
def test_fit_refuses_rows(kind, what, new):
    takes_words = kind in ("encoder", "table", "table numbers")
    if what == "words" and takes_words:
        pytest.skip("a table may hold words")
    model, _, y = KINDS[kind]
    model, rows = clone(model) if new else fitted(kind), BAD_ROWS[what]
    y = None if y is None else y[: len(rows)]
    refused(model, lambda model: model.fit(rows, y))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind][2] is not None])
@pytest.mark.parametrize("new", [True, False], ids=["new", "fitted"])
def test_fit_refuses_targets(kind, new):
    model, rows, y = KINDS[kind]
    for wrong in (y[:-1], np.full(24, np.nan), None, np.zeros((24, 2, 2))):
        if kind == "features" and wrong is None:
            continue
        model = clone(KINDS[kind][0]) if new else fitted(kind)
        refused(model, lambda model, wrong=wrong: model.fit(rows, wrong))


WEIGHTED = [
    "mlp",
    "mlp beyond",
    "mlp goes on",
    "network",
    "network goes on",
    "autoencoder",
    "table",
]


@pytest.mark.parametrize("kind", WEIGHTED)
@pytest.mark.parametrize("new", [True, False], ids=["new", "fitted"])
def test_fit_refuses_weights(kind, new):
    _, rows, y = KINDS[kind]
    for wrong in (np.ones(23), np.full(24, np.nan), "word"):
        model = clone(KINDS[kind][0]) if new else fitted(kind)
        refused(model, lambda model, wrong=wrong: model.fit(rows, y, sample_weight=wrong))


BAD_SETTINGS = {
    "mlp": [{"alpha": -1}, {"solver": "sdg"}, {"hidden_layer_sizes": (3, 0)}, {"loss": cr.Huber()}],
    "mlp goes on": [{"alpha": -1}, {"initial_weights": []}, {"random_state": "word"}],
    "mlp beyond": [
        {"dropout": (0.1, 0.2)},
        {"activation": ("gelu", "gelu")},
        {"optimizer": cr.Adam(), "learning_rate": "cosine"},
        {"optimizer": "lbfgs", "dropout": 0.5},
        {"initial_weights": {"W9": np.zeros(3)}},
        {"scoring": "no such scorer"},
        {"class_weight": "balance"},
    ],
    "mlp stops": [{"validation_fraction": 0.01}, {"validation_fraction": 1.0}],
    "mlp numbers": [{"loss": "log_loss"}, {"activation": "relo"}],
    "network": [
        {"layers": cr.Dense},
        {"output": cr.Dense(7)},
        {"loss": cr.SquaredError},
        {"epochs": 0},
        {"initial_weights": {"W9": np.zeros(3)}},
        {"class_weight": "balance"},
        {"image_shape": (3, 3)},
        {"callbacks": 3},
    ],
    "network goes on": [{"epochs": 0}, {"optimizer": (cr.Adam(), cr.Adam())}, {"tol": -1}],
    "autoencoder": [{"hidden_layer_sizes": ()}, {"noise": -1}],
    "features": [{"layer": 7}, {"estimator": cr.Dense(1)}],
    "table": [{"kinds": {"x0": "words"}}, {"n_estimators": 0}, {"missing": [None]}, {"dropout": 1}],
    "encoder": [{"max_categories": 0}, {"kinds": {"nowhere": "number"}}],
    "rbm": [{"learning_rate": 0}, {"n_components": 0}],
    "memory": [{"rule": "hebbian"}, {"binarize": "word"}, {"sweeps": 0}, {"order": "none"}],
    "belief": [{"kind": "ternary"}, {"learning_rate": -1}, {"hidden_layer_sizes": ()}],
}


@pytest.mark.parametrize("kind", BAD_SETTINGS)
@pytest.mark.parametrize("new", [True, False], ids=["new", "fitted"])
def test_fit_refuses_settings(kind, new):
    _, rows, y = KINDS[kind]
    for wrong in BAD_SETTINGS[kind]:
        model = clone(KINDS[kind][0]) if new else fitted(kind)
        for name, value in wrong.items():
            setattr(model, name, value)
        refused(model, lambda model: model.fit(rows, y))


@pytest.mark.parametrize("kind", ["mlp", "mlp beyond", "mlp goes on", "mlp lbfgs"])
@pytest.mark.parametrize("new", [True, False], ids=["new", "fitted"])
def test_fit_refuses_validation_rows(kind, new):
    for wrong in (X, (X,), (X, Y[:3]), (X[:, :2], Y), (X, np.full(24, "z")), (X, Y, np.ones(3))):
        model = clone(KINDS[kind][0]) if new else fitted(kind)
        refused(model, lambda model, wrong=wrong: model.fit(X, Y, validation_data=wrong))
    refused(model, lambda model: model.fit(X, Y, X_val=X))


@pytest.mark.parametrize(
    "kind", ["mlp", "mlp beyond", "network", "network numbers", "mlp numbers", "autoencoder"]
)
def test_partial_fit_refuses(kind):
    _, rows, y = KINDS[kind]
    classes = {"classes": np.unique(y)} if kind in ("mlp", "mlp beyond", "network") else {}
    for new in (True, False):
        model = clone(KINDS[kind][0]) if new else fitted(kind)
        if not new:
            model.partial_fit(rows, y)
            refused(model, lambda model: model.partial_fit(rows[:, :2], y))
        if classes:
            z = np.full(24, "z")
            refused(model, lambda model: model.partial_fit(rows, z, **classes))
            wrong = {} if new else {"classes": ["a", "z"]}
            refused(model, lambda model, wrong=wrong: model.partial_fit(rows, y, **wrong))
        hole = BAD_ROWS["a hole"]
        refused(model, lambda model: model.partial_fit(hole, y, **classes))
        model.partial_fit(rows, y, **classes)  # the right call is not refused afterwards


def test_partial_fit_of_energy_models_refuses():
    memory = fitted("memory")
    refused(memory, lambda model: model.partial_fit(np.ones((2, 3))))
    memory.binarize = None
    refused(memory, lambda model: model.partial_fit(np.full((1, 4), 0.5)))
    for model in (BernoulliRBM(3, random_state=0), fitted("rbm")):
        refused(model, lambda model: model.partial_fit(BAD_ROWS["a hole"]))
        refused(model, lambda model: model.set_params(n_components=0).partial_fit(X[:0]))


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_refused(kind):
    names = (
        "predict",
        "predict_proba",
        "transform",
        "score_samples",
        "hidden",
        "inverse_transform",
    )
    for name in names:
        if hasattr(model := fitted(kind), name):
            for wrong in (X[:, :3], BAD_ROWS["one axis"], BAD_ROWS["a hole"]):
                answer = getattr(model, name)
                if name == "inverse_transform" and wrong.ndim > 1 and wrong.shape[1] == 3:
                    continue  # a code of three numbers
                refused(model, lambda model, answer=answer, wrong=wrong: answer(wrong))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("new", [True, False], ids=["new", "fitted"])
def test_set_params_refuses(kind, new):
    model = clone(KINDS[kind][0]) if new else fitted(kind)
    seed = {"layer": -2} if kind == "features" else {}
    seed = seed or {"verbose": 1} if kind not in ("encoder", "memory", "features") else seed
    refused(model, lambda model: model.set_params(**seed, no_such_parameter=1))
    if kind.startswith("mlp"):
        for wrong in ({"layers__7__units": 3}, {"layers__0__unit": 3}, {"optimizer__lr": 0.1}):
            refused(model, lambda model, wrong=wrong: model.set_params(alpha=0.5, **wrong))
    if kind.startswith("network"):
        for wrong in ({"layers__7__units": 3}, {"layers__0__units": -3}, {"optimizer__lr": 0.1}):
            refused(model, lambda model, wrong=wrong: model.set_params(epochs=9, **wrong))
    if kind == "features":
        wrong = {"estimator__epochs": 9, "estimator__nothing": 1}
        refused(model, lambda model: model.set_params(layer=-2, **wrong))


@pytest.mark.parametrize("kind", ["mlp goes on", "mlp beyond goes on", "network goes on"])
def test_a_run_that_fails_is_undone(kind):
    """A callback fails after the first epoch of a warm start: weights and counters come back."""

    def fails(run):
        raise RuntimeError("enough")

    class Fails:
        def setup(self, estimator, context): ...
        def teardown(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context):
            raise RuntimeError("enough")

    model = fitted(kind)
    if kind == "mlp goes on":
        model.set_callbacks(Fails())
    else:
        model.callbacks = (fails,)
    before = state(model)
    with pytest.raises(RuntimeError, match="enough"):
        model.fit(X, Y)
    assert state(model) == before
