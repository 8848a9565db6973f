"""Images with their channels first are never learned as images of another size in silence."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.rows_from_files import fit_rows

FIRST = np.random.default_rng(0).random((6, 3, 8, 10)).astype(np.float32)
LAST = np.ascontiguousarray(FIRST.transpose(0, 2, 3, 1))
Y = np.arange(6) % 2
BOTH = r'(Images\(channels="first"\).*channels="last"|channels="last".*Images\(channels="first"\))'


def network(*before, **more):
    layers = *before, cr.Conv2D(4), cr.ReLU(), cr.Flatten(), cr.Dense(2)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **more)


class Rows:
    def __len__(self):
        return len(FIRST)

    def rows(self, indices):
        return FIRST[indices], Y[indices]


@pytest.mark.parametrize(
    "call",
    [
        lambda: network().fit(FIRST, Y, verbose=0),
        lambda: network().fit(FIRST[:, :1], Y, verbose=0),
        lambda: network().fit(Rows(), verbose=0),
        lambda: network().fit(iter([(FIRST, Y)]), verbose=0),
        lambda: network().predict(FIRST),
        lambda: network().evaluate(FIRST, Y),
        lambda: network(inputs=(3, 8, 10)),
        lambda: network(cr.BatchNorm(), cr.GaussianNoise(0.1), inputs=(3, 8, 10)),
        lambda: network(cr.Reshape(3, 8, 10)).fit(FIRST.reshape(6, -1), Y, verbose=0),
        lambda: network(cr.MaxPool2D(2), inputs=(3, 8, 10)),
        lambda: network(cr.ZeroPad(1), inputs=(1, 8, 10)),
        lambda: network(cr.Sequential(cr.Identity(), cr.UpSample(2)), inputs=(3, 8, 10)),
    ],
)
def test_channels_first_is_refused_wherever_images_come_in(call):
    with pytest.raises(cr.ShapeError, match=BOTH):
        call()


def test_a_refused_network_learns_the_right_rows_afterwards():
    net = network()
    with pytest.raises(cr.ShapeError):
        net.fit(FIRST, Y, verbose=0)
    assert not net.is_built
    assert net.fit(LAST, Y, epochs=1, verbose=0).loss.size == 1


def test_a_first_layer_says_that_channels_come_first(tmp_path):
    net, usual = network(cr.Images(channels="first")), network()
    for one, rows in ((net, FIRST), (usual, LAST)):
        one.fit(rows, Y, epochs=3, verbose=0)
    np.testing.assert_array_equal(net.theta, usual.theta)
    net.save(tmp_path / "net.safetensors")
    again = cr.Network.load(tmp_path / "net.safetensors")
    np.testing.assert_array_equal(again.predict(FIRST), usual.predict(LAST))
    assert again.evaluate(FIRST, Y)["loss"] == usual.evaluate(LAST, Y)["loss"]
    assert "transpose(x)" in net.equations()


def test_a_first_layer_says_that_channels_come_last():
    net = network(cr.Images(channels="last"), inputs=(3, 8, 10))
    assert net.parameters["W1"].shape == (3, 3, 10, 4)


@pytest.mark.parametrize("shape", [(28, 28, 1), (3, 3, 8), (1, 20, 3), (5, 8, 10), (8, 8, 64)])
def test_clear_images_are_never_refused(shape):
    layers = cr.Conv2D(2, padding="same"), cr.Flatten(), cr.Dense(2)
    assert cr.Network(*layers, loss=cr.SquaredError(), inputs=shape).inputs == {"x": shape}


def test_rows_that_no_layer_reads_as_images_are_never_refused():
    net = cr.Network(cr.Flatten(), cr.Dense(2), loss=cr.SquaredError(), inputs=(3, 8, 10))
    assert net.predict(FIRST).shape == (6, 2)
    deep = cr.Conv2D(8, stride=(4, 1), padding="same"), cr.Conv2D(2, padding="same")
    net = cr.Network(*deep, loss=cr.SquaredError(), inputs=(4, 8, 1))  # (1, 8, 8) in between
    assert net.programs.output == (0, 1, 8, 2)


@pytest.mark.parametrize(
    ("layers", "known", "rows", "axes"),
    [((), LAST, FIRST, "1, -1"), ((cr.Images(channels="first"),), FIRST, LAST, "-1, 1")],
)
def test_later_rows_must_have_their_channels_where_the_first_had(layers, known, rows, axes):
    net = network(*layers)
    net.fit(known, Y, epochs=1, verbose=0)
    calls = (
        lambda: net.predict(rows),
        lambda: net.evaluate(rows, Y),
        lambda: net.fit(rows, Y, verbose=0),
        lambda: fit_rows("rows.npy", rows, net.inputs["x"]),
    )
    for call in calls:
        with pytest.raises(cr.ChainruleError, match=rf"np.moveaxis\(\w+, {axes}\)"):
            call()
    mended = np.moveaxis(rows, *map(int, axes.split(",")))
    np.testing.assert_array_equal(net.predict(mended), net.predict(known))


def test_what_moves_pixels_needs_channels_last():
    net = network(cr.Images(channels="first"), inputs=(3, 8, 10))
    flip = cr.augmentation.Flip()
    with pytest.raises(cr.ParameterError, match=r"np.moveaxis\(X, 1, -1\)"):
        net.fit(FIRST, Y, augment=flip, verbose=0)
    for look in (cr.inspect.occlusion, cr.inspect.grad_cam):
        with pytest.raises(cr.ShapeError, match=r"np.moveaxis\(X, 1, -1\)"):
            look(net, FIRST)
    usual = network(inputs=(8, 10, 3))
    w = cr.inspect.saliency(net, FIRST, 0)
    np.testing.assert_array_equal(w, np.moveaxis(cr.inspect.saliency(usual, LAST, 0), -1, 1))
    assert "3×3" in net.summary()
