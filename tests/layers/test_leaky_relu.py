"""What the layer of leaky_relu.py promises beyond the contracts."""

import pytest

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.LeakyReLU(slope=-1),
            r"LeakyReLU\(slope=-1\): slope must be a number ≥ 0. The usual value is 0.01",
        ),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()
