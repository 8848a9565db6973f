"""What the layer of elu.py promises beyond the contracts."""

import math

import pytest

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.ELU(alpha=0), r"alpha must be a number > 0"),
        (lambda: cr.ELU(alpha=math.nan), r"alpha must be a number > 0"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()
