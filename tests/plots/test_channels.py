"""What channels.py promises."""

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError, ShapeError

pytest.importorskip("matplotlib")


def test_a_picture_of_kernels_has_each_in_its_place():
    W = np.arange(2 * 3 * 2 * 4.0).reshape(2, 3, 2, 4) - 20
    (shown,) = plots.kernels(W).axes[0].get_images()
    sheet = np.ma.filled(shown.get_array(), np.nan)
    assert sheet.shape == (2 * 2 + 1, 4 * 3 + 3) and (shown.get_clim()) == (-27, 27)
    for channel in range(2):
        for kernel in range(4):
            part = sheet[3 * channel : 3 * channel + 2, 4 * kernel : 4 * kernel + 3]
            assert np.array_equal(part, W[:, :, channel, kernel])


def test_feature_maps_without_negative_numbers_are_ink():
    one, other = plots.feature_maps(
        {"z": np.eye(3)[..., None] - 0.5, "a": np.eye(3)[..., None]}
    ).axes
    assert one.get_title(loc="left") == "z  (3, 3, 1)" and one.get_images()[0].get_clim() == (
        -0.5,
        0.5,
    )
    assert (
        other.get_images()[0].get_clim() == (0, 1)
        and other.get_images()[0].get_cmap().name == "gray_r"
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.kernels(np.ones((3, 3))),
            ShapeError,
            r"kernels: expected W of shape \(k, k, C, filters\)",
        ),
        (
            lambda: plots.feature_maps({}),
            DataError,
            "feature_maps: expected a dict with the maps of at least one layer, got none",
        ),
        (
            lambda: plots.feature_maps({"a": np.ones(3)}),
            ShapeError,
            r"feature_maps, a: expected a map \(H, W, C\)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (
            lambda: plots.feature_maps(np.ones((4, 4, 2))),
            DataError,
            "a dict with the maps .* got an ndarray",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, error, words):
    with pytest.raises(error, match=words):
        draw()
