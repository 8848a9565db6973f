"""What arithmetic.py promises."""

import numpy as np
import pytest

from chainrule import ops


@pytest.mark.parametrize("op", [ops.multiply, ops.subtract])
def test_rows_do_not_broadcast_against_each_other(op):
    with pytest.raises(ValueError, match="is not"):
        op(np.ones((3, 2)), np.ones((1, 2)))
