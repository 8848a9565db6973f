"""The C kernels of energy models, called from Python."""

from typing import Any

import numpy as np

from ..arrays import Array
from ..engines import native


def hopfield(*arguments: Any) -> None:
    """Recall states asynchronously, unit by unit.

    Parameters
    ----------
    *arguments
        The fields of energy/hopfield/hopfield.h, in their order there.
    """
    native.extension().hopfield(native.variant("f64"), *arguments)


def rbm(dtype: Any, *arguments: Any) -> None:
    """Take steps of contrastive divergence.

    Parameters
    ----------
    dtype : dtype
        float32 or float64.
    *arguments
        Those of `rbm` in energy/rbm/module.c, after the engine.
    """
    native.extension().rbm(_variant(dtype), *arguments)


def rbm_train(dtype: Any, *arguments: Any) -> tuple[int, int]:
    """Train an RBM for some steps; return how many were done and whether all numbers are finite.

    Parameters
    ----------
    dtype : dtype
        float32 or float64.
    *arguments
        Those of `rbm_train` in energy/rbm/module.c, after the engine.
    """
    done: tuple[int, int] = native.extension().rbm_train(_variant(dtype), *arguments)
    return done


def uniforms(key: Any, path: int, row: int, rows: int, columns: int) -> Array:
    """Return `random.uniform(key, SAMPLE, path, rows from `row` on, columns)`: the same numbers."""
    out = np.empty((rows, columns))
    native.extension().uniforms(int(key[0]), int(key[1]), path, row, columns, out)
    return out


def legacy_uniforms(rng: Any, shape: tuple[int, ...]) -> Array:
    """Return `rng.random_sample(shape)` of a RandomState; its state moves on as by that call."""
    state = rng.get_state(legacy=False)
    if state["bit_generator"] != "MT19937" or not native.available():
        drawn: Array = rng.random_sample(shape)
        return drawn
    out = np.empty(shape)
    state["state"]["pos"] = native.extension().legacy_uniforms(
        state["state"]["key"], state["state"]["pos"], out
    )
    rng.set_state(state)
    return out


def _variant(dtype: Any) -> str:
    return native.variant("f32" if dtype == np.float32 else "f64")
