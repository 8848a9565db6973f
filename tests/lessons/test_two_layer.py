"""The lesson `two-layer`, by the published numbers."""

import re

from tests.lessons.running import GOLDEN, line_with, numbers


def test_two_layer(lessons):
    _, output = lessons("two_layer")
    golden = GOLDEN["loy_two_layer"]["by_seed"]
    for seed in (0, 1, 42):
        for when, key in (
            ("last forward", "output_of_last_forward"),
            ("after it", "output_after_last_update"),
        ):
            assert numbers(line_with(output, f"seed {seed}, {when}")) == [
                round(p, 8) for p in golden[str(seed)][key]
            ]
    assert re.search(r"loss never rises +100\n", output)
    assert re.search(r"right side of 0\.5 +99\n", output)  # seed 67 is the one that fails
    assert "Seed 67 " in output
    waits = output.split("updates  ")[1]
    for step in ("0", "1", "10", "100", "200", "500", "1000"):
        assert numbers(line_with(waits, f"{step}  "))[0] == round(golden["0"]["sse_at"][step], 8)
