"""The lesson `optimizers`: its tables and its claims."""

import pytest
from tests.lessons.running import lesson, rows


@pytest.mark.slow
def test_optimizers(tmp_path):
    text = lesson(
        "optimizers", tmp_path, "optimizers-valley", "optimizers-saddle", "optimizers-rosenbrock"
    )
    for surface in ("valley", "saddle", "Rosenbrock"):
        table = rows(text[text.index(f"\n{surface}: ") :], "optimizer ")
        assert len(table) == 13
        assert table["LBFGS"][-1] != "never"  # curvature wins on all three
    rosenbrock = rows(text[text.index("\nRosenbrock: ") :], "optimizer ")
    assert rosenbrock["SGD"][-1] == "never" and int(rosenbrock["Momentum"][-1]) < 300
    features = list(rows(text, "feature  ").values())
    rates = [float(row[2]) for row in features]
    moves = [float(row[3]) for row in features]
    assert rates == sorted(rates) and moves == sorted(moves)  # the rarer, the larger
    assert rates[-1] > 3 * rates[0]
    assert "says the reverse" in " ".join(text.split())
