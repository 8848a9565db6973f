"""How many processes a launcher has started."""

import warnings
from types import SimpleNamespace

import pytest

from chainrule.distributed.launched import SIZES, launched, warn_if_alone

WORLD = SimpleNamespace(name="MPI_COMM_WORLD")


@pytest.fixture(autouse=True)
def no_launcher(monkeypatch):
    for name in SIZES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", SIZES)
def test_each_launcher_is_understood(name, monkeypatch):
    monkeypatch.setenv(name, "3")
    assert launched() == 3


@pytest.mark.parametrize("value", ["", "many", "-2"])
def test_anything_else_is_one_process(value, monkeypatch):
    monkeypatch.setenv(SIZES[0], value)
    assert launched() == 1


def test_a_world_of_one_among_several_is_warned_of(monkeypatch):
    monkeypatch.setenv(SIZES[1], "4")
    with pytest.warns(UserWarning, match="has started 4 processes, but MPI knows of one"):
        warn_if_alone(WORLD)


@pytest.mark.parametrize("comm", [WORLD, SimpleNamespace(name="MPI_COMM_SELF"), object()])
def test_one_process_is_fine(comm, monkeypatch):
    if comm is not WORLD:
        monkeypatch.setenv(SIZES[1], "4")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_alone(comm)
