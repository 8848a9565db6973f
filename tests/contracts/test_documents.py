"""The READMEs keep their word: code runs and prints what stands below it, commands, lessons, names and files exist."""

import doctest
import io
import re
import shlex
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise, takewhile
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
TEXTS = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md", "DESIGN.md")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
readme = pytest.mark.parametrize("name", READMES)
ESTIMATORS = find_spec("sklearn") is not None  # else their code is not run


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
    """What is no code and no promise for later."""
    return re.sub(r"(?ms)^## Promised.*?(?=^## )", "", BLOCK.sub("", read(name)))


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """Every python block run in one namespace: its source, what it printed, what stands below it; and the folder."""
    folder, namespace, told = tmp_path_factory.mktemp("readme"), {"__name__": "readme"}, []
    found = blocks("README.md")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for (language, text), (below, expected) in zip(found, [*found[1:], ("", "")], strict=True):
            if language == "python" and (ESTIMATORS or not re.search(r"sklearn|estimators", text)):
                printed = io.StringIO()
                with redirect_stdout(printed):
                    exec(text, namespace)
                told.append((text, printed.getvalue(), expected if below == "text" else ""))
        np.savetxt("data.csv", namespace["X_test"][:3], delimiter=",")
    return told, folder


def test_code_prints_what_stands_below_it(tour):
    told, _ = tour
    assert len(told) >= 10
    for source, printed, expected in told:
        fine = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
        assert fine, f"{source}\nprinted:\n{printed}\nexpected:\n{expected}"


def test_the_layer_of_contributing_is_one():
    namespace = dict(
        vars(import_module("chainrule.layers.softsign"))
    )  # what a file of a layer imports
    exec(dict(blocks("CONTRIBUTING.md"))["python"], namespace)
    net = cr.Network(cr.Dense(2), namespace["Hill"](), loss=cr.SquaredError(), inputs=(3,))
    assert net.check_gradients(np.eye(3), np.zeros((3, 2))).passed


def test_an_output_stands_below_each_block_and_no_other():
    languages = [language for language, _ in blocks("README.md")]
    assert set(languages) == {"python", "text", "sh"}
    assert all(before == "python" for before, after in pairwise(languages) if after == "text")


def test_both_languages_have_the_same_code():
    assert blocks(READMES[0]) == blocks(READMES[1])


def test_both_languages_have_the_same_headings_tables_and_pictures():
    for pattern in (r"^#+(?= )", r"^\| `([\w-]+)` \|", r"^\|", r"^- ", r"!\[.*\]\((.*)\)"):
        one, other = (re.findall(pattern, prose(name), re.MULTILINE) for name in READMES)
        assert one == other, pattern


def test_the_chinese_one_is_chinese():
    paragraphs = re.split(r"\n\s*\n", prose("README.zh-CN.md"))
    foreign = [p for p in paragraphs if not re.search(r"[一-鿿]", p) and len(p.split()) > 6]
    assert not foreign


@readme
def test_the_two_commands_stand_alone(name):
    targets = re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE)
    for command in ("make demo", "make test"):
        assert ("sh", f"{command}\n") in blocks(name)
        assert command.split()[1] in targets


@pytest.mark.parametrize("name", TEXTS)
def test_every_make_target_exists(name):
    targets = re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE)
    assert set(re.findall(r"`make ([\w-]+)", read(name))) <= set(targets)


def lessons():
    return {path.stem.replace("_", "-") for path in (ROOT / "examples").glob("[!_]*.py")}


@readme
def test_the_table_of_lessons_is_complete(name):
    assert set(re.findall(r"^\| `([\w-]+)` \|", prose(name), re.MULTILINE)) == lessons()


@pytest.mark.parametrize("name", TEXTS)
def test_every_named_command_exists(name):
    known = pytest.importorskip("chainrule.cli.commands").commands.commands
    lines = commands(name) + re.findall(r"`(chainrule [^`]*)`", prose(name))
    for words in (line.split() for line in lines if line.startswith("chainrule ")):
        if re.fullmatch(r"[a-z]+", words[1]):
            assert words[1] in known, " ".join(words)
        if words[1] == "demo" and len(words) > 2 and words[2].islower():
            assert words[2] in lessons()


def test_the_commands_of_the_tour_run(tour, monkeypatch):
    command_line = pytest.importorskip("chainrule.cli.commands").commands
    from click.testing import CliRunner

    monkeypatch.chdir(tour[1])
    if pictures := find_spec("PIL") is not None:
        from PIL import Image

        Image.fromarray(np.uint8(255 - 15 * cr.datasets.digits()[0][0].reshape(8, 8))).save(
            "my.png"
        )
    ran = 0
    for line in commands("README.md"):
        words = shlex.split(line)
        if (
            words[0] == "chainrule"
            and words[1:3] != ["demo", "digits"]
            and ("my.png" not in words or pictures)
        ):
            if not ESTIMATORS and any(word.startswith("houses.") for word in words):
                continue
            result = CliRunner().invoke(command_line, words[1:])
            assert result.exit_code == 0, f"{line}: {result.output}"
            assert result.output.strip(), line
            ran += 1
    assert ran >= 5


@readme
def test_every_named_class_exists(name):
    homes = (cr, cr.initializers, cr.datasets, cr.metrics, cr.augmentation)
    estimators = re.findall(
        r'"(\w+)"', read("src/chainrule/estimators/__init__.py")
    )  # there without scikit-learn too
    words = set(re.findall(r"`([A-Z]\w*)`", prose(name))) - {"NAME"}
    assert len(words) > 50
    words -= set(estimators)
    assert not {word for word in words if not any(hasattr(home, word) for home in homes)}
    assert not {path for path in re.findall(r"`cr\.(\w+)`", prose(name)) if not hasattr(cr, path)}


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_leads_somewhere(name):
    text = prose(name)
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if link.startswith("#"):
            assert link[1:] in anchors, link
        elif "://" not in link:
            assert (ROOT / link).exists(), link


@pytest.mark.parametrize("name", ("CONTRIBUTING.md", "DESIGN.md"))
def test_every_named_file_exists(name):
    text = prose(name).replace("layers/hill.py", "layers/softsign.py")  # the example's own file
    homes = (ROOT, ROOT / "src/chainrule", ROOT / "tests", ROOT / "src/chainrule/engines")
    for path in re.findall(r"`([\w/.-]+\.py)`", text):
        assert any((home / path).exists() for home in homes), path


def test_the_layout_is_the_one_on_disk():
    layout = re.search(
        r"^## Layout\n.*?^```\n(.*?)^```", read("DESIGN.md"), re.DOTALL | re.MULTILINE
    )[1]
    lines = [
        line.split()
        for line in layout.partition("src/chainrule/\n")[2].splitlines()
        if line.startswith("  ")
    ]
    told = {
        word for words in lines for word in takewhile(re.compile(r"\w+(/|\.pyi?)").fullmatch, words)
    }
    package = ROOT / "src/chainrule"
    there = {path.name + "/" for path in package.iterdir() if (path / "__init__.py").exists()}
    there |= {path.name for path in package.glob("*.py*")} - {"__main__.py"}
    assert told == there


def test_the_picture_is_one_and_small():
    picture = (ROOT / "docs/chainrule.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and 10_000 < len(picture) < 150_000


def test_the_changelog_begins_with_this_version():
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)[1] == cr.__version__
