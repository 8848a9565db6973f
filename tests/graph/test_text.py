"""What text.py promises."""

import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule import energy
from chainrule.graph.text import Text


def test_text_is_a_str_with_its_lines_at_the_prompt_and_a_page_in_a_notebook():
    text = Text("one\ntwo", "<p>one</p>")
    assert text == "one\ntwo" and repr(text) == "one\ntwo" and isinstance(text, str)
    assert text._repr_html_() == "<p>one</p>" and Text("x")._repr_html_() is None
    twin = pickle.loads(pickle.dumps(text))
    assert twin == text and twin._repr_html_() == "<p>one</p>"


TEXTS = {
    "report": lambda: cr.metrics.report([0, 1, 1], [0, 1, 0]),
    "landscape": lambda: energy.landscape(np.array([[0.0, 1.0], [1.0, 0.0]])).table(),
    "capacity": lambda: energy.capacity("hebb", 20, [0.1, 0.2], networks=1).table(),
}


@pytest.mark.parametrize("name", TEXTS)
def test_tables_of_text_show_their_lines_at_the_prompt(name):
    text = TEXTS[name]()
    assert isinstance(text, str) and repr(text) == text[:] and "\n" in repr(text)
