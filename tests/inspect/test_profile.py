"""net.profile: each layer is measured, the engine computes what it always computes."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.inspect.profile import in_bytes

ENGINES = ["reference", *(["native"] if native.available() else [])]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)
IMAGES, LABELS = rng.normal(size=(80, 8, 8, 1)), np.arange(80) % 3


@cr.op
def doubled(z):
    """a = 2 z"""
    return 2 * z


@doubled.gradient
def doubled_backward(da, a, z):
    """dz = 2 da"""
    return (2 * da,)


class Doubled(cr.Layer):
    def __call__(self, z):
        return doubled(z)


def network(engine):
    return cr.Network(
        *(cr.Conv2D(4, kernel=3), cr.ReLU(), cr.BatchNorm(), cr.Flatten()),
        *(cr.Dense(12, penalty=cr.L2(1e-3)), Doubled(), cr.Dropout(0.5), cr.Dense(3)),
        loss=cr.SoftmaxCrossEntropy(),
        engine=engine,
        seed=1,
    )


@engines
@pytest.mark.parametrize("batch_size", [1, 32, 80, 500])
def test_every_layer_has_its_time_and_its_bytes(engine, batch_size):
    net = network(engine)
    found = net.profile(IMAGES, LABELS, batch_size=batch_size, repeats=2)
    names = [
        "conv2d1",
        "relu1",
        "batch_norm1",
        "flatten1",
        "dense1",
        "doubled1",
        "dropout1",
        "dense2",
        "loss",
    ]
    assert [layer.layer for layer in found.layers] == names
    by_name = {layer.layer: layer for layer in found.layers}
    assert found.rows == min(batch_size, 80) and found.engine == engine
    for name in ("conv2d1", "batch_norm1", "dense1", "doubled1", "dense2", "loss"):
        assert by_name[name].forward > 0 and by_name[name].backward > 0, name
    assert by_name["dense1"].parameters == (6 * 6 * 4 * 12 + 12) * 4
    assert by_name["relu1"].values == found.rows * 6 * 6 * 4 * 4
    assert found.memory > 0 and found.step > 0 and found.predict > 0
    assert sum(layer.forward + layer.backward for layer in found.layers) < 50 * found.step


@engines
def test_nothing_of_the_network_changes(engine):
    net, other = network(engine), network(engine)
    for each in (net, other):
        each.fit(IMAGES, LABELS, epochs=2, verbose=0)
    net.profile(IMAGES, LABELS, repeats=1)
    assert net.theta.tobytes() == other.theta.tobytes()
    for each in (net, other):
        each.fit(IMAGES, LABELS, epochs=1, verbose=0)
    assert net.theta.tobytes() == other.theta.tobytes()


@engines
def test_it_reads_as_a_table(engine):
    found = network(engine).profile(IMAGES, LABELS, repeats=1)
    lines = str(found).splitlines()
    assert lines[0].split() == ["layer", "forward", "backward", "share", "values", "parameters"]
    assert lines[2].startswith("conv2d1 ") and lines[12].startswith("total ")
    assert "100%" in lines[12] and max(map(len, lines[:13])) <= 79
    assert "One step of 32 rows. Layers: the" in lines[14] and repr(found) == str(found)
    page = found._repr_html_()
    assert page.count("<tr>") == 11 and "conv2d1" in page and "<script" not in page


def test_what_cannot_be_measured_is_said():
    net = network("reference")
    with pytest.raises(cr.ParameterError, match=r"profile\(batch_size=0\).*The usual value is 32"):
        net.profile(IMAGES, LABELS, batch_size=0)
    with pytest.raises(cr.ParameterError, match=r"profile\(repeats='x'\)"):
        net.profile(IMAGES, LABELS, repeats="x")
    with pytest.raises(cr.DataError):
        net.profile(IMAGES, LABELS[:3])


def test_bytes_as_people_read_them():
    found = [in_bytes(n) for n in (0, 999, 1500, 2_500_000, 7e9)]
    assert found == ["0 B", "999 B", "1.5 KB", "2.5 MB", "7 GB"]


@pytest.mark.skipif(not native.available(), reason="needs the native engine")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 7, 500])
def test_a_timed_plan_gives_the_same_bits(dtype, rows):
    net = cr.Network(
        cr.Dense(9), cr.ReLU(), Doubled(), cr.Dense(2), loss=cr.SquaredError(), dtype=dtype
    )
    net.build(rng.normal(size=(rows, 3)), rng.normal(size=(rows, 2)))
    program, theta = net.programs.train, net.theta
    wrt = [p.value for p in program.parameters]
    inputs = {
        "x": rng.normal(size=(rows, 3)).astype(dtype),
        "y": rng.normal(size=(rows, 2)).astype(dtype),
        "c": np.full(rows, 1 / rows, dtype),
    }
    plain, timed = (Native(program, rows, dtype, wrt=wrt) for _ in range(2))
    assert plain.times() == []
    timed.time_calls()
    for _ in range(2):
        (loss, g), (other, h) = (p.loss_and_grad(theta, inputs) for p in (plain, timed))
        assert loss == other and g.tobytes() == h.tobytes()
    spent = timed.times()
    assert {(step, back) for step, back, _ in spent} <= {
        (k, back) for k in range(len(program.steps)) for back in (False, True)
    }
    assert all(seconds > 0 for _, _, seconds in spent)
    assert all(seconds == 0 for _, _, seconds in timed.times())  # taken
    with pytest.raises(cr.EngineError, match="a plan of one thread"):
        Native(program, rows, dtype, wrt=wrt, threads=2).time_calls()


def test_the_table_of_a_notebook_is_like_the_others():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    page = net.profile(np.ones((8, 3)), np.ones(8), repeats=1)._repr_html_()
    assert "padding:2px 12px 2px 0" in page and page.count("<p>") >= 2
