"""Images in their four forms."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.conv_cases import IMAGES, Y

import chainrule as cr
from chainrule.estimators import ConvClassifier, ConvRegressor


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
    strip = ConvClassifier(**settings).fit(IMAGES[:100].reshape(100, 64)[:, :60], Y[:100])
    assert strip.network_.inputs == {"x": (1, 60, 1)}
    with pytest.raises(cr.ShapeError, match=r"rows of shape \(8, 8, 1\), got \(16, 4\)"):
        first.predict(IMAGES[:2].reshape(2, 16, 4))
    with pytest.raises(cr.ShapeError, match=r"images \(N, H, W\) or \(N, H, W, C\)"):
        ConvClassifier().fit(np.zeros((4, 2, 2, 2, 2)), [0, 1, 0, 1])


COLORS = np.random.default_rng(0).random((40, 8, 9, 3)).astype(np.float32)
FIRST = np.ascontiguousarray(COLORS.transpose(0, 3, 1, 2))
SETTINGS = {"epochs": 1, "random_state": 0}


def test_flat_rows_that_are_squares_become_images_and_one_line_says_so():
    asked = ConvClassifier(**SETTINGS, image_shape=(8, 8)).fit(
        IMAGES[:100].reshape(-1, 64), Y[:100]
    )
    with pytest.warns(UserWarning, match=r"rows of 64 numbers as images of 8 x 8 pixels") as said:
        model = ConvClassifier(**SETTINGS).fit(IMAGES[:100].reshape(-1, 64), Y[:100])
    assert len(said) == 1 and "image_shape=(8, 8)" in str(said[0].message)
    assert said[0].filename == __file__
    np.testing.assert_array_equal(model.network_.theta, asked.network_.theta)
    model.predict(IMAGES[:3].reshape(3, 64))  # without a word


@pytest.mark.parametrize("channels", [None, "last", "first"])
def test_flat_rows_of_colors(channels):
    square = COLORS[:, :, :8]
    rows = np.moveaxis(square, -1, 1) if channels == "first" else square
    usual = ConvClassifier(**SETTINGS).fit(square, Y[:40])
    with pytest.warns(UserWarning, match=r"8 x 8 pixels with 3 channels, (pixel|color) by") as said:
        model = ConvClassifier(**SETTINGS, channels=channels).fit(rows.reshape(40, -1), Y[:40])
    text = str(said[0].message)
    assert ("color by color" in text) == (channels == "first")
    assert 'channels="first"' in text and 'channels="last"' in text
    np.testing.assert_array_equal(model.network_.theta, usual.network_.theta)
    np.testing.assert_array_equal(
        model.predict_proba(rows.reshape(40, -1)), usual.predict_proba(square)
    )
    shape = rows.shape[1:]
    named = ConvClassifier(**SETTINGS, channels=channels or "last", image_shape=shape)
    named.fit(rows.reshape(40, -1), Y[:40])
    np.testing.assert_array_equal(named.network_.theta, usual.network_.theta)


def test_channels_first_is_asked_for_and_then_the_same_network():
    for estimator in (ConvClassifier(**SETTINGS), ConvRegressor(**SETTINGS)):
        with pytest.raises(cr.ShapeError, match=r'channels="first"\).*channels="last"'):
            estimator.fit(FIRST, Y[:40])
        assert not hasattr(estimator, "network_") and not hasattr(estimator, "n_features_in_")
    usual = ConvClassifier(**SETTINGS).fit(COLORS, Y[:40])
    model = ConvClassifier(**SETTINGS, channels="first").fit(FIRST, Y[:40])
    np.testing.assert_array_equal(model.network_.theta, usual.network_.theta)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(FIRST), usual.predict_proba(COLORS))
    for one, rows in ((model, COLORS), (usual, np.moveaxis(FIRST, 0, 0))):
        with pytest.raises(cr.ShapeError):
            one.predict(rows)
    gray = ConvClassifier(**SETTINGS, channels="first").fit(IMAGES[:40, None], Y[:40])
    same = ConvClassifier(**SETTINGS).fit(IMAGES[:40], Y[:40])
    np.testing.assert_array_equal(gray.network_.theta, same.network_.theta)


def test_what_is_asked_for_as_channels_last_is_taken():
    rows = np.random.default_rng(0).random((20, 3, 8, 10)).astype(np.float32)
    model = ConvClassifier(**SETTINGS, channels="last").fit(rows, Y[:20])
    assert model.network_.inputs == {"x": (3, 8, 10)}
    assert model.predict(rows).shape == (20,)
    with pytest.raises(cr.ParameterError, match="channels must be"):
        ConvClassifier(channels="middle").fit(rows, Y[:20])
