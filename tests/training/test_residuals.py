"""residuals.py: the Jacobian of a network, and what Levenberg–Marquardt refuses in a fit."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.training.objective import ProgramObjective
from chainrule.training.residuals import NetworkResiduals

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(9, 4)), RNG.normal(size=(9, 2))
LM = cr.LevenbergMarquardt()


def network(*layers, loss=None, **settings):
    layers = layers or (cr.Dense(5), cr.Tanh(), cr.Dense(2))
    settings = {"inputs": (4,), "dtype": "float64", "seed": 1} | settings
    return cr.Network(*layers, loss=loss or cr.SquaredError(), **settings)


def weighted(c):
    return {"x": X, "y": Y, "c": c, "row": np.arange(len(X)), "N": float(len(X))}


@pytest.mark.parametrize(
    "c", [np.full(9, 1 / 9), np.arange(9) / 36, np.ones(9)], ids=["", "w", "sum"]
)
def test_normal_equations_are_those_of_differences(c):
    net = network()
    program, theta = net.programs.train, net.theta.copy()
    places = np.arange(3, len(theta))  # the first three are frozen
    made = NetworkResiduals(
        ProgramObjective(program), theta, places, weighted(c), np.zeros(2, np.int64), None
    )
    H, b = made.normal_equations(theta[places])

    def residuals(free):
        whole = theta.copy()
        whole[places] = free
        net.theta = whole
        return (np.sqrt(9 * c / c.sum())[:, None] * (net.predict(X) - Y)).ravel()

    e, h = residuals(theta[places]), 1e-6
    columns = []
    for k in range(len(places)):
        up, down = theta[places].copy(), theta[places].copy()
        up[k] += h
        down[k] -= h
        columns.append((residuals(up) - residuals(down)) / (2 * h))
    J = np.stack(columns, 1)
    assert np.abs(H - J.T @ J).max() < 1e-7 and np.abs(b - J.T @ e).max() < 1e-7


def test_blocks_of_rows_give_the_same_sums(monkeypatch):
    net = network()
    given = net.programs.train, net.theta.copy(), weighted(np.full(9, 1 / 9))

    def equations():
        program, theta, batch = given
        places = np.arange(len(theta))
        key = np.zeros(2, np.int64)
        made = NetworkResiduals(ProgramObjective(program), theta, places, batch, key, None)
        return made.normal_equations(theta)

    H, b = equations()
    monkeypatch.setattr("chainrule.training.residuals.AT_ONCE", 150)
    H2, b2 = equations()
    assert np.abs(H - H2).max() < 1e-12 and np.abs(b - b2).max() < 1e-12


def test_linear_regression_takes_one_step():
    net = network(cr.Dense(2))
    rule = cr.LevenbergMarquardt(damping=1e-13)
    history = net.fit(X, Y, optimizer=rule, epochs=5, batch_size=None, verbose=0)
    A = np.column_stack([X, np.ones(9)])
    best, *_ = np.linalg.lstsq(A, Y, rcond=None)
    assert np.abs(net.predict(X) - A @ best).max() < 1e-9
    assert len(history.loss) == 1 and history.stopped == "converged"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("engine", ["reference", "native"])
def test_it_learns_xor(dtype, engine):
    if engine == "native" and not cr.engines.native.available():
        pytest.skip("the native engine was not built")
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0.0], [1], [1], [0]])
    layers = (cr.Dense(4), cr.Tanh(), cr.Dense(1))
    net = network(*layers, inputs=(2,), dtype=dtype, engine=engine)
    history = net.fit(X, y, optimizer=LM, epochs=50, batch_size=None, verbose=0)
    assert net.score(X, y) < 1e-6 if hasattr(net, "score") else history.loss[-1] < 1e-4
    assert len(history.loss) < 20


def test_two_fits_are_one_fit():
    parts, whole = network(), network()
    given = {"optimizer": LM, "batch_size": None, "verbose": 0}
    parts.fit(X, Y, epochs=3, **given)
    parts.fit(X, Y, epochs=3, **given)
    whole.fit(X, Y, epochs=6, **given)
    assert (parts.theta == whole.theta).all()


def test_frozen_layers_stay():
    net = network()
    before = net.parameters["W1"].copy()
    net.freeze("dense1").fit(X, Y, optimizer=LM, epochs=3, batch_size=None, verbose=0)
    assert (net.parameters["W1"] == before).all()


REFUSED = {
    "another loss": (
        (cr.Dense(2),),
        {"loss": cr.AbsoluteError()},
        "SquaredError() as the only loss",
    ),
    "a penalty": ((cr.Dense(2, penalty=cr.L2(0.1)),), {}, "a loss without penalties"),
    "dropout": ((cr.Dropout(0.5), cr.Dense(2)), {}, "layers without random numbers"),
    "batch norm": ((cr.Dense(3), cr.BatchNorm(), cr.Dense(2)), {}, "each row alone"),
    "too many": ((cr.Dense(900), cr.Dense(2)), {}, "at most 5,000 parameters"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_refuses(name):
    layers, settings, words = REFUSED[name]
    net = network(*layers, **settings)
    theta = net.theta.copy()
    with pytest.raises(cr.ParameterError) as error:
        net.fit(X, Y, optimizer=LM, epochs=1, batch_size=None, verbose=0)
    assert words in str(error.value) and "Use LBFGS()" in str(error.value)
    assert (net.theta == theta).all()
    net.fit(X, Y, epochs=1, verbose=0)  # the refusal left nothing behind


def test_it_refuses_batches_and_plain_functions():
    with pytest.raises(cr.ParameterError, match=r"batch_size=None"):
        network().fit(X, Y, optimizer=LM, batch_size=4, verbose=0)
    with pytest.raises(cr.ParameterError, match=r"minimise\(f, theta\)"):
        next(cr.train(lambda *a: (0.0, a[0], a[3]), np.ones(2), optimizer=LM))
