"""The lesson `overfit`: its tables and its claims."""

import pytest
from tests.lessons.running import lesson, rows


@pytest.mark.slow
def test_overfit(tmp_path):
    text = lesson("overfit", tmp_path, "overfit", "overfit-regions")
    assert rows(text, "steps ")["1500"][:4] == [
        "0.01009",
        "0.97159",
        "0.97168",
        "0.03296",
    ]  # golden, seed 0
    table = {name: [float(cell) for cell in row] for name, row in rows(text, "against it").items()}
    learned = {name: row[1] for name, row in table.items()}
    unseen = {name: row[2] for name, row in table.items()}
    assert min(learned, key=learned.get) == "nothing" == max(unseen, key=unseen.get)
    assert unseen["nothing"] > 10 * learned["nothing"]
    assert all(unseen[name] < unseen["nothing"] / 2 for name in unseen if name != "nothing")
    assert table["EarlyStopping"][0] < 100 < table["nothing"][0]
