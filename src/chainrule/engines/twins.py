"""Write the tables of the native engine when it is built: twins, rules, clips, entries and methods, found by their names.

python twins.py SOURCES TARGET [VARIANTS ...]

twins.c     every `void OP(name)` of the C files beside its `name_backward`, `name_work`, ..., every `void RULE(name)`,
            `int CLIP(name)` and `int ENTRY(name)`
methods.h   every `PyObject *METHOD(name)` of the files called module.c
variants.h  the variants that are given
"""

import re
import sys
from pathlib import Path

KERNEL = "(long, const Array *, const double *);"
DECLARE = {
    "": "void OP({0})" + KERNEL,
    "_backward": "void OP({0}_backward)" + KERNEL,
    "_work": "long OP({0}_work)(long, const Array *);",
    "_fold": "void OP({0}_fold)(const Leaves *, const Array *, const double *);",
    "_then_relu": "void OP({0}_then_relu)" + KERNEL,
    "_then_relu_max_pool": "void OP({0}_then_relu_max_pool)" + KERNEL,
    "_after_relu": "void OP({0}_after_relu)" + KERNEL,
    "_at_once": "void OP({0}_at_once)" + KERNEL,
    "_and_gradient": "void OP({0}_and_gradient)" + KERNEL,
}


def table(text: str) -> str:
    """C text with the tables, in the order of their names."""
    found = set(re.findall(r"^(?:void|long) OP\((\w+)\)\(", text, re.M))
    rules = sorted(set(re.findall(r"^void RULE\((\w+)\)\(", text, re.M)))
    clips = sorted(set(re.findall(r"^int CLIP\((\w+)\)\(", text, re.M)))
    entries = sorted(set(re.findall(r"^int ENTRY\((\w+)\)\(", text, re.M)))
    parts = [part for part in DECLARE if part]
    names = sorted(n for n in found if not n.endswith(tuple(parts)))
    lines = ['#include "kernels/native.h"']
    rows = []
    for n in names:
        lines += [DECLARE[part].format(n) for part in DECLARE if n + part in found]
        rows.append(
            f'  {{"{n}"'
            + "".join(f", OP({n}{part})" if n + part in found else ", 0" for part in DECLARE)
            + "},"
        )
    lines += [
        f"void RULE({n})(long, long, real *, const real *, real *const *, const double *);"
        for n in rules
    ]
    lines += [f"int CLIP({n})(long, real *, double, const double *);" for n in clips]
    lines += [f"int ENTRY({n})(void *);" for n in entries]
    lines += ["const Twin FN(twins)[] = {", *rows, "  {0}};"]
    lines += [
        "const NamedRule FN(rules)[] = {",
        *(f'  {{"{n}", RULE({n})}},' for n in rules),
        "  {0, 0}};",
    ]
    lines += [
        "const NamedClip FN(clips)[] = {",
        *(f'  {{"{n}", CLIP({n})}},' for n in clips),
        "  {0, 0}};",
    ]
    lines += [
        "const NamedEntry FN(entries)[] = {",
        *(f'  {{"{n}", ENTRY({n})}},' for n in entries),
        "  {0, 0}};",
    ]
    return "\n".join([*lines, ""])


def methods(text: str) -> str:
    """Return C text: the extension module's methods outside of engines/, in the order of their names."""
    names = sorted(set(re.findall(r"^PyObject \*METHOD\((\w+)\)\(", text, re.M)))
    lines = [f"PyObject *METHOD({n})(PyObject *, PyObject *const *, Py_ssize_t);" for n in names]
    lines += ["#define FURTHER_METHODS " + " ".join(f"NAMED({n})," for n in names)]
    return "\n".join([*lines, ""])


def variants(names: list[str]) -> str:
    """C text: the engines that were compiled, best instruction set last."""
    lines = [f"extern const Engine chainrule_engine_{n};" for n in names]
    engines = ", ".join(f"&chainrule_engine_{n}" for n in names)
    return "\n".join([*lines, f"static const Engine *const engines[] = {{{engines}, 0}};", ""])


if __name__ == "__main__":
    source, target, *names = sys.argv[1:]
    text_of = {p: p.read_text(encoding="utf-8") for p in sorted(Path(source).rglob("*.c"))}
    module = [text for p, text in text_of.items() if p.name == "module.c"]
    others = [text for p, text in text_of.items() if p.name != "module.c"]
    for path, text in (
        (Path(target) / "twins.c", table("\n".join(others))),
        (Path(target) / "methods.h", methods("\n".join(module))),
        (Path(target) / "variants.h", variants(names)),
    ):
        if (
            not path.exists() or path.read_text(encoding="utf-8") != text
        ):  # nothing is compiled again without need
            path.write_text(text, encoding="utf-8")
