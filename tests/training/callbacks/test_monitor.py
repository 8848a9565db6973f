"""Watching one number: the direction in which it should go, and whether it is there."""

import math

import pytest

import chainrule as cr
from chainrule.training.callbacks.monitor import Monitor


@pytest.mark.parametrize("callback", [cr.EarlyStopping, lambda **o: cr.Checkpoint("a", **o)])
def test_both_callbacks_check_their_settings_alike(callback):
    with pytest.raises(cr.ParameterError, match=r"monitor=3\): monitor must be a name of the hist"):
        callback(monitor=3)
    with pytest.raises(cr.ParameterError, match=r"mode='up'\): mode must be 'auto', 'min' or"):
        callback(mode="up")


@pytest.mark.parametrize(
    ("name", "mode", "rises"),
    [
        ("val_accuracy", "auto", True),
        ("val_r2", "auto", True),
        ("r2_loss", "auto", False),
        ("val_loss", "auto", False),
        ("val_loss", "max", True),
        ("accuracy", "min", False),
    ],
)
def test_the_direction(name, mode, rises):
    monitor = Monitor("X", name, mode)
    assert monitor.better(2.0, 1.0) is rises and monitor.better(1.0, 2.0) is not rises
    assert monitor.better(1.0, monitor.worst) and not monitor.better(math.nan, monitor.worst)
    assert not monitor.better(1.0, 1.0) and not monitor.better(1.1, 1.0, 0.2)


def test_a_name_that_is_not_logged_is_said_with_the_one_that_was_meant():
    monitor = Monitor("Checkpoint", "val_los", "auto")
    with pytest.raises(cr.ParameterError) as error:
        monitor.value({"loss": 1.0, "val_loss": 2.0})
    assert str(error.value) == (
        "Checkpoint(monitor='val_los'): expected one of loss, val_loss, got 'val_los'. Did you "
        "mean 'val_loss'? Else give validation_data or validation_fraction, or watch what there is."
    )
