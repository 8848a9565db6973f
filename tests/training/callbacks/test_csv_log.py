"""A CSV file has the history of a run, line by line."""

import csv

import numpy as np
import pytest

import chainrule as cr

X, Y = np.random.default_rng(0).normal(size=(30, 3)), np.random.default_rng(1).normal(size=(30, 1))


def network():
    return cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(3,))


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def check(path, history, first=1):
    rows = table(path)
    assert [int(row["epoch"]) for row in rows] == list(range(first, first + len(history)))
    assert [name for name in rows[0] if name != "epoch"] == history.keys()
    for name, values in history.as_dict().items():
        assert [float(row[name]) for row in rows] == values.tolist()  # every digit


def test_csv_is_the_history(tmp_path):
    net, path = network(), tmp_path / "run.csv"
    settings = {
        "validation_fraction": 0.2,
        "metrics": [cr.metrics.r2],
        "callbacks": [cr.CSVLog(path)],
        "verbose": 0,
    }
    check(path, net.fit(X, Y, epochs=4, **settings))
    check(path, net.fit(X, Y, epochs=2, **settings), first=5)


def test_csv_of_a_resumed_run_is_whole(tmp_path):
    path, log = tmp_path / "run.safetensors", tmp_path / "run.csv"
    network().fit(X, Y, epochs=3, callbacks=[cr.Checkpoint(path, every=2)], verbose=0)
    callbacks = [cr.CSVLog(log), cr.Checkpoint(path)]  # one that only writes may come later
    check(log, network().fit(X, Y, epochs=5, callbacks=callbacks, resume=path, verbose=0))
    assert len(table(log)) == 5


def test_each_line_is_there_when_its_epoch_is_over(tmp_path):
    path, seen = tmp_path / "run.csv", []
    network().fit(
        X,
        Y,
        epochs=3,
        callbacks=[cr.CSVLog(path), lambda run: seen.append(len(table(path)))],
        verbose=0,
    )
    assert seen == [1, 2, 3]


def test_a_path_that_cannot_be_written_is_said(tmp_path):
    net = network()
    before = net.theta.copy()
    with pytest.raises(cr.FileError, match="cannot be written: there is no folder"):
        net.fit(X, Y, callbacks=[cr.CSVLog(tmp_path / "nowhere" / "run.csv")], verbose=0)
    assert np.array_equal(net.theta, before)
    for make in (lambda: cr.CSVLog(3), lambda: cr.TensorBoardLog(None)):
        with pytest.raises(cr.FileError, match="expected the name"):
            make()
    with pytest.raises(cr.ParameterError, match="True or False"):
        cr.TensorBoardLog("runs", histograms=3)
