"""The lesson `metastable`: exact numbers if they are determined, bands if not."""

import pytest
from tests.lessons.running import lesson, rows


@pytest.mark.slow
def test_metastable(tmp_path):
    text = lesson("metastable", tmp_path, "metastable-cliff", "metastable-depths", encoding="utf-8")
    for number in ("0.138 N", "0.137906", "0.96742", "0.05185"):
        assert number in text
    mixtures = rows(text, "state  ")
    assert mixtures["sign of the sum of 3"][0] == "0"
    assert abs(float(mixtures["sign of the sum of 3"][1]) - 0.5) < 0.03
    cliff = {
        load: [float(cell) for cell in row] for load, row in rows(text, "load  theory").items()
    }
    assert cliff["0.05"][1:] == [1.0] * 6
    assert cliff["0.13"][3] > 0.96 and cliff["0.13"][6] < 0.25
    assert cliff["0.20"][3] < 0.5
