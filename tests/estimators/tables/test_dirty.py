"""Cells that cannot be read are found in all columns and rows at once."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import written

import chainrule as cr
from chainrule.estimators.tables.dirty import check_cells
from chainrule.estimators.tables.table import as_table


def test_all_columns_are_named(tmp_path):
    lines = [f"{k},{k},{k},{k},w{k}" for k in range(100)]
    lines[7] = "7,5 kg,7,7,x"
    lines[8] = "8,1_0,8,8,x"
    lines[50] = "50,50,50,1e400,x"
    table = as_table(written(tmp_path, "\n".join(["a,b,c,d,e", *lines])))
    with pytest.raises(cr.DataError) as found:
        check_cells(table, {})
    message = str(found.value)
    assert "line 9, column b: expected a number, got '5 kg', and 1 more such cell. Cor" in message
    assert message.endswith(" Other columns with such cells: d.")
    with pytest.raises(cr.DataError, match=r"line 52, column d: .* got infinity\. [^:]*$"):
        check_cells(table, {"b": "category"})
    check_cells(table, {"b": "category", "d": "ignore"})
