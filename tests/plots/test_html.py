"""What html.py promises: text that notebooks show, and nothing of the user's that is HTML."""

import numpy as np

from chainrule.plots import html


def test_everything_is_escaped_but_raw():
    bad = "<script>alert(1)</script>&"
    for made in (
        html.table([(bad, html.Raw("<b>1</b>"))], [bad, ""], title=bad),
        html.line(bad),
        html.code(f"{bad}\n{bad}"),
    ):
        assert "<script>" not in made and "&lt;script&gt;" in made
    assert "<b>1</b>" in html.table([(html.Raw("<b>1</b>"),)])


def test_columns_are_aligned_and_the_last_letter_holds_for_the_rest():
    made = html.table([("a", "b", "c")], align="lr")
    assert made.count("text-align:left") == 1 and made.count("text-align:right") == 2


def test_a_bar_has_the_length_and_color_of_its_number():
    assert "width:60px" in html.bar(0.5, 1.0) and html.BLUE in html.bar(0.5, 1.0)
    assert "width:120px;height" in html.bar(-2.0, 1.0) and html.ORANGE in html.bar(-2.0, 1.0)
    assert "width:0px" in html.bar(float("nan"), 1.0) and "width:0px" in html.bar(0.0, 0.0)


def test_a_grid_colors_numbers_and_dims_what_lies_outside():
    made = html.grid(
        np.array([[1.0, -0.5], [np.nan, 0.0]]), np.array([[True, True], [True, False]])
    )
    assert made.count("white-space:nowrap") == made.count("<td")  # 8.69e-05 stays on one line
    assert f"rgba({html.ORANGE},0.60)" in made and f"rgba({html.BLUE},0.30)" in made
    assert made.count("opacity:0.4") == 1 and ">nan<" in made


def test_colors_of_words_are_those_of_the_page():
    made = html.page(html.table([("a",)], ["b"]), html.line("c"), html.code("d"))
    assert "color:#" not in made and "color:black" not in made and "background:white" not in made
