"""Callbacks and schedules of the MLPs beyond scikit-learn."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from tests.estimators.mlp.validation_cases import BASE, WORDS, X, with_held

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.estimators import MLPClassifier


class Count(cr.Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, run):
        self.seen.append(sorted(run.logs))
        return len(self.seen) == 3


def test_callbacks_are_told_and_may_stop(tmp_path):
    count = Count()
    model = with_held(callbacks=[count, cr.CSVLog(tmp_path / "log.csv")])
    assert model.n_iter_ == 3 and count.seen == [["loss", "val_loss"]] * 3
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a callback's end is no failure to converge
        MLPClassifier(**BASE, callbacks=[Count()]).fit(X, WORDS)
    stopped = with_held(
        callbacks=[cr.EarlyStopping(patience=2)], max_iter=200, learning_rate_init=0.1
    )
    assert stopped.n_iter_ < 200
    kept = with_held(callbacks=[cr.Checkpoint(tmp_path / "net.safetensors")])
    np.testing.assert_allclose(
        cr.Network.load(tmp_path / "net.safetensors").predict(X), kept.predict_proba(X), atol=1e-12
    )
    with pytest.raises(ParameterError, match="callbacks"):
        MLPClassifier(callbacks=[3]).fit(X, WORDS)


def test_a_schedule_that_watches_the_validation_loss():
    model = with_held(learning_rate=cr.ReduceOnPlateau(0.05, patience=1), solver="sgd", max_iter=20)
    assert len(model.validation_loss_curve_) == model.n_iter_
