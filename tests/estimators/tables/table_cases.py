"""Helpers for tests of tables."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

from chainrule.estimators import TableEncoder


def written(folder, text, name="t.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def cells(table):
    return {name: a.tolist() for name, a in table.columns.items()}


def encoded(values, rows=None, **settings):
    encoder = TableEncoder(**settings).fit({"a": values})
    return encoder, encoder.transform({"a": values if rows is None else rows})


def kinds(values, **settings):
    return type(encoded(values, **settings)[0].columns_[0]).__name__.removesuffix("Column")
