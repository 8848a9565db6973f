"""The documents keep their word: code runs and prints what they say; what they name exists."""

import doctest
import io
import re
import shlex
from contextlib import redirect_stdout
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise, takewhile
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs/guide").glob("*.md"))]
CHINESE = ["README.zh-CN.md", *(name for name in PAGES if name.endswith(".zh-CN.md"))]
GUIDE = [name for name in PAGES if name not in CHINESE]
RUN = ["README.md", *GUIDE]  # their code runs; that of the Chinese ones is the same
TEXTS = [
    *READMES,
    *PAGES,
    "docs/reference.md",
    "docs/engine.md",
    "docs/page.md",
    "docs/processes.md",
    "docs/recorded_runs.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "DESIGN.md",
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# Without a package the code that names it is skipped, and what needs names of that code.
NAMED = {
    "sklearn": r"sklearn|estimators|joblib",
    "pyarrow": r"pyarrow|datasets\.Parquet|\bparquet\b",
    "dask": r"\bdask\b",
}
ABSENT = [words for package, words in NAMED.items() if find_spec(package) is None]
# A block that begins with the name of a file is a script of its own, for several processes; the
# commands of the page start it in `tests/clusters/test_guide.py`.
SCRIPT = re.compile(r"# (\w+\.py)\n")
each_text = pytest.mark.parametrize("name", TEXTS)
each_translation = pytest.mark.parametrize("name", CHINESE)


def read(name):
    return (ROOT / name).read_text("utf-8")


def blocks(name):
    """(language, text) of each code block, in order."""
    return BLOCK.findall(read(name))


def commands(name):
    """The lines of the sh blocks."""
    return [
        line for language, text in blocks(name) if language == "sh" for line in text.splitlines()
    ]


def prose(name):
    """What is neither code nor a promise for later."""
    return re.sub(r"(?ms)^## Promised.*?(?=^## )", "", BLOCK.sub("", read(name)))


def inline(name):
    """The code inside sentences and tables."""
    return re.findall(r"`([^`\n]+)`", prose(name))


class Tour:
    """A document whose python blocks ran in one namespace and one folder."""

    def __init__(self, name, folder):
        self.name, self.folder, self.printed, self.skipped = name, folder, [], False
        namespace, found = {"__name__": "document"}, blocks(name)
        for (language, text), (below, expected) in pairwise([*found, ("", "")]):
            if language != "python" or SCRIPT.match(text):
                continue
            if any(re.search(words, text) for words in ABSENT):
                self.skipped = True
                continue
            out = io.StringIO()
            try:
                with redirect_stdout(out):
                    exec(text, namespace)
            except NameError:
                if not self.skipped:
                    raise
            else:
                self.printed.append((text, out.getvalue(), expected if below == "text" else None))


@pytest.fixture(scope="module", params=RUN)
def tour(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("document")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield Tour(request.param, folder)


def test_code_prints_what_stands_below_it(tour):
    for source, printed, expected in tour.printed:
        fine = expected is None or doctest.OutputChecker().check_output(
            expected, printed, doctest.ELLIPSIS
        )
        assert fine, f"{source}\nprinted:\n{printed}\nexpected:\n{expected}"


def test_the_commands_run(tour):
    command_line = pytest.importorskip("chainrule.cli.commands").commands
    if tour.skipped:
        pytest.skip("the files of these commands need a package that is absent")
    from click.testing import CliRunner

    if pictures := find_spec("PIL") is not None:
        from PIL import Image

        pixels = 255 - 15 * cr.datasets.digits()[0][0].reshape(8, 8)
        Image.fromarray(np.uint8(pixels)).save("my.png")
    for line in commands(tour.name):
        words = shlex.split(line)
        skipped = words[0] != "chainrule" or words[1:3] == ["demo", "digits"]
        skipped |= words[1] == "lab" and "--write" not in words  # it serves until Ctrl-C
        skipped |= "my.png" in words and not pictures
        if not skipped:
            result = CliRunner().invoke(command_line, words[1:])
            assert result.exit_code == 0, f"{line}: {result.output}"
            assert result.output.strip(), line


def test_there_is_something_to_run():
    languages = [language for name in RUN for language, _ in blocks(name)]
    assert languages.count("text") >= 25 and languages.count("sh") >= 8


def test_the_layer_of_contributing_is_one():
    # what a file of a layer imports
    namespace = dict(vars(import_module("chainrule.layers.softsign")))
    exec(dict(blocks("CONTRIBUTING.md"))["python"], namespace)
    net = cr.Network(cr.Dense(2), namespace["Hill"](), loss=cr.SquaredError(), inputs=(3,))
    assert net.check_gradients(np.eye(3), np.zeros((3, 2))).passed


@pytest.mark.parametrize("name", RUN)
def test_an_output_stands_below_each_block_and_no_other(name):
    languages = [language for language, _ in blocks(name)]
    assert set(languages) <= {"python", "text", "sh"}
    assert all(before == "python" for before, after in pairwise(languages) if after == "text")


@each_translation
def test_both_languages_have_the_same_code(name):
    assert blocks(name.replace(".zh-CN", "")) == blocks(name)


@each_translation
def test_both_languages_have_the_same_headings_tables_and_pictures(name):
    for pattern in (r"^#+(?= )", r"^\| `([\w-]+)` \|", r"^\|", r"^- ", r"!\[.*\]\((.*)\)"):
        one, other = (
            re.findall(pattern, prose(n), re.MULTILINE) for n in (name.replace(".zh-CN", ""), name)
        )
        assert one == other, pattern


@each_translation
def test_the_chinese_one_is_chinese(name):
    paragraphs = re.split(r"\n\s*\n", prose(name))
    foreign = [p for p in paragraphs if not re.search(r"[一-鿿]", p) and len(p.split()) > 6]
    assert not foreign


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_short(name):
    assert len(read(name).splitlines()) <= 220


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_stand_alone(name):
    targets = re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE)
    for command in ("make demo", "make test"):
        assert ("sh", f"{command}\n") in blocks(name)
        assert command.split()[1] in targets


@each_text
def test_every_make_target_exists(name):
    targets = re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE)
    assert set(re.findall(r"`make ([\w-]+)", read(name))) <= set(targets)


