"""The page's modules as one plain script: each module becomes a function that returns its exports.

A page that is opened from a disk cannot load modules, and its workers cannot import any. So the
single file carries a script instead. It does what the modules do, because the page keeps a few
rules, which are checked here: only static relative imports, no circles, no `export let`, no `await`
at the top.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

# At the start of a line, or after a statement in a library that is written in one line.
STATEMENT = re.compile(
    r"""(?:^|(?<=[;}]))(?:
    import(?:\s*(?P<names>[\w$*{][^"'`;()]*?)\s*\bfrom)?\s*"(?P<path>\.[^"\n]+)"
        (?:\s+with\s*\{\s*type:\s*"json"\s*\})?;?
    |export\s*\*\s*(?:as\s+(?P<star>[\w$]+)\s*)?from\s*"(?P<all>\.[^"\n]+)";?
    |export\s*\{(?P<list>[^{}"'`]*)\}(?:\s*from\s*"(?P<again>\.[^"\n]+)")?;?
    |export\s+default\s+(?P<default>(?:async\s+)?(?:function\s*\*?|class)\s+(?P<named>[\w$]+))?
    |export\s+(?P<kind>const|(?:async\s+)?function\s*\*?|class)\s+(?P<name>[\w$]+)
    |(?P<other>export)\s[^\n]*
    )""",
    re.MULTILINE | re.VERBOSE,
)
AWAITS = re.compile(r"^(?:await\b|(?:export )?(?:const|let) [^\n=]*= await\b|for await\b)", re.M)
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/[ \t]*|//[^\n]*)\n", re.M)
DEFAULT = "default_"
MAIN, WORKER = "main.js", "engine/worker.js"  # what the page and its worker begin with


class Module(NamedTuple):
    """One module.

    Parameters
    ----------
    path : str
        Its path in the page.
    needs : tuple of int
        The places of the modules that it imports.
    script : str
        An expression: its function, called at once. The module at place k is `$modules[k]` in it.
    """

    path: str
    needs: tuple[int, ...]
    script: str


class _Statement(NamedTuple):
    """An import or export: what it takes, what it gives, and what is written instead."""

    path: str  # of the other module, or empty
    taken: tuple[str, ...]  # names of the other module
    given: dict[str, str]  # exported name: expression
    instead: str


def modules(page: Mapping[str, Path], *mains: str) -> list[Module]:
    """Return the modules that some modules need, and these, each after those that it imports.

    Parameters
    ----------
    page : mapping of str to path
        The files of the page.
    *mains : str
        The paths of modules that nothing imports.

    Examples
    --------
    >>> from chainrule.page.web_files import web_files
    >>> modules(web_files(), "app/refusal.js")[0].path
    'app/refusal.js'
    """
    order: dict[str, Module] = {}
    exports: dict[str, set[str]] = {}
    places: dict[str, int] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"imports go in a circle: {' → '.join((*above, name))}"
        if name in order:
            return
        text = page[name].read_text(encoding="utf-8")
        for path in imports(name, text):
            visit(path, (*above, name))
        order[name], exports[name] = _written(name, text, places, exports)
        places[name] = len(places)

    for main in mains:
        visit(main, ())
    return list(order.values())


def needed(found: list[Module], main: str) -> list[int]:
    """Return the places of a module and all that it needs, in order."""
    wanted: set[int] = set()

    def add(place: int) -> None:
        if place not in wanted:
            wanted.add(place)
            for other in found[place].needs:
                add(other)

    add(next(k for k, module in enumerate(found) if module.path == main))
    return sorted(wanted)


def imports(name: str, text: str) -> list[str]:
    """Return the paths of what a module imports.

    Parameters
    ----------
    name : str
        The module's path in the page.
    text : str
        Its text.

    Examples
    --------
    >>> imports("app/shell.js", 'import { say } from "./texts.js";')
    ['app/texts.js']
    """
    if name.endswith(".json"):
        return []
    found = [m["path"] or m["all"] or m["again"] for m in STATEMENT.finditer(text)]
    return [_resolved(name, path) for path in found if path]


def without_comments(name: str, text: str) -> str:
    """Return a module without the comments that have lines of their own; libraries keep theirs.

    Examples
    --------
    >>> without_comments("a.js", "// Adds.\\nconst add = (a, b) => a + b; // a sum\\n")
    'const add = (a, b) => a + b; // a sum\\n'
    """
    return text if name.startswith("vendor/") else COMMENT.sub("", text)


def _written(
    name: str, text: str, places: Mapping[str, int], exports: Mapping[str, set[str]]
) -> tuple[Module, set[str]]:
    """Return a module as a function, and the names that it exports."""
    if name.endswith(".json"):
        return Module(name, (), f"({{ default: {text.strip()} }})"), {"default"}
    assert not AWAITS.search(text), f"{name} awaits at its top, which a plain script cannot"
    text = without_comments(name, text)
    given: dict[str, str] = {}
    needs, spreads = [], []

    def instead(match: re.Match[str]) -> str:
        statement = _read(name, match)
        if statement.path:
            other = _resolved(name, statement.path)
            lost = set(statement.taken) - exports[other]
            assert not lost, f"{name} imports {lost}, which {other} does not export"
            needs.append(places[other])
            if match["all"] and not match["star"]:
                spreads.append(f"...$modules[{places[other]}]")
                given.update(dict.fromkeys(exports[other] - {"default"}, ""))
        place = f"$modules[{needs[-1]}]" if needs else ""
        given.update({k: v.replace("{m}", place) for k, v in statement.given.items()})
        return statement.instead.replace("{m}", place)

    body = STATEMENT.sub(instead, text).replace("import.meta.url", '""')
    returned = [*spreads, *(f"{key}: {value}" for key, value in given.items() if value)]
    script = f"(() => {{\n{body}\nreturn {{ {', '.join(returned)} }};\n}})()"
    return Module(name, tuple(dict.fromkeys(needs)), script), set(given)


def _read(name: str, match: re.Match[str]) -> _Statement:
    """Return what one statement means; `{m}` is the place of the module that it names."""
    assert not match["other"], f"{name}: expected an import or export in a known form: {match[0]}"
    path = match["path"] or match["all"] or match["again"] or ""
    if match["path"]:
        return _imported(path, match["names"] or "")
    if match["all"]:
        given = {match["star"]: "{m}"} if match["star"] else {}
        return _Statement(path, (), given, "")
    if match["list"] is not None:
        pairs = [part.split(" as ") for part in map(str.strip, match["list"].split(",")) if part]
        names = {pair[-1].strip(): pair[0].strip() for pair in pairs}
        if match["again"]:
            given = {new: f"{{m}}.{old}" for new, old in names.items()}
            return _Statement(path, tuple(names.values()), given, "")
        return _Statement("", (), names, "")
    if match["kind"]:
        return _Statement(
            "", (), {match["name"]: match["name"]}, f"{match['kind']} {match['name']}"
        )
    if match["default"]:
        return _Statement("", (), {"default": match["named"]}, match["default"])
    return _Statement("", (), {"default": DEFAULT}, f"const {DEFAULT} = ")


def _imported(path: str, names: str) -> _Statement:
    """Return what an import takes, and the constants that it becomes."""
    listed = re.search(r"\{([^{}]*)\}", names)
    pairs = [
        part.split(" as ") for part in map(str.strip, (listed or ["", ""])[1].split(",")) if part
    ]
    lines = []
    if pairs:
        inner = ", ".join(": ".join(word.strip() for word in pair) for pair in pairs)
        lines.append(f"const {{ {inner} }} = {{m}};")
    taken = [pair[0].strip() for pair in pairs]
    for word in map(str.strip, re.sub(r"\{[^{}]*\}", "", names).split(",")):
        if word.startswith("*"):
            lines.append(f"const {word.split()[-1]} = {{m}};")
        elif word:
            lines.append(f"const {word} = {{m}}.default;")
            taken.append("default")
    return _Statement(path, tuple(taken), {}, " ".join(lines))


def _resolved(name: str, path: str) -> str:
    """Return the path in the page of what a module imports."""
    assert path.startswith("."), f"{name}: expected a relative import, got {path}"
    parts = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(path).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
