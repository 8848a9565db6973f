"""A refused call leaves everything as it was: each refusal, on networks in several states."""

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(12, 3)), np.arange(12) % 3
WIDE = RNG.normal(size=(12, 5))  # right rows of another width, after everything was refused


def layers():
    return cr.Dense(4, name="hidden"), cr.BatchNorm(), cr.Tanh(), cr.Dense(3)


def unbuilt():
    return cr.Network(*layers(), loss=cr.SoftmaxCrossEntropy(), seed=1)


def built():
    return cr.Network(*layers(), loss=cr.SoftmaxCrossEntropy(), inputs=(3,), seed=1)


def trained():
    net = unbuilt()
    net.fit(X, Y, optimizer=cr.Adam(lr=0.01), epochs=2, batch_size=6, verbose=0)
    return net


def partly_frozen():
    net = trained()
    net.freeze("hidden").scale_lr({"hidden": 0.5})
    net.fit(X, Y, optimizer=(cr.ClipNorm(1.0), cr.Adam(), cr.EMA(0.9)), batch_size=6, verbose=0)
    net.predict(X)
    return net


STATES = {"unbuilt": unbuilt, "built": built, "trained": trained, "partly frozen": partly_frozen}


def frozen(value):
    """A value that can be compared later: arrays as bytes, objects by what they hold."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: frozen(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return type(value).__name__, [frozen(v) for v in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        return repr(value), {f.name: frozen(getattr(value, f.name, None)) for f in fields(value)}
    if hasattr(value, "__dict__") and type(value).__module__.startswith(("chainrule", "tests")):
        return type(value).__name__, {k: frozen(v) for k, v in vars(value).items()}
    return id(value) if callable(value) else repr(value)


def snapshot(net):
    """Everything that a network is, apart from caches that hold no decision."""
    state = {k: v for k, v in vars(net).items() if k not in ("_cache", "plans", "built")}
    found = {name: frozen(value) for name, value in state.items()}
    if net.is_built:
        found["programs"], found["inputs"] = id(net.programs), dict(net.inputs)
        found["theta is"], found["run state is"] = id(net.theta), id(net.run_state)
        run = net.run_state
        found["run"] = {f.name: frozen(getattr(run, f.name)) for f in fields(run)}
    return found


class Recorder(cr.Callback):
    """A user's callback: it must not hear of a refused call."""

    def __init__(self):
        self.heard = []

    def on_train_begin(self, run):
        self.heard.append("begin")


def fit(*given, **options):
    data = given or (X, Y)
    return lambda net: net.fit(*data, **{"verbose": 0, **options})


def nan(a):
    bad = np.array(a, float)
    bad.flat[4] = np.nan
    return bad


class Loader:
    def __iter__(self):
        return iter([(X, Y)])


class Sparse:
    """What says that it is a sparse table."""

    tocsr = toarray = None


class Items:
    """A dataset whose items are rows without targets."""

    def __len__(self):
        return 12

    def __getitem__(self, i):
        return X[i]


class Short:
    """A source that gives fewer rows than it was asked for."""

    def __len__(self):
        return 12

    def rows(self, indices):
        return X[:1], Y[:1]


class Empty:
    def stream(self, epoch, start):
        return iter(())


