"""ConvClassifier and ConvRegressor: images in any form, the default network, the digits."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.model_selection import train_test_split

import chainrule as cr
from chainrule.estimators import ConvClassifier, ConvRegressor, NetworkClassifier
from chainrule.estimators.networks.images import small_convnet

X, Y = cr.datasets.digits()
IMAGES = (X / 16).reshape(-1, 8, 8).astype(np.float32)


@pytest.mark.parametrize(
    ("shape", "convolutions", "last"),
    [
        ((8, 8, 1), 2, (2, 2, 64)),
        ((28, 28, 1), 2, (7, 7, 64)),
        ((32, 32, 3), 3, (4, 4, 128)),
        ((64, 48, 3), 4, (4, 3, 128)),
        ((1, 20, 1), 2, (1, 5, 64)),
        ((1, 1, 1), 2, (1, 1, 64)),
        ((5, 2, 2), 2, (1, 1, 64)),
    ],
)
def test_the_default_network_fits_every_image(shape, convolutions, last):
    layers = small_convnet(shape)
    assert [type(layer) for layer in layers].count(cr.Conv2D) == convolutions
    before_flatten = layers[
        : next(i for i, layer in enumerate(layers) if isinstance(layer, cr.Flatten))
    ]
    net = cr.Network(*before_flatten, loss=cr.SquaredError(), inputs=shape)
    assert net.programs.output[1:] == last


def test_images_come_in_four_forms():
    settings = {"epochs": 2, "random_state": 0}
    first = ConvClassifier(**settings).fit(IMAGES[:100], Y[:100])
    p = first.predict_proba(IMAGES[:9])
    for rows, more in (
        (IMAGES[..., None], {}),
        (IMAGES.reshape(-1, 64), {"image_shape": (8, 8)}),
        (IMAGES.reshape(-1, 64), {"image_shape": [8, 8, 1]}),
    ):
        model = ConvClassifier(**settings, **more).fit(rows[:100], Y[:100])
        for again in (IMAGES, IMAGES[..., None], IMAGES.reshape(-1, 64)):
            assert (model.predict_proba(again[:9]) == p).all()
        assert model.n_features_in_ == 64 and model.network_.inputs == {"x": (8, 8, 1)}
    np.testing.assert_array_equal(first.predict(IMAGES[:3].tolist()), first.predict(IMAGES[:3]))
    flat = ConvClassifier(**settings).fit(IMAGES[:100].reshape(100, 64), Y[:100])
    assert flat.network_.inputs == {"x": (1, 64, 1)}
    with pytest.raises(cr.ShapeError, match=r"rows of shape \(8, 8, 1\), got \(16, 4\)"):
        first.predict(IMAGES[:2].reshape(2, 16, 4))
    with pytest.raises(cr.ShapeError, match=r"images \(N, H, W\) or \(N, H, W, C\)"):
        ConvClassifier().fit(np.zeros((4, 2, 2, 2, 2)), [0, 1, 0, 1])


def test_own_layers_and_augmentation_are_those_of_the_network():
    layers = (cr.Conv2D(4), cr.ReLU(), cr.GlobalAveragePool())
    augment = cr.augmentation.Affine(shift=1)
    model = ConvClassifier(layers, augment=augment, epochs=2, random_state=3).fit(
        IMAGES[:200], Y[:200]
    )
    net = cr.Network(*layers, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=model.network_.seed)
    net.fit(IMAGES[:200, ..., None], Y[:200], epochs=2, augment=augment, verbose=0)
    assert (model.network_.theta == net.theta).all()
    same = NetworkClassifier(layers, augment=augment, epochs=2, image_shape=(8, 8), random_state=3)
    same.fit(IMAGES[:200].reshape(-1, 64), Y[:200])
    assert (same.network_.theta == net.theta).all()


@pytest.mark.slow
def test_held_out_digits():
    a, b, c, d = train_test_split(IMAGES, Y, test_size=0.2, stratify=Y, random_state=0)
    assert (
        ConvClassifier(random_state=0).fit(a, c).score(b, d) > 0.975
    )  # 0.986 to 0.994 in six splits


@pytest.mark.slow
def test_numbers_of_images():
    rows = IMAGES[:600]
    ink = rows.mean(axis=(1, 2)), (rows * np.linspace(-1, 1, 8)).mean(axis=(1, 2)) * 10
    y = np.column_stack(ink)
    model = ConvRegressor(random_state=0).fit(rows[:500], y[:500])
    assert model.predict(rows).shape == (600, 2) and model.score(rows[500:], y[500:]) > 0.9
    one = ConvRegressor(epochs=2, random_state=0).fit(rows, y[:, 0], sample_weight=np.ones(600))
    assert one.predict(rows[:4]).shape == (4,)
