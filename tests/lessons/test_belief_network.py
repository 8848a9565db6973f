"""The lesson `belief-network`: exact numbers if they are determined, bands if not."""

import pytest
from tests.lessons.running import lesson, rows


@pytest.mark.slow
def test_belief_network(tmp_path):
    text = lesson("belief_network", tmp_path, "belief-network", encoding="utf-8")
    table = {
        name: [float(cell[:5]) for cell in row]
        for name, row in rows(text, "hidden layers ").items()
    }
    assert table["stack first"][3] > table["no stack"][3] + 0.02
    assert table["no stack, ReLU"][3] > table["stack first"][3]
    assert "(5/5)" in rows(text, "against ")["no stack"][3]
