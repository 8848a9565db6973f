"""What take_step.py promises."""

import numpy as np

from chainrule import ops


def test_it_takes_one_step_of_each_row():
    assert ops.take_step(np.arange(6.0).reshape(1, 3, 2), t=2).tolist() == [[4.0, 5.0]]
