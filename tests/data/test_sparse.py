"""Sparse tables train and predict like dense ones, and become dense some rows at a time."""

import tracemalloc

import numpy as np
import pytest

import chainrule as cr

sparse = pytest.importorskip("scipy.sparse")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 6)) * (RNG.random((300, 6)) < 0.3)
Y = (X.sum(axis=1) > 0).astype(int)
FORMS = {
    "csr": sparse.csr_matrix,
    "csc": sparse.csc_matrix,
    "coo": sparse.coo_matrix,
    "array": sparse.csr_array,
    "lil": sparse.lil_matrix,
    "float32": lambda a: sparse.csr_matrix(a.astype(np.float32)),
}


def network(**options):
    layers = cr.Dense(8), cr.Tanh(), cr.Dropout(0.2), cr.Dense(2)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=2, **options)


@pytest.mark.parametrize("engine", [None, "reference"])
@pytest.mark.parametrize("form", FORMS)
def test_a_sparse_table_is_the_dense_one(form, engine):
    dense, thin = network(engine=engine), network(engine=engine)
    table = FORMS[form](X)
    rows = np.asarray(table.todense())
    options = {"epochs": 3, "verbose": 0, "metrics": [cr.metrics.accuracy]}
    a = dense.fit(rows, Y, validation_fraction=0.3, **options)
    b = thin.fit(table, Y, validation_fraction=0.3, **options)
    assert dense.theta.tobytes() == thin.theta.tobytes()
    assert {k: v.tolist() for k, v in a.as_dict().items()} == {
        k: v.tolist() for k, v in b.as_dict().items()
    }
    assert thin.predict(table).tobytes() == dense.predict(rows).tobytes()
    assert thin.evaluate(table, Y) == dense.evaluate(rows, Y)
    assert thin.activations(table)["z1"].tobytes() == dense.activations(rows)["z1"].tobytes()


def test_weights_validation_data_and_the_whole_set_at_once():
    table = sparse.csr_matrix(X)
    for options in (
        {"sample_weight": np.arange(300.0)},
        {"class_weight": "balanced", "batch_size": None},
        {"optimizer": cr.LBFGS(), "batch_size": None},
    ):
        dense, thin = network(), network()
        a = dense.fit(X, Y, validation_data=(X, Y), verbose=0, **options)
        b = thin.fit(table, Y, validation_data=(table, Y), verbose=0, **options)
        assert dense.theta.tobytes() == thin.theta.tobytes()
        assert a.val_loss.tolist() == b.val_loss.tolist()


def test_one_of_two_inputs_and_standardize():
    class Join(cr.Layer):
        def __call__(self, given):
            return cr.Dense(2)(given["a"]) + cr.Dense(2)(cr.Standardize()(given["b"]))

    nets = [cr.Network(Join(), loss=cr.SoftmaxCrossEntropy()) for _ in range(2)]
    nets[0].fit({"a": X, "b": X}, Y, verbose=0)
    nets[1].fit({"a": sparse.csc_array(X), "b": sparse.csr_array(X)}, Y, verbose=0)
    assert nets[0].theta.tobytes() == nets[1].theta.tobytes()
    nets[1].calibrate({"a": sparse.csc_array(X), "b": sparse.csr_array(X)})


@pytest.mark.slow
def test_memory_is_that_of_some_rows():
    n, width = 20_000, 3_000  # 240 MB if it were dense in float32
    table = sparse.random(n, width, 0.0005, "csr", np.float32, random_state=0)
    net = cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
    tracemalloc.start()
    net.fit(table, np.zeros(n, int), verbose=0, batch_size=1000)
    net.predict(table)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 160e6


@pytest.mark.parametrize(
    ("value", "said"), [(np.nan, "NaN at X: row 7"), (np.inf, "infinity at X: row 7"), (1e39, "1e")]
)
def test_a_bad_number_is_named(value, said):
    bad = X.copy()
    bad[7, 2] = value
    with pytest.raises(cr.DataError, match=said) as caught:
        network().fit(sparse.csr_matrix(bad), Y, verbose=0)
    assert "[0, 2]" in str(caught.value)


def test_what_stays_dense_says_so():
    table = sparse.csr_matrix(X)
    with pytest.raises(cr.DataError, match=r"y: expected an array, got a sparse csr_matrix"):
        network().fit(X, table, verbose=0)
    with pytest.raises(cr.DataError, match="X: expected at least one row"):
        network().predict(table[:0])
    with pytest.raises(cr.DataError, match="X: expected real numbers, got complex128"):
        network().predict(table.astype(complex))
    with pytest.raises(cr.ShapeError, match=r"rows of shape|rows like the first"):
        network(inputs=(5,)).predict(table)
