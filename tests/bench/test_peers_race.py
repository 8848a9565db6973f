"""What a row of the comparison says, and which sides go on."""

from types import SimpleNamespace

import peers
import pytest
from peers_race import HALF, Race, far, judged
from peers_rows import Row, Setting


def race(**options):
    made = Race.__new__(Race)  # without processes
    made.options = SimpleNamespace(budget=60, **options)
    return made


def test_the_best_peer_counts():
    said = judged(Row("", "", 1.1), {"chainrule": 2.0, "torch": 3.0, "jax": 2.4})
    assert said == {"best": "jax", "ratio": pytest.approx(1.2), "scaling": None, "met": True}


def test_a_named_peer_counts_alone():
    said = judged(Row("", "", 1.5, "torch"), {"chainrule": 2.0, "torch": 2.9, "jax": 0.1})
    assert said["best"] == "torch" and said["met"] is False


def test_both_goals_of_a_row_of_two_cores_must_be_met():
    row = Row("", "", 1.0, setting=Setting(2), scaling=1.7)
    values = {"chainrule": 1.0, "jax": 2.0, HALF: 1.6}
    said = judged(row, values)
    assert said["scaling"] == 1.6 and said["best"] == "jax" and said["met"] is False
    assert judged(row, values | {HALF: 1.8})["met"] is True


def test_a_row_without_a_goal_is_not_judged():
    assert judged(Row("", ""), {"chainrule": 1.0, "jax": 2.0})["met"] is None


def test_a_limit_is_judged():
    assert judged(Row("", "", kind="size", limit=10), {"chainrule": 11})["met"] is False


def test_sides_far_behind_take_few_turns():
    calls = dict.fromkeys(("chainrule", "quick", "slow", "named"), 0)

    def turn(name, seconds):
        def function():
            calls[name] += 1
            return seconds

        return function

    times = {"chainrule": 9.0, "quick": 1.0, "slow": 5.0, "named": 6.0}
    functions = {name: turn(name, seconds) for name, seconds in times.items()}
    assert race().turns(functions, 7, {"chainrule", "named"}) == times
    assert calls == {"chainrule": 7, "quick": 7, "slow": 3, "named": 7}


def test_only_peers_say_what_is_far():
    assert not far("jax", {"chainrule": [0.1], HALF: [0.2], "jax": [5.0]})


def test_rows_are_chosen_by_title_workload_or_setting():
    def titles(*words):
        options = peers.read_options([w for word in words for w in ("--only", word)])
        return {(row.workload, row.setting) for row in peers.chosen(options)}

    assert titles("avx2") and all(s.instructions == "avx2" for _, s in titles("avx2"))
    assert {s.cores for _, s in titles("lenet")} == {1, 2}
    assert titles("growth") == set()


def test_cores_measures_every_row_on_so_many():
    rows = peers.chosen(peers.read_options(["--cores", "2", "--only", "lenet", "--only", "neuron"]))
    assert {row.setting for row in rows} == {Setting(2)}
    goals = {row.workload: row.goal for row in rows if row.kind == "time" and not row.against}
    assert goals["lenet"] == 2.0 and goals["neuron"] is None


def test_rows_that_were_measured_again_take_their_places():
    def row(title, ratio, cores=1):
        keys = {"kind": "time", "against": None, "cores": cores, "instructions": "best"}
        return {"title": title, "ratio": ratio, **keys}

    old = {"rows": [row("a", 1), row("b", 1), row("a", 1, 2)], "threads": {"x": 1}, "date": "then"}
    old["limits"] = {"one core": 1}
    new = {"rows": [row("b", 2), row("c", 2)], "date": "now", "limits": {"two cores": 2}}
    both = peers.merged(old, new)
    assert [(r["title"], r["ratio"]) for r in both["rows"]] == [
        ("a", 1),
        ("b", 2),
        ("a", 1),
        ("c", 2),
    ]
    assert both["date"] == "now" and both["threads"] == {"x": 1}
    assert both["limits"] == {"one core": 1, "two cores": 2}
