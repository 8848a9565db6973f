"""`chainrule train --mpi`: one model, one report, one line for a mistake."""

import sys
from types import ModuleType

import click
import numpy as np
import pytest
from tests.cli import test_commands
from tests.distributed.mpi import mpiexec
from tests.distributed.thread_comm import run_together

from chainrule.cli.processes import _one_answer, own_part, say
from chainrule.cli.tables import Training
from chainrule.distributed.launched import SIZES
from chainrule.errors import DataError


def run(capsys, *arguments):
    """Return exit code, stdout and stderr of a command."""
    code = test_commands.run(*arguments)
    return code, *capsys.readouterr()


QUICK = ("--networks", "2", "--epochs", "3", "--hidden", "16", "--no-baselines", "--no-importance")


@pytest.fixture
def table(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    a, town = rng.normal(size=200), rng.choice(["Bonn", "Ulm"], 200)
    rows = [f"{x:.4f},{t},{3 * x:.4f}" for x, t in zip(a, town, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["a,town,price", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    for name in SIZES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


class Alone:
    def Get_size(self):
        return 1


@pytest.fixture
def mpi_of_one(monkeypatch):
    package, module = ModuleType("mpi4py"), ModuleType("mpi4py.MPI")
    package.MPI, module.COMM_WORLD = module, Alone()
    monkeypatch.setitem(sys.modules, "mpi4py", package)
    monkeypatch.setitem(sys.modules, "mpi4py.MPI", module)


@pytest.mark.parametrize("name", SIZES)
def test_mpiexec_without_mpi_is_refused(name, table, monkeypatch, capsys):
    monkeypatch.setenv(name, "4")
    code, out, err = run(capsys, "train", "t.csv", "--target", "price")
    assert (code, out) == (2, "")
    assert err.startswith("chainrule: train: expected --mpi under mpiexec, got 4 processes")
    assert err.count("\n") == 1


def test_mpi_without_mpi4py_says_how_to_get_it(table, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    code, _, err = run(capsys, "train", "t.csv", "--target", "price", "--mpi")
    assert code == 2
    assert err == (
        "chainrule: --mpi: mpi4py is not installed. To get it: pip install 'chainrule[mpi]'\n"
    )


def test_one_process_works_alone_and_says_so(table, mpi_of_one, capsys):
    code, out, err = run(capsys, "train", "t.csv", "--mpi")
    assert code == 2
    assert out.startswith("--mpi: there is one process, which works alone; mpiexec -n 4")
    assert "Missing option '--target'" in err


def test_an_mpiexec_of_another_mpi_is_named(table, mpi_of_one, monkeypatch, capsys):
    monkeypatch.setenv(SIZES[0], "4")
    code, _, err = run(capsys, "train", "t.csv", "--target", "price", "--mpi")
    assert code == 2
    assert "expected the 4 processes that the launcher has started, got one" in err


def test_help_tells_of_processes(capsys):
    code, out, _ = run(capsys, "train", "--help")
    assert code == 0
    assert "mpiexec -n 4 chainrule train houses.csv --target price --mpi" in out


def test_only_the_first_process_writes_and_speaks():
    asked = Training("t.csv", "price", {}, output="m.safetensors", record="r.safetensors")

    def work(comm):
        with click.Context(click.Command("train")):
            own = own_part(asked, comm)
            return own.path, own.record, own.baselines, say(comm) is click.echo

    first, second = run_together(2, work)
    assert first == ("m.safetensors", "r.safetensors", True, True)
    assert second[2:] == (False, False)
    assert "m.safetensors" not in second[0]
    assert second[1] != "r.safetensors"


@pytest.mark.parametrize("failing", [(0,), (1,), (0, 1, 2)])
def test_one_process_says_what_is_wrong_and_all_exit(failing):
    def work(comm):
        with _one_answer(comm):
            if comm.rank in failing:
                raise DataError(f"process {comm.rank}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.simplefilter", lambda word: None)  # of this process, too
        found = run_together(3, work)
    for rank, error in enumerate(found):
        if rank == failing[0]:
            assert isinstance(error, DataError)
        else:
            assert isinstance(error, click.exceptions.Exit)
            assert error.exit_code == 2


@pytest.mark.slow
def test_real_processes_write_the_file_of_one(table, capsys):
    pytest.importorskip("sklearn", minversion="1.6")
    asked = ["-m", "chainrule", "train", "t.csv", "--target", "price", *QUICK, "--refit"]
    code, out, err = mpiexec(2, *asked, "--output", "two.safetensors", "--mpi", folder=table)
    assert code == 0, err
    assert out.count("saved in two.safetensors") == 1
    code, _, err = run(capsys, *asked[2:], "--output", "one.safetensors")
    assert code == 0, err
    assert (table / "one.safetensors").read_bytes() == (table / "two.safetensors").read_bytes()


@pytest.mark.slow
def test_a_mistake_is_one_line_and_ends_all(table):
    pytest.importorskip("sklearn", minversion="1.6")
    asked = ["-m", "chainrule", "train", "t.csv", "--target", "prise", *QUICK, "--mpi"]
    code, out, err = mpiexec(2, *asked, folder=table, seconds=60)
    assert (code, out) == (2, "")
    assert err.count("chainrule: ") == 1
    assert "expected the column prise" in err
