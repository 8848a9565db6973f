"""Scores of probabilities, compared with scikit-learn's."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.metrics import brier, calibration_error, log_loss

theirs = pytest.importorskip("sklearn.metrics", minversion="1.6")


def drawn(K, seed, n=60):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(K), n)
    return np.array([rng.choice(K, p=row) for row in p]), p


@pytest.mark.parametrize("seed", range(5))
def test_two_classes_are_as_in_scikit_learn(seed):
    y, p = drawn(2, seed)
    for form in (p, p[:, 1], p[:, 1:]):
        assert log_loss(y, form) == pytest.approx(theirs.log_loss(y, p))
        assert brier(y, form) == pytest.approx(theirs.brier_score_loss(y, p[:, 1]))
    assert brier(np.where(y, 1, -1), p[:, 1]) == pytest.approx(brier(y, p))


@pytest.mark.parametrize("K", [3, 5])
def test_more_classes(K):
    y, p = drawn(K, K)
    assert log_loss(y, p) == pytest.approx(theirs.log_loss(y, p, labels=range(K)))
    rows = np.eye(K)[y]
    assert brier(y, p) == brier(rows, p) == pytest.approx(((p - rows) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("bins", [1, 5, 10])
@pytest.mark.parametrize("K", [2, 4])
def test_the_calibration_error_by_hand(bins, K):
    y, p = drawn(K, K, 200)
    total = 0.0
    for b in range(bins):
        rows = [n for n in range(200) if b / bins < max(p[n]) <= (b + 1) / bins]
        if rows:
            right = sum(int(np.argmax(p[n]) == y[n]) for n in rows) / len(rows)
            total += len(rows) / 200 * abs(right - sum(max(p[n]) for n in rows) / len(rows))
    assert calibration_error(y, p, bins) == pytest.approx(total)


def test_sure_and_right_is_no_error_and_sure_and_wrong_is_all():
    y, p = np.array([0, 1, 1, 0]), np.array([0.0, 1.0, 1.0, 0.0])
    for metric in (log_loss, brier, calibration_error):
        assert metric(y, p) == pytest.approx(0, abs=1e-12)
    assert brier(y, 1 - p) == calibration_error(y, 1 - p) == 1
    assert log_loss(y, 1 - p) == pytest.approx(-np.log(1e-15))


def test_what_is_no_probability_is_refused():
    with pytest.raises(cr.DataError, match="row 1: expected probabilities"):
        log_loss([0, 1], [[0.5, 0.5], [0.5, 0.9]])
    with pytest.raises(cr.DataError, match="row 0: expected probabilities"):
        brier([0, 1], [3.0, -2.0])
    with pytest.raises(cr.ParameterError, match="bins must be a whole number"):
        calibration_error([0, 1], [0.1, 0.9], bins=0)
