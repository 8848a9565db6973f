"""Checked data: rows, targets and weights of a model, and the split into two parts."""

import numpy as np
import pytest
from tests.model.rows import classifier, data

import chainrule as cr
from chainrule.model.prepared import indices, prepare_data, source_of, split_off


def prepared(y, columns=3, loss=None, **options):
    X = np.arange(len(y) * columns, dtype=float).reshape(len(y), columns)
    net = cr.Network(cr.Dense(3), loss=loss or cr.SoftmaxCrossEntropy(), inputs=(columns,))
    return prepare_data(net, X, y, **options)


def rows(part):
    """The numbers of the rows of a part: the first column counts by threes."""
    return (part.inputs["x"][:, 0] / 3).astype(int)


def test_every_class_gives_its_share():
    train, held = split_off(prepared(np.repeat([0, 1, 2], [60, 30, 10])), 0.2, seed=0)
    assert np.bincount(held.y).tolist() == [12, 6, 2]
    assert np.bincount(train.y).tolist() == [48, 24, 8]


@pytest.mark.parametrize("shape", [(50,), (50, 1)])
def test_two_classes_of_one_output_give_their_share(shape):
    net = cr.Network(cr.Dense(1), loss=cr.SigmoidCrossEntropy(), inputs=(3,))
    y = np.repeat([0, 1], [40, 10]).reshape(shape)
    _, held = split_off(prepare_data(net, np.ones((50, 3)), y), 0.2, seed=3)
    assert (len(held), held.y.sum()) == (10, 2)


def test_no_row_is_lost_and_both_parts_keep_their_order():
    y = np.arange(50) % 3
    w = np.arange(1.0, 51)
    train, held = split_off(prepared(y, sample_weight=w), 0.3, seed=4)
    assert sorted([*rows(train), *rows(held)]) == list(range(50)) and len(held) == 15
    for part in (train, held):
        assert (np.diff(rows(part)) > 0).all()
        np.testing.assert_array_equal(part.y, y[rows(part)])
        np.testing.assert_array_equal(part.weights, w[rows(part)])


def test_the_seed_draws_the_parts():
    whole = prepared(np.arange(40) % 2)
    one, again, other = (rows(split_off(whole, 0.25, seed)[1]).tolist() for seed in (1, 1, 2))
    assert one == again != other


def test_numbers_are_split_without_classes():
    whole = prepared(np.arange(60.0).reshape(20, 3), loss=cr.SquaredError())
    train, held = split_off(whole, 0.25, seed=0)
    assert (len(train), len(held)) == (15, 5)


@pytest.mark.parametrize(("fraction", "held"), [(1e-9, 1), (0.5, 2), (1 - 1e-9, 3)])
def test_both_parts_have_a_row(fraction, held):
    train, part = split_off(prepared([0, 1, 0, 1]), fraction, seed=0)
    assert (len(train), len(part)) == (4 - held, held)


def test_one_row_cannot_be_split():
    with pytest.raises(cr.DataError, match="validation_fraction: expected at least two rows"):
        split_off(prepared([1]), 0.5, seed=0)


def test_several_outputs_are_split_together():
    heads = cr.Heads({"kind": cr.Dense(2), "size": cr.Dense(1)})
    loss = {"kind": cr.SoftmaxCrossEntropy(), "size": cr.SquaredError()}
    net = cr.Network(heads, loss=loss, inputs=(3,))
    X, y = np.arange(30.0).reshape(10, 3), {"kind": np.arange(10) % 2, "size": np.arange(10.0)}
    whole = prepare_data(net, X, y, {"kind": np.arange(1.0, 11)})
    assert set(whole.targets) == {"y_kind", "y_size"}
    for part in split_off(whole, 0.3, seed=0):
        np.testing.assert_array_equal(part.y["size"].ravel(), rows(part))
        np.testing.assert_array_equal(part.weights["c_kind"], rows(part) + 1)
        np.testing.assert_array_equal(part.weights["c_size"], np.ones(len(part)))


def test_weights_of_rows_and_classes_are_multiplied():
    y = [0, 1, 1, 0]
    both = prepared(y, sample_weight=[1, 2, 3, 4], class_weight={1: 10.0})
    assert both.weights.tolist() == [1, 20, 30, 4]
    assert prepared(y).weights is None
    with pytest.raises(cr.DataError, match="some row that counts"):
        prepared(y, sample_weight=[1, 0, 0, 1], class_weight={0: 0})


def test_a_part_of_the_rows_may_have_no_weight():
    assert not prepared([0, 1], sample_weight=[0, 0], part=True).weights.any()
    with pytest.raises(cr.DataError, match="not all 0"):
        prepared([0, 1], sample_weight=[0, 0])


def test_preparing_changes_no_model():
    X, y = data()
    net = classifier()
    found = prepare_data(net, X, y)
    assert not net.is_built and len(found) == 40
    assert found.programs.train.values[found.programs.train.inputs["x"]].shape[1:] == (3,)


def test_missing_targets_and_flat_rows_are_said():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    with pytest.raises(cr.DataError, match="y is missing"):
        prepare_data(net, np.ones((4, 3)), None)
    with pytest.raises(cr.DataError, match=r"One feature in 4 rows is X\[:, None\]"):
        prepare_data(net, np.ones(4), np.ones(1))
    with pytest.raises(cr.DataError, match="y has 3 rows but X has 4"):
        prepare_data(net, np.ones((4, 3)), np.ones(3))


def test_only_labels_are_whole_numbers_in_a_source():
    labels = prepared(np.arange(6) % 3)
    assert indices(labels.programs.train) == {"y"}
    batch = source_of(classifier(inputs=(3,)), labels).rows(np.array([4, 1]))
    assert batch["y"].tolist() == [1, 1] and batch["y"].dtype.kind == "i"
    assert batch["x"].dtype == np.float32 and batch["x"][:, 0].tolist() == [12, 3]
    assert indices(prepared(np.eye(3)).programs.train) == frozenset()


def test_a_pair_in_one_argument_is_two_arguments():
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    with pytest.raises(cr.DataError, match=r"^y is missing: .* Write a pair \(X, y\) as two"):
        net.fit((np.ones((4, 2)), np.ones(4)))
    with pytest.raises(cr.DataError, match=r"^y is missing: .* each row of X\.$"):
        net.fit(np.ones((4, 2)))
