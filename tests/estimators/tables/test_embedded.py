"""Columns with many words: a vector for each word, from training to files and explanations."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.ensemble import HistGradientBoostingRegressor

import chainrule as cr
from chainrule.errors import FileError
from chainrule.estimators import TableEncoder, TableRegressor, explain
from chainrule.estimators.tables.embedded import EmbeddedColumn
from chainrule.estimators.tables.kinds import describe, rebuild
from chainrule.files.container import read, write


def states(count=50, rows=1500, seed=0):
    """A price with a large effect of each state, as a table, codes and targets."""
    rng = np.random.default_rng(seed)
    effect, state = rng.normal(0, 100, count), rng.integers(0, count, rows)
    metres = rng.uniform(30, 200, rows)
    price = effect[state] + metres / 2 + rng.normal(0, 10, rows)
    return {"state": [f"S{k:02}" for k in state], "metres": metres}, state, price


def part(table, rows):
    return {name: np.array(column)[rows] for name, column in table.items()}


@pytest.fixture(scope="module")
def learned():
    table, state, price = states()
    settings = {"n_estimators": 2, "max_iter": 120, "learning_rate_init": 0.003}
    model = TableRegressor((32,), random_state=0, **settings)
    return model.fit(part(table, slice(1200)), price[:1200]), table, state, price


def test_fifty_states_are_learned_as_well_as_by_boosting(learned):
    model, table, state, price = learned
    X = np.column_stack([state, table["metres"]])
    boosting = HistGradientBoostingRegressor(categorical_features=[0], random_state=0)
    theirs = boosting.fit(X[:1200], price[:1200]).predict(X[1200:])
    ours = model.predict(part(table, slice(1200, None)))
    error = [np.sqrt(np.mean((p - price[1200:]) ** 2)) for p in (ours, theirs)]
    assert error[0] <= 1.05 * error[1] and error[0] < 15


def test_the_network_has_a_vector_for_each_word(learned):
    model = learned[0]
    (column,) = (c for c in model.encoder_.columns_ if isinstance(c, EmbeddedColumn))
    assert len(column.words) == 50 and column.units == 25 and not column.other
    shapes = [p.shape for p in model.network_.programs.train.parameters]
    assert shapes.count((50, 25)) == 2
    assert "Columns" in repr(model.network_.layers)
    assert TableRegressor(max_categories=400).get_params()["max_categories"] == 400


@pytest.mark.parametrize(("count", "units"), [(21, 11), (50, 25), (99, 50), (100, 50), (240, 50)])
def test_half_as_many_numbers_as_words_at_most_fifty(count, units):
    words = [f"w{k:03}" for k in range(count)] * 2
    (column,) = TableEncoder().fit({"a": words}).columns_
    assert isinstance(column, EmbeddedColumn) and column.units == units


def test_rare_and_unknown_words_share_one_row():
    words = [f"w{k:02}" for k in range(30)] * 3 + ["once", "seldom", None]
    encoder = TableEncoder(max_categories=25).fit({"a": words})
    names = encoder.get_feature_names_out().tolist()
    assert names[-2:] == ["a is another", "a is missing"] and len(names) == 27
    rows = encoder.transform({"a": ["w00", "w29", "once", "never seen", None]})
    assert rows.sum(axis=1).tolist() == [1] * 5
    assert [names[k] for k in rows.argmax(axis=1)] == ["a=w00", *names[-2:-1] * 3, names[-1]]


def test_without_rare_words_an_unknown_one_is_the_mean_of_all(learned):
    model, *_ = learned
    encoder = model.encoder_
    row = encoder.transform({"state": ["Atlantis", None], "metres": [100.0, 100.0]})
    np.testing.assert_allclose(row[0, :50], 1 / 50)
    assert not row[1, :50].any()  # no cell was missing when it was measured
    known = model.predict({"state": encoder.columns_[0].words, "metres": [100.0] * 50})
    unknown = model.predict({"state": ["Atlantis"], "metres": [100.0]})[0]
    assert abs(unknown - known.mean()) < 40 < known.std()


def test_twenty_words_have_an_input_each_as_before():
    words = [f"w{k:02}" for k in range(30)] * 3
    (few,) = TableEncoder(max_categories=20).fit({"a": words}).columns_
    assert type(few).__name__ == "CategoryColumn" and len(few.words) == 20 and few.other


def test_a_saved_model_gives_the_same_bits(learned, tmp_path):
    model, table, *_ = learned
    model.save(tmp_path / "m.safetensors")
    again = TableRegressor.load(tmp_path / "m.safetensors")
    assert (again.predict(table) == model.predict(table)).all()
    assert again.encoder_.columns_ == model.encoder_.columns_
    assert isinstance(cr.Network.load(tmp_path / "m.safetensors"), cr.Network)


def test_a_file_of_before_with_an_input_for_each_word_still_predicts(tmp_path):
    words = [f"w{k:02}" for k in range(30)] * 3
    model = TableRegressor((4,), n_estimators=1, max_iter=2, max_categories=40, random_state=0)
    model.fit({"a": words, "b": np.arange(90.0)}, np.arange(90.0))
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(31,), seed=0)
    model.network_ = net
    model.save(tmp_path / "old.safetensors")
    about, arrays = read(tmp_path / "old.safetensors")
    about["table"]["columns"][0]["kind"] = "category"
    write(tmp_path / "old.safetensors", arrays, about)
    again = TableRegressor.load(tmp_path / "old.safetensors")
    given = {"a": ["w03", "never seen"], "b": [4.0, 4.0]}
    rows = again.encoder_.transform(given)
    assert rows[0, 3] == 1 and not rows[1, :30].any()
    expected = again.mean_ + again.scale_ * net.predict(rows.astype(np.float32))[:, 0]
    np.testing.assert_allclose(again.predict(given), expected, rtol=1e-6)


def test_contributions_add_up_and_equations_are_printed(learned):
    model, table, *_ = learned
    (why,) = explain(model, part(table, slice(1)))
    assert why.names == ["state", "metres"]
    assert why.contributions.sum() == pytest.approx(why.difference, rel=1e-5)
    assert "x[:, " in model.network_.equations()


@pytest.mark.parametrize(
    "change", [{"words": ["a"] * 30}, {"words": ["a", "b"]}, {"usual": 3}, {"other": 1}, {"x": 1}]
)
def test_a_broken_description_is_refused(change):
    column = EmbeddedColumn("a", [f"w{k}" for k in range(30)], False, True, "w1")
    about = describe(column)
    assert rebuild(about) == column and about["kind"] == "embedding"
    with pytest.raises(FileError, match="column"):
        rebuild(about | change)
