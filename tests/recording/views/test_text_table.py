"""What text_table.py promises: columns below each other."""

from chainrule.recording.views.text_table import text_table


def test_columns_are_aligned_and_lines_have_no_trailing_spaces():
    lines = [["", "loss"], ["first", "1"], ["b", ""]]
    assert text_table(lines).split("\n") == ["       loss", "first     1", "b"]
    assert text_table(lines, left=2).split("\n") == ["       loss", "first  1", "b"]
