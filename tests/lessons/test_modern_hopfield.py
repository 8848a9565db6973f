"""The lesson `modern-hopfield`: exact numbers if they are determined, bands if not."""

import re

from tests.lessons.running import lesson, rows


def test_modern_hopfield(tmp_path):
    text = lesson(
        "modern_hopfield", tmp_path, "modern-hopfield", "modern-hopfield-beta", encoding="utf-8"
    )
    assert "3.15461" in text and "1.37188" in text
    assert float(re.search(r"differ by (\S+) at", text)[1]) < 1e-14
    signs = rows(text, "patterns  ")
    assert signs["1,000"][2] == "100.0%" and signs["1,000"][4] == "0.0%"
    assert float(signs["1,000"][3]) < 1e-4 < 5 < float(signs["1,000"][5])
    kinds = rows(text, "β   fixed point")
    assert [row[0] for row in kinds.values()] == ["global mean", "metastable", "pattern 34"]
    assert {row[-1] for row in kinds.values()} == {"never"}
