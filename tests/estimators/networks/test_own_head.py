"""Layers that already end with the output layer."""

import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.network_cases import TWO, WORDS, X, Y

import chainrule as cr
from chainrule.estimators import ConvClassifier, NetworkClassifier, NetworkRegressor
from chainrule.estimators.networks.own_head import Ending

HIDDEN = (cr.Dense(8), cr.Tanh())
SETTINGS = {"epochs": 3, "random_state": 7}
TABLE = np.column_stack([Y > 0, X[:, 0] > 0]).astype(int)


def head(*layers):
    return cr.Sequential(cr.Dense(3), *layers)


@pytest.mark.parametrize(
    "ending",
    [
        (cr.Dense(3), cr.Softmax()),
        (cr.Dense(3), cr.LogSoftmax()),
        (cr.Dense(3),),
        (head(cr.Softmax()),),
        (cr.Dense(3), cr.Sequential(cr.Softmax())),
    ],
)
def test_no_second_head_for_three_classes(ending):
    theirs = NetworkClassifier((*HIDDEN, *ending), **SETTINGS).fit(X, WORDS)
    added = NetworkClassifier(HIDDEN, **SETTINGS).fit(X, WORDS)
    assert [p.shape for p in theirs.network_.parameters.values()] == [(4, 8), (8,), (8, 3), (3,)]
    np.testing.assert_allclose(theirs.predict_proba(X).sum(axis=1), 1, rtol=1e-6)
    if ending[-1] != head(cr.Softmax()):  # in a Sequential the paths, and so the starts, differ
        np.testing.assert_array_equal(theirs.predict_proba(X), added.predict_proba(X))


@pytest.mark.parametrize(
    ("ending", "loss", "outputs"),
    [
        ((cr.Dense(1), cr.Sigmoid()), cr.SigmoidCrossEntropy(), 1),
        ((cr.Dense(1),), cr.SigmoidCrossEntropy(), 1),
        ((cr.Dense(2), cr.Softmax()), cr.SoftmaxCrossEntropy(), 2),
        ((cr.Dense(2),), cr.SoftmaxCrossEntropy(), 2),
    ],
)
def test_no_second_head_for_two_classes(ending, loss, outputs):
    model = NetworkClassifier((*HIDDEN, *ending), **SETTINGS).fit(X, TWO)
    assert model.network_.loss == loss and model.network_.programs.output == (0, outputs)
    assert len(model.network_.parameters) == 4
    assert model.predict_proba(X).shape == (len(X), 2) and set(model.predict(X)) <= set(TWO)
    assert len(model.partial_fit(X, TWO).network_.parameters) == 4


def test_several_labels_may_end_with_a_sigmoid():
    model = NetworkClassifier((*HIDDEN, cr.Dense(2), cr.Sigmoid()), **SETTINGS).fit(X, TABLE)
    assert len(model.network_.parameters) == 4 and model.predict(X).shape == TABLE.shape


def test_the_right_answer_on_digits():
    rows, digits = cr.datasets.digits()
    rows = rows / 16
    layers = (cr.Dense(64), cr.ReLU(), cr.Dense(10), cr.Softmax())
    model = NetworkClassifier(layers, epochs=15, random_state=0).fit(rows[:1300], digits[:1300])
    assert model.score(rows[1300:], digits[1300:]) > 0.9  # with a second head: 0.5


class Ends(cr.Layer):
    def __call__(self, x):
        return cr.ops.softmax(cr.Dense(3)(x))


@pytest.mark.parametrize(
    ("layers", "y", "message"),
    [
        (
            (cr.Dense(7), cr.Softmax()),
            Y,
            "NetworkClassifier: expected 3 outputs for 3 classes at the end of layers, got "
            "Dense(7), Softmax(). Leave Dense(7), Softmax() out: the output layer is added. "
            "Or write Dense(3).",
        ),
        ((cr.Dense(1),), Y, "A hidden layer of one unit needs output=Dense(3)."),
        ((cr.Dense(2), cr.Softmax()), TABLE, "expected Sigmoid() for several labels in each row"),
        ((Ends(),), Y, "expected values before the softmax, got Ends() as the last layer."),
    ],
)
def test_an_ending_that_does_not_fit_is_refused(layers, y, message):
    with pytest.raises(cr.ParameterError) as caught:
        NetworkClassifier((*HIDDEN, *layers)).fit(X, y)
    assert message in str(caught.value)


