"""Small layers for images against PyTorch, channels first: values and gradients."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

pytestmark = pytest.mark.peers
ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]


def cases():
    sizes = [(1, 1), (2, 2), (3, 2)]
    for size in sizes:
        for stride in (None, (1, 1), (2, 3)):
            for name, theirs in (("MaxPool2D", "MaxPool2d"), ("AveragePool2D", "AvgPool2d")):
                yield getattr(cr, name)(size, stride=stride), theirs, (size, stride)
    yield cr.GlobalAveragePool(), "AdaptiveAvgPool2d", (1,)
    yield cr.GlobalMaxPool(), "AdaptiveMaxPool2d", (1,)
    yield cr.ZeroPad((1, 2, 3, 0)), "ZeroPad2d", ((3, 0, 1, 2),)  # left, right, top, bottom
    yield cr.UpSample((2, 3)), "Upsample", (None, (2, 3))
    for groups in (1, 2, 3, 6):
        yield cr.GroupNorm(groups), "GroupNorm", (groups, 6)
    yield cr.BatchNorm(), "BatchNorm2d", (6,)
    yield cr.LayerNorm(), "LayerNorm", (6,)
    yield cr.PReLU(), "PReLU", (6,)


def first(a):
    """Channels first."""
    return np.ascontiguousarray(np.moveaxis(a, -1, 1)) if a.ndim > 2 else a


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-10)])
@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize(
    ("layer", "name", "settings"),
    list(cases()),
    ids=lambda v: repr(v) if isinstance(v, cr.Layer) else "",
)
def test_values_and_gradients(layer, name, settings, rows, dtype, tolerance, engine):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    X = rng.normal(size=(rows, 7, 5, 6)).astype(dtype)
    loss = cr.SquaredError(outputs="sum", half=True)
    net = cr.Network(cr.PReLU(), layer, loss=loss, inputs=(7, 5, 6), dtype=dtype, engine=engine)
    ours = list(net.parameters.values())
    for weights in ours:
        weights += rng.normal(size=weights.shape) * 0.3
    module = getattr(torch.nn, name)(*settings).to(getattr(torch, dtype))
    before = torch.nn.PReLU(6, dtype=getattr(torch, dtype))
    with torch.no_grad():
        before.weight.copy_(torch.tensor(ours[0]))
        for theirs, mine in zip(module.parameters(), ours[1:], strict=True):
            theirs.copy_(torch.tensor(mine))
    module.train()
    x = torch.tensor(first(X))
    z = before(x)
    last = name == "LayerNorm"  # the one that wants channels last
    out = module(z.movedim(1, -1)).movedim(-1, 1) if last else module(z)
    out = out.reshape(rows, 6) if name.startswith("Adaptive") else out
    y = rng.normal(size=(rows, *net.programs.output[1:])).astype(dtype)
    L = ((out - torch.tensor(first(y))) ** 2).sum() / 2 / rows
    L.backward()
    before_step, steps = (
        net.theta.copy(),
        net.fit(X, y, optimizer=cr.SGD(lr=1.0), batch_size=None, verbose=0),
    )
    g = before_step - net.theta  # one step of the train Program, on this engine
    net.theta[...] = before_step
    assert abs(steps.loss[0] - float(L.detach())) <= tolerance * max(1, abs(float(L.detach())))
    theirs = np.concatenate(
        [p.grad.numpy().ravel() for p in [*before.parameters(), *module.parameters()]]
    )
    scale = np.abs(theirs).max()
    assert np.abs(g[: theirs.size] - theirs).max() <= tolerance * max(1, scale)
    if name != "BatchNorm2d":
        expected = out.detach().numpy()
        assert np.abs(first(net.predict(X)) - expected).max() <= tolerance * max(
            1, np.abs(expected).max()
        )
