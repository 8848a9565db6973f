"""Tests mirror the package: a contributor guesses where a module is tested, and is right."""

from pathlib import Path

import pytest

import chainrule

SRC = Path(chainrule.__file__).parent
TESTS = Path(__file__).parents[1]
# Rooms whose modules have one test file each, tests/ROOM/test_MODULE.py.
ROOMS = (
    "graph",
    "augmentation",
    "metrics",
    "datasets",
    "plots",
    "plots/svg",
    "optimizers/schedules",
)
# Rooms over whose modules contracts run: a module has a test file only for what it promises beyond.
CONTRACTS = {
    "ops": "contracts/test_op_contracts.py",
    "layers": "contracts/test_layer_contracts.py",
    "losses": "contracts/test_loss_contracts.py",
    "optimizers": "contracts/test_optimizer_contracts.py",
}
# Modules without a file of their name, and where they are tested instead.
ELSEWHERE = {
    "datasets/shards": "data/test_sources.py",
    "losses/joint": "model/test_several_outputs.py",
    "optimizers/averages": "training/test_constraints_and_averages.py",
    "optimizers/constraints": "training/test_constraints_and_averages.py",
    "optimizers/schedules/base": "contracts/test_schedule_contracts.py",
    "lessons": "lessons",
    "network": "model",
    "version": "contracts/test_public_names.py",
}
# Test files that are about several modules.
SEVERAL = {"layers/test_activations.py"}


def modules(room):
    return sorted(p.stem for p in (SRC / room).glob("*.py") if not p.stem.startswith("__"))


ONE_EACH = [f"{room}/{module}" for room in ROOMS for module in modules(room)] + modules(".")


@pytest.mark.parametrize("module", ONE_EACH)
def test_a_module_has_a_test_file_of_its_name(module):
    room, _, name = module.rpartition("/")
    place = TESTS / (ELSEWHERE.get(module) or Path(room, f"test_{name}.py"))
    assert place.exists(), f"{module}.py has no {place.relative_to(TESTS)}"


@pytest.mark.parametrize("room", [*ROOMS, *CONTRACTS])
def test_a_test_file_has_a_module_of_its_name(room):
    names = {f"test_{module}" for module in modules(room)}
    files = {p.stem for p in (TESTS / room).glob("test_*.py")}
    files -= {Path(file).stem for file in SEVERAL if Path(file).parent == Path(room)}
    assert files <= names


@pytest.mark.parametrize("room", CONTRACTS)
def test_contracts_run_over_the_rest(room):
    assert (TESTS / CONTRACTS[room]).exists()


def test_exceptions_are_needed():
    for module, place in ELSEWHERE.items():
        room, _, name = module.rpartition("/")
        assert (SRC / f"{module}.py").exists() and (TESTS / place).exists(), module
        assert not (TESTS / room / f"test_{name}.py").exists(), module
    assert all((TESTS / file).exists() for file in SEVERAL)
