"""Tables and models for tests of a table's models."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.table import as_table

RNG = np.random.default_rng(0)
SMALL = {"hidden_layer_sizes": (8,), "n_estimators": 2, "max_iter": 40, "random_state": 0}
N = 120
TABLE = {
    "size": RNG.normal(size=N).tolist(),
    "town": RNG.choice(["Oslo", "Rome", "Bonn"], N).tolist(),
    "day": [str(d) for d in np.datetime64("2023-05-01") + np.arange(N)],
    "id": [f"N{k}" for k in range(N)],
}


TABLE["size"][3] = TABLE["town"][5] = None


PRICE = (
    np.array(
        [
            5 * (s or 0) + 3 * (t == "Rome")
            for s, t in zip(TABLE["size"], TABLE["town"], strict=True)
        ]
    )
    + 100
)
KIND = np.where(PRICE > 101, "dear", "cheap").tolist()
MODELS = {
    "classifier": TableClassifier(**SMALL).fit(TABLE | {"kind": KIND}, "kind"),
    "regressor": TableRegressor(**SMALL).fit(TABLE | {"price": PRICE}, "price"),
}
each = pytest.mark.parametrize("name", MODELS)


def answers(model, X=TABLE):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


def column(values):
    return as_table({"y": values}).columns["y"]
