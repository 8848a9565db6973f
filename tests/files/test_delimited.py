"""Rows of CSV text."""

import pytest

import chainrule as cr
from chainrule.files.delimited import delimiter_of, is_number, rows_of


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("", ","),
        ("a\n1\n", ","),
        ("a,b\n1,2\n", ","),
        ("1,5;2,5\n3,25;4\n", ";"),
        ("price, net;price, gross;x\n1,5;2,5;3\n", ";"),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\nx, y, z\t1\n", "\t"),
        ('"a;b;c",d\n1,2\n', ","),
        ("a,b,c\n1,2\n", ","),  # a line that is too short
        ('a|b\n"x\n,,,",1\n', "|"),
    ],
)
def test_the_delimiter_is_found(text, delimiter):
    assert delimiter_of(text) == delimiter


def test_a_header_may_be_longer_than_a_cell():
    header = ",".join(f"{k:05d}column" for k in range(13_000))
    rows, lines, delimiter = rows_of("t.csv", f"{header}\n{'1,' * 12_999}1\n")
    assert (len(rows[0]), len(rows[1]), lines, delimiter) == (13_000, 13_000, [1, 2], ",")


def test_a_cell_that_is_too_long_is_named():
    with pytest.raises(cr.DataError, match=r"t\.csv, line 2: expected cells of at most 131,072"):
        rows_of("t.csv", f"a,b\n1,{'x' * 140_000}\n")


@pytest.mark.parametrize("cell", ["1", " -2.5e3 ", ".5", "+7.", "１２"])
def test_numbers(cell):
    assert is_number(cell)


@pytest.mark.parametrize(
    "cell", ["1_0", "nan", "inf", "-Infinity", "0x10", "1,5", "1,234", "5 kg", "", "1e", "１，５"]
)
def test_what_float_would_take_or_a_person_would_read(cell):
    assert not is_number(cell)


def test_a_decimal_comma_where_commas_do_not_separate():
    assert is_number("3,5", ";") and is_number("-1,25e3", "\t") and not is_number("3,5,1", ";")


def test_blanks_between_numbers_are_named():
    with pytest.raises(cr.DataError, match=r"line 3: expected commas, .*, got blanks: '3 -4\.5'"):
        rows_of("t.csv", "a b\n1 2\n3 -4.5\n")
    for cell in ("John 5", "1 234", "5"):
        assert rows_of("t.csv", f"name\n{cell}\n")[0] == [["name"], [cell]]
