"""Columns of numbers and of categories, encoded by hand."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import encoded


def test_numbers_by_hand():
    x = [0.0, 1.0, 2.0, 3.0, 100.0, None]
    encoder, Z = encoded(x)
    z = (np.array([0, 1, 2, 3, 100, 2.0]) - 2) / (3 - 1)  # median 2, quartiles 1 and 3
    np.testing.assert_allclose(Z[:, 0], z / np.sqrt(1 + (z / 3) ** 2))
    assert Z[:, 1].tolist() == [0, 0, 0, 0, 0, 1] and abs(Z).max() < 3
    assert encoder.get_feature_names_out().tolist() == ["a", "a is missing"]


def test_numbers_most_of_which_are_equal_and_huge_ones():
    _, Z = encoded([0] * 9 + [8])
    assert Z[9, 0] == pytest.approx(2 / np.sqrt(1 + 4 / 9))  # 8 over half the range
    _, Z = encoded([str(10**18 + k * 10**15) for k in range(9)])
    assert np.isfinite(Z).all() and (np.diff(Z[:, 0]) > 0).all()


def test_categories_by_hand():
    words = ["b", "b", "a", "a", "c", "c", "c", "rare", None]
    encoder, Z = encoded(words, ["a", "c", "rare", "new", None], max_categories=2)
    assert encoder.get_feature_names_out().tolist() == [
        "a=c",
        "a=a",
        "a is another",
        "a is missing",
    ]
    assert Z.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    _, Z = encoded(["x", "y", "x", "y"], ["new", None, "x"])
    assert Z.tolist() == [[0, 0], [0, 0], [1, 0]]


def test_true_and_false_are_the_same_in_every_spelling():
    encoder, _ = encoded([True, False, True, False])
    assert encoder.transform({"a": ["TRUE", "False", "false"]}).tolist() == [[0, 1], [1, 0], [1, 0]]


@pytest.mark.parametrize("far", [1e100, 1e154, 1e160, 1e300, 1.7e308])
def test_a_number_far_away_is_far_away_however_far(far):
    encoder, _ = encoded(np.arange(20.0))
    with np.errstate(all="raise", over="ignore"):
        assert encoder.transform({"a": [far, -far]}).ravel().tolist() == [3.0, -3.0]
