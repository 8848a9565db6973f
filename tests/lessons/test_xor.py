"""The lesson `xor`, by the published numbers."""

import re

from tests.lessons.running import line_with, numbers


def test_xor(lessons):
    _, output = lessons("xor")
    right, wrong, stuck = (
        [numbers(line) for line in output.splitlines() if re.match(rf"{name}, seed \d", line)]
        for name in ("tanh, right derivative", "tanh, as published", "logistic, [a-z ]+")
    )
    assert (len(right), len(wrong), len(stuck)) == (4, 4, 8)
    for p in right:  # the extremes of 1000 seeds, a little wider
        assert (
            0.975 < p[1] < 0.990 and 0.975 < p[2] < 0.990 and abs(p[0]) < 0.05 and abs(p[3]) < 0.05
        )
    for p in wrong:
        assert 0.997 < p[1] < 0.999 and 0.997 < p[2] < 0.999
    for p in stuck:
        assert all(0.40 < v < 0.58 for v in p)
    assert output.count(" WRONG ") == 2 and len(re.findall(r"derivative +right ", output)) == 2
    assert numbers(line_with(output, "tanh, published, no seed")) == [
        0.00004,
        0.98766,
        0.98772,
        0.00491,
    ]
    adam = [line for line in output.splitlines() if re.match(r"seed \d, 2000 steps", line)]
    assert len(adam) == 4 and all(line.endswith("yes") for line in adam)
