"""The page's reference engine against recording/stages: symbols, equations, numbers and terms."""

import numpy as np
import pytest
from tests.page import update_cases as cases

from chainrule.recording.stages.stage import Terms
from chainrule.recording.stages.term_list import TermList

pytestmark = pytest.mark.slow
LIMIT = {"float32": 1e-5, "float64": 1e-12}  # of the largest number of an array
NETWORKS = 60
ENTRIES = 2  # of each quantity whose terms are compared


def drawn(seeds):
    """Return moments of recorded runs of drawn networks, until there are enough."""
    found = []
    for seed in seeds:
        dtype = "float64" if seed % 3 or cases.standardizes(seed) else "float32"
        with np.errstate(all="ignore"):
            run = cases.recorded(seed, dtype)
        if run is None or run.last < 2:
            continue
        found.append((seed, dtype, run.at(step=1)))
        if len(found) == NETWORKS:
            return found
    raise AssertionError(f"only {len(found)} networks")


def some_entries(stages, seed):
    """Return for each computed quantity the entries whose terms are compared."""
    rng = np.random.default_rng(seed)
    return {
        f"{stage.name}:{q.symbol}": [
            [int(rng.integers(n)) for n in q.shape] for _ in range(ENTRIES if q.shape else 1)
        ]
        for stage in stages
        for q in stage.quantities
        if q.terms is not None and np.size(q.array)
    }


def size(a):
    """Return the largest finite number of an array, or 1 if it has only small ones."""
    a = np.abs(np.asarray(a, np.float64))
    return max(1.0, float(a[np.isfinite(a)].max(initial=0.0)))


def compare_terms(where, terms, found, limit, scale, misses):
    """Compare the terms of one entry with those of Python."""
    listed = terms.terms if isinstance(terms.terms, TermList) else list(terms.terms)
    values = [t.value for t in listed]
    got = [t["value"] for t in found["terms"]]
    if len(values) != len(got):
        misses.append(f"{where}: {len(got)} terms, not {len(values)}")
        return
    if not np.allclose(got, values, rtol=0, atol=limit * max(scale, size(values)), equal_nan=True):
        misses.append(f"{where}: terms {got[:4]}, not {values[:4]}")
    formulas = [t.formula for t in listed], [t["formula"] for t in found["terms"]]
    if formulas[0] != formulas[1]:
        misses.append(f"{where}: {formulas[1][:2]}, not {formulas[0][:2]}")
    rows = [t.row for t in listed], [t.get("row") for t in found["terms"]]
    if rows[0] != rows[1]:
        misses.append(f"{where}: rows {rows[1][:4]}, not {rows[0][:4]}")


def compare(name, dtype, stages, found, entries):
    """Return what differs between the stages of Python and of the page."""
    misses, limit = [], LIMIT[dtype]
    if [s.name for s in stages] != [s["name"] for s in found]:
        return [f"{name}: {[s['name'] for s in found]}, not {[s.name for s in stages]}"]
    for stage, made in zip(stages, found, strict=True):
        symbols = [q.symbol for q in stage.quantities], [q["symbol"] for q in made["quantities"]]
        if symbols[0] != symbols[1]:
            misses.append(f"{name} {stage.name}: {symbols[1]}, not {symbols[0]}")
            continue
        if stage.text != made["text"]:
            misses.append(f"{name} {stage.name}: {made['text']}, not {stage.text}")
        for q, here in zip(stage.quantities, made["quantities"], strict=True):
            where = f"{name} {stage.name} {q.symbol}"
            for what, one, two in (
                ("equation", q.equation, here["equation"]),
                ("path", q.path, here["path"]),
                ("given", q.given, here["given"]),
            ):
                if one != two:
                    misses.append(f"{where} {what}: {two!r}, not {one!r}")
            misses += [f"{where} does not add up: {wrong}" for wrong in here["wrong"]]
            a, b = np.asarray(q.array, np.float64), cases.unpacked(here["array"])
            if a.shape != b.shape:
                misses.append(f"{where}: shape {b.shape}, not {a.shape}")
            elif not np.allclose(b, a, rtol=0, atol=limit * size(a), equal_nan=True):
                misses.append(f"{where}: off by {np.abs(b - a).max()} of {size(a)}")
            for at, terms in zip(
                entries.get(f"{stage.name}:{q.symbol}", []), here["terms"], strict=True
            ):
                with np.errstate(all="ignore"):
                    own: Terms = q.terms(tuple(at))
                compare_terms(f"{where}{at}", own, terms, limit, size(a), misses)
    return misses


def test_stages_are_those_of_python(node):
    moments = drawn(range(1000))
    given, expected = [], []
    for seed, dtype, moment in moments:
        stages = moment.stages()
        entries = some_entries(stages, seed)
        what = ("all", "nothing", "gradient", "gradient")[seed % 4]
        if what == "nothing":  # a rule may divide a gradient that is rounding by its own size
            stages = stages[:4]
        given.append({"update": cases.as_json(moment.update, what), "entries": entries})
        expected.append((f"{seed} {dtype}", dtype, stages, entries))
    answers = node("update_stages.mjs", {"updates": given})["updates"]
    misses = []
    for (name, dtype, stages, entries), found in zip(expected, answers, strict=True):
        misses += compare(name, dtype, stages, found[: len(stages)], entries)
    assert not misses, f"{len(misses)} misses\n" + "\n".join(misses[:40])
