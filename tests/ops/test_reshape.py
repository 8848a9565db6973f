"""What reshape.py promises."""

import numpy as np
import pytest

from chainrule import ops


def test_a_shape_that_the_values_do_not_fill_is_refused_even_without_rows():
    with pytest.raises(ValueError, match="do not fill"):
        ops.reshape(np.ones((0, 4)), shape=(5,))