REFUSED = {
    # rows
    "fit: one number": fit(3.0, Y),
    "fit: one row": fit(X[0], Y),
    "fit: no rows": fit(X[:0], Y[:0]),
    "fit: y too short": fit(X, Y[:5]),
    "fit: no y": fit(X),
    "fit: NaN": fit(nan(X), Y),
    "fit: infinity": fit(np.where(X > 0, np.inf, X), Y),
    "fit: words": fit(X.astype(str), Y),
    "fit: ragged": fit([[1.0, 2.0], [1.0]], Y[:2]),
    "fit: a class as X": fit(cr.Dense, Y),
    "fit: masked": fit(np.ma.masked_greater(X, 0), Y),
    "fit: a loader": fit(Loader(), Y),
    "fit: a dict without x": fit({"other": 3}, Y),
    # targets
    "fit: NaN in y": fit(X, nan(Y)),
    "fit: class 3 of 3": fit(X, Y + 1),
    "fit: class below 0": fit(X, Y - 1),
    "fit: half a class": fit(X, Y + 0.5),
    "fit: words as y": fit(X, np.array(list("abc" * 4))),
    "fit: y of four columns": fit(X, np.eye(4)[Y]),
    "fit: rows that are no probabilities": fit(X, -np.eye(3)[Y]),
    "fit: a dict as y": fit(X, {"digit": Y}),
    # weights
    "fit: weight below 0": fit(sample_weight=-np.ones(12)),
    "fit: one weight": fit(sample_weight=-1),
    "fit: weights of another length": fit(sample_weight=np.ones(5)),
    "fit: weights all 0": fit(sample_weight=np.zeros(12)),
    "fit: NaN as weight": fit(sample_weight=nan(np.ones(12))),
    "fit: weights by output": fit(sample_weight={"digit": np.ones(12)}),
    "fit: weights in columns": fit(sample_weight=np.ones((12, 2))),
    "fit: words as weights": fit(sample_weight=["a"] * 12),
    "fit: class weight of no class": fit(class_weight={7: 1.0}),
    "fit: class weight below 0": fit(class_weight={0: -1.0}),
    "fit: class weights all 0": fit(class_weight={0: 0, 1: 0, 2: 0}),
    "fit: class weights as a list": fit(class_weight=[1, 2, 3]),
    "fit: class weight in another word": fit(class_weight="fair"),
    "fit: weights whose sum overflows": fit(sample_weight=np.full(12, 1e308)),
    "fit: class weights whose sum overflows": fit(class_weight={0: 1e308}),
    # numbers that would change in a cast
    "fit: beyond float32": fit(X * 1e39, Y),
    "fit: 400 digits": fit([[10**400, 0, 0]] * 12, Y),
    "fit: complex": fit(X * 1j, Y),
    "fit: a sparse target": fit(X, Sparse()),
    "predict: beyond float32": lambda net: net.predict(X * 1e39),
    "evaluate: beyond float32": lambda net: net.evaluate(X * 1e39, Y),
    "activations: beyond float32": lambda net: net.activations(X * 1e39),
    "calibrate: beyond float32": lambda net: net.calibrate(X * 1e39),
    "predict: samples of nothing random": lambda net: net.predict(X, samples=3),
    "fit: a function": fit(Loader.__iter__),
    "fit: a dataset of rows alone": fit(Items()),
    # options
    "fit: epochs below 0": fit(epochs=-1),
    "fit: half an epoch": fit(epochs=0.5),
    "fit: batch size 0": fit(batch_size=0),
    "fit: batch size as a word": fit(batch_size="all"),
    "fit: drop_last None": fit(drop_last=None),
    "fit: verbose 7": fit(verbose=7),
    "fit: fraction 1": fit(validation_fraction=1.0),
    "fit: fraction below 0": fit(validation_fraction=-0.1),
    "fit: validation data alone": fit(validation_data=X),
    "fit: validation data of four": fit(validation_data=(X, Y, None, None)),
    "fit: validation rows of another width": fit(validation_data=(X[:, :2], Y)),
    "fit: validation rows of another rank": fit(validation_data=(X[:, :, None], Y)),
    "fit: validation targets too short": fit(validation_data=(X, Y[:3])),
    "fit: NaN among validation rows": fit(validation_data=(nan(X), Y)),
    "fit: validation weights too short": fit(validation_data=(X, Y, np.ones(3))),
    "fit: metric as a word": fit(metrics=["accuracy"]),
    "fit: two metrics of one name": fit(metrics=[cr.metrics.accuracy] * 2),
    "fit: metric of no output": fit(metrics={"digit": cr.metrics.accuracy}),
    "fit: callback as a word": fit(callbacks=["stop"]),
    "fit: callback as a class": fit(callbacks=[cr.EarlyStopping]),
    "fit: optimizer as a word": fit(optimizer="adam"),
    "fit: optimizer as a class": fit(optimizer=cr.Adam),
    "fit: clip alone": fit(optimizer=(cr.ClipNorm(1.0),)),
    "fit: two optimizers": fit(optimizer=(cr.Adam(), cr.SGD())),
    "fit: constraint before": fit(optimizer=(cr.MaxNorm(1.0), cr.Adam())),
    "fit: constraint of no layer": fit(optimizer=(cr.Adam(), cr.MaxNorm(1.0, layers=("no",)))),
    "fit: two averages": fit(optimizer=(cr.Adam(), cr.EMA(0.9), cr.SWA())),
    "fit: LBFGS in batches": fit(optimizer=cr.LBFGS(), batch_size=4),
    "fit: augment as a word": fit(augment="flip"),
    "fit: augment as a class": fit(augment=cr.augmentation.Affine),
    "fit: MixUp of labels": fit(augment=cr.augmentation.MixUp()),
    "fit: augment and LBFGS": fit(
        augment=lambda x, key, rows: x, optimizer=cr.LBFGS(), batch_size=None
    ),
    "fit: another keyword": lambda net: net.fit(X, Y, learning_rate=0.1),
    "fit: loss as a keyword": lambda net: net.fit(X, Y, loss=cr.SquaredError()),
    # sources
    "fit: a source and y": fit(Short(), Y),
    "fit: a source of too few rows": fit(Short(), None, validation_fraction=0.5),
    "fit: an empty stream": fit(Empty()),
    "fit: an empty iterator": fit(iter(())),
    "fit: two epochs of an iterator": fit(iter([(X, Y)]), None, epochs=2),
    "fit: an iterator of rows alone": fit(iter([X])),
    "fit: an iterator of wrong rows": fit(iter([(X[:, :, None], Y)])),
    # resume
    "fit: resume without a Checkpoint": fit(resume=True),
    "fit: resume from no file": fit(resume="no-such-file.safetensors"),
    "fit: resume from a number": fit(resume=3),
    # the other calls
    "predict: one row": lambda net: net.predict(X[0]),
    "predict: NaN": lambda net: net.predict(nan(X)),
    "predict: words": lambda net: net.predict([["a", "b", "c"]]),
    "predict: no rows, narrow": lambda net: net.predict(X[:0, :2]),
    "evaluate: no rows": lambda net: net.evaluate(X[:0], Y[:0]),
    "predict: a loader": lambda net: net.predict(Loader()),
    "evaluate: y too short": lambda net: net.evaluate(X, Y[:3]),
    "evaluate: no such class": lambda net: net.evaluate(X, Y + 1),
    "evaluate: weight below 0": lambda net: net.evaluate(X, Y, sample_weight=-np.ones(12)),
    "evaluate: metric as a word": lambda net: net.evaluate(X, Y, ["accuracy"]),
    "evaluate: metric of two numbers": lambda net: net.evaluate(X, Y, [lambda y, p: p]),
    "build: NaN": lambda net: net.build(nan(X)),
    "build: words": lambda net: net.build([["a"]]),
    "build: words as targets": lambda net: net.build(X, ["a"] * 12),
    "activations: NaN": lambda net: net.activations(nan(X)),
    "loss_and_grad: y too short": lambda net: net.loss_and_grad(X, Y[:2]),
    "gradients: no such class": lambda net: net.gradients(X, Y + 5),
    "influence: no such name": lambda net: net.influence("W9", X, Y),
    "influence: an activation": lambda net: net.influence("a1", X, Y),
    "check_gradients: another method": lambda net: net.check_gradients(X, Y, method="forward"),
    "hvp: a direction of another shape": lambda net: net.hvp(np.ones(2), X, Y),
    "calibrate: NaN": lambda net: net.calibrate(nan(X)),
    "find_learning_rate: an empty range": lambda net: net.find_learning_rate(X, Y, lowest=200.0),
    "find_learning_rate: y too short": lambda net: net.find_learning_rate(X, Y[:3]),
    "find_learning_rate: no rate": lambda net: net.find_learning_rate(
        X, Y, optimizer=cr.LBFGS(), batch_size=None
    ),
    "load: no such file": lambda net: type(net).load("no-such-file.safetensors"),
    "save: no such folder": lambda net: net.build(X).save("no-such-folder/net.safetensors"),
    "take_weights: a path": lambda net: net.take_weights("net.safetensors"),
    "equations: another form": lambda net: net.equations("html"),
    "freeze: no such layer": lambda net: net.freeze("hidden", "dense9"),
    "freeze: a number": lambda net: net.freeze(0),
    "thaw: no such layer": lambda net: net.thaw("dense9"),
    "scale_lr: no such layer": lambda net: net.scale_lr({"hidden": 0.1, "dense9": 1.0}),
    "scale_lr: below 0": lambda net: net.scale_lr({"hidden": -1.0}),
}
BUILDS_FIRST = {"save: no such folder"}  # the call before the refused one builds the network
# Widths that only a built network can refuse.
OF_BUILT = {
    "fit: another width": fit(WIDE, Y),
    "predict: another width": lambda net: net.predict(WIDE),
    "evaluate: another width": lambda net: net.evaluate(WIDE, Y),
    "build: another width": lambda net: net.build(WIDE),
    "calibrate: another width": lambda net: net.calibrate(WIDE),
    "theta: another length": lambda net: setattr(net, "theta", np.zeros(3)),
    "hvp: another width": lambda net: net.hvp(net.theta, WIDE, Y),
}


