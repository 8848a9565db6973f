"""A folder of Parquet files trains like arrays with the same rows in the same order."""

import copy
import pickle

import numpy as np
import pytest

import chainrule as cr

from .parquet_folder import NAMES, W, X, Y, pa, write


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows").mkdir()
    return write(tmp_path / "rows")


def rows_of(folder, **options):
    return cr.datasets.Parquet(folder, **{"x": NAMES, "y": "class", **options})


def network(**options):
    layers = cr.Dense(4), cr.Tanh(), cr.Dropout(0.2), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=3, **options)


def trained(*rows, **options):
    net = network()
    history = net.fit(*rows, epochs=3, batch_size=16, verbose=0, **options)
    names = history.keys()
    return net.theta.tobytes(), {name: history[name].tolist() for name in names}


OPTIONS = {
    "plain": {},
    "classes": {"class_weight": "balanced"},
    "a fraction": {"validation_fraction": 0.2, "metrics": cr.metrics.accuracy},
    "validation": {"validation_data": (X[:9], Y[:9])},
    "metrics": {"metrics": cr.metrics.accuracy},
    "order": {"order": lambda epoch, n: np.roll(np.arange(n), epoch)[5:]},
    "sample weights": {"sample_weight": W},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_bits_are_those_of_arrays(folder, name):
    assert trained(rows_of(folder), **OPTIONS[name]) == trained(X, Y, **OPTIONS[name])


def test_a_column_of_weights(folder):
    weighted = rows_of(folder, weights="weight")
    assert trained(weighted) == trained(X, Y, sample_weight=W)
    with pytest.raises(cr.DataError, match=r"fit\(sample_weight=...\): expected none"):
        trained(weighted, sample_weight=W)
    with pytest.raises(cr.DataError, match=r"fit\(y=...\): expected none"):
        trained(weighted, Y)


def test_rows_for_validation(folder):
    given = trained(X, Y, validation_data=(X, Y))
    assert trained(rows_of(folder), validation_data=rows_of(folder)) == given


def test_a_part_of_a_large_map_is_not_copied(folder, monkeypatch):
    monkeypatch.setattr("chainrule.data.picked.LARGE", 1)
    options = {"validation_fraction": 0.2, "metrics": cr.metrics.accuracy}
    assert trained(rows_of(folder), **options) == trained(X, Y, **options)


def test_a_run_goes_on_from_a_checkpoint(folder, tmp_path):
    def go(net, epochs, **options):
        writer = cr.Checkpoint(tmp_path / "run.safetensors")
        rows = rows_of(folder, cache=tmp_path / "cache")
        net.fit(rows, epochs=epochs, callbacks=[writer], verbose=0, **options)
        return net.theta.tobytes()

    whole = network()
    whole.fit(X, Y, epochs=5, verbose=0)
    go(network(), 2)
    assert go(network(), 5, resume=True) == whole.theta.tobytes()


def test_rows_by_number(folder):
    found = rows_of(folder, weights="weight")
    indices = np.array([52, 0, 20, 20])
    x, y, w = found.rows(indices)
    assert (x == X[indices]).all() and (y == Y[indices]).all() and (w == W[indices]).all()
    for wrong in ([53], [-1], [0.5], [[0]], 3):
        with pytest.raises(cr.DataError, match="a flat array of row numbers from 0 to 52"):
            found.rows(wrong)


def test_inputs_and_outputs_by_name(folder):
    found = rows_of(folder, x={"one": "a", "two": ["b", "c"]}, y={"k": "class", "v": ["a", "b"]})
    x, y = found.arrays()
    assert {name: a.shape for name, a in x.items()} == {"one": (53, 1), "two": (53, 2)}
    assert {name: a.shape for name, a in y.items()} == {"k": (53,), "v": (53, 2)}
    part, _ = found.rows([7])
    assert part["two"].tolist() == X[7:8, 1:].tolist()


def test_all_columns_but_those_of_y_and_weights(folder):
    assert rows_of(folder, x=None, weights="weight").arrays()[0].shape == (53, 3)
    assert rows_of(folder, x=None, y=["class", "a"]).arrays()[0].shape == (53, 3)


def test_the_files_are_said_and_copies_are_independent(folder):
    found = rows_of(folder)
    assert repr(found) == f"<53 rows of {folder}>"
    for other in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert (other.arrays()[1] == Y).all() and other.fingerprint() == found.fingerprint()
    assert rows_of(folder, x=["b", "a"]).fingerprint() != found.fingerprint()


BAD = {
    "a missing column": ({"x": ["a", "bb"]}, "x: expected a column of the files, got 'bb'"),
    "a missing target": ({"y": "clas"}, "Did you mean 'class'?"),
    "no column": ({"x": []}, "Parquet(x=...): expected names of columns, got none"),
    "a number": ({"y": 3}, "Parquet(y=...): expected names of columns, got 3"),
    "weights": ({"weights": 3}, "Parquet(weights=...): expected the name of a column, got 3"),
    "no output": ({"y": {}}, "Parquet(y=...): expected names of columns, got none"),
}


@pytest.mark.parametrize("case", BAD)
def test_columns_that_are_not_there(folder, case):
    options, sentence = BAD[case]
    with pytest.raises(cr.errors.ChainruleError) as error:
        rows_of(folder, **options)
    assert sentence in str(error.value)


def test_a_target_among_the_inputs_is_named(folder):
    with pytest.warns(UserWarning, match="column 'a': the target is an input too"):
        rows_of(folder, x=["b", "a"], y="a")
    rows_of(folder, x=["b", "a"], y=["b", "a"])  # such as an autoencoder


def test_arrays_are_for_predict(folder):
    with pytest.raises(cr.DataError, match=r"got a Parquet. Give its arrays: X, y = rows.arrays()"):
        network().predict(rows_of(folder))


def test_numbers_that_the_network_cannot_hold(tmp_path):
    large = np.where(np.arange(53) == 7, 1e300, 1.0)
    found = rows_of(write(tmp_path, a=large))
    net = network()
    with pytest.raises(
        cr.DataError, match=r"numbers that float32 can hold, got 1e\+300 at X\[7, 0\]"
    ):
        net.fit(found, verbose=0)
    assert not net.is_trained and pa is not None
