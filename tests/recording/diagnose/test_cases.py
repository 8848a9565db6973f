"""What a diagnosis looks at: the rows, the epochs and the numbers of the run it is asked of."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from tests.recording.diagnose.setups import FAR, RNG, X, Y, classes, fit, numbers

import chainrule as cr
from chainrule.recording import Recording
from chainrule.recording.diagnose import doctor, evidence
from chainrule.recording.diagnose.detectors import columns, labels, leak, learning
from chainrule.recording.diagnose.doctor import evidence_of


def seen(net, x, y, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return evidence_of(net.record(x, y, verbose=0, **options), Recording)


def orders(n):
    """Return an order that always speaks of the same rows, as those of estimators do."""
    return lambda epoch, _: np.random.default_rng(epoch).permutation(n)


def test_an_order_of_all_rows_is_that_of_those_that_are_left():
    found, _ = seen(classes(), X, Y, order=orders(len(X)), **fit(epochs=3))
    assert len(found.case.train) < len(X)
    order = found.case.options.order
    for n in (len(found.case.train), 50):
        assert sorted(order(1, n)) == list(range(n))
        assert not np.array_equal(order(1, n), order(2, n))


def test_rows_that_the_order_leaves_out_are_not_learned():
    held = {"validation_data": (X[200:], Y[200:])}
    found, _ = seen(classes(), X, Y, order=orders(200), **held, **fit(epochs=3))
    assert len(found.case.train) == 200
    assert leak.leaked(found) == []
    found, _ = seen(classes(), X, Y, order=lambda epoch, n: np.arange(epoch, n), **fit(epochs=3))
    assert len(found.case.train) == len(X) * 4 // 5


def test_trials_are_as_long_as_a_run_that_a_callback_ended():
    def stop(run):
        run.stopped = "enough" if run.epoch == 3 else run.stopped

    found, _ = seen(classes(), X, Y, callbacks=[stop], **fit(epochs=50))
    assert found.case.options.epochs == found.run.recorded.end.epoch < 10


def test_a_long_run_is_tried_for_fewer_epochs_but_not_for_few_updates(monkeypatch):
    monkeypatch.setattr(doctor, "WORK", 1.0)
    found, notes = seen(classes(), X, Y, validation_fraction=0.2, **fit(epochs=30))
    assert found.updates >= doctor.UPDATES
    assert "10 of its 30 epochs were tried" in notes[0]
    stop = cr.EarlyStopping(monitor="loss", patience=1, min_delta=9.0)
    found, notes = seen(
        classes(), X, Y, callbacks=[stop], validation_fraction=0.2, **fit(epochs=30)
    )
    assert found.updates < doctor.UPDATES
    assert notes == []


def test_the_loss_without_doubtful_rows_is_that_of_both_sets(monkeypatch):
    found, _ = seen(classes(), X, Y, validation_fraction=0.2, **fit(epochs=10))
    doubts = [np.arange(len(rows)) % 3 == 0 for rows in (found.case.train, found.case.held)]
    monkeypatch.setattr(labels, "_doubts", lambda case: labels.Doubts(*doubts, "so"))
    measure = labels.suspicious(found)[0].cures[0].measure(found.measure)
    assert len(measure.train) == (~doubts[0]).sum()
    assert len(measure.held) == (~doubts[1]).sum()


def test_the_two_columns_of_a_category_of_two_words_are_no_copies():
    word = RNG.integers(0, 2, len(X))
    rows = np.c_[X, word, 1 - word]
    found, _ = seen(classes(), rows, Y, **fit(epochs=1))
    assert columns.duplicated(found) == []
    found, _ = seen(classes(), np.c_[rows, 2 * word], Y, **fit(epochs=1))
    assert [suspicion.place for suspicion in columns.duplicated(found)] == ["column 6 of X"]


def test_a_rate_far_too_low_is_not_taken_for_a_batch_that_cannot_be_learned():
    low = {"optimizer": cr.AdamW(1e-9), "epochs": 2}
    found, _ = seen(classes(), X, Y, **low)
    assert learning.one_batch(found) == []


def test_a_loss_above_that_of_guessing_is_called_worse():
    found, _ = seen(numbers(), X + 3, FAR * 10 + 400, optimizer=cr.SGD(1e-9), epochs=6)
    assert "The loss is worse than guessing" in learning.guessing(found)[0].text


def test_gradients_of_a_large_network_are_those_of_fewer_rows(monkeypatch):
    found, _ = seen(classes(), X, Y, **fit(epochs=2))
    whole = found.looks[-1]
    assert whole.part is whole.inputs
    assert found.work == 4 * 16 + 16 + 16 * 3 + 3
    monkeypatch.setattr(evidence, "HEAVY", 40 * found.work)
    n = len(whole.inputs["c"])
    look = replace(found).looks[-1]
    assert (len(look.part["c"]), len(look.inputs["c"])) == (40, n)
    for name, delta in look.deltas.items():
        assert delta == pytest.approx(whole.deltas[name] * n / 40, rel=0.5)


def test_weights_of_validation_rows_are_kept():
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(reduction="sum"))
    held = {"validation_data": (X[200:], Y[200:], np.full(40, 1 / 40))}
    found, _ = seen(net, X[:200], Y[:200], **held, **fit(1e-3, epochs=2))
    again = evidence.Evidence(found.case, Recording(found.case.record()), found.measure)
    assert np.array_equal(again.val_loss, found.val_loss)
    assert found.measure.held.weights is None