def refused(net, call):
    before = snapshot(net)
    with pytest.raises((cr.ChainruleError, TypeError)) as caught:
        call(net)
    assert isinstance(caught.value, cr.ChainruleError), caught.value
    after = snapshot(net)
    assert after.keys() == before.keys()
    for name, value in before.items():
        assert after[name] == value, name
    assert net.is_built is ("programs" in before)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", [name for name in REFUSED if name not in BUILDS_FIRST])
def test_a_refused_call_changes_nothing(state, name):
    net = STATES[state]()
    refused(net, REFUSED[name])


@pytest.mark.parametrize("state", ["built", "trained", "partly frozen"])
@pytest.mark.parametrize("name", OF_BUILT)
def test_a_refused_width_changes_nothing(state, name):
    refused(STATES[state](), OF_BUILT[name])


def test_save_into_no_folder_changes_nothing():
    net = trained()
    refused(net, lambda n: n.save("no-such-folder/net.safetensors"))


@pytest.mark.parametrize("name", [name for name in REFUSED if name not in BUILDS_FIRST])
def test_after_each_refusal_right_rows_of_another_width_are_taken(name):
    net = unbuilt()
    with pytest.raises(cr.ChainruleError):
        REFUSED[name](net)
    assert not net.is_built
    assert net.predict(WIDE).shape == (12, 3)