def test_a_softmax_needs_a_loss_that_has_one():
    with pytest.raises(cr.ParameterError, match=r"before the link of Hinge\(\)"):
        NetworkClassifier((cr.Dense(3), cr.Softmax()), loss=cr.Hinge()).fit(X, Y)


def test_as_many_sigmoids_as_classes_may_be_a_hidden_layer():
    layers = (*HIDDEN, cr.Dense(3), cr.Sigmoid())
    with pytest.warns(UserWarning, match=r"Dense\(3\), Sigmoid\(\) is taken as a hidden layer"):
        model = NetworkClassifier(layers, **SETTINGS).fit(X, Y)
    assert len(model.network_.parameters) == 6
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NetworkClassifier(layers, output=cr.Dense(3), **SETTINGS).fit(X, Y)
        NetworkClassifier((cr.Dense(2), cr.Sigmoid()), **SETTINGS).fit(X, TWO)
    loss = cr.SigmoidCrossEntropy()
    assert len(NetworkClassifier(layers, loss=loss, **SETTINGS).fit(X, Y).network_.parameters) == 4


def test_a_given_output_layer_makes_all_others_hidden():
    layers = (*HIDDEN, cr.Dense(3), cr.Softmax())
    model = NetworkClassifier(layers, output=cr.Dense(3), **SETTINGS).fit(X, Y)
    assert len(model.network_.parameters) == 6


def test_no_second_head_for_numbers():
    y = X @ [1.0, 2.0, 0.0, 1.0]
    for layers in ((*HIDDEN, cr.Dense(1)), (cr.Sequential(*HIDDEN, cr.Dense(1)),)):
        model = NetworkRegressor(layers, **SETTINGS).fit(X, y)
        assert len(model.network_.parameters) == 4 and model.predict(X).shape == (len(X),)
    two = NetworkRegressor((*HIDDEN, cr.Dense(2)), **SETTINGS).fit(X, np.column_stack([y, y]))
    assert len(two.network_.parameters) == 4
    assert len(NetworkRegressor((*HIDDEN, cr.Dense(2)), **SETTINGS).fit(X, y).network_.layers) == 4


@pytest.mark.parametrize("layers", [(), (cr.BatchNorm(),), (cr.Dropout(0.1),), (cr.Tanh(),)])
def test_as_many_columns_as_outputs_are_no_output_layer(layers):
    one = NetworkRegressor(layers, **SETTINGS).fit(X[:, :1], X[:, 0])
    assert one.network_.layers == (*layers, cr.Dense(1))
    three = NetworkClassifier(layers, **SETTINGS).fit(X[:, :3], Y)
    assert three.network_.layers == (*layers, cr.Dense(3))


def test_the_range_of_the_users_output_layer_is_kept_and_said():
    y = np.abs(X[:, 0])
    model = NetworkRegressor((*HIDDEN, cr.Dense(1), cr.Softplus()), **SETTINGS).fit(X, y)
    assert model.network_.layers[-1] == cr.Softplus() and model.predict(X).min() > 0
    with pytest.warns(UserWarning, match=r"Sigmoid\(\) at the end of layers gives numbers from 0"):
        NetworkRegressor((*HIDDEN, cr.Dense(1), cr.Sigmoid()), **SETTINGS).fit(X, 5 * y)


def test_convolutions_too():
    rows = X.reshape(-1, 2, 2, 1)
    layers = (cr.Conv2D(4, kernel=2), cr.GlobalAveragePool(), cr.Dense(3), cr.Softmax())
    assert len(ConvClassifier(layers, **SETTINGS).fit(rows, Y).network_.layers) == 3


def test_how_layers_end():
    assert Ending.of((), (3,)).units == 0 and Ending.of((cr.Softmax(),), (3,)).units == 0
    assert Ending.of((cr.Conv2D(2),), (3,)).units == 0  # the network itself says what is wrong
    nested = Ending.of((cr.Sequential(cr.Dense(2), cr.Sequential(cr.Softmax())),), (3,))
    assert nested.before_link() == (cr.Sequential(cr.Dense(2)),)
