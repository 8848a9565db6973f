"""What models answer for the rows of Parquet files: names and types of columns, wrong rows."""

import numpy as np
import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa
from pyarrow import parquet

import chainrule as cr
from chainrule.cli.answering import NetworkAnswers
from chainrule.datasets.parquet_files import ParquetFiles

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


def answers(path, net, rows=X):
    columns = {f"x{k}": np.ascontiguousarray(rows[:, k]) for k in range(rows.shape[1])}
    parquet.write_table(pa.table(columns), path / "a.parquet")
    files = ParquetFiles(path / "a.parquet")
    model = NetworkAnswers(net, files)
    (batch,) = files.batches(model.columns)
    return model.answer(batch, lambda row: f"row {row}"), model.answer(batch[:0], str)


def network(loss, units=1, *more):
    return cr.Network(cr.Dense(units), *more, loss=loss, inputs=(4,))


CASES = {
    "a number": (lambda: network(cr.SquaredError()), ["prediction"]),
    "numbers": (lambda: network(cr.SquaredError(), 2), ["prediction 0", "prediction 1"]),
    "classes": (lambda: network(cr.SoftmaxCrossEntropy(), 2), ["P(0)", "P(1)"]),
    "two classes": (lambda: network(cr.SigmoidCrossEntropy()), ["P(1)"]),
    "float64": (
        lambda: cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(4,), dtype="float64"),
        ["prediction"],
    ),
    "an image": (
        lambda: network(cr.SquaredError(), 4, cr.Reshape(2, 2)),
        [f"prediction {k}" for k in range(4)],
    ),
    "several outputs": (
        lambda: cr.Network(
            cr.Heads({"kind": cr.Dense(2), "size": cr.Dense(1)}),
            loss={"kind": cr.SoftmaxCrossEntropy(), "size": cr.SquaredError()},
            inputs=(4,),
        ),
        ["kind P(0)", "kind P(1)", "size"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_column_for_each_output_with_the_bits_of_predict(tmp_path, name):
    make, names = CASES[name]
    net = make()
    found, nothing = answers(tmp_path, net)
    p = net.predict(X)
    p = np.hstack(list(p.values())) if isinstance(p, dict) else p.reshape(len(X), -1)
    assert list(found) == list(nothing) == names
    assert all(found[n].equals(pa.array(p[:, k].copy())) for k, n in enumerate(names))
    assert all(len(nothing[n]) == 0 and nothing[n].type == found[n].type for n in names)


def test_a_word_that_an_embedding_does_not_have_is_named(tmp_path):
    layers = cr.Embedding(9, 3), cr.Flatten(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(4,))
    words = np.arange(24).reshape(6, 4) % 9
    words[4, 2] = 9
    with pytest.raises(cr.DataError, match=r"^row 4: X: expected numbers from 0 to 8 .* got 9"):
        answers(tmp_path, net, words)


def test_an_answer_that_is_not_finite_is_refused_with_its_row(tmp_path):
    rows = X.copy()
    rows[3] = 3e38
    net = network(cr.SquaredError())
    net.theta[...] = 2
    with pytest.raises(cr.DataError, match=r"^row 3: expected inputs that give a finite answer"):
        answers(tmp_path, net, rows)
