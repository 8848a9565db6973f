"""Pairs of ours and scikit-learn's MLPs, and settings to compare them with."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import sklearn.neural_network
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.utils.fixes import parse_version

from chainrule.estimators import MLPClassifier, MLPRegressor

THEIR_FILE = Path(sklearn.neural_network.__file__).parent / "tests/test_mlp.py"
SINCE_17 = parse_version(sklearn.__version__) >= parse_version(
    "1.7"
)  # their MLPs take sample_weight and loss
since_17 = pytest.mark.skipif(
    not SINCE_17,
    reason="before 1.7 theirs has fewer parameters, and fails on words with early_stopping",
)
PAIRS = [(MLPClassifier, TheirClassifier), (MLPRegressor, TheirRegressor)]


def theirs():
    """Their test module, where both classes are ours."""
    if not THEIR_FILE.exists():
        pytest.skip("scikit-learn was installed without its tests")
    text, line = (
        THEIR_FILE.read_text(),
        "from sklearn.neural_network import MLPClassifier, MLPRegressor",
    )
    assert text.count(line) == 1
    namespace = {"__name__": "their_test_mlp", "__file__": str(THEIR_FILE)}
    ours = line.replace("sklearn.neural_network", "chainrule.estimators")
    exec(compile(text.replace(line, ours), str(THEIR_FILE), "exec"), namespace)
    assert namespace["MLPClassifier"] is MLPClassifier
    return namespace


def assert_same(a, b, tolerance):
    assert (a.n_iter_, a.n_layers_, a.n_outputs_) == (b.n_iter_, b.n_layers_, b.n_outputs_)
    assert a.out_activation_ == b.out_activation_
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
