"""The Parquet files of a folder as one table: which files, which columns, which rows."""

import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets.parquet_files import ParquetFiles

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def folder(tmp_path):
    """Rows 0 to 9 in three files, one of which is empty, beside what other programs leave."""
    for k, (begin, end) in enumerate(((0, 4), (4, 4), (4, 10))):
        n = np.arange(begin, end)
        table = pa.table({"n": n, "half": n / 2, "word": [str(i) for i in n]})
        parquet.write_table(table, tmp_path / f"part-{k}.parquet", row_group_size=2)
    for name in ("_SUCCESS", ".part-0.parquet.crc", "README.md"):
        (tmp_path / name).write_text("not a table")
    return tmp_path


def numbers(found, column="n", **options):
    batches = found.batches([column], **options)
    return [value for batch in batches for value in batch[0].to_pylist()]


def test_rows_are_numbered_through_all_files(folder):
    found = ParquetFiles(folder)
    assert len(found) == 10
    assert found.columns == ["n", "half", "word"]
    assert repr(found) == "<3 Parquet files: 10 rows, 3 columns>"
    assert numbers(found) == list(range(10))
    assert [batch.num_rows for batch in found.batches(rows=3)] == [3, 1, 3, 3]
    assert found.place(5) == "row 1 of part-2.parquet"


@pytest.mark.parametrize("start", range(11))
def test_batches_begin_at_any_row(folder, start):
    assert numbers(ParquetFiles(folder), start=start, rows=3) == list(range(start, 10))


def test_one_file_or_some_in_the_order_in_which_they_are_given(folder):
    a, b = folder / "part-0.parquet", folder / "part-2.parquet"
    assert numbers(ParquetFiles(str(a))) == [0, 1, 2, 3]
    assert numbers(ParquetFiles([b, a])) == [*range(4, 10), *range(4)]


def test_folders_give_columns(tmp_path):
    for year, part in ((2024, "a%20b"), (2025, "__HIVE_DEFAULT_PARTITION__")):
        where = tmp_path / "rows" / f"year={year}" / f"part={part}"
        where.mkdir(parents=True)
        parquet.write_table(pa.table({"n": [1, 2]}), where / "0")  # Hive gives no ending
    found = ParquetFiles(tmp_path / "rows")
    assert found.columns == ["n", "year", "part"]
    assert numbers(found, "year") == [2024, 2024, 2025, 2025]
    assert numbers(found, "part") == ["a b", "a b", None, None]
    assert found.schema(["part", "year"]) == pa.schema(
        [("part", pa.string()), ("year", pa.int64())]
    )


def test_a_folder_and_its_files_must_agree(tmp_path):
    (tmp_path / "n=2").mkdir()
    parquet.write_table(pa.table({"n": [2, 2]}), tmp_path / "n=2" / "0.parquet")
    assert numbers(ParquetFiles(tmp_path)) == [2, 2]
    parquet.write_table(pa.table({"n": [2, 3]}), tmp_path / "n=2" / "0.parquet")
    with pytest.raises(cr.DataError, match="column 'n': expected 2, as its folder says"):
        numbers(ParquetFiles(tmp_path))


def test_numbers_of_different_types_become_one_that_holds_all(tmp_path):
    for k, n in enumerate((pa.array([1, 2]), pa.array([None, 0.5]), pa.array([None], pa.null()))):
        parquet.write_table(pa.table({"n": n, f"extra{k}": n}), tmp_path / f"{k}.parquet")
    found = ParquetFiles(tmp_path)
    assert found.schema(["n"]).field("n").type == pa.float64()
    assert numbers(found) == [1.0, 2.0, None, 0.5, None]
    with pytest.raises(cr.DataError, match=r"1\.parquet: expected the column 'extra0', got none"):
        found.schema(["extra0"])


def test_kinds_that_do_not_fit_are_refused(tmp_path):
    parquet.write_table(pa.table({"n": [1]}), tmp_path / "0.parquet")
    parquet.write_table(pa.table({"n": ["one"]}), tmp_path / "1.parquet")
    with pytest.raises(
        cr.DataError, match=r"one type in all files, int64, got string in .*1\.parq"
    ):
        ParquetFiles(tmp_path).schema()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([1]), pa.array([2**63 + 5], pa.uint64())),
        (pa.array([2**53 + 1]), pa.array([0.5])),
    ],
    ids=["sign", "digits"],
)
def test_numbers_that_the_common_type_cannot_hold_are_refused(tmp_path, one, other):
    parquet.write_table(pa.table({"n": one}), tmp_path / "0.parquet")
    parquet.write_table(pa.table({"n": other}), tmp_path / "1.parquet")
    with pytest.raises(cr.DataError, match=r"column 'n': expected values that fit into"):
        numbers(ParquetFiles(tmp_path))


