"""ActivityPenalty: each row pays for its own values."""

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(2)
X, y = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 4))


def network(*penalty, engine="native"):
    return cr.Network(
        cr.Dense(4), *penalty, loss=cr.SquaredError(), inputs=(3,), dtype="float64", engine=engine
    )


@pytest.mark.parametrize(
    ("penalty", "cost"),
    [
        (cr.L1(0.3), lambda z: 0.3 * np.abs(z).sum(axis=1)),
        (cr.L2(0.3), lambda z: 0.15 * (z * z).sum(axis=1)),
        (
            cr.ElasticNet(0.1, 0.2),
            lambda z: 0.1 * np.abs(z).sum(axis=1) + 0.1 * (z * z).sum(axis=1),
        ),
    ],
)
@pytest.mark.parametrize("engine", ["reference", "native"])
def test_the_loss_grows_by_the_mean_cost(penalty, cost, engine):
    plain, net = network(engine=engine), network(cr.ActivityPenalty(penalty), engine=engine)
    expected = plain.evaluate(X, y)["loss"] + cost(net.predict(X)).mean()
    assert net.evaluate(X, y)["loss"] == pytest.approx(expected, rel=1e-12)
    weights = np.array([1.0, 0, 0, 2, 0, 0, 1, 0])
    expected = plain.loss_and_grad(X, y, sample_weight=weights)[0]
    expected += (weights * cost(net.predict(X))).sum() / weights.sum()
    assert net.loss_and_grad(X, y, sample_weight=weights)[0] == pytest.approx(expected, rel=1e-12)


def test_predictions_do_not_change_and_gradients_are_right():
    plain, net = network(), network(cr.ActivityPenalty(cr.L2(0.3)))
    assert np.array_equal(plain.predict(X), net.predict(X))
    assert net.check_gradients(X, y).passed
    assert net.check_gradients(X, y, engine="native").passed


def test_it_makes_values_sparse():
    code = cr.Dense(6), cr.ReLU(), cr.ActivityPenalty(cr.L1(0.05)), cr.Dense(3)
    plain = cr.Dense(6), cr.ReLU(), cr.Dense(3)
    used = []
    for layers in (plain, code):
        net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(3,), seed=1)
        net.fit(X, X, optimizer=cr.Adam(0.02), epochs=300, batch_size=None, verbose=0)
        used.append((net.activations(X)["a1"] > 0).mean())
    assert used[1] < used[0]


def test_what_is_refused():
    with pytest.raises(cr.ParameterError, match=r"Write ActivityPenalty\(L1"):
        cr.ActivityPenalty(0.1)
