"""DeepBeliefClassifier is its stack and its network."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.energy.belief_cases import LABELS, X

import chainrule as cr
from chainrule.energy import CD, DeepBeliefNetwork
from chainrule.estimators import DeepBeliefClassifier


def test_the_classifier_is_the_stack_and_its_network():
    rows, y = X[:80], np.array(["even", "odd"])[LABELS[:80] % 2]
    model = DeepBeliefClassifier((12, 7), n_iter=3, max_iter=4, random_state=5).fit(rows, y)
    seed = np.random.RandomState(5).randint(2**31 - 1)
    spread = np.where(np.ptp(rows, axis=0) > 0, np.ptp(rows, axis=0), 1)
    scaled = (rows - rows.min(axis=0)) / spread
    stack = DeepBeliefNetwork(12, 7, seed=seed, dtype="float64")
    stack.fit(
        scaled, sampler=CD(), optimizer=cr.Momentum(lr=0.1, momentum=0.5), epochs=3, verbose=0
    )
    assert all(
        (a.theta == b.theta).all() for a, b in zip(stack.rbms, model.stack_.rbms, strict=True)
    )
    net = stack.classifier(2, seed=seed)
    history = net.fit(scaled, LABELS[:80] % 2, optimizer=cr.Adam(lr=0.01), epochs=4, verbose=0)
    assert (net.theta == model.network_.theta).all() and model.loss_curve_ == history.loss.tolist()
    assert (model.predict_proba(rows) == net.predict(scaled)).all()
    assert list(model.classes_) == ["even", "odd"] and set(model.predict(rows)) <= {"even", "odd"}
    assert model.n_iter_ == 4


def test_one_class_is_refused():
    with pytest.raises(cr.DataError, match="at least two classes"):
        DeepBeliefClassifier(3).fit(X[:5], [1] * 5)