def test_a_file_that_changes_after_it_was_opened(folder):
    found, path = ParquetFiles(folder), folder / "part-2.parquet"
    half, batches = parquet.read_table(path), found.batches(["n"], rows=4)
    next(batches)
    parquet.write_table(half.slice(1), path)
    with pytest.raises(cr.FileError, match=r"part-2\.parquet: expected the file that was opened"):
        list(batches)
    path.unlink()
    with pytest.raises(cr.FileError, match=r"part-2\.parquet: expected the file that was opened"):
        numbers(found)


def test_linked_folders_are_read(folder, tmp_path_factory):
    rows = tmp_path_factory.mktemp("rows")
    (rows / "linked").symlink_to(folder)
    assert numbers(ParquetFiles(rows)) == list(range(10))
    (folder / "around").symlink_to(rows)
    with pytest.raises(cr.FileError, match="got a link to a folder that it is in"):
        ParquetFiles(rows)


def test_a_fingerprint_knows_the_columns_of_folders(tmp_path):
    (tmp_path / "year=2024").mkdir()
    parquet.write_table(pa.table({"n": [1, 2]}), tmp_path / "year=2024" / "0.parquet")
    one = ParquetFiles(tmp_path).fingerprint(times=True)
    (tmp_path / "year=2024").rename(tmp_path / "year=2025")
    assert ParquetFiles(tmp_path).fingerprint(times=True) != one


def test_a_fingerprint_is_of_names_and_contents(folder):
    one, name = ParquetFiles(folder).fingerprint(), folder / "part-0.parquet"
    assert ParquetFiles(folder).fingerprint() == one != ParquetFiles(folder).fingerprint(times=True)
    parquet.write_table(pa.table({"n": [7], "half": [0.5], "word": ["x"]}), name)
    assert ParquetFiles(folder).fingerprint() != one


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["hal"], "expected a column of the files, got 'hal'. Did you mean 'half'?"),
        (["price"], "got 'price'. Columns are n, half, word."),
        ([3], "expected names of columns, got 3."),
    ],
    ids=["near", "unknown", "number"],
)
def test_unknown_columns(folder, names, sentence):
    with pytest.raises(cr.errors.ChainruleError) as error:
        ParquetFiles(folder).schema(names)
    assert sentence in str(error.value)


def test_a_name_that_stands_twice(tmp_path):
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
    parquet.write_table(twice, tmp_path / "0.parquet")
    with pytest.raises(cr.DataError, match="expected each name once, got 'n' twice"):
        ParquetFiles(tmp_path)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nowhere", "expected a Parquet file, or a folder of them, got no such file"),
        ("*.parquet", "Write sorted(glob("),
        ("empty", "expected Parquet files, got none"),
        ("norows", "expected rows, got none"),
        ("cut", "cut.parquet: expected a whole Parquet file"),
        ("zero", "zero.parquet: expected a whole Parquet file"),
        ("other", "expected the ending .parquet for each Parquet file, got .tmp"),
    ],
)
def test_files_that_cannot_be_read(folder, given, sentence):
    whole = (folder / "part-0.parquet").read_bytes()
    nothing = (folder / "part-1.parquet").read_bytes()
    contents = {
        "empty": {},
        "norows": {"0.parquet": nothing},
        "cut": {"cut.parquet": whole[:200]},
        "zero": {"0.parquet": whole, "zero.parquet": b""},
        "other": {"0.parquet": whole, "0.tmp": whole},
    }
    for name, files in contents.items():
        (folder / "_more" / name).mkdir(parents=True)
        for file, content in files.items():
            (folder / "_more" / name / file).write_bytes(content)
    with pytest.raises((cr.FileError, cr.DataError)) as error:
        ParquetFiles(folder / "_more" / given)
    assert sentence in str(error.value)


def test_a_file_that_is_broken_inside(folder):
    path = folder / "part-0.parquet"
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(content)
    found = ParquetFiles(folder)
    with pytest.raises(cr.FileError, match=r"part-0\.parquet: expected a whole Parquet file"):
        numbers(found)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "expected a folder, a file, or a list of files, got none"),
        (7, "got int"),
        ("s3://bucket/rows", "expected files on this machine, got an address"),
    ],
    ids=["none", "number", "address"],
)
def test_what_names_no_files(given, sentence):
    with pytest.raises(cr.errors.ChainruleError) as error:
        ParquetFiles(given)
    assert sentence in str(error.value)


def test_a_file_twice(folder):
    path = folder / "part-0.parquet"
    with pytest.raises(cr.FileError, match="expected each file once"):
        ParquetFiles([path, path])


def test_without_pyarrow_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(cr.DependencyError, match=r"chainrule\[parquet\]"):
        ParquetFiles("rows/")
