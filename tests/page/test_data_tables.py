"""Pasted tables and dropped files: read as the command line does, or refused with a sentence."""

import random
import time

import numpy as np
import pytest

from chainrule.errors import ChainruleError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def read(node):
    def ask(*cases):
        cases = [{"text": case} if isinstance(case, str) else case for case in cases]
        return node("data_tables.js", {"cases": cases})["answers"]

    return ask


SAME = {  # tables that Python's reader takes as well
    "commas": "x1,x2,y\n1,2,red\n3,4,blue\n5,6,red\n",
    "semicolons and decimal commas": "a;b;c\n1,5;2,25;0\n2,5;3,75;1\n4;4,5;1\n",
    "tabs": "a\tb\n1\t2\n3\t4\n",
    "bars": "a|b\n1|2\n3|4\n",
    "quotes": 'name,text\n1,"a, b"\n2,"say ""x"""\n3,"two\nlines"\n',
    "blank lines and spaces": "a, b , c\n\n1, 2 , 3\n , ,\n4,5,6\n",
    "missing words": "a,b\n1,NA\n?,2\n3,-\n4,n/a\n",
    "unknown words": "a,b\n1,unknown\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n9,1\n10,2\n11,3\n",
    "units": 'price,share\n$5,40 %\n$6.50,30 %\n"$1,234.50",3 %\n',
    "thousands": 'a;b\n"1.234,5";1\n"2.345,75";2\n',
    "codes": "zip,v\n007,1\n012,2\n123,3\n",
    "dates": "day,v\n2020-01-05,1\n2020-02-06,2\n2021-03-07,3\n",
    "excel's separator": "sep=;\na;b\n1;2\n3;4\n",
    "no name": "a,,c\n1,2,3\n4,5,6\n",
    "windows lines": "a,b\r\n1,2\r\n3,4\r\n",
    "a mark": "\ufeffa,b\n1,2\n3,4\n",
    "exponents": "a,b\n1e-3,2\n-2.5E+4,3\n",
    "all words": "kind,color\nbig,red\nsmall,blue\nbig,blue\n",
}


@pytest.fixture(scope="module")
def tables():
    """Return the module that reads tables in Python."""
    pytest.importorskip("sklearn", reason="needs scikit-learn")
    from chainrule.estimators.tables import kinds, reading

    return kinds, reading


@pytest.mark.parametrize("name", SAME)
def test_tables_are_read_as_python_reads_them(read, tables, tmp_path, name):
    kinds, reading = tables
    path = tmp_path / "t.csv"
    path.write_text(SAME[name], encoding="utf-8", newline="")
    columns, lines = reading.read_columns(path)
    (mine,) = read(SAME[name])
    assert mine["names"] == list(columns)
    assert mine["cells"] == [list(values) for values in columns.values()]
    assert mine["lines"] == lines.tolist()
    assert mine["header"]
    guessed = [kinds.guess(values) for values in columns.values()]
    assert mine["kinds"] == guessed


BOTH = {  # refused by both, at the same place
    "a,b\n1,2\n3\n": ("cells", 3),
    "a,b,c\n1,2\n3,4\n": ("names_count", 1),
    "a,a\n1,2\n": ("twice", None),
    'a,b\n"1,2\n': ("quote", 2),
    'a,b\n"1"x,2\n': ("after_quote", 2),
    "a b\n1 2\n3 4\n": ("blanks", 3),
    "a,b\n": ("no_rows", None),
    "": ("empty", None),
    "\n \n": ("empty", None),
    "a,b\n1,\0\n": ("zero", 2),
}


def test_what_python_refuses_is_refused_here(read, tables, tmp_path):
    _, reading = tables
    for text, about in zip(BOTH, read(*BOTH), strict=True):
        key, line = BOTH[text]
        assert about.get("key") == f"data.table.{key}", (text, about)
        assert about["values"].get("line") == line
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8", newline="")
        with pytest.raises(ChainruleError):
            reading.read_columns(path)


def test_what_can_be_read_in_two_ways_is_asked(read):
    numbers, years, words = read("1,2,0\n3,4,1\n", "name,2019\nx,1\ny,2\n", "red,1\nblue,2\n")
    assert not numbers["header"]
    assert numbers["names"] == ["column 1", "column 2", "column 3"]
    assert numbers["notes"] == ["data.table.header_none"]
    assert years["header"] and years["asked"]
    assert words["asked"]
    (data,) = read({"text": "red,1\nblue,2\n", "how": {"header": False}})
    assert data["names"] == ["column 1", "column 2"] and not data["asked"]
    (blanks,) = read({"text": "1 2\n3 4\n", "how": {"delimiter": " "}})
    assert blanks["cells"] == [["1", "3"], ["2", "4"]]


