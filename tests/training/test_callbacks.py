"""What callbacks and metrics may be, what they are called, and what they say."""

import numpy as np
import pytest

import chainrule as cr


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ rng.normal(size=(3, 3))).argmax(axis=1)


def rich(**options):
    layers = cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.25), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **options)


@pytest.mark.parametrize(
    "hook", ["on_epoch_begin", "on_epoch_end", "on_batch_begin", "on_batch_end", "on_train_begin"]
)
def test_numpys_true_stops_too(hook):
    X, y = data()
    stop = type("Stop", (cr.Callback,), {hook: lambda self, run: np.float64(1) < 2})()
    assert rich().fit(X, y, epochs=5, callbacks=[stop], verbose=0).stopped == "Stop"


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        ("on_train_batch_end", "Here it is called on_batch_end"),
        ("on_epoch_ends", "on_epoch_end"),
        ("on_fire", "no hook"),
    ],
)
def test_a_hook_by_another_name_is_said(hook, words):
    X, y = data()
    callback = type("Log", (cr.Callback,), {hook: lambda self, *args: None})()
    with pytest.raises(
        cr.ParameterError, match=f"callbacks: Log: expected .*, got {hook}. .*{words}"
    ):
        rich().fit(X, y, callbacks=[callback], verbose=0)


def test_metrics_have_names_of_their_own_and_give_numbers():
    X, y = data()
    net = rich(inputs=(3,))
    for metrics, words in [
        (
            [lambda y, p: 1.0, lambda y, p: 2.0],
            "a name for each function, got <lambda>, the name of another one",
        ),
        ([_named("loss", 1.0)], "got loss, which the history has already"),
        (
            [_named("nothing", None)],
            "metrics: nothing: expected a function that returns one number, got None",
        ),
        ([_named("many", np.ones(3))], r"metrics: many: expected .*, got shape \(3,\)"),
        ([_named("word", "0.5")], "metrics: word: expected .*, got '0.5'"),
    ]:
        with pytest.raises(cr.ParameterError, match=words):
            net.fit(X, y, metrics=metrics, verbose=0)
    for value in (1, True, np.float32(0.5), np.array(0.5)):
        assert net.evaluate(X, y, [_named("fine", value)])["fine"] == float(value)


def _named(name, value):
    def metric(y, p):
        return value

    metric.__name__ = name
    return metric


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
    assert cr.EarlyStopping(monitor=monitor)._rising is rises


def test_what_should_rise_may_be_said():
    X, y = data()
    values = iter([0.1, 0.5, 0.4, 0.3, 0.2])

    def kappa(y, p):
        return next(values)

    stop = cr.EarlyStopping(monitor="kappa", mode="max", patience=2)
    history = rich().fit(X, y, epochs=5, metrics=[kappa], callbacks=[stop], verbose=0)
    assert history.best_epoch == 1 and len(history) == 4
    assert cr.EarlyStopping(monitor="accuracy", mode="min")._rising is False
    for bad in ({"mode": "up"}, {"restore": "yes"}):
        with pytest.raises(cr.ParameterError, match=f"EarlyStopping.{next(iter(bad))}="):
            cr.EarlyStopping(**bad)


@pytest.mark.parametrize("restore", [True, False])
def test_the_log_says_where_the_network_is(restore, capsys):
    X, y = data()
    stop = cr.EarlyStopping(monitor="loss", min_delta=10, patience=2, restore=restore)
    rich().fit(X, y, epochs=9, callbacks=[stop], verbose=1)
    assert ("the network is in its best epoch, 1" in capsys.readouterr().out) is restore
