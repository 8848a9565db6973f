"""The public names: what __init__.py promises, what editors see, what exists."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.settings import Settings

STUB = ast.parse(Path(cr.__file__).with_suffix(".pyi").read_text())


def test_the_stub_lists_the_same_names():
    listed = {node.targets[0].id for node in STUB.body if isinstance(node, ast.Assign)}
    for node in STUB.body:
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            if alias.name == "*":
                package = import_module(f"chainrule.{node.module}")
                classes = [n for n, v in vars(package).items() if inspect.isclass(v)]
                listed |= set(getattr(package, "__all__", classes))
            else:
                listed.add(alias.asname)
    assert listed - {"_second_opinions"} | {"__version__"} == set(cr.__all__)


def test_no_two_packages_export_the_same_name():
    assert len(cr.__all__) == len(set(cr.__all__))


def test_star_gives_the_public_names():
    names = {}
    exec("from chainrule import *", names)
    assert set(cr.__all__) <= set(names)


def test_dir_lists_the_public_names():
    assert dir(cr) == sorted(cr.__all__)


@pytest.mark.parametrize("name", cr.__all__)
def test_every_name_is_there(name):
    assert getattr(cr, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Denze'"):
        cr.Denze


def test_packages_export_what_the_top_level_has():
    for module in ("layers", "losses", "optimizers", "training.callbacks"):
        package = import_module(f"chainrule.{module}")
        for name in cr.__all__:
            home = getattr(getattr(cr, name), "__module__", "")
            if isinstance(getattr(cr, name), type) and home.startswith(f"{package.__name__}."):
                assert name in package.__all__
        for name in package.__all__:
            assert getattr(cr, name) is getattr(package, name)


def public_things():
    for name in cr.__all__:
        thing = getattr(cr, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            yield pytest.param(name, thing, id=name)
    for module in (cr.initializers, cr.metrics, cr.datasets, cr.energy, cr.energy.rules):
        for name in getattr(
            module, "__all__", [n for n, v in vars(module).items() if inspect.isclass(v)]
        ):
            thing = getattr(module, name)
            if thing.__module__.startswith(module.__name__):
                yield pytest.param(
                    f"{module.__name__}.{name}", thing, id=f"{module.__name__}.{name}"
                )


ABSTRACT = {
    "Layer",
    "Loss",
    "Optimizer",
    "Average",
    "Clip",
    "Constraint",
    "Schedule",
    "Callback",
    "chainrule.graph.initializers.Initializer",
    "chainrule.graph.initializers.Draw",
    "chainrule.energy.hopfield.rules.Rule",
}
INTERNAL = {"Node", "Tape", "Program", "Programs", "op"}


@pytest.mark.parametrize(("name", "thing"), list(public_things()))
def test_docstrings_list_every_parameter(name, thing):
    text = inspect.getdoc(thing)
    assert text, f"{name} has no docstring"
    if name in ABSTRACT | INTERNAL or (inspect.isclass(thing) and issubclass(thing, Exception)):
        return
    parameters = [
        p
        for p in inspect.signature(thing).parameters.values()
        if p.name not in ("self", "library", "settings")
    ]
    listed = set(
        re.findall(
            r"(?m)^ {0,4}(\*{0,2}\w+(?:, \*{0,2}\w+)*) :|^ {0,4}(\*{1,2}\w+)$",
            section(text, "Parameters"),
        )
    )
    words = {
        word.strip("* ") for found in listed for part in found for word in part.split(",") if part
    }
    inherited = {"name"} if isinstance(thing, type) and issubclass(thing, cr.Layer) else set()
    for p in parameters:
        if p.kind not in (p.VAR_KEYWORD,):
            assert p.name in words | inherited, (
                f"{name}: {p.name} is not in its docstring's Parameters"
            )


def section(text: str, heading: str) -> str:
    found = re.search(rf"(?ms)^{heading}\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", text)
    return found[1] if found else ""


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in cr.__all__
        if inspect.isclass(getattr(cr, n)) and issubclass(getattr(cr, n), Settings)
    ],
)
def test_classes_with_settings_have_examples(name):
    if name not in ABSTRACT:
        assert "Examples" in inspect.getdoc(getattr(cr, name)), name


NETWORK = [
    "build",
    "take_weights",
    "freeze",
    "thaw",
    "scale_lr",
    "fit",
    "train",
    "find_learning_rate",
    "calibrate",
    "predict",
    "evaluate",
    "equations",
    "activations",
    "loss_and_grad",
    "gradients",
    "influence",
    "check_gradients",
    "hvp",
    "sharpness",
    "save",
    "load",
]


@pytest.mark.parametrize("name", NETWORK)
def test_methods_of_a_network_list_every_parameter(name):
    method = getattr(cr.Network, name)
    listed = section(inspect.getdoc(method), "Parameters")
    for parameter in list(inspect.signature(method).parameters)[name != "load" :]:
        assert re.search(
            rf"(?m)^\*{{0,2}}(\w+, )*{parameter}(, \w+)* :|^\*\*?{parameter}", listed
        ), parameter


@pytest.mark.parametrize(
    "module",
    [cr.initializers, cr.augmentation, cr.energy.rules, cr.inspect, cr.metrics, cr.datasets],
)
def test_public_modules_have_examples(module):
    for name in getattr(module, "__all__", vars(module)):
        thing = getattr(module, name)
        if name.startswith("_") or (
            getattr(thing, "__module__", "") != "chainrule.graph.initializers"
            and module is cr.initializers
        ):
            continue
        abstract = {"Initializer", "Draw", "Augmentation", "Rule"}  # and what a function returns
        made = {"Cell", "Worst", "Explanation"}
        if (
            inspect.isclass(thing) or (inspect.isfunction(thing) and module is not cr.initializers)
        ) and name not in abstract | made:
            assert section(inspect.getdoc(thing), "Examples"), name
