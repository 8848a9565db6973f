"""What erf.py promises."""

import math

import numpy as np
import pytest

from chainrule.ops.erf import normal_cdf


@pytest.mark.parametrize(("dtype", "tolerance"), [("f8", 2e-13), ("f4", 1e-5)])
def test_our_normal_distribution_is_that_of_math(dtype, tolerance):
    """Relative, also in the tail where 1 − Φ would be 0."""
    z = np.linspace(-9, 9, 2001).astype(dtype)
    exact = np.array([math.erfc(-float(v) / math.sqrt(2)) / 2 for v in z])
    phi = normal_cdf(z)
    assert phi.dtype == dtype and np.abs(phi / exact - 1).max() < tolerance
    assert normal_cdf(np.array([-1e30, 1e30, np.nan], dtype)).tolist()[:2] == [0, 1]
