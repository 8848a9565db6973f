"""History: columns by name, the best epoch, what is said about what was not watched."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.training.history import History


def test_columns_by_name():
    history = History({"loss": [3.0, 1.0, 2.0], "val_loss": [3.0, 2.0, 1.0]})
    assert history.keys() == ["loss", "val_loss"] and len(history) == 3
    assert history.loss.tolist() == [3, 1, 2] and history["val_loss"].tolist() == [3, 2, 1]
    assert "val_loss" in history and "accuracy" not in history
    assert history.as_dict().keys() == {"loss", "val_loss"}


def test_the_best_epoch_is_the_callers_else_that_of_the_validation_loss_else_of_the_loss():
    columns = {"loss": [3.0, 1.0, 2.0], "val_loss": [3.0, 2.0, 1.0]}
    assert History(columns, best_epoch=0).best_epoch == 0
    assert History(columns).best_epoch == 2
    assert History({"loss": columns["loss"]}).best_epoch == 1
    assert History({"loss": []}).best_epoch is None


def test_what_was_not_watched_is_said():
    with pytest.raises(cr.ParameterError, match=r"history\['val_loss'\]: .* It has loss\."):
        _ = History({"loss": [1.0]}).val_loss
    with pytest.raises(cr.ParameterError, match="nothing: no epoch was run"):
        History({})["loss"]


def test_how_it_is_shown():
    shown = repr(History({"loss": [2.0, 0.5], "accuracy": [0.25, 1.0]}, "early stopping"))
    assert shown == "<History: 2 epochs, early stopping; loss 0.5, accuracy 1>"
    assert repr(History({"loss": []})) == "<History: 0 epochs, finished>"


def test_its_arrays_are_its_own():
    values = np.array([1.0, 2.0])
    history = History({"loss": values})
    values[0] = 9
    assert history.loss[0] == 1


def test_the_curves_are_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "curves.png"
    figure = History({"loss": [2.0, 1.0]}).plot(path)
    assert path.stat().st_size > 1000 and len(figure.axes) >= 1


def test_an_epoch_without_a_number_is_not_the_best():
    assert History({"loss": [np.nan, 2.0, 1.0]}).best_epoch == 2


def test_epochs_one_by_one():
    history = History({"loss": [2.0, 1.0], "late": [5.0]})
    assert next(iter(history)) == {"loss": 2.0, "late": 5.0}
    assert np.isnan([epoch["late"] for epoch in history][1])
    assert ">2<" in history._repr_html_()


def test_what_was_not_watched_says_what_to_give_to_fit():
    history = History({"loss": [1.0]})
    for name, words in (("accuracy", r"fit\(metrics="), ("val_loss", "fit.validation_fraction=")):
        with pytest.raises(ParameterError, match=rf"did not watch it. It has loss. Give {words}"):
            history[name]
    for name in ("accuracy", "val_accuracy"):
        with pytest.raises(AttributeError, match=r"give fit\(metrics=\[cr.metrics.accuracy\]"):
            getattr(history, name)


def test_one_epoch_is_no_epochs():
    assert repr(History({"loss": [1.0]})) == "<History: 1 epoch, finished; loss 1>"
    assert repr(History({"loss": [2.0, 1.0]})).startswith("<History: 2 epochs, ")
