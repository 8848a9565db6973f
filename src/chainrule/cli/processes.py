"""`chainrule train --mpi`: the processes that mpiexec has started train one model together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click

from ..distributed.all_or_none import together
from ..distributed.launched import launched
from ..distributed.processes import joined
from ..errors import DependencyError, ProcessError

Asked = TypeVar("Asked", bound=Any)
T = TypeVar("T")


def mpi_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add --mpi; the command gets its communicator as `comm`, None if it works alone."""

    @wraps(command)
    def with_mpi(*args: Any, mpi: bool, **kwargs: Any) -> None:
        if not mpi:
            _check_alone()
            command(*args, comm=None, **kwargs)
            return
        comm = _world()
        if comm.Get_size() == 1:
            click.echo("--mpi: there is one process, which works alone; mpiexec -n 4 starts four")
            command(*args, comm=None, **kwargs)
            return
        with _one_answer(comm):
            command(*args, comm=comm, **kwargs)

    text = "Train on all processes that mpiexec has started; the model has the bits of one process."
    return click.option("--mpi", is_flag=True, help=text)(with_mpi)


def own_part(asked: Asked, comm: Any) -> Asked:
    """Return what this process is asked for.

    The first one writes the files and reports. The others train with it, and their files are in a
    folder that is removed.

    Parameters
    ----------
    asked : Training or PictureTraining
        What was asked for.
    comm : communicator or None
        None: this process is alone.
    """
    asked = replace(asked, comm=comm)
    if comm is None or comm.Get_rank() == 0:
        return asked
    folder = Path(click.get_current_context().with_resource(TemporaryDirectory()))
    changed = {"output": str(folder / "model.safetensors"), "force": True}
    if asked.record is not None:  # all processes have the same callbacks
        changed["record"] = str(folder / "run.safetensors")
    if hasattr(asked, "baselines"):
        changed |= {"baselines": False, "importance": False, "picture": None}
    return replace(asked, **changed)


def say(comm: Any) -> Callable[[str], Any]:
    """Return the function that prints a line; of several processes the first one prints."""
    return click.echo if comm is None or comm.Get_rank() == 0 else lambda line: None


def _check_alone() -> None:
    """Raise UsageError if several processes would do the same."""
    if (n := launched()) > 1:
        raise click.UsageError(
            f"train: expected --mpi under mpiexec, got {n} processes without it. Each would train "
            "the same model and write the same file. Write --mpi, or leave out mpiexec."
        )


def _world() -> Any:
    """Return the communicator of all processes."""
    try:
        from mpi4py import MPI
    except ImportError:
        raise DependencyError(
            "--mpi: mpi4py is not installed. To get it: pip install 'chainrule[mpi]'"
        ) from None
    except RuntimeError as error:  # the library of MPI is missing or broken
        raise DependencyError(
            f"--mpi: mpi4py cannot load MPI ({error}). To get it: pip install 'chainrule[mpi]'"
        ) from None
    comm = MPI.COMM_WORLD
    if comm.Get_size() == 1 and (n := launched()) > 1:
        raise click.UsageError(
            f"--mpi: expected the {n} processes that the launcher has started, got one. mpiexec "
            "and mpi4py belong to different MPIs. Take the mpiexec beside this Python."
        )
    return comm


@contextmanager
def _one_answer(comm: Any) -> Iterator[None]:
    """If an error leaves the block in some processes, one of them says it, and all exit."""
    first = comm.Get_rank() == 0
    if not first:
        warnings.simplefilter("ignore")
    try:
        with together(comm):
            yield
            if not any(_shared(comm, first)):
                raise click.ClickException(
                    "train --mpi: the first process, which writes the model, was lost, so there "
                    "is no model. Start again."
                )
    except BaseException as error:
        # Every process is here now. What differs between them, the first one has said already.
        own = _shared(comm, -1 if isinstance(error, ProcessError) else comm.Get_rank())
        if comm.Get_rank() == next((rank for rank in own if rank >= 0), -1):
            raise
        raise click.exceptions.Exit(2) from None


def _shared(comm: Any, value: T) -> list[T]:
    """Return the value of each process that is left."""
    with joined(comm) as processes:
        assert processes is not None
        found = processes.share(value)
        processes.leave()
    return found
