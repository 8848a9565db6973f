"""Write the facts that the page shows: names, settings, equations and sentences of docstrings.

The page computes with them, too: defaults of settings, types of attributes of ops. A test compares
the checked-in file with what this script writes.

python scripts/page_facts.py
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import pkgutil
import re
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import chainrule
from chainrule.arrays import Array
from chainrule.files.settings_as_json import classes_of, describe, ours_in_runs
from chainrule.graph import equations
from chainrule.graph.byte_form import is_ours
from chainrule.graph.operation import Op

SOURCES = Path(__file__).parents[1] / "src/chainrule"
FILE = SOURCES / "page/web/texts/facts.js"
HEAD = """\
// Written by scripts/page_facts.py from the docstrings of the package: do not edit.

/** @type {import("../graph/facts.js").Facts} */
export const facts = """
LEFT_OUT = ("augmentation.",)
# Types that say no more than the kind of a setting.
BARE = (
    "bool",
    "float",
    "int",
    "str",
    "Penalty, optional",
    "Initializer, array, number or function",
)
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.M)


def modules() -> list[Any]:
    """Return every module of the package that may define ops or energy models."""
    return [
        import_module(found.name)
        for place in ("graph", "layers", "losses", "ops")
        for found in pkgutil.walk_packages([str(Path(chainrule.__file__).parent / place)])
        for found in [found._replace(name=f"chainrule.{place}.{found.name}")]
    ]


# ---------------------------------------------------------------- docstrings


def plain(text: str) -> str:
    """Return a paragraph on one line."""
    return " ".join(text.split())


def sections(thing: Any) -> dict[str, str]:
    """Return the parts of a numpydoc docstring by their headings; "" is what is above them."""
    pieces = SECTION.split(inspect.getdoc(thing) or "")
    return {"": pieces[0].strip()} | dict(
        zip(pieces[1::2], map(str.strip, pieces[2::2]), strict=True)
    )


def parameters(text: str) -> dict[str, tuple[str, str]]:
    """Return the type and the sentence of each parameter of a numpydoc section."""
    found: dict[str, tuple[str, str]] = {}
    for entry in re.split(r"\n(?=\S)", text) if text else []:
        head, _, body = entry.partition("\n")
        names, _, kind = head.partition(" : ")
        for name in names.split(","):
            found[name.strip().lstrip("*")] = (kind.strip(), plain(body))
    return found


def about(thing: Any) -> dict[str, Any]:
    """Return what a docstring says: its first paragraph, the others, and where it is from."""
    parts = sections(thing)
    first, *others = [plain(p) for p in parts[""].split("\n\n")]
    said: dict[str, Any] = {"says": first}
    if others:
        said["more"] = " ".join(others)
    if "Shapes" in parts:
        said["shapes"] = plain(parts["Shapes"])
    if "References" in parts:
        said["from"] = plain(parts["References"])
    return said


# ---------------------------------------------------------------- settings


def kind_of(hint: Any) -> Any:
    """Return the kind of a setting as the page knows it."""
    text = re.sub(r"[\w.]*\.(?=\w)", "", str(hint) if not isinstance(hint, type) else hint.__name__)
    if words := re.match(r"Literal\[(.*?)\]", text):
        return [w.strip(" '\"") for w in words[1].split(",")] + (["#"] if "int" in text else [])
    known = {
        "int": "whole",
        "float": "number",
        "bool": "truth",
        "str": "word",
        "int | None": "whole?",
        "float | Any": "rate",
        "float | Callable[[int], float]": "rate",
        "int | Epochs": "length",
        "int | Epochs | None": "length?",
        "Penalty | None": "penalty?",
        "Layer": "layer",
        "Layer | None": "layer?",
        "tuple[Layer, ...]": "layers",
        "tuple[int, ...]": "wholes",
        "float | None": "number?",
    }
    if text in known:
        return known[text]
    return "whole or wholes" if text.startswith("int | tuple") else "any"


def settings(cls: Any) -> dict[str, Any]:
    """Return the settings of a class: kind, default, rule and sentence of each."""
    told = parameters(sections(cls).get("Parameters", ""))
    hints = typing.get_type_hints(cls)
    given = inspect.signature(cls.__init__).parameters
    found: dict[str, Any] = {}
    for f in dataclasses.fields(cls):
        if not f.init or f.name == "name":  # every layer has a name; graph/facts.js adds it
            continue
        one: dict[str, Any] = {"kind": kind_of(hints[f.name])}
        if f.name == "init":
            one["kind"] = "initializer"
        if f.name == "penalty" and one["kind"] == "any":
            one["kind"] = "penalty"
        if f.default is not dataclasses.MISSING:
            one["default"] = describe(f.default, classes=CLASSES)
        if not f.kw_only:
            one["place"] = True
        if any(p.kind is p.VAR_POSITIONAL and n == f.name for n, p in given.items()):
            one["star"] = True
        if f.name in told:
            one |= {"rule": told[f.name][0]} if told[f.name][0] not in BARE else {}
            one["says"] = told[f.name][1]
        found[f.name] = one
    return found


# A class that has two names in files is written by the last one.
CLASSES = {
    name: cls
    for cls, name in {cls: name for name, cls in ours_in_runs().items()}.items()
    if not name.startswith(LEFT_OUT)
}


def classes() -> dict[str, Any]:
    """Return the facts of each class of settings, by its name in files."""
    from chainrule.optimizers.base import Optimizer

    rules = twins_in_c()
    public = classes_of(map(import_module, PUBLIC))
    found: dict[str, Any] = {}
    for name, cls in sorted(CLASSES.items()):
        if inspect.isabstract(cls) or cls.__name__.startswith("_"):
            continue
        one = about(cls) | {"settings": settings(cls)}
        if name not in public:
            one.pop("more", None)
            one["hidden"] = True  # no public name: Python writes Adam.like("torch")
            for known in one["settings"].values():  # its paper's class has the sentences
                known.pop("rule", None), known.pop("says", None)
        if issubclass(cls, Optimizer):
            one["slots"] = list(cls.slots)
            one |= {"wholeBatch": True} if cls.full_batch else {}
            one |= {"byTensor": True} if cls.by_tensor else {}
            if cls.paper is not None:
                one["paper"] = f"optimizers.{cls.paper.__name__}"
            elif name in public and (profiles := cls.profiles()):
                one["like"] = {
                    library: in_short(rule)
                    for library, rule in profiles.items()
                    if library != "paper"
                }
        if getattr(cls, "hides_overflow", False):
            one["hidesOverflow"] = True
        if cls.__name__ in rules:
            one["twin"] = True
        if length := getattr(cls, "length", ""):
            one["length"] = length
        found[name] = one
    return found


def in_short(value: Any) -> Any:
    """Return the description of settings, without those that are at their defaults."""
    described = describe(value, classes=CLASSES)
    usual = {f.name: f.default for f in dataclasses.fields(value)}
    changed = {k: v for k, v in described["settings"].items() if getattr(value, k) != usual[k]}
    return described | {"settings": changed}


PUBLIC = (
    "chainrule.layers",
    "chainrule.losses",
    "chainrule.graph.initializers",
    "chainrule.optimizers",
    "chainrule.optimizers.schedules",
)


def twins_in_c() -> set[str]:
    """Return the names of the rules and clips that the native engine has."""
    files = sorted((SOURCES / "optimizers").glob("*.c"))  # an installed package has none
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(r"^(?:void|int) (?:MATRIX_RULE|RULE|CLIP)\((\w+)\)", text, re.M))


# ---------------------------------------------------------------- what has no description in files


def others() -> dict[str, Any]:
    """Return what docstrings say about energy models, learning rules, and calls of a network."""
    things: dict[str, Any] = {
        "calls.Network": chainrule.Network,
        "calls.fit": chainrule.Network.fit,
    }
    things |= {f"energy.{name}": getattr(chainrule.energy, name) for name in MODELS}
    rules = chainrule.energy.rules
    things |= {f"rules.{name}": getattr(rules, name) for name in rules.__all__ if name != "Rule"}
    found = {}
    for name, thing in things.items():
        told = parameters(sections(thing).get("Parameters", ""))
        settings = {
            word: {"rule": rule, "says": says}
            for word, (rule, says) in told.items()
            if name != "calls.fit" or word in FIT
        }
        found[name] = about(thing) | {"settings": settings}
    return found


FIT = ("optimizer", "epochs", "batch_size", "drop_last", "class_weight", "validation_fraction")
MODELS = (
    "CD",
    "DenseAssociativeMemory",
    "Hopfield",
    "ModernHopfield",
    "PCD",
    "ParallelTempering",
    "RBM",
    "Sparsity",
)


# ---------------------------------------------------------------- ops


def ops() -> Iterator[tuple[str, Op]]:
    """Yield every op of the package with its name, sorted by name."""
    found: dict[str, Op] = {}
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, Op) and is_ours(value):
                assert found.setdefault(value.name, value) is value, value.name
    yield from sorted(found.items())


def attribute(p: inspect.Parameter) -> str:
    """Return what a parameter of an op takes: an array, or the kind of an attribute."""
    if p.annotation is Array:
        return "array"
    known = {float: "number", int: "whole", str: "word", bool: "truth"}
    return known.get(p.annotation, "wholes")


def op_facts(op: Op) -> dict[str, Any]:
    """Return the equations and the parameters of an op; an attribute with its kind."""
    given = inspect.signature(op.forward).parameters.values()
    one: dict[str, Any] = {
        "letter": op.letter,
        "forward": equations.docstring(op.forward),
        "takes": {p.name: attribute(p) for p in given},
    }
    if op.backward is not None:
        one["backward"] = equations.gradients(op.backward)
    if known := equations.defaults(op.forward):
        one["defaults"] = known
    if op.entry:
        one["entry"] = op.entry
    return one


def written() -> str:
    """Return the text of the file."""
    groups = {
        "ops": {name: op_facts(op) for name, op in ops()},
        "classes": classes(),
        "others": others(),
    }
    lines = []
    for name, things in groups.items():
        rows = [
            f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
            for key, value in things.items()
        ]
        lines.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n  }")
    return HEAD + "{\n" + ",\n".join(lines) + "\n};\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(written(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
