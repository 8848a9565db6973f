"""The first network of a model: recorded while it trains, and given untrained with its rows."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor

RNG = np.random.default_rng(0)
TABLE = {
    "size": RNG.uniform(20, 200, 90).round(1),
    "town": RNG.choice(["Bonn", "Oslo", "Rome"], 90),
}
PRICE = TABLE["size"] * np.where(TABLE["town"] == "Oslo", 5, 3)
CLASS = np.where(np.median(PRICE) < PRICE, "dear", "cheap")
SMALL = {"hidden_layer_sizes": (6,), "n_estimators": 2, "max_iter": 4, "random_state": 3}
WEIGHTS = np.arange(90) % 3  # a third of the rows is left out

cases = pytest.mark.parametrize(
    "model, y, weights",
    [
        (TableClassifier(**SMALL), CLASS, None),
        (TableRegressor(**SMALL), PRICE, None),
        (TableRegressor(**SMALL), PRICE, WEIGHTS),
        (TableClassifier(**SMALL, validation_fraction=0.0), CLASS, None),
    ],
    ids=["classes", "numbers", "weights", "no validation"],
)


@cases
def test_the_first_run_is_what_fit_does(model, y, weights):
    record = cr.Record()
    model.record_first(record).fit(TABLE, y, weights)
    first = model.first_run(TABLE, y, weights)
    history = first.net.fit(first.X, first.y, verbose=0, **first.options)
    np.testing.assert_array_equal(history.loss, model.histories_[0].loss)
    recorded = record.recording
    assert recorded.at("end").theta.tobytes() == first.net.theta.tobytes()
    np.testing.assert_array_equal(recorded.recorded.origin.run.source.inputs["x"], first.X)
    assert recorded.last == len(history) * recorded.recorded.origin.run.steps_of_epoch()


@cases
def test_a_recorded_model_has_the_same_numbers(model, y, weights):
    plain = model.fit(TABLE, y, weights).network_.theta.tobytes()
    again = model.record_first(cr.Record()).fit(TABLE, y, weights)
    assert again.network_.theta.tobytes() == plain


def test_a_first_run_leaves_the_model_as_it_was():
    model = TableClassifier(**SMALL)
    model.first_run(TABLE, CLASS)
    assert not hasattr(model, "encoder_") and not hasattr(model, "classes_")


def test_lines_are_those_of_the_file(tmp_path):
    path = tmp_path / "houses.csv"
    rows = [
        f"{size},{town},{'' if k % 9 == 4 else price}"
        for k, (size, town, price) in enumerate(
            zip(TABLE["size"], TABLE["town"], PRICE, strict=True)
        )
    ]
    path.write_text("\n".join(["size,town,price", *rows]))
    first = TableRegressor(**SMALL).first_run(str(path), "price")
    assert len(first.lines) == len(first.X) == len(set(first.lines.tolist()))
    sizes = np.array([float(rows[k - 2].split(",")[0]) for k in first.lines])
    scaled = first.X[:, np.argmax([abs(np.corrcoef(x, sizes)[0, 1]) for x in first.X.T])]
    assert np.array_equal(np.argsort(scaled, kind="stable"), np.argsort(sizes, kind="stable"))
    assert all(rows[k - 2].split(",")[2] for k in first.lines)
