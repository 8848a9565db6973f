"""scikit-learn's checks of MLPs with settings beyond scikit-learn."""

import warnings

import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.utils.estimator_checks import parametrize_with_checks

from chainrule.estimators import MLPClassifier, MLPRegressor


def no_number_of_rows(model):
    """The checks in which a weight must count as so many rows, where it cannot."""
    why = (
        "statistics count rows"
        if model.normalization == "batch"
        else "each copy of a row has a mask of its own"
    )
    fails = model.normalization == "batch" or model.dropout
    names = [f"check_sample_weight_equivalence_on_{kind}_data" for kind in ("dense", "sparse")]
    return dict.fromkeys(names, why) if fails else {}


@pytest.mark.slow
@parametrize_with_checks(
    [
        MLPClassifier(max_iter=100, class_weight="balanced"),
        MLPClassifier(max_iter=100, optimizer="adamw", learning_rate="cosine", activation="gelu"),
        MLPClassifier(max_iter=100, normalization="layer", scoring="neg_log_loss"),
        MLPClassifier(max_iter=100, normalization="batch"),
        MLPClassifier(max_iter=100, dropout=0.05, l1=1e-6),
        MLPRegressor(max_iter=100, optimizer="nadam", n_layers=2, n_units=30),
        MLPRegressor(max_iter=100, normalization="layer", loss="huber"),
        MLPRegressor(max_iter=100, normalization="batch"),
        MLPRegressor(max_iter=100, dropout=0.05, activation="silu"),
    ],
    expected_failed_checks=no_number_of_rows,
)
def test_check_estimator_has_nothing_to_say(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
