"""The Python code of the scene One update: it runs, and the page reads it back."""

import contextlib
import io

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(node):
    return node("update_python.mjs", {})


def test_it_runs_and_explains_the_number(written):
    for one in written["answers"]:
        said = io.StringIO()
        text = one["text"].replace("batch_size=", "verbose=0, batch_size=")
        with contextlib.redirect_stdout(said):
            exec(compile(text, one["example"], "exec"), {})
        assert said.getvalue().startswith("dW1["), one["example"]


def test_it_is_read_back(written):
    for one in written["answers"]:
        assert one["same"] and one["step"] == 2, one["text"]


def test_other_text_is_refused_with_words(written):
    assert written["refused"] == ["Refusal"] * 3
