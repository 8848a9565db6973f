"""Columns that alone predict the target."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from chainrule.estimators import TableEncoder
from chainrule.estimators.tables.leaks import leaks
from chainrule.estimators.tables.table import as_table


def found(table, y, classes):
    table = as_table(table)
    return leaks(TableEncoder().fit(table).columns_, table, np.asarray(y), classes, 0)


def test_words_and_numbers_that_are_the_target_in_other_words():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    table = {
        "word": np.array(["red", "green", "blue"])[y],
        "number": y * 7.0 + rng.uniform(0, 3, 300),
        "noise": rng.normal(size=300),
        "nearly": y + rng.normal(0, 0.3, 300),
        "one": ["x"] * 300,
    }
    assert found(table, y, True) == ["word", "number"]
    price = rng.uniform(1, 9, 300)
    table = {"euro": price * 100, "noise": price + rng.normal(0, 0.1, 300)}
    assert found(table, price, False) == ["euro"]


def test_numbers_beyond_those_of_a_tree():
    y = np.arange(300) % 2
    table = {"huge": np.where(y, 1e302, 1.0), "noise": np.arange(300) * 1e300}
    assert found(table, y, True) == ["huge"]
    assert found(table, y * 1.0, False) == ["huge"]


def test_few_rows_and_nearly_one_class_say_nothing():
    assert found({"a": [0.0, 1.0] * 15}, [0, 1] * 15, True) == []
    y = np.zeros(300, int)
    y[:4] = 1
    assert found({"a": y * 1.0}, y, True) == []
