"""What holds for every scene, without a browser."""

import ast
import warnings

import pytest

pytestmark = pytest.mark.slow
SCENES = (
    "playground",
    "one_update",
    "articles",
    "digits",
    "optimizers",
    "memories",
    "dreams",
    "your_file",
)


@pytest.fixture(scope="module")
def examined(node):
    found = node("frame_scenes.mjs", {"mutations": 650, "walks": 40}, timeout=300)
    assert list(found) == list(SCENES)
    return found


@pytest.mark.parametrize("scene", SCENES)
def test_state_reducer_link_and_python(examined, scene):
    assert not examined[scene]["faults"], "\n".join(examined[scene]["faults"])


def test_thousands_of_changed_links_are_read_or_refused_at_once(examined):
    tried = sum(about["refused"] + about["taken"] for about in examined.values())
    assert tried >= 5000
    assert max(about["slowest"] for about in examined.values()) < 1000  # milliseconds


@pytest.mark.parametrize("scene", SCENES)
def test_python_code_is_python(examined, scene):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in examined[scene]["python"]:
            ast.parse(text)
