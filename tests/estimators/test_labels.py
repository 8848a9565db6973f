"""Labels of any type: targets for a loss, and labels from outputs."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.errors import DataError, ParameterError
from chainrule.estimators.labels import Labels, link_of

WORDS = Labels(np.array(["b", "a", "c", "a"]))
TWO = Labels(np.array([7, 3, 7]))
TABLE = Labels(np.array([[1, 0, 1], [0, 1, 0]]))


@pytest.mark.parametrize(
    ("loss", "link"),
    [
        (cr.SoftmaxCrossEntropy(), "softmax"),
        (cr.SigmoidCrossEntropy(), "logistic"),
        (cr.Hinge(), "identity"),
        (cr.Poisson(), "other"),
    ],
)
def test_links(loss, link):
    assert link_of(loss) == link


def test_the_loss_and_its_outputs_follow_the_labels():
    for labels, loss, units in (
        (WORDS, cr.SoftmaxCrossEntropy(), 3),
        (TWO, cr.SigmoidCrossEntropy(), 1),
        (TABLE, cr.SigmoidCrossEntropy(), 3),
    ):
        assert labels.loss() == loss and labels.units(loss) == units
    assert TWO.units(cr.SoftmaxCrossEntropy()) == 2


def test_targets_of_each_kind_of_loss():
    y = np.array(["c", "a"])
    assert WORDS.targets(y, cr.SoftmaxCrossEntropy()).tolist() == [2, 0]
    assert WORDS.targets(y, cr.SigmoidCrossEntropy()).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert WORDS.targets(y, cr.Hinge()).tolist() == [[-1, -1, 1], [1, -1, -1]]
    assert TWO.targets(np.array([7, 3]), cr.SigmoidCrossEntropy()).tolist() == [1, 0]


def test_labels_of_outputs():
    p = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    assert WORDS.found(p, cr.SoftmaxCrossEntropy()).tolist() == ["c", "a"]
    assert TWO.found(np.array([[0.6], [0.4]]), cr.SigmoidCrossEntropy()).tolist() == [7, 3]
    assert TWO.found(np.array([[0.1], [-0.1]]), cr.Hinge()).tolist() == [7, 3]
    assert TABLE.found(p, cr.SigmoidCrossEntropy()).tolist() == [[0, 0, 0], [1, 0, 0]]


def test_probabilities_sum_to_one():
    p = np.array([[0.2, 0.2, 0.4], [0.0, 0.0, 0.0]])
    of_questions = WORDS.probabilities(p, cr.SigmoidCrossEntropy())
    np.testing.assert_allclose(of_questions, [[0.25, 0.25, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    of_one = TWO.probabilities(np.array([[0.25]]), cr.SigmoidCrossEntropy())
    np.testing.assert_allclose(of_one, [[0.75, 0.25]])
    assert TABLE.probabilities(p, cr.SigmoidCrossEntropy()) is p


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.array(["a", "a"]), "at least two classes"),
        (np.array(["a", 1], object), "labels of one type"),
        (np.array([[0, 1], [2, 1], [1, 0]]), "one label for each row, or a table of 0 and 1"),
    ],
)
def test_labels_that_cannot_be(y, words):
    with pytest.raises(DataError, match=words):
        Labels(y)


def test_labels_that_do_not_fit():
    with pytest.raises(DataError, match="classes among those of the first fit, got 'z'"):
        WORDS.numbers(np.array(["a", "z"]))
    with pytest.raises(DataError, match="a table of 0 and 1, 3 columns"):
        TABLE.numbers(np.array([[0, 1]]))
    with pytest.raises(ParameterError, match="a loss of classes"):
        WORDS.targets(np.array(["a"]), cr.Poisson())
    with pytest.raises(ParameterError, match="several labels in each row"):
        TABLE.targets(np.array([[0, 1, 1]]), cr.SoftmaxCrossEntropy())
