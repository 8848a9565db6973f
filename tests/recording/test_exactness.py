"""Every moment has the bits of the run: drawn networks, all options, both engines, any threads."""

import warnings

import numpy as np
import pytest
from tests.drawn_networks import draw
from tests.engines.test_twins import rules
from tests.recording.kept import check

import chainrule as cr
from chainrule.engines import native
from chainrule.recording import recorder

ENGINES = ["reference", *["native"] * native.available()]
RULES = [cls for cls in rules() if not cls().least_squares]
DRAWN, QUICK = 60, 4


def drawn_options(rng, rows, rule):
    """Options of a fit with this rule; one that takes the whole set has no others."""
    if rule().full_batch:
        return {"optimizer": rule(), "batch_size": None, "epochs": 4}
    made = rule()
    if hasattr(made, "lr") and rng.random() < 0.4:
        rates = (
            cr.OneCycle(1e-3),
            cr.Cosine(1e-3, 9),
            cr.ReduceOnPlateau(1e-3, patience=1, monitor="loss"),
        )
        made = rule(lr=rates[rng.integers(3)])
    clips = [[], [cr.ClipNorm(1.0)], [cr.ClipGlobalNorm(0.5), cr.ClipValue(0.1)]][rng.integers(3)]
    behind = [[], [cr.MaxNorm(1.0)], [cr.EMA(0.9)], [cr.MaxNorm(2.0), cr.SWA(start=2)]][
        rng.integers(4)
    ]
    return {
        "optimizer": (*clips, made, *behind),
        "batch_size": [None, max(1, rows // 3), 7, 64][rng.integers(4)],
        "epochs": int(rng.integers(1, 5)),
        "drop_last": bool(rng.random() < 0.2),
        "sample_weight": rng.random(rows) + 0.1 if rng.random() < 0.3 else None,
        "validation_fraction": 0.3 if rows > 5 and rng.random() < 0.3 else 0.0,
        "callbacks": [cr.EarlyStopping(monitor="loss", patience=1)] * (rng.random() < 0.3),
    }


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "seed",
    [pytest.param(k, marks=[] if k < QUICK else pytest.mark.slow) for k in range(DRAWN)],
)
def test_a_drawn_network_is_recorded_bit_for_bit(engine, seed, tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "SPACING", [0.0, 0.03][seed % 2])
    drawn = draw(seed + 1000)
    rng = np.random.default_rng(seed)
    net = drawn.network(["float32", "float64"][seed % 2], engine, threads=1 + seed % 3)
    options = drawn_options(rng, len(drawn.X), RULES[seed % len(RULES)])
    given = {"sample_weight": options.get("sample_weight")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scale, of single rows, of runs that fail
        try:
            net.copy().fit(drawn.X, drawn.y, verbose=0, **options)
        except cr.TrainingError:
            return
        check(
            net,
            (drawn.X, drawn.y),
            options,
            rng,
            path=tmp_path / "run.safetensors",
            losses=options["batch_size"] is not None or "drop_last" in options,
            given={k: v for k, v in given.items() if v is not None},
        )
