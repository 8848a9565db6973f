"""What elastic.py promises."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.augmentation import Elastic


def test_the_elastic_field_has_its_deviation_everywhere_and_is_smooth():
    ramp = np.broadcast_to(
        np.arange(40.0)[:, None, None], (1500, 40, 31, 1)
    )  # shows how far a pixel came from
    d = (
        Elastic(1.5, sigma=3)(ramp, (0, 0), np.arange(1500))[:, 8:32, 11:20, 0]
        - ramp[:, 8:32, 11:20, 0]
    )
    assert d.std(axis=0) == pytest.approx(1.5, rel=0.1)
    assert d.mean(axis=0) == pytest.approx(0, abs=0.2)
    near = (d[:, 10, 4] * d[:, 11, 4]).mean() / 1.5**2
    far = (d[:, 2, 4] * d[:, 14, 4]).mean() / 1.5**2
    assert near > 0.9 and abs(far) < 0.12


@pytest.mark.parametrize(
    "make",
    [
        lambda: Elastic(-1.0),
        lambda: Elastic(1.0, sigma=0.5),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
