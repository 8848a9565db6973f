"""TableClassifier: its classes, probabilities and messages."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.model_cases import KIND, MODELS, SMALL, TABLE

import chainrule as cr
from chainrule.estimators import TableClassifier


def test_probabilities_are_those_of_its_network():
    model = MODELS["classifier"]
    p = model.predict_proba(TABLE)
    rows = model.encoder_.transform(TABLE).astype(np.float32)
    np.testing.assert_array_equal(p, model.network_.predict(rows))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert model.classes_.tolist() == ["cheap", "dear"]
    np.testing.assert_array_equal(model.predict(TABLE), model.classes_[p.argmax(axis=1)])
    assert model.network_.loss == cr.SoftmaxCrossEntropy(label_smoothing=0.02)


@pytest.mark.parametrize("y", [KIND, np.array(KIND) == "dear", np.arange(120) % 3])
def test_labels_keep_their_type(y):
    model = TableClassifier(**SMALL | {"max_iter": 1}).fit(TABLE, y)
    assert model.classes_.dtype == np.unique(y).dtype
    assert set(model.predict(TABLE).tolist()) <= set(np.unique(y).tolist())


def test_one_class_is_refused():
    with pytest.raises(cr.DataError, match="at least two classes, got one class"):
        TableClassifier(**SMALL).fit(TABLE, ["same"] * 120)
