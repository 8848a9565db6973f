"""Optimizers drawn by a seed, with schedules, clips, constraints and averages."""

import inspect
from dataclasses import fields
from typing import Any

import numpy as np
from tests.page.tracer_networks import Drawing

import chainrule as cr
from chainrule.files.settings_as_json import ours_in_runs
from chainrule.optimizers.base import Optimizer

RULES = sorted(
    {
        cls
        for name, cls in ours_in_runs().items()
        if name.startswith("optimizers.")
        and issubclass(cls, Optimizer)
        and not cls.full_batch
        and not inspect.isabstract(cls)
    },
    key=lambda cls: cls.__name__,
)
RATES = {"momentum", "rho", "beta1", "beta2"}


class OptimizerDrawing(Drawing):
    """Draws `optimizer=`."""

    def length(self, least: int = 1) -> Any:
        return self.one(self.whole(least, 40), cr.Epochs(self.number(0.1, 4)))

    def whole_run(self, least: int = 1) -> Any:
        return self.one(None, self.length(least))

    def schedule(self, depth: int = 0) -> Any:
        start, factor = self.number(0.01, 1), self.number(0.1, 0.9)
        kinds = [
            lambda: cr.optimizers.Constant(start),
            lambda: cr.Cosine(start, self.whole_run(), end=self.number(0, 1)),
            lambda: cr.CosineRestarts(start, self.length(), growth=self.whole(1, 3)),
            lambda: cr.Cyclic(start, start + self.number(0, 1), self.length(), factor=factor),
            lambda: cr.ExponentialDecay(start, self.length(), factor=factor),
            lambda: cr.InverseTimeDecay(start, self.length()),
            lambda: cr.OneCycle(start, self.whole_run(2), rise=factor),
            lambda: cr.PolynomialDecay(start, self.whole_run(), power=self.number(0.1, 3)),
            lambda: cr.StepDecay(start, self.length(), factor=factor),
            lambda: cr.ReduceOnPlateau(
                start,
                factor=factor,
                patience=self.whole(1, 3),
                cooldown=self.whole(0, 2),
                mode=self.one("min", "max"),
            ),
        ]
        if depth == 0:
            inner = self.one(start, self.schedule(1))
            kinds += [lambda: cr.LinearWarmup(inner, self.length())] * 2
        return self.one(*kinds)()

    def rule(self) -> Any:
        cls = self.one(*RULES)
        settings: dict[str, Any] = {}
        for f in fields(cls):
            if self.rng.random() < 0.6:
                continue
            if f.name == "lr":
                settings["lr"] = self.one(self.number(0.001, 1), self.schedule())
            elif f.name in RATES:
                settings[f.name] = self.number(0, 0.9)
            elif f.name in ("eps", "weight_decay", "initial_accumulator"):
                settings[f.name] = self.one(1e-7, 0.5, self.number(0.01, 1))
            elif f.name == "centered":
                settings["centered"] = True
        return cls(**settings)

    def update_list(self) -> Any:
        clips = [
            self.one(cr.ClipValue, cr.ClipNorm, cr.ClipGlobalNorm)(self.number(0.1, 5))
            for _ in range(self.whole(0, 2))
        ]
        behind = [self.one(cr.MaxNorm(self.number(0.1, 3)), cr.optimizers.NonNegative())]
        average = [self.one(cr.EMA(self.number(0, 0.9)), cr.SWA(start=3, every=2))]
        parts = [
            *clips,
            self.rule(),
            *(behind if self.rng.random() < 0.3 else []),
            *(average if self.rng.random() < 0.3 else []),
        ]
        return tuple(parts) if len(parts) > 1 or self.rng.random() < 0.3 else parts[0]


def losses(seed: int) -> list[float]:
    """Return validation losses of some epochs, for schedules that read them."""
    rng = np.random.default_rng(seed)
    return [float(v) for v in rng.choice([0.5, 0.7, 1.0], 12)]
