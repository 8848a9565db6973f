"""The rows of the comparison: settings, goals and units."""

import peers_rows
import pytest
from peers_turns import AVX2, Setting, environment


def times(setting):
    return [row for row in peers_rows.all_rows() if row.setting == setting and row.kind == "time"]


def test_no_two_rows_are_the_same():
    keys = [(r.title, r.kind, r.against, r.setting) for r in peers_rows.all_rows()]
    assert len(keys) == len(set(keys))


def test_every_row_of_two_cores_has_its_row_of_one_core():
    one = {row.workload for row in times(peers_rows.ONE)}
    two = {row.workload for row in times(peers_rows.TWO)}
    assert two and two <= one


def test_goals_with_avx2_are_nine_tenths():
    goals = {row.workload: row.goal for row in times(peers_rows.ONE)}
    rows = times(peers_rows.AVX2)
    assert {"digits", "images 128", "lenet", "residual"} <= {row.workload for row in rows}
    for row in rows:
        assert row.goal == pytest.approx(0.9 * goals[row.workload])


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (0.00152, "time", "1.52 ms"),
        (46.04e-6, "time", "46 µs"),
        (2.5, "time", "2.5 s"),
        (12.6e6, "size", "12.6 MB"),
        (None, "time", "–"),
    ],
)
def test_values_have_units(value, kind, words):
    assert peers_rows.shown(value, kind) == words


def test_products_are_rates():
    assert peers_rows.shown(0.5, "flops", 10**9) == "2 GF/s"


def test_a_setting_holds_every_side_to_its_cores_and_instructions(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    best, avx2 = (environment("torch", Setting(2, name)) for name in ("best", "avx2"))
    assert best["OMP_NUM_THREADS"] == avx2["OMP_NUM_THREADS"] == "2"
    assert not set(AVX2) & set(best)
    assert {name: avx2[name] for name in AVX2} == AVX2


def test_settings_have_names():
    names = [str(s) for s in (Setting(), Setting(2), Setting(1, "avx2"), Setting(4))]
    assert names == ["one core", "two cores", "one core, AVX2", "4 cores"]
