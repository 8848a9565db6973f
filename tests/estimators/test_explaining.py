"""Estimators and pipelines explained in the columns that the user knows."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import chainrule as cr
from chainrule.errors import DataError, ParameterError
from chainrule.estimators import (
    ConvClassifier,
    DeepBeliefClassifier,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    TableClassifier,
    TableRegressor,
    explain,
)
from chainrule.inspect import explain as explain_row

RNG = np.random.default_rng(1)
X = RNG.normal(size=(60, 4))
Y = X[:, 0] - 2 * X[:, 2] + np.abs(X[:, 1])
LABELS = np.array(["no", "yes"])[(Y > 0.5).astype(int)]
QUICK = {"hidden_layer_sizes": (8,), "max_iter": 100, "random_state": 0, "learning_rate_init": 0.01}
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")


def adds_up(why, tolerance=2e-6):
    return abs(why.remainder) <= tolerance * max(1, abs(why.output), abs(why.reference_output))


def test_an_estimator_alone_is_its_network():
    model = MLPRegressor(**QUICK).fit(X, Y)
    whys = explain(model, X[:3], X)
    middle = np.median(X, axis=0)
    for row, why in zip(X, whys, strict=False):
        np.testing.assert_allclose(
            why.contributions, explain_row(model.network_, row, middle).contributions
        )
        assert adds_up(why) and why.output == pytest.approx(model.predict(row[None])[0], rel=1e-5)
        assert why.reference_output == pytest.approx(model.predict(middle[None])[0], rel=1e-5)


@pytest.mark.parametrize("cls", [MLPClassifier, TableClassifier])
def test_of_two_classes_one_is_minus_the_other(cls):
    model = cls(**QUICK).fit(X, LABELS)
    (yes,), (no,) = (explain(model, X[:1], X[5:6], output=word) for word in ("yes", "no"))
    np.testing.assert_allclose(yes.contributions, -no.contributions, atol=1e-5)
    p, q = model.predict_proba(X[:1])[0], model.predict_proba(X[5:6])[0]
    assert (no.output, yes.output) == pytest.approx(tuple(p), abs=1e-5)
    assert (no.reference_output, yes.reference_output) == pytest.approx(tuple(q), abs=1e-5)
    (chosen,) = explain(model, X[:1], X[5:6])
    assert chosen.label == f"P({model.predict(X[:1])[0]})" and adds_up(chosen)
    with pytest.raises(cr.ParameterError, match="one of the classes no, yes"):
        explain(model, X[:1], X, output="maybe")


def test_a_table_adds_up_by_column_in_the_units_of_the_target():
    table = {"a": X[:, 0], "town": np.array(["x", "y", "z"])[np.arange(60) % 3], "same": [1] * 60}
    y = 1000 + 50 * (X[:, 0] + (np.arange(60) % 3 == 1))
    model = TableRegressor(**QUICK, n_estimators=2).fit(table | {"y": y}, "y")
    rows = {"a": [2.0, np.nan], "town": ["y", "unknown"]}
    for k, why in enumerate(explain(model, rows)):
        assert why.names == ["a", "town", "same"] and why.label == "y" and adds_up(why)
        assert why.output == pytest.approx(model.predict(rows)[k], rel=1e-5)
        assert why.contributions[2] == 0
    typical = {"a": [np.median(X[:, 0])], "town": ["x"]}
    assert why.reference_output == pytest.approx(model.predict(typical)[0], rel=1e-5)
    assert list(why.cells) == ["missing", "unknown", "missing"]
    (same,) = explain(model, typical, typical)
    assert (same.contributions == 0).all()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_pipeline_is_gone_through_column_by_column(library):
    frame = pytest.importorskip(library).DataFrame(
        {"a": X[:, 0], "town": ["x", "y", "z"] * 20, "b": X[:, 2]}
    )
    steps = make_column_transformer((OneHotEncoder(), ["town"]), (StandardScaler(), ["b", "a"]))
    model = make_pipeline(steps, MLPClassifier(**QUICK)).fit(frame, LABELS)
    whys = explain(model, frame[:4], frame)
    inner = explain(
        model[-1], model[:-1].transform(frame[:4]), model[:-1].transform(_middle(frame))
    )
    for why, parts in zip(whys, inner, strict=True):
        assert why.names == ["a", "town", "b"] and adds_up(why)
        c = parts.contributions
        np.testing.assert_allclose(why.contributions, [c[4], c[:3].sum(), c[3]], atol=1e-6)


def _middle(frame):
    return type(frame)(
        {"a": [float(np.median(frame["a"]))], "town": ["x"], "b": [float(np.median(frame["b"]))]}
    )


def test_a_scaler_on_arrays():
    model = make_pipeline(StandardScaler(), MLPRegressor(**QUICK)).fit(X, Y)
    (why,) = explain(model, X[:1], X)
    assert adds_up(why) and why.output == pytest.approx(model.predict(X[:1])[0], rel=1e-5)


def test_what_cannot_be_explained_is_said():
    pca = make_pipeline(PCA(2), MLPRegressor(**QUICK)).fit(X, Y)
    with pytest.raises(
        cr.DataError, match=r"a step that mixes them.*explain\(model\[-1\], model\[:-1\]"
    ):
        explain(pca, X[:1], X)
    mlp = MLPRegressor(**QUICK).fit(X, Y)
    with pytest.raises(
        cr.ParameterError, match=r"explain\(MLPRegressor, reference=\).*Give the training rows"
    ):
        explain(mlp, X[:1])
    with pytest.raises(cr.ParameterError, match="a model with network_, got LogisticRegression"):
        explain(LogisticRegression().fit(X, LABELS), X[:1], X)
    with pytest.raises(cr.DataError, match="Give the same columns"):
        explain(mlp, X[:1], X[:, :2])
    deep = DeepBeliefClassifier(4, n_iter=1, max_iter=20, random_state=0).fit(20 * X, LABELS)
    with pytest.raises(
        cr.ParameterError, match="takes its rows as they are, got DeepBeliefClassifier"
    ):
        explain(deep, 20 * X[:1], 20 * X)
    table = make_pipeline(StandardScaler(), TableRegressor(**QUICK, n_estimators=1)).fit(X, Y)
    with pytest.raises(cr.ParameterError, match="a table's model by itself"):
        explain(table, X[:1], X)


def test_columns_in_another_order_are_no_explanation():
    table = {name: X[:, k] for k, name in enumerate("abcd")}
    frame = pytest.importorskip("pandas").DataFrame(table)
    for model in (MLPRegressor(**QUICK), NetworkClassifier(cr.Dense(3), epochs=2, random_state=0)):
        model.fit(frame, Y if isinstance(model, MLPRegressor) else LABELS)
        expected = explain(model, frame[:1], frame)[
            0
        ]  # a warning about missing names would be an error here
        assert expected.names == list("abcd")
        np.testing.assert_array_equal(
            explain(model, table, table)[0].contributions, expected.contributions
        )
        turned = frame[list("dcba")]
        with pytest.raises(
            DataError, match=r"expected columns \['a', 'b', 'c', 'd'\], got \['d', 'c', 'b', 'a'\]"
        ):
            explain(model, turned[:1], turned)
        with pytest.raises(DataError, match="expected 4 columns, got 3"):
            explain(model, X[:1, :3], X[:, :3])


def test_what_has_no_single_answer_is_refused():
    several = MLPClassifier(**QUICK).fit(X, np.column_stack([LABELS, LABELS[::-1]]))
    margins = NetworkClassifier(cr.Dense(3), loss=cr.Hinge(), epochs=1).fit(X, LABELS)
    images = ConvClassifier(epochs=1, image_shape=(2, 2)).fit(X, LABELS)
    for model, message in (
        (several, "one column of classes"),
        (margins, "a classifier with predict_proba"),
        (images, "a model of columns, got ConvClassifier of images"),
    ):
        with pytest.raises((ParameterError, DataError), match=message):
            explain(model, X[:1], X)


def test_words_that_mean_missing_are_missing():
    table = {"a": ["1", "2", "?!", "3"] * 15, "b": X[:, 1]}
    model = TableRegressor(missing=["?!"], n_estimators=1, max_iter=2, random_state=0)
    model.fit(table, Y)
    row = {"a": ["?!"], "b": [0.0]}
    assert explain(model, row)[0].cells[0] == "missing"
    assert explain(model, row, table)[0].reference_cells[0] == "2"
