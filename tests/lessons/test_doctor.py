"""The lesson `doctor`: six ill runs, their findings, and what the cures are worth."""

import pytest
from tests.lessons.running import flat, lesson, rows

FINDINGS = {
    "houses": "inputs not scaled",
    "digits, lr 0.3": "learning rate too high",
    "eight sigmoids": "vanishing gradients",
    "sorted rows": "unshuffled",
    "a rare class": "imbalance",
    "scores ≥ 0": "loss does not fit",
}


@pytest.mark.slow
def test_doctor(tmp_path):
    text = lesson("doctor", tmp_path, "doctor", encoding="utf-8")
    table = rows(text, "set-up ")
    assert {name: row[0] for name, row in table.items()} == FINDINGS
    for name, (_, before, after) in table.items():
        gain = float(after) - float(before)
        assert gain > (0.005 if name == "sorted rows" else 0.2), name
    assert flat(text).count("other seeds agree") >= 6
    healthy = text[text.index("nothing wrong:") :]
    assert "Nothing is wrong that could be seen" in healthy
