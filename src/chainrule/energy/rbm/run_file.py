"""Checkpoints of an RBM's run."""

from typing import Any

from ...arrays import Array
from ...model.run_file import RunFile
from . import files, samplers
from .machine import Built, Machine


class RBMRunFile(RunFile):
    """Reads and writes the checkpoints of an RBM's run.

    Parameters
    ----------
    machine : Machine
        The machine.
    built : Built
        The build that the run uses. The machine may not have adopted it yet.
    """

    kind = "rbm"

    def __init__(self, machine: Machine, built: Built) -> None:
        self.machine, self.built = machine, built

    def of_model(self) -> dict[str, str]:
        """Return what must be the same of the machine."""
        machine, built = self.machine, self.built
        return {
            "network": machine.shown(built.units.visible),
            "sampler": repr(built.sampler),
            "penalties": f"{machine.penalty!r}, {machine.sparsity!r}",
        }

    def described_part(self) -> Any:
        """Return the sampler as JSON."""
        return samplers.described(self.built.sampler)

    def contents(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return the arrays and the JSON of the machine's file."""
        return files.contents(self.machine)

    def fill(self, theta: Array, named: dict[str, Array]) -> None:
        """Put the parameters of a file into theta."""
        files.fill(self.built.units, theta, named)
