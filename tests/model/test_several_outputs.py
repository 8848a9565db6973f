"""Networks with several outputs: ℓ = Σₖ wₖ ℓₖ, by hand and in both engines."""

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


def network(loss=None, engine=None, **options):
    heads = cr.Heads(
        {"kind": cr.Dense(3), "size": cr.Sequential(cr.Dense(5), cr.Tanh(), cr.Dense(2))}
    )
    settings = {"inputs": (4,), "seed": 3, "dtype": "float64", **options}
    return cr.Network(
        cr.Dense(6),
        cr.Tanh(),
        heads,
        loss=LOSS if loss is None else loss,
        engine=engine,
        **settings,
    )


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, {"kind": rng.integers(0, 3, n), "size": rng.normal(size=(n, 2))}


def losses_by_hand(net, X, y):
    """Each row's two losses from its predictions."""
    p = net.predict(X)
    kind = [-np.log(p["kind"][i, k]) for i, k in enumerate(y["kind"])]
    return np.array(kind), ((p["size"] - y["size"]) ** 2).mean(axis=1)


@engines
def test_the_loss_is_the_weighted_sum_of_the_losses(engine):
    net, (X, y) = network(engine=engine), data()
    kind, size = losses_by_hand(net, X, y)
    found = net.evaluate(X, y)
    assert found["kind_loss"] == pytest.approx(kind.mean(), rel=1e-12)
    assert found["size_loss"] == pytest.approx(size.mean(), rel=1e-12)
    assert found["loss"] == pytest.approx(kind.mean() + 0.5 * size.mean(), rel=1e-12)


@engines
def test_predictions_are_those_of_each_head_alone(engine):
    net, (X, _) = network(engine=engine), data()
    p = net.predict(X)
    assert list(p) == ["kind", "size"] and p["kind"].shape == (50, 3) and p["size"].shape == (50, 2)
    W = [net.parameters[f"W{k}"] for k in range(1, 5)]
    b = [net.parameters[f"b{k}"] for k in range(1, 5)]
    h = np.tanh(X @ W[0] + b[0])
    z = np.exp(h @ W[1] + b[1])
    assert p["kind"] == pytest.approx(z / z.sum(axis=1, keepdims=True), rel=1e-10)
    assert p["size"] == pytest.approx(np.tanh(h @ W[2] + b[2]) @ W[3] + b[3], rel=1e-10)


def test_the_gradient_is_the_sum_of_the_gradients_of_the_parts():
    net, (X, y) = network(), data()
    assert net.check_gradients(X, y).passed
    _, both = net.loss_and_grad(X, y)
    parts = []
    for weights in ((1.0, 0.0), (0.0, 1.0)):
        alone = network(
            {
                n: (w, part)
                for w, n, part in zip(
                    weights, LOSS, (cr.SoftmaxCrossEntropy(), cr.SquaredError()), strict=True
                )
            }
        )
        parts.append(alone.loss_and_grad(X, y)[1])
    for name, g in both.items():
        assert g == pytest.approx(parts[0][name] + 0.5 * parts[1][name], rel=1e-9, abs=1e-12)


@pytest.mark.skipif(not native.available(), reason="not built")
def test_both_engines_train_alike():
    X, y = data()
    nets = [network(engine=engine) for engine in ("reference", "native")]
    for net in nets:
        assert (
            net.fit(X, y, optimizer=cr.Adam(0.01), epochs=3, batch_size=16, verbose=0).stopped
            == "finished"
        )
    assert nets[0].theta == pytest.approx(nets[1].theta, rel=1e-9)


@engines
def test_the_history_has_a_column_for_each_output(engine):
    net, (X, y) = network(engine=engine), data(200)
    history = net.fit(
        X,
        y,
        optimizer=cr.Adam(0.02),
        epochs=8,
        validation_fraction=0.25,
        metrics={"kind": cr.metrics.accuracy},
        verbose=0,
    )
    assert history.keys() == [
        "loss",
        "kind_loss",
        "size_loss",
        "kind_accuracy",
        "val_loss",
        "val_kind_loss",
        "val_size_loss",
        "val_kind_accuracy",
    ]
    assert history.loss[-1] < history.loss[0] and history["size_loss"][-1] < history["size_loss"][0]
    assert history["val_loss"] == pytest.approx(
        history["val_kind_loss"] + 0.5 * history["val_size_loss"]
    )


def test_sample_weights_count_for_every_output():
    net, (X, y) = network(), data(6)
    w = np.array([2, 0, 1, 1, 0, 3])
    L, g = net.loss_and_grad(X, y, sample_weight=w)
    again = np.repeat(np.arange(6), w)
    L2, g2 = net.loss_and_grad(X[again], {name: a[again] for name, a in y.items()})
    assert pytest.approx(L2) == L and g["W1"] == pytest.approx(g2["W1"])


