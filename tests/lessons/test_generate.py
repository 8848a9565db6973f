"""The lesson `generate`: exact numbers if they are determined, bands if not."""

import re

import pytest
from tests.lessons.running import flat, lesson, rows


@pytest.mark.slow
def test_generate(tmp_path):
    text = lesson("generate", tmp_path, "generate", "generate-holes", encoding="utf-8")
    assert int(re.search(r"reads (\d+) of these 80 dreams", flat(text))[1]) > 45  # guessing reads 8
    free = {name: float(row[0]) for name, row in rows(text, "pictures  ").items()}
    assert abs(free["its dreams"] - free["digits that it never saw"]) < 10
    assert free["the same pixels, shuffled"] > free["its dreams"] + 20
