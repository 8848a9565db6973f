"""Helpers of all estimators: seeds, verbosity, warnings, refused parameters, failed calls."""

import copy
import inspect

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone

import chainrule as cr
from chainrule import estimators as est
from chainrule.estimators import HiddenLayer, NetworkClassifier
from chainrule.estimators.common import SafeParams, all_or_nothing, seed_of, spoken, warn


def test_an_int_is_always_the_same_seed_and_a_stream_moves_on():
    assert seed_of(3) == seed_of(3) != seed_of(4)
    stream = np.random.RandomState(3)
    assert seed_of(stream) == seed_of(3) and seed_of(stream) != seed_of(3)
    assert 0 <= seed_of(None) < 2**31


@pytest.mark.parametrize(("verbose", "wanted"), [(False, 0), (True, 1), (0, 0), (2, 1)])
def test_verbose_is_0_or_1(verbose, wanted):
    assert spoken(verbose) == wanted


def test_a_warning_names_the_line_of_the_user():
    with pytest.warns(FutureWarning, match="look here") as caught:
        warn("look here", FutureWarning)
    assert caught[0].filename == __file__


class Thing:
    def __init__(self):
        self.kept = [1]

    @all_or_nothing
    def change(self, fails):
        """Set everything."""
        self.kept, self.new = [2], 3
        if fails:
            raise ZeroDivisionError
        return self


def test_a_method_that_fails_changes_nothing():
    thing = Thing()
    with pytest.raises(ZeroDivisionError):
        thing.change(fails=True)
    assert vars(thing) == {"kept": [1]}
    assert vars(thing.change(fails=False)) == {"kept": [2], "new": 3}
    assert Thing.change.__doc__ == "Set everything."


def test_parameters_are_set_together_or_not_at_all():
    model = HiddenLayer(NetworkClassifier(epochs=3))
    assert isinstance(model, SafeParams)
    with pytest.raises(ValueError, match="Invalid parameter"):
        model.set_params(layer=2, estimator__epochs=7, nothing=1)
    assert model.layer == -1 and model.estimator.epochs == 3
    model.set_params(layer=2, estimator__epochs=7)
    assert model.layer == 2 and model.estimator.epochs == 7


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": cr.Adam}, r"an Optimizer such as Adam\(\).*Write Adam\(\)\."),
        ({"loss": "hinge"}, r"a Loss such as Huber\(\).*The usual value is None\."),
        ({"epochs": 0}, r"NetworkClassifier\(epochs=0\): epochs must be an int in the range"),
    ],
)
def test_a_parameter_is_refused_in_the_words_of_the_project(settings, words):
    with pytest.raises(cr.ParameterError, match=words):
        NetworkClassifier(**settings).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: est.NetworkClassifier(epoch=3), "Here it is called epochs."),
        (lambda: est.NetworkClassifier(max_epochs=3), "Here it is called epochs."),
        (lambda: est.NetworkRegressor(lr=3), "Here it is called optimizer=Adam(lr=0.001)."),
        (lambda: est.NetworkRegressor(module=3), "Here it is called layers."),
        (lambda: est.NetworkClassifier(hidden=3), "called layers=(Dense(64), ReLU())."),
        (lambda: est.ConvClassifier(epoch=3), "Here it is called epochs."),
        (lambda: est.Autoencoder(epoch=3), "Here it is called epochs."),
        (lambda: est.HiddenLayer(None, lay=3), "Here it is called layer."),
        (lambda: est.TableClassifier(epochs=3), "Here it is called max_iter."),
        (lambda: est.MLPClassifier(lr=3), "Here it is called learning_rate_init."),
        (lambda: est.DeepBeliefClassifier(zzz=3), "Known ones: "),
        (
            lambda: est.NetworkClassifier().fit([[0]], [0], epochs=3),
            "Give it to the estimator: NetworkClassifier(epochs=...).",
        ),
        (
            lambda: est.NetworkClassifier().fit([[0]], [0], lr=3),
            "Give it to the estimator: NetworkClassifier(optimizer=...).",
        ),
        (lambda: est.NetworkClassifier(metrics=["accuracy"]), "or score(X, y) after fit"),
        (
            lambda: est.NetworkClassifier(1, 2),
            "layers may be given by place, all else by name. Several layers are one tuple",
        ),
    ],
)
def test_keywords_of_others_are_named_in_our_words(call, message):
    with pytest.raises(TypeError) as caught:
        call()
    assert message in str(caught.value)


def test_attributes_of_others_are_named_in_our_words():
    model = est.NetworkClassifier()
    with pytest.raises(AttributeError, match=r"Write network_\.save\(path\)"):
        model.save("x")
    assert not hasattr(model, "history") and not hasattr(model, "decision_function")
    assert "epochs" in model.get_params() and "epochs" in str(inspect.signature(type(model)))
    assert repr(copy.deepcopy(model)) == repr(clone(model)) == repr(model)


def test_settings_of_what_is_not_there_yet():
    with pytest.raises(cr.ParameterError, match=r"Give optimizer= as an object first"):
        est.NetworkClassifier().set_params(optimizer__lr=0.1)
    with pytest.raises(cr.ParameterError, match=r"expected a loss of numbers.*NetworkClassifier"):
        est.NetworkRegressor(loss=cr.SoftmaxCrossEntropy()).fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(cr.ParameterError, match=r"expected \{label: weight\} for one column"):
        est.NetworkClassifier(class_weight=[0.3, 0.7]).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("model", [est.MLPClassifier, NetworkClassifier])
def test_a_folder_or_a_source_is_not_taken_for_rows(model):
    class Rows:
        def __len__(self):
            return 3

        def rows(self, indices):
            return np.ones((3, 1)), np.ones(3)

    for X, got in (("rows/", "the name 'rows/'"), (Rows(), "a Rows")):
        with pytest.raises(cr.DataError, match=f"rows in memory, got {got}. TableClassifier"):
            model().fit(X, [0, 1, 1])
