"""What elements.py promises."""

from xml.etree import ElementTree

from chainrule.plots.svg.elements import clean, document, number, text, width_of


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
