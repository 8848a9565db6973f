"""What elements.py promises."""

from xml.etree import ElementTree

import pytest

from chainrule.errors import FileError, ParameterError
from chainrule.plots.svg.elements import Drawing, clean, document, number, text, width_of


def test_numbers_are_short():
    assert [number(v) for v in (1.0, 1.005, 2.5, -0.1, 100.0)] == ["1", "1", "2.5", "-0.1", "100"]


def test_words_are_escaped_and_control_characters_replaced():
    assert clean("<a & b>\x00") == "&lt;a &amp; b&gt;\N{REPLACEMENT CHARACTER}"


def test_east_asian_letters_are_wider():
    assert (
        width_of(["ab", "層"]) == 2 * 0.58 * 12 and width_of(["層層"]) == 24 and width_of([]) == 0
    )


def test_a_document_is_xml_with_a_title():
    root = ElementTree.fromstring(document(20, 10, "a < b", [text(1, 2, "x")]))
    assert root.get("viewBox") == "0 0 20 10" and root.get("aria-label") == "a < b"
    assert next(element.text for element in root) == "a < b"


def test_a_drawing_is_a_str_that_notebooks_show_and_prompts_name(tmp_path):
    drawing = document(20, 10, "a < b", [text(1, 2, "x")])
    assert isinstance(drawing, str) and drawing._repr_svg_() == drawing
    assert repr(drawing) == (
        '<Drawing: a < b; 20 × 10 pixels. Write it with .save("drawing.svg").>'
    )
    drawing.save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8") == drawing
    with pytest.raises(ParameterError, match=r"must end in \.svg"):
        drawing.save(tmp_path / "a.png")
    with pytest.raises(FileError, match="cannot be written"):
        drawing.save(tmp_path / "none" / "a.svg")
    assert type(drawing._repr_svg_()) is str and isinstance(drawing, Drawing)
