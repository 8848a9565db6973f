"""FitOptions: what it refuses, in which words, and what it derives from what was given."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.optimizers.averages import EMA
from chainrule.optimizers.clipping import ClipNorm
from chainrule.optimizers.constraints import MaxNorm
from chainrule.training.fit_options import FitOptions


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": -1}, "fit(epochs=-1): epochs must be a whole number ≥ 0."),
        ({"epochs": 1.5}, "fit(epochs=1.5): epochs must be a whole number ≥ 0."),
        ({"epochs": True}, "fit(epochs=True): epochs must be a whole number ≥ 0."),
        (
            {"batch_size": 0},
            "fit(batch_size=0): batch_size must be a whole number ≥ 1, or None for the whole set.",
        ),
        ({"drop_last": 2}, "fit(drop_last=2): drop_last must be True or False."),
        (
            {"validation_fraction": 1.0},
            "fit(validation_fraction=1.0): it must be a number ≥ 0 and < 1.",
        ),
        ({"verbose": 3}, "fit(verbose=3): verbose must be 0, 1 or None."),
        (
            {"optimizer": "adam"},
            "optimizer: expected an optimizer such as Adam(lr=0.001), got 'adam'.",
        ),
        ({"callbacks": [3]}, "callbacks: expected a Callback or a function of the run, got 3."),
        ({"epoch": 3}, "fit(epoch=...): there is no keyword 'epoch'. Here it is called epochs."),
        (
            {"loss": 3},
            "fit(loss=...): there is no keyword 'loss'. A loss belongs to the network: "
            "Network(..., loss=...).",
        ),
        ({"batchsize": 3}, "there is no keyword 'batchsize'. Here it is called batch_size."),
    ],
)
def test_a_wrong_option_is_refused_when_the_object_is_made(given, message):
    with pytest.raises(ParameterError) as refused:
        FitOptions(**given)
    assert str(refused.value).startswith(message) or message in str(refused.value)


def test_fit_and_train_refuse_in_the_same_words():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    X, y = np.zeros((4, 2)), np.zeros((4, 1))
    for call in (net.fit, net.train):
        with pytest.raises(ParameterError, match=r"^fit\(epochs=-1\): epochs must be"):
            call(X, y, epochs=-1)
        with pytest.raises(ParameterError, match=r"^fit\(epoch=\.\.\.\): there is no keyword"):
            call(X, y, epoch=1)
    assert net.inputs is None


def test_options_are_given_by_name_and_are_frozen():
    with pytest.raises(ParameterError, match="every setting is given by name"):
        FitOptions(cr.Adam())
    with pytest.raises(AttributeError):
        FitOptions().epochs = 3


def test_two_options_are_never_compared():
    """They may hold arrays, whose comparison is not one truth value."""
    options = FitOptions(sample_weight=np.ones(3))
    assert options == options
    assert options != FitOptions(sample_weight=np.ones(3))
    assert "sample_weight=array" in repr(options)
    assert {options: 1}[options] == 1


def test_numpy_scalars_become_plain_numbers():
    options = FitOptions(epochs=np.int64(3), validation_fraction=np.float32(0.25))
    assert type(options.epochs) is int and type(options.validation_fraction) is float


def test_the_parts_of_the_update_list():
    parts = FitOptions(
        optimizer=(ClipNorm(1.0), cr.SGD(lr=0.5), MaxNorm(3.0), EMA(0.9))
    ).update_parts()
    assert parts == ((ClipNorm(1.0),), cr.SGD(lr=0.5), (MaxNorm(3.0),), EMA(0.9))
    assert FitOptions().update_parts() == ((), cr.Adam(), (), None)


def test_which_fits_resume_and_which_meet_checkpoints(tmp_path):
    assert not FitOptions().resumes and not FitOptions(resume=False).resumes
    assert FitOptions(resume=True).resumes and FitOptions(resume="run.safetensors").resumes
    checkpoint = cr.Checkpoint(tmp_path / "run.safetensors")
    assert FitOptions(callbacks=[checkpoint]).checkpoints
    assert not FitOptions(callbacks=[cr.EarlyStopping()]).checkpoints
