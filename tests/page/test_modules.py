"""Modules as one plain script: each form of import and export, and what is refused."""

import re
import shutil
import subprocess

import pytest
from tests.page.conftest import ROOT

from chainrule.page.modules import imports, modules, needed, without_comments
from chainrule.page.web_files import web_files

FILES = {
    "main.js": """\
import "./side.js";
import one, { two as second, three } from "./a/one.js";
import * as all from "./a/again.js";
import facts from "./facts.json" with { type: "json" };
import {
  four,
  Five,
} from "./a/again.js";

/** @type {import("./nothing.js").Nothing} */
const code = `
import chainrule as cr
name = "./x.js"
`;
const says = [one(), second, three(), all.four(), four(), new Five().x, all.default, facts.a];
says.push(globalThis.side, code.length, all.six.six, all.seven, typeof import.meta.url);
globalThis.answer = says;
""",
    "side.js": "globalThis.side = (globalThis.side ?? 0) + 1;\n",
    "a/one.js": """\
import "../side.js";
export default function one() {
  return three() - 2;
}
export const two = 2;
export function three() {
  return 3; // a comment at the end of the line
}
""",
    "a/again.js": """\
import { three } from "./one.js";
import{two as n}from"./one.js";
export * from "./more.js";
export * as six from "./six.js";
export { seven as seven } from "./six.js";
const five = 5;
export class Five {
  x = five;
}
export function* many() {
  yield three() + n;
}
export default [...many()][0];
""",
    "a/more.js": """\
const four = () => 4;
async function later() {
  await null;
}
export { four, later as then }; // no end""",
    "a/six.js": "export const six = 6,\n  seven_ = 7;\nexport { seven_ as seven };\n",
    "facts.json": '{"a": [1, "two"]}\n',
    "alone.js": 'import { three } from "./a/one.js";\nglobalThis.answer = [three()];\n',
}
ANSWER = [1, 2, 3, 4, 4, 5, 5, [1, "two"], 1, 40, 6, 7, "string"]


@pytest.fixture
def page(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return {name: tmp_path / name for name in FILES}


def script(found, main):
    lines = [f"$modules[{k}] = {found[k].script};\n" for k in needed(found, main)]
    return f'"use strict"; (() => {{ const $modules = [];\n{"".join(lines)}}})();\n'


def test_each_comes_after_those_that_it_imports(page):
    found = modules(page, "main.js", "alone.js")
    assert {module.path for module in found} == set(FILES)
    assert all(other < k for k, module in enumerate(found) for other in module.needs)
    assert [found[k].path for k in needed(found, "alone.js")] == ["side.js", "a/one.js", "alone.js"]


@pytest.mark.slow
def test_the_script_does_what_the_modules_do(page, tmp_path, node_program):
    found = modules(page, "main.js", "alone.js")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    show = "process.stdout.write(JSON.stringify(globalThis.answer));"
    for main in ("main.js", "alone.js"):
        (tmp_path / "run.js").write_text(f'import "./{main}";\n{show}')
        (tmp_path / "run.cjs").write_text(f"{script(found, main)}{show}")
        said = [
            subprocess.run([node_program, tmp_path / name], capture_output=True, check=True).stdout
            for name in ("run.js", "run.cjs")
        ]
        assert said[0] == said[1]
        assert main != "main.js" or eval(said[0]) == ANSWER


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export let x = 1;\n", "known form"),
        ("export var x = 1;\n", "known form"),
        ("export const { x } = y;\n", "known form"),
        ('import { lost } from "./a/six.js";\n', "imports {'lost'}, which a/six.js does not"),
        ('import x from "./a/more.js";\n', "imports {'default'}"),
        ('import "./main.js";\n', "in a circle: main.js → side.js → main.js|in a circle"),
        ("const x = await y;\n", "awaits at its top"),
        ("await y;\n", "awaits at its top"),
    ],
)
def test_what_a_plain_script_cannot_do_is_refused(page, text, why):
    page["side.js"].write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match=why):
        modules(page, "main.js")


def test_paths_are_resolved():
    text = 'import x from "../data/y.js";\nexport * from "./z.js";\nimport "../../main.js";\n'
    assert imports("scenes/a/index.js", text) == ["scenes/data/y.js", "scenes/a/z.js", "main.js"]
    assert imports("facts.json", text) == []


def test_the_page_keeps_the_rules():
    page = web_files()
    own = [n for n in page if n.endswith(".js") and not n.startswith("vendor/d3-")]
    found = modules(page, *own)
    assert len(found) >= len(own)
    for name in own:
        lines = code(page[name].read_text(encoding="utf-8"))
        dynamic = [line for line in lines if " import(" in line and "@" not in line]
        assert not dynamic, f"{name}: {dynamic}"


REFUSAL, FACTS = "app/refusal.js", "texts/facts.js"
SCENE = ("app/bridge.js", "app/start.js", REFUSAL, "engine/client.js", "vendor/d3.js")
MAY_IMPORT = {  # of each folder: other folders, and single modules
    "components": ("vendor", REFUSAL),
    "data": ("graph", REFUSAL),
    "energy": ("graph", REFUSAL),
    "engine": ("graph", "data/datasets.js", REFUSAL),
    "files": ("graph", "data/table_cells.js", REFUSAL),
    "graph": (REFUSAL, FACTS),
    "reference": ("graph", FACTS),
    "scenes": ("components", "data", "energy", "files", "graph", "reference", *SCENE),
    "texts": (),
}
NO_BROWSER = ("data", "energy", "files", "graph", "reference")
OF_A_BROWSER = re.compile(r"\b(document|window|navigator|localStorage)\.\w|requestAnimationFrame")


def test_imports_go_downward():
    for name, path in web_files().items():
        folder, _, rest = name.partition("/")
        if not name.endswith(".js") or folder not in MAY_IMPORT or name == "scenes/index.js":
            continue
        text = path.read_text(encoding="utf-8")
        own = f"{folder}/{rest.partition('/')[0]}/" if folder == "scenes" else f"{folder}/"
        places = (own, *(m if m.endswith(".js") else f"{m}/" for m in MAY_IMPORT[folder]))
        wrong = [other for other in imports(name, text) if not other.startswith(places)]
        assert not wrong, f"{name} imports {wrong}"
        if folder in NO_BROWSER:
            found = [line for line in code(text) if OF_A_BROWSER.search(line)]
            assert not found, f"{name}: {found}"


def code(text):
    """Return the lines that are no comments."""
    return [line for line in text.splitlines() if not line.lstrip().startswith(("*", "//", "/*"))]


def test_no_module_writes_to_the_console():
    for name, path in web_files().items():
        if name.endswith(".js") and not name.startswith("vendor/"):
            found = [line for line in code(path.read_text("utf-8")) if "console." in line]
            assert not found, f"{name}: {found}"


@pytest.mark.slow
def test_only_comments_are_left_out(node, tmp_path):
    """The syntax trees are the same, without their places."""
    if not (ROOT / "node_modules/acorn").exists():
        pytest.skip("needs acorn: npm ci")
    pairs = {}
    for name, path in web_files().items():
        if name.endswith(".js"):
            text = path.read_text(encoding="utf-8")
            pairs[name] = [text, without_comments(name, text)]
    assert sum(len(after) < len(before) for before, after in pairs.values()) > 20
    assert node("syntax_trees.js", pairs) == []


@pytest.fixture
def node_program():
    return shutil.which("node") or pytest.skip("needs node")
