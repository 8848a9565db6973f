"""Tests mirror the package: a contributor guesses where a module is tested, and is right."""

from pathlib import Path

import pytest

import chainrule

SRC = Path(chainrule.__file__).parent
TESTS = Path(__file__).parents[1]
# Rooms whose modules have one test file each, tests/ROOM/test_MODULE.py. A module with many tests
# may have more files, tests/ROOM/test_MODULE_ASPECT.py.
ROOMS = (
    "augmentation",
    "cli",
    "data",
    "datasets",
    "energy",
    "energy/hopfield",
    "energy/hopfield/rules",
    "energy/landscape",
    "energy/memories",
    "energy/problems",
    "energy/rbm",
    "estimators",
    "estimators/energy",
    "estimators/mlp",
    "estimators/networks",
    "estimators/tables",
    "files",
    "graph",
    "inspect",
    "metrics",
    "model",
    "optimizers/schedules",
    "plots",
    "plots/svg",
    "training",
    "training/callbacks",
)
# Rooms over whose modules contracts run: a module has a test file only for what it promises beyond.
CONTRACTS = {
    "ops": "contracts/test_op_contracts.py",
    "layers": "contracts/test_layer_contracts.py",
    "losses": "contracts/test_loss_contracts.py",
    "optimizers": "contracts/test_optimizer_contracts.py",
}
# A room whose tests are also about files that are not Python: each module has its test file.
WITH_MORE = ("page",)
# Modules without a file of their name, and where they are tested instead.
ELSEWHERE = {
    "datasets/shards": "data/test_sources.py",
    "losses/joint": "model/test_several_outputs.py",
    "optimizers/averages": "training/test_constraints_and_averages.py",
    "optimizers/constraints": "training/test_constraints_and_averages.py",
    "optimizers/schedules/base": "contracts/test_schedule_contracts.py",
    "lessons": "lessons",
    "network": "model",
    "training/steps": "training/test_numpy_steps.py",  # a Protocol: its two kinds make the same run
    "version": "contracts/test_public_names.py",
}
# Test files that are about several modules: why they have no module's name.
SEVERAL = {
    "energy/test_no_rows.py": "arrays of no rows, in every energy model",
    "energy/test_refusals.py": "every refused call of energy models, and that it changes nothing",
    "energy/test_saved_files.py": "files that older versions wrote, of all energy models",
    "estimators/test_averages.py": "averages of weights in every estimator that trains",
    "estimators/test_no_rows.py": "arrays of no rows, in every estimator",
    "estimators/test_refusals.py": "every call of estimators that is refused",
    "estimators/test_trouble.py": "trouble in the middle of `fit`, in every estimator",
    "estimators/mlp/test_like_sklearn.py": "MLPs beside scikit-learn's own, number by number",
    "estimators/mlp/test_with_sklearn.py": "MLPs inside scikit-learn's tools",
    "estimators/networks/test_with_sklearn.py": "networks inside scikit-learn's tools",
    "files/test_fuzz_files.py": "broken and edited files, read as networks",
    "layers/test_activations.py": "layers that apply one op to each value",
    "model/test_no_rows.py": "arrays of no rows, from checks to answers",
    "model/test_refusals.py": "every refused call of a network, and that it changes nothing",
    "model/test_several_outputs.py": "networks with several outputs, from layers to files",
    "training/test_constraints_and_averages.py": "what follows the optimizer in both engines",
}


def modules(room):
    return sorted(p.stem for p in (SRC / room).glob("*.py") if not p.stem.startswith("__"))


ONE_EACH = [
    f"{room}/{module}" for room in (*ROOMS, *WITH_MORE) for module in modules(room)
] + modules(".")


@pytest.mark.parametrize("module", ONE_EACH)
def test_a_module_has_a_test_file_of_its_name(module):
    room, _, name = module.rpartition("/")
    place = TESTS / (ELSEWHERE.get(module) or Path(room, f"test_{name}.py"))
    assert place.exists(), f"{module}.py has no {place.relative_to(TESTS)}"


@pytest.mark.parametrize("room", [*ROOMS, *CONTRACTS])
def test_a_test_file_has_a_module_of_its_name(room):
    named = tuple(f"test_{module}_" for module in modules(room))
    files = {p.relative_to(TESTS).as_posix() for p in (TESTS / room).glob("test_*.py")}
    lost = [file for file in files if not f"{Path(file).stem}_".startswith(named)]
    assert sorted(set(lost) - set(SEVERAL)) == []


@pytest.mark.parametrize("room", CONTRACTS)
def test_contracts_run_over_the_rest(room):
    assert (TESTS / CONTRACTS[room]).exists()


def test_exceptions_are_needed():
    for module, place in ELSEWHERE.items():
        room, _, name = module.rpartition("/")
        assert (SRC / f"{module}.py").exists() and (TESTS / place).exists(), module
        assert not (TESTS / room / f"test_{name}.py").exists(), module
    for file in SEVERAL:
        name = Path(file).stem.removeprefix("test_")
        assert (TESTS / file).exists() and name not in modules(Path(file).parent), file
