"""ConvClassifier: the default network, layers of the user, held-out digits."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.model_selection import train_test_split
from tests.estimators.networks.conv_cases import IMAGES, Y

import chainrule as cr
from chainrule.estimators import ConvClassifier, NetworkClassifier
from chainrule.estimators.networks.images import small_convnet


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
