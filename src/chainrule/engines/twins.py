"""Write the tables of C functions that the build of the native engine needs.

The functions are found in the C files by the pattern of their names.

python twins.py SOURCES TARGET [VARIANTS ...]

twins.c     every `void OP(name)` of the C files, with its `name_backward`, `name_work`, ...;
            every `void RULE(name)`, `void MATRIX_RULE(name)`, `int CLIP(name)` and `int ENTRY(name)`
methods.h   every `PyObject *METHOD(name)` of the files called module.c
variants.h  the variants that are given
"""

import re
import sys
from pathlib import Path

KERNEL = "(long, const Array *, const double *);"
RULE = "(long, long, real *, const real *, real *const *, const double *);"
MATRIX_RULE = "(long, long, real *, const real *, real *const *, const double *, real *);"
DECLARE = {
    "": "void OP({0})" + KERNEL,
    "_backward": "void OP({0}_backward)" + KERNEL,
    "_work": "long OP({0}_work)(long, const Array *);",
    "_fold": "void OP({0}_fold)(const Leaves *, const Array *, const double *);",
    "_shares": "long OP({0}_shares)(const Array *);",
    "_then_relu": "void OP({0}_then_relu)" + KERNEL,
    "_then_relu_max_pool": "void OP({0}_then_relu_max_pool)" + KERNEL,
    "_after_relu": "void OP({0}_after_relu)" + KERNEL,
    "_before_relu": "void OP({0}_before_relu)" + KERNEL,
    "_all_dx": "void OP({0}_all_dx)" + KERNEL,
    "_all_dx_before_relu": "void OP({0}_all_dx_before_relu)" + KERNEL,
    "_at_once": "void OP({0}_at_once)" + KERNEL,
    "_and_gradient": "void OP({0}_and_gradient)" + KERNEL,
    "_fits": "int OP({0}_fits)(const Array *, int32_t, const double *);",
}


def found(pattern: str, text: str) -> list[str]:
    """Return the names that a pattern finds at the beginnings of lines, sorted, each once."""
    return sorted(set(re.findall(f"^{pattern}", text, re.M)))


def row(name: str, parts: dict[str, str]) -> str:
    """Return one row of a table: a struct with its fields by name."""
    return ", ".join([f'  {{.name = "{name}"', *(f".{k} = {v}" for k, v in parts.items())]) + "},"


def declared(kind: str, names: list[str], text: str) -> list[str]:
    """Return the declarations of the argument descriptions, one for each twin.

    Raises
    ------
    SystemExit
        A twin has no such description. A Program with this twin could not be checked, so the build
        fails.
    """
    word = "RULE_TAKES" if kind == "RULE" else "TAKES"
    if missing := sorted(set(names) - set(found(rf"{word}\((\w+),", text))):
        raise SystemExit(f"twins.py: {kind}({missing[0]}) needs {word}({missing[0]}, ...) above it")
    what = "RuleTakes" if kind == "RULE" else "Takes"
    return [f"extern const {what} {kind}({n}_takes);" for n in names]


def table(text: str) -> str:
    """Return C text with the tables, in the order of their names."""
    ops = set(found(r"(?:void|long|int) OP\((\w+)\)\(", text))
    rules, clips = found(r"void RULE\((\w+)\)\(", text), found(r"int CLIP\((\w+)\)\(", text)
    matrix_rules = found(r"void MATRIX_RULE\((\w+)\)\(", text)
    entries = found(r"int ENTRY\((\w+)\)\(", text)
    names = sorted(n for n in ops if not n.endswith(tuple(part for part in DECLARE if part)))
    lines, rows = ['#include "kernels/native.h"'], []
    for n in names:
        parts = [part for part in DECLARE if n + part in ops]
        lines += [DECLARE[part].format(n) for part in parts]
        fields = {part[1:] or "forward": f"OP({n}{part})" for part in parts}
        rows.append(row(n, fields | {"takes": f"&OP({n}_takes)"}))
    lines += [
        *declared("OP", names, text),
        *declared("RULE", rules, text),
        *(f"void RULE({n}){RULE}" for n in rules),
        *(f"void MATRIX_RULE({n}){MATRIX_RULE}" for n in matrix_rules),
        *(f"long MATRIX_RULE({n}_work)(long, long);" for n in matrix_rules),
        *(f"int CLIP({n})(long, real *, double, const double *);" for n in clips),
        *(f"int ENTRY({n})(void *);" for n in entries),
    ]
    rule_rows = []
    for n in rules:
        functions = {"step": f"RULE({n})", "takes": f"&RULE({n}_takes)"}
        if n in matrix_rules:
            functions |= {"matrix": f"MATRIX_RULE({n})", "matrix_work": f"MATRIX_RULE({n}_work)"}
        rule_rows.append(row(n, functions))
    clip_rows = [row(n, {"clip": f"CLIP({n})"}) for n in clips]
    entry_rows = [row(n, {"run": f"ENTRY({n})"}) for n in entries]
    for kind, made in (
        ("Twin FN(twins)", rows),
        ("NamedRule FN(rules)", rule_rows),
        ("NamedClip FN(clips)", clip_rows),
        ("NamedEntry FN(entries)", entry_rows),
    ):
        lines += [f"const {kind}[] = {{", *made, "  {.name = 0}};"]
    return "\n".join([*lines, ""])


def methods(text: str) -> str:
    """Return C text: the methods in the files called module.c, sorted by name."""
    names = found(r"PyObject \*METHOD\((\w+)\)\(", text)
    lines = [f"PyObject *METHOD({n})(PyObject *, PyObject *const *, Py_ssize_t);" for n in names]
    lines += ["#define FURTHER_METHODS " + " ".join(f"NAMED({n})," for n in names)]
    return "\n".join([*lines, ""])


def variants(names: list[str]) -> str:
    """Return C text: the engines that were compiled, best instruction set last."""
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
        ):  # an unchanged file is not compiled again
            path.write_text(text, encoding="utf-8")
