"""The parts of the frame that need no browser: links, numbers, formulas, charts, colors."""

import pytest

pytestmark = pytest.mark.slow


def test_parts(node):
    found = node("frame_parts.mjs")
    assert found["checks"] >= 14
    assert not found["faults"], "\n".join(f"{name}: {why}" for name, why in found["faults"].items())
