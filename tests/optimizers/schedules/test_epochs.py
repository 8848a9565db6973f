"""Lengths in epochs, and of a run."""

import pytest

from chainrule.errors import ParameterError
from chainrule.optimizers import Cosine, Epochs, OneCycle
from chainrule.optimizers.schedules.epochs import RunLength


def test_the_parts_of_an_epoch_and_the_shortest_runs():
    assert [RunLength(3, 2).steps_of(Epochs(n)) for n in (0.1, 0.5, 1.5)] == [1, 2, 4]
    assert OneCycle(0.1).over(RunLength(1, 1)) == OneCycle(0.1, 2)
    assert Cosine(0.1).over(RunLength(1, 0)) == Cosine(0.1, 1)
    for wrong in (0, -1, "many", None, True, float("inf")):
        with pytest.raises(ParameterError, match=r"Epochs\(number=.*must be a number > 0"):
            Epochs(wrong)
