"""The report of a run whose numbers are no longer finite."""

import math
from typing import Any

from ..arrays import Array
from ..errors import TrainingError
from .run import Run


def failure(
    run: Run, loss: float, batch: dict[str, Any], key: Array, what: str = "", steps_back: int = 0
) -> TrainingError:
    """Return the error that names the value which first became NaN or infinite.

    Parameters
    ----------
    run : Run
        Its θ has its last finite numbers.
    loss : float
        The loss of the step.
    batch, key : dict of arrays, array
        Rows and key of the step.
    what : str
        The value, if it is known.
    steps_back : int
        1 if the network goes back to the weights before the last update.
    """
    objective, state = run.objective, run.state
    where = f"epoch {run.epoch + 1}, step {run.step + 1}"
    if what and hasattr(objective, "run_away"):
        return TrainingError(
            f"{objective.run_away()}. It happened at {where}, "
            f"with {run.optimizer!r}. The weights before this step are kept."
        )
    if math.isnan(loss):
        kind = "NaN"
    else:
        kind = "infinite" if math.isinf(loss) else "finite with a gradient that is not"
    kept = "The network keeps its last finite weights."
    if steps_back:
        kept = "The network keeps the weights before the last update, which gave a finite loss."
    explain = getattr(objective, "explain", lambda *_: "the gradient")
    lr = getattr(run.optimizer, "lr", None)
    lower = f"lower lr={lr:g}" if isinstance(lr, float | int) else "lower lr"
    return TrainingError(
        f"the loss became {kind} at {where}; first non-finite value: "
        f"{what or explain(state.theta, batch, key)}. Scale the inputs or {lower}. {kept}"
    )
