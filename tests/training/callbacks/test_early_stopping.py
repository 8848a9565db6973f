"""Early stopping: what it watches, when it stops, and which weights it leaves."""

import pytest
from tests.training.rows import data, rich

import chainrule as cr
from chainrule.training.callbacks.monitor import should_rise


@pytest.mark.parametrize(
    ("monitor", "rises"),
    [
        ("loss", False),
        ("val_loss", False),
        ("val_accuracy", True),
        ("top_5_accuracy", True),
        ("val_roc_auc", True),
        ("f1", True),
        ("digit_accuracy", True),
        ("val_r2", True),
        ("val_acc", True),
        ("mean_absolute_error", False),
        ("leaf1_loss", False),
        ("val_f1_loss", False),
        ("accuracy_loss", False),
        ("half1", False),
    ],
)
def test_what_should_rise_follows_the_name(monitor, rises):
    assert should_rise(monitor) is rises


def test_what_should_rise_may_be_said():
    X, y = data()
    values = iter([0.1, 0.5, 0.4, 0.3, 0.2])

    def kappa(y, p):
        return next(values)

    stop = cr.EarlyStopping(monitor="kappa", mode="max", patience=2)
    history = rich().fit(X, y, epochs=5, metrics=[kappa], callbacks=[stop], verbose=0)
    assert history.best_epoch == 1 and len(history) == 4
    for bad in ({"mode": "up"}, {"restore": "yes"}):
        with pytest.raises(cr.ParameterError, match=f"EarlyStopping.{next(iter(bad))}="):
            cr.EarlyStopping(**bad)


@pytest.mark.parametrize("restore", [True, False])
def test_the_log_says_where_the_network_is(restore, capsys):
    X, y = data()
    stop = cr.EarlyStopping(monitor="loss", min_delta=10, patience=2, restore=restore)
    rich().fit(X, y, epochs=9, callbacks=[stop], verbose=1)
    assert ("the network is in its best epoch, 1" in capsys.readouterr().out) is restore


def test_early_stopping_goes_back_to_the_best_epoch():
    X, y = data(40)
    held = data(20, seed=9)
    kept = {}

    def remember(run):
        kept[run.epoch] = (run.state.theta.copy(), run.state.slots["m"].copy(), run.step)

    net = cr.Network(cr.Dense(32), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy())
    stop = cr.EarlyStopping(patience=3)
    history = net.fit(
        X,
        y,
        epochs=500,
        validation_data=held,
        optimizer=cr.Adam(lr=0.05),
        callbacks=[remember, stop],
        verbose=0,
    )
    best = history.best_epoch
    assert history.stopped == "early stopping" and len(history) == best + 4 == len(history.val_loss)
    assert best == history.val_loss.argmin()
    theta, m, step = kept[best]
    assert (
        net.theta.tobytes() == theta.tobytes() and net.run_state.slots["m"].tobytes() == m.tobytes()
    )
    assert (net.run_state.step, net.run_state.epoch) == (step, best + 1)
    assert net.evaluate(*held)["loss"] == history.val_loss[best]


def test_early_stopping_can_keep_the_last_state():
    X, y = data(40)
    net = rich()
    history = net.fit(
        X,
        y,
        epochs=5,
        callbacks=[cr.EarlyStopping(monitor="loss", min_delta=10, patience=2, restore=False)],
        verbose=0,
    )
    assert len(history) == 3 and history.best_epoch == 0 and net.run_state.epoch == 3


def test_early_stopping_watches_what_there_is():
    X, y = data()
    with pytest.raises(cr.ParameterError, match="expected one of loss, got 'val_loss'"):
        rich().fit(X, y, callbacks=[cr.EarlyStopping()], verbose=0)
    for bad in ({"patience": -1}, {"patience": 1.5}, {"min_delta": -1}):
        with pytest.raises(cr.ParameterError, match="must be"):
            cr.EarlyStopping(**bad)


def test_a_rising_metric_is_better_when_it_rises():
    X, y = data()
    stop = cr.EarlyStopping(monitor="accuracy", patience=4)
    history = rich().fit(
        X, y, epochs=60, metrics=[cr.metrics.accuracy], callbacks=[stop], verbose=0
    )
    assert history["accuracy"][history.best_epoch] == history["accuracy"].max()
