"""Optimizers, schedules, clips and averages in the page: the numbers of Python's."""

from dataclasses import fields

import numpy as np
import pytest
from tests.page.tracer_optimizers import OptimizerDrawing, losses

from chainrule.files.settings_as_json import describe, ours_in_runs
from chainrule.optimizers.schedules.base import in_run
from chainrule.optimizers.schedules.epochs import RunLength
from chainrule.training.updates import as_update_list, behind_optimizer, forgetful

pytestmark = pytest.mark.slow

CLASSES = ours_in_runs()
STEPS = [1, 2, 3, 5, 8, 17, 40, 100]


def asked(seed):
    """Return an optimizer as users give it, and what the page is asked about it."""
    drawing = OptimizerDrawing(seed)
    optimizer = drawing.update_list()
    run = {
        "perEpoch": drawing.whole(1, 20),
        "epochs": drawing.whole(1, 9),
        "begin": drawing.one(0, 0, 7),
    }
    described = describe(optimizer, classes=CLASSES)
    return optimizer, {"optimizer": described, "run": run, "steps": STEPS, "losses": losses(seed)}


def numbers_after(rule, names, logs):
    """Return the numbers of step 1 after each epoch that its schedules have seen."""
    seen = []
    for loss in logs:
        for schedule in rule.schedules.values():
            inner = getattr(schedule, "schedule", schedule)
            if hasattr(inner, "observe"):
                inner.observe({"val_loss": loss})
        seen.append([float(getattr(rule.at(1), name)) for name in names])
    return seen


def test_numbers_equal_python_s(node):
    drawn = [asked(seed) for seed in range(400)]
    answers = node("tracer_updates.js", [about for _, about in drawn])
    for (optimizer, about), answer in zip(drawn, answers, strict=True):
        parts, constraints, average = behind_optimizer(optimizer)
        rule, clips = as_update_list(parts)
        length = about["run"]
        rule = in_run(
            forgetful(rule), RunLength(length["perEpoch"], length["epochs"], length["begin"])
        )
        names = [f.name for f in fields(rule)]
        expected = {
            "twin": type(rule).__name__,
            "slots": list(rule.slots),
            "names": names,
            "byTensor": rule.by_tensor,
            "hidesOverflow": rule.hides_overflow,
            "scheduled": bool(rule.schedules),
            "lr": names.index("lr") if "lr" in names else -1,
            "numbers": [[float(getattr(rule.at(t), n)) for n in names] for t in STEPS],
            "clips": [
                {"name": type(c).__name__, "limit": c.limit, "hidesOverflow": c.hides_overflow}
                for c in clips
            ],
            "constraints": [describe(c, classes=CLASSES) for c in constraints],
            "average": average and describe(average, classes=CLASSES),
        }
        first = {name: float(slot[0]) for name, slot in rule.start(np.zeros(1)).items()}
        assert {name: answer["start"].get(name, 0.0) for name in rule.slots} == first, optimizer
        expected["seen"] = numbers_after(rule, names, about["losses"])
        assert {name: answer[name] for name in expected} == expected, optimizer