def lessons():
    return {path.stem.replace("_", "-") for path in (ROOT / "examples").glob("[!_]*.py")}


@pytest.mark.parametrize("name", ("docs/guide/lessons.md", "docs/guide/lessons.zh-CN.md"))
def test_the_table_of_lessons_is_complete(name):
    assert set(re.findall(r"^\| `([\w-]+)` \|", prose(name), re.MULTILINE)) == lessons()


def test_the_index_names_every_chapter():
    links = re.findall(r"\]\(([\w.-]+\.md)\)", read("docs/guide/README.md"))
    assert {f"docs/guide/{link}" for link in links} == set(PAGES) - {"docs/guide/README.md"}


@each_text
def test_every_named_command_exists(name):
    known = pytest.importorskip("chainrule.cli.commands").commands.commands
    lines = commands(name) + [text for text in inline(name) if text.startswith("chainrule ")]
    for words in (line.split() for line in lines if line.startswith("chainrule ")):
        if re.fullmatch(r"[a-z]+", words[1]):
            assert words[1] in known, " ".join(words)
        if words[1] == "demo" and len(words) > 2 and words[2].islower():
            assert words[2] in lessons()


def classes(name):
    return {word for word in inline(name) if re.fullmatch(r"[A-Z]\w*[a-z]\w*|[A-Z]\d?", word)}


@pytest.mark.parametrize("name", [*READMES, *PAGES])
def test_every_named_class_exists(name):
    homes = (cr, cr.initializers, cr.datasets, cr.metrics, cr.augmentation, cr.energy)
    text = read("src/chainrule/estimators/__init__.py")  # it is there without scikit-learn too
    estimators = set(re.findall(r'"(\w+)"', text))
    words = classes(name) - estimators - {"W"}
    assert not {word for word in words if not any(hasattr(home, word) for home in homes)}


def test_many_classes_are_named():
    assert len(set().union(*map(classes, PAGES))) > 100


@each_text
def test_every_public_name_exists(name):
    """`cr.energy.BAM`, `chainrule.plots`, `plots.heat`."""
    if name == "CHANGELOG.md":
        return
    found = re.findall(r"(?<![\w.])(?:cr|chainrule)((?:\.\w+)+)", " ".join(inline(name)))
    found += [f".{path}" for path in re.findall(r"(?<![\w.])plots\.\w+", " ".join(inline(name)))]
    for path in found:
        if path.split(".")[1] not in ("estimators", "lessons", "Hill"):
            words = path.split(".")[1:]
            reduce(getattr, words, cr)


@each_text
def test_every_link_leads_somewhere(name):
    for link in re.findall(r"\]\(([^)]+)\)", prose(name)):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = (ROOT / name).parent / path if path else ROOT / name
            assert target.exists(), link
            if anchor:
                titles = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
                anchors = {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}
                assert anchor in anchors, link


@each_text
def test_every_named_file_exists(name):
    text = prose(name).replace("layers/hill", "layers/softsign")  # the example's own file
    package = ROOT / "src/chainrule"
    homes = (ROOT, package, ROOT / "tests", *(p for p in package.iterdir() if p.is_dir()))
    given = {script[1] for _, code in blocks(name) if (script := SCRIPT.match(code))}
    for path in set(re.findall(r"`([\w/.-]+\.(?:py|c|h))`", text)) - given:
        assert any((home / path).exists() for home in homes), path


def test_the_design_is_short():
    lines = read("DESIGN.md").splitlines()
    assert len(lines) <= 250 and max(map(len, lines)) <= 120


def test_the_layout_is_the_one_on_disk():
    """Each folder and file of the package is named in the layout of the design."""
    layout = re.search(r"(?ms)^```text\nsrc/chainrule/\n(.*?)^```", read("DESIGN.md"))[1]
    lines = [line.split() for line in layout.splitlines() if line.startswith("  ")]
    name = re.compile(r"\w+(/|\.pyi?)")
    named = {word for words in lines for word in takewhile(name.fullmatch, words)}
    package = ROOT / "src/chainrule"
    folders = (p for p in package.iterdir() if p.is_dir())
    there = {p.name + "/" for p in folders if {f.suffix for f in p.rglob("*")} & {".py", ".c"}}
    there |= {path.name for path in package.glob("*.py*")}
    assert named == there - {"examples/"}


@pytest.mark.parametrize("name, most", {"chainrule": 150_000, "lab": 160_000}.items())
def test_the_picture_is_one_and_small(name, most):
    picture = (ROOT / f"docs/{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and 10_000 < len(picture) < most


def test_the_changelog_begins_with_this_version():
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)[1] == cr.__version__
