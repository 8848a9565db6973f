"""The lesson `learning-rate`: its tables and its claims."""

import re

from tests.lessons.running import lesson, rows


def test_learning_rate(tmp_path):
    text = lesson("learning_rate", tmp_path, "learning-rate", "learning-rate-finder")
    table = rows(text, "lr ")
    assert [float(lr) for lr in table][:: len(table) - 1] == [0.001, 100.0]
    assert table["0.001"][3] == "0" and table["1"][3] == "5" and table["100"][3] == "0"
    assert table["1"][4] == "5"  # the article's claim: the loss falls at every step
    assert float(table["1"][0]) < 0.005 < 0.9 < float(table["0.001"][0])
    for word in ("too small:", "right:", "too large:"):
        assert word in text
    assert 0.3 < float(re.search(r"suggestion: lr = ([\d.]+)", text)[1]) < 20
