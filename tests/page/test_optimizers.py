"""The page's optimizers beside Python's own: every rule, schedule and part, number by number."""

import inspect
import itertools
import json
import math
from dataclasses import MISSING, fields

import numpy as np
import pytest

import chainrule as cr
from chainrule import random
from chainrule.optimizers import base

pytestmark = pytest.mark.slow
PARTS = [
    {"m": m, "v": v, "correct": c, "ahead": a, "decay": d, "sign": s}
    for m, v, c, a, d, s in itertools.product(
        (True, False),
        ("none", "sum", "mean", "surprise", "never", "max"),
        *[(True, False)] * 4,
    )
]
STEPS = 30


def kinds(cls=base.Optimizer):
    """Return every rule of a step, in all its forms, by name."""
    found = {}
    for kind in cls.__subclasses__():
        if kind.__module__.startswith("chainrule.optimizers"):
            found |= kinds(kind)
            if not inspect.isabstract(kind) and not kind.full_batch:
                found[kind.__name__] = kind
    return found


def drawn(kind, rng):
    """Return drawn settings of a rule."""
    ranges = {
        "lr": (1e-3, 0.5),
        "momentum": (0, 0.99),
        "rho": (0, 0.999),
        "beta1": (0, 0.99),
        "beta2": (0.9, 0.9999),
        "eps": (1e-10, 1e-3),
        "weight_decay": (0, 0.1),
        "initial_accumulator": (0, 1),
        "momentum_decay": (0, 3),
        "adamw_ratio": (0.01, 1),
        "threshold": (4, 6),
        "grow": (1.1, 2),
        "shrink": (0.2, 0.9),
        "smallest": (1e-6, 1e-3),
        "largest": (0.1, 5),
    }
    names = [f.name for f in fields(kind) if f.init]
    return {
        name: bool(rng.integers(2)) if name == "centered" else float(rng.uniform(*ranges[name]))
        for name in names
        if rng.random() < 0.8
    }


def gradients(rng, n=4):
    """Return gradients with zeros, tiny and large numbers."""
    g = rng.normal(size=(STEPS, n)) * 10.0 ** rng.integers(-5, 3, size=(STEPS, n))
    g[rng.random((STEPS, n)) < 0.15] = 0
    g[:3, 0] = 0
    return g


def by_python(rule, theta, grads):
    theta, path = np.array(theta), []
    slots = rule.start(theta)
    for t, g in enumerate(grads, 1):
        rule.step(t, theta, g.copy(), *slots.values())
        path.append(theta.copy())
    return np.array(path)


def close(a, b, tolerance=1e-12):
    return np.abs(a - b).max() <= tolerance * max(1.0, np.abs(b).max())


@pytest.fixture(scope="module")
def asked():
    rng = np.random.default_rng(14)
    cases = [
        {
            "rule": name,
            "settings": drawn(kind, rng) if k else {},
            "theta": rng.normal(size=4).tolist(),
            "gradients": gradients(rng).tolist(),
        }
        for name, kind in sorted(kinds().items())
        for k in range(4)
    ]
    settings = {"lr": 0.03, "beta1": 0.8, "beta2": 0.98, "eps": 1e-6, "weight_decay": 0.05}
    grads = gradients(rng).tolist()
    theta = rng.normal(size=4).tolist()
    combinations = [
        {"parts": parts, "settings": settings, "theta": theta, "gradients": grads}
        for parts in PARTS
    ]
    names = ["Constant", "Cosine", "CosineRestarts", "ExponentialDecay", "InverseTimeDecay"]
    names += ["LinearWarmup", "OneCycle", "PolynomialDecay", "StepDecay"]
    schedules = [
        {"name": name, "rate": 0.3, "steps": steps, "at": [*range(1, 60), 200, 1000]}
        for name in names
        for steps in (2, 7, 40)
    ]
    return {
        "cases": cases,
        "combinations": combinations,
        "schedules": schedules,
        "noise": {"seed": 5, "steps": 50},
    }


@pytest.fixture(scope="module")
def answer(node, asked):
    return node("optimizers_run.mjs", asked)


def test_every_rule_is_there_with_pythons_slots_and_defaults(answer):
    known = kinds()
    assert set(answer["defaults"]) == set(known)
    for name, kind in known.items():
        own = answer["defaults"][name]
        assert tuple(own["slots"]) == kind.slots
        defaults = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
        assert own["settings"] == defaults, name
    public = {name for name in cr.optimizers.__all__ if name in known}
    assert set(answer["racers"]) == public


def test_every_rule_gives_pythons_numbers(asked, answer):
    known = kinds()
    for case, path in zip(asked["cases"], answer["paths"], strict=True):
        rule = known[case["rule"]](**case["settings"])
        expected = by_python(rule, case["theta"], np.array(case["gradients"]))
        assert close(np.array(path), expected), (case["rule"], case["settings"])


