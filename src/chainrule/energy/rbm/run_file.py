"""Checkpoints of an RBM's run."""

from typing import Any

from ...arrays import Array
from ...model.run_file import RunFile


class RBMRunFile(RunFile):
    """Reads and writes the checkpoints of an RBM's run.

    Parameters
    ----------
    rbm : RBM
        The machine.
    """

    def __init__(self, rbm: Any) -> None:
        self.rbm = rbm

    def of_model(self) -> dict[str, str]:
        """Return what must be the same of the machine."""
        conditions: dict[str, str] = self.rbm.run_conditions()
        return conditions

    def contents(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return the arrays and the JSON of the machine's file."""
        tensors, about = self.rbm.file_contents()
        return tensors, about

    def fill(self, theta: Array, named: dict[str, Array]) -> None:
        """Put the parameters of a file into theta."""
        self.rbm.fill(theta, named)
