"""Words that no training row had: counted part by part, named once."""

from types import SimpleNamespace as Some

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from chainrule.cli import unseen_words
from chainrule.cli.unseen_words import UnseenWords, listed
from chainrule.estimators.tables.table import Table

COLUMNS = [
    Some(name="color", words=["red", "blue"], other=False),
    Some(name="shop", words=["Rome"], other=True),  # rare words of the training rows are not kept
    Some(name="size"),
]


def table(*words):
    cells = np.array(words, object)
    return Table({"color": cells, "shop": cells, "size": np.zeros(len(words))})


def test_words_of_all_parts_are_counted(monkeypatch):
    unseen = UnseenWords(COLUMNS)
    unseen.look_at(table("red", None, "blue"))
    assert unseen.lines() == []
    unseen.look_at(table("pink", "red"))
    row = "color: 1 row with words that the model has never seen: pink"
    assert unseen.lines() == [row]
    unseen.look_at(table("pink", "lime"))
    rows = "color: 3 rows with words that the model has never seen: lime, pink"
    assert unseen.lines() == [rows]
    monkeypatch.setattr(unseen_words, "MOST", 2)
    unseen.look_at(table("gray"))
    assert unseen.lines() == [rows.replace("3", "4")]


def test_a_line_holds_some_names():
    assert listed([]) == "" and listed(["a", "b"]) == "a, b"
    assert listed(["word" * 10] * 3) == f"{'word' * 10} and 2 more"
