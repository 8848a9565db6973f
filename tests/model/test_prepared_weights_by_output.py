"""Rows that count differently for each output: L = Σₖ wₖ Σₙ cₖₙ ℓₖₙ, by hand, in both engines."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
LOSS = {"kind": cr.SoftmaxCrossEntropy(), "size": (0.5, cr.SquaredError())}


def network(engine=None, loss=LOSS, **options):
    heads = cr.Heads({"kind": cr.Dense(3), "size": cr.Dense(2)})
    settings = {"inputs": (4,), "seed": 3, "dtype": "float64", **options}
    return cr.Network(cr.Dense(6), cr.Tanh(), heads, loss=loss, engine=engine, **settings)


def data(n=50):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 4)), {"kind": np.arange(n) % 3, "size": rng.normal(size=(n, 2))}


def weights(n=50):
    rng = np.random.default_rng(1)
    return {"kind": rng.uniform(0, 2, n), "size": rng.integers(0, 2, n).astype(float)}


def losses_by_hand(net, X, y):
    p = net.predict(X)
    kind = np.array([-np.log(p["kind"][i, k]) for i, k in enumerate(y["kind"])])
    return {"kind": kind, "size": ((p["size"] - y["size"]) ** 2).mean(axis=1)}


def of_all(net):
    return np.concatenate([a.ravel() for a in net.parameters.values()])


@engines
def test_each_output_takes_the_mean_by_its_own_weights(engine):
    net, (X, y), w = network(engine), data(), weights()
    rows = losses_by_hand(net, X, y)
    mean = {name: (w[name] * rows[name]).sum() / w[name].sum() for name in rows}
    found = net.evaluate(X, y, sample_weight=w)
    assert found == pytest.approx(
        {
            "loss": mean["kind"] + 0.5 * mean["size"],
            "kind_loss": mean["kind"],
            "size_loss": mean["size"],
        },
        rel=1e-12,
    )
    assert net.loss_and_grad(X, y, sample_weight=w)[0] == pytest.approx(found["loss"], rel=1e-12)
    history = net.fit(
        X, y, epochs=1, batch_size=None, sample_weight=w, validation_data=(X, y, w), verbose=0
    )
    assert history.loss[0] == pytest.approx(found["loss"], rel=1e-12)
    assert history.val_loss[0] == pytest.approx(
        net.evaluate(X, y, sample_weight=w)["loss"], rel=1e-12
    )


def test_a_sum_takes_the_weights_as_they_are():
    loss = {
        "kind": cr.SoftmaxCrossEntropy(reduction="sum"),
        "size": (0.5, cr.SquaredError(reduction="sum")),
    }
    net, (X, y), w = network(loss=loss), data(), weights()
    rows = losses_by_hand(net, X, y)
    by_hand = (w["kind"] * rows["kind"]).sum() + 0.5 * (w["size"] * rows["size"]).sum()
    assert net.loss_and_grad(X, y, sample_weight=w)[0] == pytest.approx(by_hand, rel=1e-12)
    assert net.evaluate(X, y, sample_weight=w)["loss"] == pytest.approx(by_hand, rel=1e-12)


def test_gradients_are_those_of_the_rows_that_count():
    """A row of weight 0 for one output is a row without a target there."""
    net, (X, y), w = network(), data(), weights()
    dW = net.loss_and_grad(X, y, sample_weight={"size": w["size"]})[1]
    known = w["size"] > 0
    other = {**y, "size": np.where(known[:, None], y["size"], 1e6)}
    again = net.loss_and_grad(X, other, sample_weight={"size": w["size"]})[1]
    some = net.loss_and_grad(X[known], {name: a[known] for name, a in y.items()})[1]
    for name in ("W1", "W3", "b3"):
        np.testing.assert_array_equal(again[name], dW[name])
    np.testing.assert_allclose(dW["W3"], some["W3"], rtol=1e-10)
    assert not np.allclose(dW["W2"], some["W2"])


@engines
@pytest.mark.parametrize("order", [None, lambda epoch, n: np.array([3, 3, 7, 49, 0, 3, 21, 4, 4])])
def test_the_same_weights_for_every_output_are_one_array(engine, order):
    (X, y), w = data(), weights()["kind"]
    one, each = network(engine), network(engine)
    for net, given in ((one, w), (each, {"kind": w, "size": w})):
        net.fit(
            X,
            y,
            optimizer=cr.Adam(0.01),
            epochs=3,
            batch_size=8,
            sample_weight=given,
            order=order,
            verbose=0,
        )
    assert of_all(each) == pytest.approx(of_all(one), rel=1e-9)


@pytest.mark.skipif(not native.available(), reason="not built")
@pytest.mark.parametrize("batch_size", [7, 16, 200, None])
@pytest.mark.parametrize("augment", [None, cr.augmentation.Flip()])
def test_both_engines_train_alike(batch_size, augment):
    if augment is None:
        (X, y), w, layers, shape = (
            data(300),
            weights(300),
            (cr.Dense(6), cr.Tanh(), cr.Dropout(0.1)),
            (4,),
        )
    else:
        (X, y), w, layers, shape = data(300), weights(300), (cr.Flatten(), cr.Dense(6)), (2, 2, 1)
    X = X.reshape(300, *shape)
    nets = []
    for engine in ("reference", "native"):
        heads = cr.Heads({"kind": cr.Dense(3), "size": cr.Dense(2)})
        net = cr.Network(
            *layers, heads, loss=LOSS, engine=engine, inputs=shape, seed=3, dtype="float64"
        )
        net.fit(
            X,
            y,
            optimizer=cr.Adam(0.01),
            epochs=3,
            batch_size=batch_size,
            sample_weight=w,
            augment=augment,
            verbose=0,
        )
        nets.append(net)
    assert of_all(nets[0]) == pytest.approx(of_all(nets[1]), rel=1e-9)


@pytest.mark.skipif(not native.available(), reason="not built")
def test_threads_change_no_bit():
    (X, y), w = data(600), weights(600)
    nets = [network("native", threads=threads) for threads in (1, 2)]
    for net in nets:
        net.fit(X, y, optimizer=cr.Adam(0.01), epochs=2, batch_size=256, sample_weight=w, verbose=0)
    assert nets[0].theta.tobytes() == nets[1].theta.tobytes()


@engines
def test_class_weights_by_output(engine):
    X, y = data()
    y = {**y, "kind": np.minimum(np.arange(50) // 20, 2)}
    counts = np.bincount(y["kind"])
    by_hand = (50 / (3 * counts))[y["kind"]]
    w = np.linspace(1, 2, 50)
    nets = [network(engine) for _ in range(3)]
    settings = {"optimizer": cr.SGD(0.1), "epochs": 2, "verbose": 0}
    nets[0].fit(X, y, class_weight={"kind": "balanced"}, sample_weight=w, **settings)
    nets[1].fit(X, y, sample_weight={"kind": by_hand * w, "size": w}, **settings)
    nets[2].fit(X, y, class_weight={"kind": {0: 2.5}}, sample_weight=w, **settings)
    assert nets[0].theta.tobytes() == nets[1].theta.tobytes() != nets[2].theta.tobytes()


@engines
def test_a_run_resumes_bit_for_bit_and_knows_its_weights(engine, tmp_path):
    (X, y), w = data(), weights()
    path = tmp_path / "run.safetensors"
    whole, part, later = network(engine), network(engine), network(engine)
    settings = {"optimizer": cr.Adam(0.01), "batch_size": 8, "verbose": 0, "sample_weight": w}
    whole.fit(X, y, epochs=4, **settings)
    part.fit(X, y, epochs=2, callbacks=[cr.Checkpoint(path, every_steps=3)], **settings)
    later.fit(X, y, epochs=4, resume=path, **settings)
    assert later.theta.tobytes() == whole.theta.tobytes()
    with pytest.raises(cr.DataError, match="the data of the interrupted run"):
        network(engine).fit(
            X, y, epochs=4, resume=path, **{**settings, "sample_weight": {**w, "size": w["kind"]}}
        )
    with pytest.raises(cr.FileError, match="the network of the interrupted run"):
        network(engine).fit(X, y, epochs=4, resume=path, **{**settings, "sample_weight": w["kind"]})


def test_weights_may_come_and_go_from_call_to_call(tmp_path):
    (X, y), w = data(), weights()
    net = network()
    net.fit(X, y, epochs=1, verbose=0)
    t = net.run_state.t
    net.fit(X, y, epochs=1, sample_weight=w, verbose=0)
    assert net.run_state.t == 2 * t  # the slots go on
    assert "m = l ⊙ c_kind" in net.equations()
    net.save(tmp_path / "net.safetensors")
    assert np.array_equal(
        cr.Network.load(tmp_path / "net.safetensors").predict(X)["size"], net.predict(X)["size"]
    )
    assert net.check_gradients(X, y).passed


@engines
def test_a_part_of_the_rows_keeps_its_weights(engine):
    (X, y), w = data(200), weights(200)
    history = network(engine).fit(
        X, y, sample_weight=w, validation_fraction=0.25, epochs=2, verbose=0
    )
    assert np.isfinite(history.val_loss).all() and len(history["val_size_loss"]) == 2


class Rows:
    """A source whose batches hold what `form` makes of the rows."""

    def __init__(self, form):
        self.form, (self.X, self.y), self.w = form, data(), weights()

    def __len__(self):
        return 50

    def rows(self, indices):
        given = [{name: a[indices] for name, a in part.items()} for part in (self.y, self.w)]
        return self.form(self.X[indices], *given)


@engines
def test_sources_give_weights_by_output_too(engine):
    ours, theirs = network(engine), network(engine)
    (X, y), w = data(), weights()
    ours.fit(X, y, sample_weight=w, batch_size=8, epochs=2, verbose=0)
    theirs.fit(Rows(lambda x, y, w: (x, y, w)), batch_size=8, epochs=2, verbose=0)
    assert of_all(theirs) == pytest.approx(of_all(ours), rel=1e-9)


def test_a_source_must_stay_with_its_form():
    calls = []

    def turning(x, y, w):
        calls.append(0)
        return (x, y) if len(calls) > 2 else (x, y, w)

    net = network()
    with pytest.raises(
        cr.DataError,
        match="expected weights by output, as in its first batch, got one weight a row",
    ):
        net.fit(Rows(turning), batch_size=20, verbose=0)
    assert np.isfinite(net.theta).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"sample_weight": {"kid": np.ones(50)}},
            "sample_weight: expected a dict by the outputs kind, size, got 'kid'",
        ),
        (
            {"sample_weight": {"kind": np.ones(9)}},
            r"sample_weight\['kind'\]: expected one number for each of the 50",
        ),
        (
            {"sample_weight": {"kind": -np.ones(50)}},
            r"sample_weight\['kind'\]: expected numbers ≥ 0, not all 0",
        ),
        ({"class_weight": {"size": "balanced"}}, r"class_weight\['size'\]: expected class indices"),
        (
            {"class_weight": {"kind": "equal"}},
            r"class_weight\['kind'\]: expected .balanced. or a dict",
        ),
        (
            {"class_weight": {"kind": {0: "many"}}},
            r"class_weight\['kind'\]\[0\]: expected a number ≥ 0",
        ),
        (
            {"class_weight": {"kind": {0: 0, 1: 0, 2: 0}}},
            r"class_weight\['kind'\]: expected some row that counts",
        ),
        (
            {"class_weight": {0: 2.0}},
            "class_weight: expected a dict by the outputs kind, size, got 0",
        ),
    ],
)
def test_what_does_not_fit_is_said(given, words):
    net, (X, y) = network(), data()
    theta = net.theta.copy()
    with pytest.raises(cr.DataError, match=words):
        net.fit(X, y, verbose=0, **given)
    assert np.array_equal(net.theta, theta)


def test_one_output_takes_no_dict():
    net = cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(4,))
    X, y = data()[0], np.arange(50) % 2
    with pytest.raises(
        cr.DataError, match="sample_weight: expected one number for each of the 50 rows, got a dict"
    ):
        net.fit(X, y, sample_weight={"a": np.ones(50)}, verbose=0)
    with pytest.raises(
        cr.ParameterError, match="names that a Program does not use itself, got 'c_kind'"
    ):
        cr.trace((), cr.losses.joint.JointLoss.of(LOSS), {"c_kind": (2,)})


def test_class_weights_read_one_hot_rows():
    X, y = data()[0], np.minimum(np.arange(50) // 20, 2)
    nets = [cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4,)) for _ in range(2)]
    nets[0].fit(X, y, class_weight="balanced", verbose=0)
    nets[1].fit(X, np.eye(3)[y], class_weight="balanced", verbose=0)
    assert nets[0].theta == pytest.approx(nets[1].theta, rel=1e-5)


@engines
def test_many_outputs_are_no_trouble(engine):
    names = [f"out{k}" for k in range(12)]
    heads = cr.Heads({name: cr.Dense(1) for name in names})
    net = cr.Network(
        cr.Dense(4), heads, loss={n: cr.SquaredError() for n in names}, inputs=(3,), engine=engine
    )
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = {name: X[:, :1] * k for k, name in enumerate(names)}
    w = {name: np.ones(40) for name in names[::2]}
    assert net.fit(X, y, epochs=2, verbose=0).loss[1] < np.inf
    assert net.fit(X, y, epochs=2, sample_weight=w, verbose=0).stopped == "finished"
