"""What `train --record` notes of a table, and how it is read again."""

import json

import pytest

from chainrule.cli.notes import asked_again, note_of, write_note
from chainrule.cli.tables import Training
from chainrule.errors import FileError
from chainrule.files.container import read, write
from chainrule.files.text import Reading

ASKED = Training(
    "folder/sales.csv",
    "sold",
    {
        "hidden_layer_sizes": (8, 4),
        "n_estimators": 2,
        "max_iter": 30,
        "max_categories": 250,
        "learning_rate_init": 0.01,
        "random_state": 7,
    },
    task="regression",
    weight="w",
    test_fraction=0.1,
    refit=True,
    kinds=("zip=category",),
    missing=("?",),
    reading=Reading("latin-1", None, 50),
)


@pytest.fixture
def path(tmp_path):
    name = str(tmp_path / "run.safetensors")
    write(name, {}, {"record": {}})
    write_note(name, ASKED)
    return name


def test_what_was_asked_comes_back(path):
    about, _ = read(path)
    note = note_of(about)
    assert about["record"] == {} and note["data"] == "sales.csv"
    json.dumps(note)
    again = Training("other.csv", **asked_again(path, note, Reading(max_size=9)))
    for name in ("target", "settings", "task", "weight", "test_fraction", "refit", "class_weight"):
        assert getattr(again, name) == getattr(ASKED, name), name
    assert (again.kinds, again.missing) == (("zip=category",), ("?",))
    assert again.reading == Reading("latin-1", None, 9)


def test_a_reading_that_is_given_again_wins(path):
    note = note_of(read(path)[0])
    assert asked_again(path, note, Reading("utf-8"))["reading"].encoding == "utf-8"


@pytest.mark.parametrize(
    "change",
    [{"settings": 3}, {"settings": {}}, {"kinds": None}, {"target": ...}, {"encoding": 7}],
    ids=str,
)
def test_a_broken_note_is_one_sentence(path, change):
    note = note_of(read(path)[0]) | change
    if note["target"] is ...:
        del note["target"]
    with pytest.raises(FileError, match="its note of the table is not complete"):
        asked_again(path, note, Reading())


def test_other_files_have_no_note():
    assert note_of({}) is None and note_of({"from_table": 3}) is None