@engines
def test_a_file_keeps_everything(engine, tmp_path):
    net, (X, y) = network(engine=engine), data()
    net.fit(X, y, epochs=1, verbose=0)
    net.save(tmp_path / "net.safetensors")
    loaded = cr.Network.load(tmp_path / "net.safetensors")
    loaded.engine = engine
    assert repr(loaded) == repr(net)
    for name, p in net.predict(X).items():
        assert np.array_equal(loaded.predict(X)[name], p)
    assert loaded.evaluate(X, y) == net.evaluate(X, y)


def test_a_run_resumes_bit_for_bit(tmp_path):
    X, y = data()
    path = tmp_path / "run.safetensors"
    whole, part, later = network(), network(), network()
    settings = {"optimizer": cr.Adam(0.01), "batch_size": 8, "verbose": 0}
    whole.fit(X, y, epochs=4, callbacks=[cr.Checkpoint(tmp_path / "other.safetensors")], **settings)
    part.fit(X, y, epochs=2, callbacks=[cr.Checkpoint(path)], **settings)
    history = later.fit(X, y, epochs=4, callbacks=[cr.Checkpoint(path)], resume=path, **settings)
    assert np.array_equal(later.theta, whole.theta) and len(history["size_loss"]) == 4


def test_rows_of_the_users_own_making():
    X, y = data()

    class Rows:
        def __len__(self):
            return len(X)

        def rows(self, indices):
            return X[indices], {name: a[indices] for name, a in y.items()}

    ours, theirs = network(), network()
    for net, given in ((ours, (X, y)), (theirs, (Rows(),))):
        net.fit(*given, optimizer=cr.SGD(0.1), epochs=2, verbose=0)
    assert theirs.theta == pytest.approx(ours.theta, rel=1e-10)


def test_without_inputs_the_first_data_decide():
    X, y = data()
    net = network(inputs=None)
    net.fit(X, y, epochs=1, verbose=0)
    assert net.predict(X)["size"].shape == (50, 2)
    assert "p_kind" not in net.equations() and "L =" in net.equations()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: cr.Network(cr.Dense(2), loss=LOSS, inputs=(4,)),
            "expected the outputs kind, size, one for each loss",
        ),
        (lambda: network({"kind": cr.SoftmaxCrossEntropy()}), "expected the outputs kind"),
        (lambda: network(cr.SquaredError()), "Several outputs need a loss each"),
        (
            lambda: network({"kind": cr.SoftmaxCrossEntropy(), "size": 3}),
            "a loss or .weight, loss.",
        ),
        (lambda: network({**LOSS, "size": (-1, cr.SquaredError())}), "a weight ≥ 0"),
        (
            lambda: network({**LOSS, "size": cr.SquaredError(reduction="sum")}),
            "one reduction for all outputs",
        ),
        (lambda: network({}), "a loss for each output"),
        (lambda: cr.Heads({}), "a dict of layers"),
        (lambda: cr.Heads({"a b": cr.Dense(2)}), "a dict of layers"),
        (lambda: cr.Heads({"a": cr.Dense}), "the class Dense"),
    ],
)
def test_what_does_not_fit_is_said(make, words):
    with pytest.raises(cr.ParameterError, match=words):
        make()


def test_targets_that_do_not_fit_are_said():
    net, (X, y) = network(), data()
    theta = net.theta.copy()
    for wrong, words in [
        (y["kind"], "a dict with the targets of kind, size"),
        ({"kind": y["kind"]}, "a dict with the targets"),
        ({**y, "size": y["size"][:9]}, "has 9 rows"),
        ({**y, "size": y["size"][:, :1]}, r"targets of shape \(N, 2\)"),
    ]:
        with pytest.raises(cr.DataError, match=words):
            net.fit(X, wrong, verbose=0)
    with pytest.raises(cr.DataError, match="a dict by the outputs kind, size"):
        net.fit(X, y, class_weight="balanced", verbose=0)
    with pytest.raises(cr.ParameterError, match="names of outputs: kind, size, got 'kid'"):
        net.fit(X, y, metrics={"kid": cr.metrics.accuracy}, verbose=0)  # before the first epoch
    assert net.run_state.step == 0
    with pytest.raises(
        cr.DataError,
        match=r"accuracy: expected y of one output, got a dict with kind, size\. Of several",
    ):
        net.evaluate(X, y, cr.metrics.accuracy)
    with pytest.raises(cr.ParameterError, match="names of outputs: kind, size"):
        net.evaluate(X, y, {"kid": cr.metrics.accuracy})
    assert np.array_equal(net.theta, theta)


@pytest.mark.parametrize("heads", [31, 60])
def test_many_outputs_train_on_every_engine(heads):
    names = [f"h{k}" for k in range(heads)]
    X = np.arange(12.0).reshape(6, 2) / 9
    y = {name: X[:, :1] * k for k, name in enumerate(names)}
    nets = []
    for engine in ("reference", None):
        net = cr.Network(
            cr.Heads({name: cr.Dense(1) for name in names}),
            loss={name: cr.SquaredError() for name in names},
            engine=engine,
            dtype="float64",
        )
        net.fit(X, y, epochs=2, verbose=0)
        nets.append(net)
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, rtol=1e-9)
    assert set(nets[1].predict(X)) == set(names)