def test_after_every_refusal_right_rows_of_another_width_are_taken():
    net = unbuilt()
    for name, call in REFUSED.items():
        if name not in BUILDS_FIRST:
            with pytest.raises(cr.ChainruleError):
                call(net)
    net.fit(WIDE, Y, verbose=0)
    expected = unbuilt()
    expected.fit(WIDE, Y, verbose=0)
    np.testing.assert_array_equal(net.theta, expected.theta)


def test_after_every_refusal_training_goes_on_as_if_nothing_had_been():
    net, undisturbed = partly_frozen(), partly_frozen()
    optimizer = (cr.ClipNorm(1.0), cr.Adam(), cr.EMA(0.9))
    for name, call in (REFUSED | OF_BUILT).items():
        if name not in BUILDS_FIRST:
            with pytest.raises(cr.ChainruleError):
                call(net)
    for each in (net, undisturbed):
        each.fit(X, Y, optimizer=optimizer, epochs=3, batch_size=6, verbose=0)
    np.testing.assert_array_equal(net.theta, undisturbed.theta)


def test_a_refused_fit_tells_no_callback_and_changes_no_schedule():
    listener, plateau = Recorder(), cr.ReduceOnPlateau(0.1, patience=1)
    stop = cr.EarlyStopping(monitor="loss")
    before = frozen([plateau, stop])
    optimizer = cr.SGD(lr=plateau)
    for options in ({"sample_weight": -1}, {"validation_data": X}, {"augment": "flip"}):
        with pytest.raises(cr.ChainruleError):
            trained().fit(
                X, Y, optimizer=optimizer, callbacks=[listener, stop], verbose=0, **options
            )
    assert listener.heard == [] and frozen([plateau, stop]) == before


def test_an_optimizer_refused_for_its_rates_is_forgotten():
    net = trained()
    net.scale_lr({"hidden": 0.5})
    refused(net, fit(optimizer=cr.Adadelta()))
    net.fit(X, Y, optimizer=cr.Adam(lr=0.01), batch_size=6, verbose=0)


@pytest.mark.parametrize("lr", [lambda step: -1, lambda step: float("nan"), lambda step: "word"])
def test_a_schedule_that_gives_no_rate_is_refused_and_forgotten(lr):
    net = trained()
    theta = net.theta.copy()
    with pytest.raises(cr.ChainruleError):
        net.fit(X, Y, optimizer=cr.SGD(lr=lr), batch_size=6, verbose=0)
    np.testing.assert_array_equal(net.theta, theta)
    net.fit(X, Y, optimizer=cr.Adam(lr=0.01), batch_size=6, verbose=0)


@pytest.mark.parametrize("augment", ["flip", 3, cr.augmentation.Affine])
@pytest.mark.parametrize("optimizer", [cr.SGD(), cr.Adam(lr=0.3), (cr.Adam(), cr.EMA(0.9))])
def test_an_augmentation_refused_beside_another_optimizer_keeps_the_slots(augment, optimizer):
    net = trained()
    before = {name: slot.copy() for name, slot in net.run_state.slots.items()}
    assert before.keys() == {"m", "v"} and net.run_state.t > 0
    refused(net, fit(augment=augment, optimizer=optimizer))
    for name, slot in net.run_state.slots.items():
        np.testing.assert_array_equal(slot, before[name])


def test_resuming_from_the_checkpoint_of_another_run_changes_nothing(tmp_path):
    path = tmp_path / "run.safetensors"
    other = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), seed=1)
    other.fit(X, Y, callbacks=[cr.Checkpoint(path)], verbose=0)
    refused(trained(), fit(resume=path, optimizer=cr.Adam(lr=0.01), batch_size=6))
    path.write_bytes(path.read_bytes()[:-9])
    refused(trained(), fit(resume=path))


def test_there_are_at_least_two_hundred():
    count = len(STATES) * (len(REFUSED) - len(BUILDS_FIRST)) + 3 * len(OF_BUILT)
    assert count >= 200, count
