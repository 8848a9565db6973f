"""What mixup.py promises."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.augmentation import MixUp


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0])
def test_the_share_of_mixup_is_beta_and_the_other_row_any(alpha):
    other, share = MixUp(alpha).partners((0, 1), np.arange(20_000), 50)
    assert share.mean() == pytest.approx(0.5, abs=0.01)
    assert share.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.03)
    assert ((share < 0.1).mean()) == pytest.approx(
        {0.2: 0.33669, 0.5: 0.20483, 1.0: 0.1}[alpha], abs=0.01
    )
    assert np.bincount(other, minlength=50).min() > 300


@pytest.mark.parametrize(
    "make",
    [
        lambda: MixUp(0),
        lambda: MixUp(2),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
