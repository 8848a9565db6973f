"""What the layer of sequential.py promises beyond the contracts."""

import pytest

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Sequential("relu"), r"expected layers such as Dense\(4\), got 'relu'"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()
