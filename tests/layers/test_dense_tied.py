"""Dense(tie=...): a decoder with the transposed weights of its encoder."""

import numpy as np
import pytest

import chainrule as cr

X = np.random.default_rng(1).normal(size=(20, 5))


def network(engine="native", **settings):
    layers = cr.Dense(2), cr.Tanh(), cr.Dense(5, tie="dense1")
    return cr.Network(
        *layers, loss=cr.SquaredError(), inputs=(5,), dtype="float64", engine=engine, **settings
    )


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_the_weights_are_the_transpose(engine):
    net = network(engine)
    assert list(net.parameters) == ["W1", "b1", "b2"]
    p = net.parameters
    expected = np.tanh(X @ p["W1"] + p["b1"]) @ p["W1"].T + p["b2"]
    assert np.allclose(net.predict(X), expected, rtol=1e-12)


def test_gradients_of_both_places_are_added():
    net = network()
    assert net.check_gradients(X, X).passed
    assert net.check_gradients(X, X, engine="native").passed


def test_both_engines_train_alike_and_a_file_keeps_it(tmp_path):
    nets = [network(engine) for engine in ("reference", "native")]
    for net in nets:
        net.fit(X, X, optimizer=cr.Adam(0.05), epochs=20, verbose=0)
    assert np.allclose(nets[0].theta, nets[1].theta, rtol=1e-9)
    nets[1].save(tmp_path / "net.safetensors")
    again = cr.Network.load(tmp_path / "net.safetensors")
    again.engine = nets[1].engine
    assert np.array_equal(again.predict(X), nets[1].predict(X))


def test_what_is_refused():
    for tie, got in (("dense7", "none; there are dense1 (5, 2)"), ("dense1", "(5, 2)")):
        with pytest.raises(cr.ParameterError, match="an earlier layer") as error:
            layers = cr.Dense(2), cr.Dense(4, tie=tie)
            cr.Network(*layers, loss=cr.SquaredError(), inputs=(5,))
        assert got in str(error.value)
    with pytest.raises(cr.ParameterError, match="no penalty"):
        cr.Dense(4, tie="dense1", penalty=cr.L2(0.1))