def test_columns_are_chosen_and_what_is_left_out_is_told(read):
    rows = "".join(f"{k},{k * k},{'ab'[k % 2]}\n" for k in range(8))
    text = f"u,v,kind\n{rows},3,a\n9,,b\n10,11,\n"
    (about,) = read({"text": text, "wanted": {}})
    chosen = about["chosen"]
    assert about["suggestion"] == {"inputs": ["u", "v"], "target": "kind", "task": "classes"}
    assert chosen["n"] == 8 and chosen["classes"] == ["a", "b"]
    assert chosen["x"][:6] == [0, 0, 1, 1, 2, 4]
    assert chosen["notes"] == ["data.choose.dropped"]


def test_what_cannot_be_chosen_is_refused(read):
    rows = "".join(f"{k},{'abcdefgh'[k]},2020-01-0{k + 1},5\n" for k in range(8))
    table = f"n,w,d,one\n{rows}"
    wanted = {
        "none": {"inputs": []},
        "target_input": {"inputs": ["n"], "target": "n"},
        "date": {"inputs": ["d"], "target": "w"},
        "words": {"inputs": ["w"], "target": "n"},
        "one_value": {"inputs": ["one"], "target": "n"},
        "many_classes": {"inputs": ["n"], "target": "w", "task": "classes"},
        "not_number": {"inputs": ["n"], "target": "w", "task": "number"},
        "missing_column": {"inputs": ["x"], "target": "w"},
    }
    found = read(*({"text": table, "wanted": one} for one in wanted.values()))
    assert [one["key"] for one in found] == [f"data.choose.{key}" for key in wanted]


def test_bytes_of_files(read):
    text = "长,宽\n1,2\n3,4\n"
    cases = [
        {"bytes": list(text.encode("utf-8"))},
        {"bytes": list(text.encode("utf-16"))},
        {"bytes": list(b"\xfe\xff" + text.encode("utf-16-be"))},
        {"bytes": list(text.encode("gb18030")), "encoding": "gb18030"},
        {"bytes": list(text.encode("gb18030"))},
        {"bytes": list(text.encode()), "encoding": "gb18030"},
        {"bytes": [0x50, 0x4B, 3, 4, 0]},
        {"bytes": [0x1F, 0x8B, 8]},
        {"bytes": list(b"<!DOCTYPE html><p>")},
        {"bytes": list(b'{"a": 1}')},
    ]
    found = read(*cases)
    assert [one.get("names") for one in found[:4]] == [["长", "宽"]] * 4
    keys = ["encoding", "encoding_utf8", "other_zip", "other_gzip", "web_page", "json"]
    assert [one.get("key") for one in found[4:]] == [f"data.table.{key}" for key in keys]


def test_a_large_table_is_read_in_slices(node):
    found = node("data_tables.js", {"cases": [], "large": 100_000})
    assert found["rows"] == 100_000
    assert found["longest"] < 250  # milliseconds; some tens on a quiet machine


def test_a_line_of_quotes_takes_no_time(read):
    began = time.monotonic()
    read('"' * 200_000, '"a"' * 60_000)
    assert time.monotonic() - began < 4  # seconds; ten with a look back at each quote


def mutated(texts, count, seed):
    draw = random.Random(seed)
    letters = [
        *',;\t|"\n\r 0123456789.-+eE$%?xyäé好\0',
        "1,5",
        "NA",
        "1.234,5",
        "2020-01-01",
        "inf",
    ]
    for _ in range(count):
        text = list(draw.choice(texts))
        for _ in range(draw.randint(1, 5)):
            k = draw.randrange(len(text) + 1)
            what = draw.randrange(3)
            if what == 0:
                del text[k : k + draw.randint(1, 6)]
            elif what == 1:
                text.insert(k, draw.choice(letters))
            else:
                text[k:k] = text[draw.randrange(len(text) + 1) :][:20]
        yield "".join(text)


def test_mutated_tables_are_read_or_refused_with_a_sentence(node):
    tables = list(mutated(list(SAME.values()), 1200, 5))
    draw = np.random.default_rng(6)
    files = []
    for text in mutated(list(SAME.values()), 400, 7):
        bytes_ = bytearray(text.encode("utf-8"))
        for _ in range(int(draw.integers(0, 3))):
            if bytes_:
                bytes_[int(draw.integers(len(bytes_)))] = int(draw.integers(256))
        files.append(list(bytes_))
    found = node("data_sentences.js", {"formulas": [], "tables": tables, "files": files})
    assert found["read"] > 50
    assert len(found["refused"]) > 8
    assert found["slowest"] < 2000