def test_every_schedule_gives_pythons_numbers(asked, answer):
    for case, rates in zip(asked["schedules"], answer["rates"], strict=True):
        kind = getattr(cr.optimizers, case["name"])
        schedule = kind(case["rate"], *([] if case["name"] == "Constant" else [case["steps"]]))
        expected = [schedule(t) for t in case["at"]]
        assert close(np.array(rates), np.array(expected)), case["name"]


def test_parts_that_are_called_by_a_name_are_that_rule(asked, answer):
    named = set()
    for case, found in zip(asked["combinations"], answer["combinations"], strict=True):
        if found["python"] is None:
            assert found["name"] == "own"
            continue
        name, _, library = found["python"]["class"].partition("|")
        kind = getattr(cr.optimizers, name)
        settings = found["python"]["settings"]
        rule = kind.like(library, **settings) if library else kind(**settings)
        expected = by_python(rule, case["theta"], np.array(case["gradients"]))
        assert close(np.array(found["path"]), expected, 1e-10), (case["parts"], name)
        named.add(name)
    assert named == {
        "SGD",
        "Momentum",
        "Nesterov",
        "Adagrad",
        "RMSprop",
        "Adam",
        "AdamW",
        "Nadam",
        "AMSGrad",
        "AdaMax",
        "AdaBelief",
        "Lion",
    }


def test_parts_without_a_name_are_no_rule_with_a_name(asked, answer):
    known = [f["path"] for f in answer["combinations"] if f["python"] is not None]
    for case, found in zip(asked["combinations"], answer["combinations"], strict=True):
        if found["python"] is None:
            same = [np.allclose(found["path"], path, rtol=1e-9, atol=0) for path in known]
            assert not any(same), case["parts"]


def test_equations_are_those_of_the_docstrings(answer):
    by_parts = {json.dumps(p): f for p, f in zip(PARTS, answer["combinations"], strict=True)}
    adam = PARTS[0] | {"v": "mean", "ahead": False, "decay": False, "sign": False}
    lines = by_parts[json.dumps(adam)]["equations"]
    doc = " ".join(cr.Adam.__doc__.split("\n\n")[0].split())
    assert lines[:2] == ["m ← β1 m + (1 − β1) g", "v ← β2 v + (1 − β2) g²"]
    assert all(line in doc for line in lines)


def test_noise_is_keyed_as_in_python(answer):
    path = random.path_hash("race/noise")
    expected = random.normal((5, 0), random.SAMPLE, path, np.arange(50), 2)
    assert close(np.array(answer["noise"]), expected.ravel(), 1e-14)


def test_gradients_minima_and_formulas_of_the_surfaces(answer):
    for surface in answer["surfaces"]:
        values = [m["f"] for m in surface["minima"]]
        assert np.allclose(values, values[0], atol=1e-10)
        assert np.allclose([m["g"] for m in surface["minima"]], 0, atol=1e-8)
        assert abs(surface["lowest"] - values[0]) < 1e-6
        for point in surface["points"]:
            scope = {"x": point["x"], "y": point["y"], "cos": math.cos, "pi": math.pi}
            scope["sin"] = math.sin
            slope = [eval(part, scope) for part in surface["gradient"]]
            assert np.allclose(slope, point["g"], rtol=1e-12)
            assert math.isclose(eval(surface["formula"], scope), point["f"], rel_tol=1e-12)
            assert np.allclose(point["g"], point["slope"], rtol=1e-5, atol=1e-5)


def test_a_rule_that_diverges_stops(answer):
    assert 0 < answer["race"]["diverged"] == answer["race"]["steps"] + 1


def test_line_searches_go_pythons_way(answer):
    surfaces = {surface["id"]: surface for surface in answer["surfaces"]}
    for case in answer["whole"]:
        surface = surfaces[case["id"]]
        code = [compile(text, "f", "eval") for text in (surface["formula"], *surface["gradient"])]

        def f(p, code=code):
            scope = {"x": p[0], "y": p[1], "cos": math.cos, "sin": math.sin, "pi": math.pi}
            value, *g = (eval(part, scope) for part in code)
            return value, np.array(g)

        for end in case["ends"]:
            kind = getattr(cr.optimizers, end["rule"])
            assert end["defaults"] == {x.name: x.default for x in fields(kind)}
            theta = np.array([end["x"][0], end["y"][0]], float)
            losses = kind().minimise(f, theta, iterations=40)
            own = np.array(end["loss"][1:])
            some = min(len(losses), len(own), 12)
            assert close(own[:some], losses[:some], 1e-6), (case["id"], end["rule"])
            assert abs(f(theta)[0] - own[-1]) < 1e-6
