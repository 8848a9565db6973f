"""States of three scenes: links and Python code, there and back, and what is refused."""

import contextlib
import io
import re

import numpy as np
import pytest

pytestmark = pytest.mark.slow
SCENES = ("optimizers", "memories", "dreams")


@pytest.fixture(scope="module")
def driven(node):
    return node("energy_scenes.mjs")


@pytest.mark.parametrize("scene", SCENES)
def test_links_and_code_give_the_same_state_back(driven, scene):
    assert driven[scene]["links"] == 60
    assert driven[scene]["unequal"] == []


@pytest.mark.parametrize("scene", SCENES)
def test_broken_links_and_code_are_refused_with_a_sentence(driven, scene):
    found = driven[scene]
    assert found["refused"] > 1000  # of 1800; the rest are links of another state
    assert f"{scene}.link" in found["keys"]
    assert any(key.startswith(f"{scene}.python.") for key in found["keys"])


@pytest.mark.parametrize("scene", SCENES)
def test_both_languages_have_the_same_texts_with_the_same_gaps(driven, scene):
    assert driven[scene]["texts"] == []
    assert driven[scene]["gaps"] == []


def run(text):
    scope, said = {}, io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(text, "code", "exec"), scope)
    return scope, said.getvalue()


def test_python_code_of_a_race_ends_at_the_same_points(driven):
    compared = 0
    for case in driven["optimizers"]["pythons"]:
        text = re.sub(r"(start, steps = \(.*\)), \d+", r"\1, 5", case["text"])
        text = text.replace('print(f"{name', 'ends.append(theta)  # print(f"{name')
        text = text.replace("\nracers = {", "\nends = []\nracers = {", 1)
        with np.errstate(all="ignore"):
            ends = run(text)[0]["ends"]
        for end, own in zip(ends, case["ends"], strict=True):
            if own is not None and np.abs(own).max() < 100:
                assert np.allclose(end, own, rtol=1e-3, atol=1e-3), text
                compared += 1
    assert compared > 30


def test_python_code_of_memories_runs(driven):
    for case in driven["memories"]["pythons"]:
        scope, said = run(case["text"])
        assert "<Recall:" in said
        assert len(scope["patterns"]) == len(scope["network"].patterns)


def test_python_code_of_dreams_runs(driven):
    for case in driven["dreams"]["pythons"][:4]:
        text = case["text"].replace("epochs=50", "epochs=1").replace("steps=1000", "steps=5")
        scope, said = run(text)
        assert scope["dreams"].shape == (16, 64)
        assert len(said.splitlines()) >= 9
