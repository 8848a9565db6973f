"""The command `chainrule`: answers, exit codes, one line for a mistake."""

import ast
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import chainrule as cr
from chainrule import lessons
from chainrule.cli.commands import commands, main
from chainrule.datasets.drawn_sign import read_picture
from chainrule.engines import native


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(2), loss=cr.SquaredError(), inputs=(4,)).save(
        "values"
    )
    cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4,)).save("classes")
    cr.Network(cr.Flatten(), cr.Dense(1), loss=cr.SigmoidCrossEntropy(), inputs=(2, 2)).save(
        "binary"
    )
    (tmp_path / "data.csv").write_text("1,2,3,4\n0.5,0,-1,1e-1\n")
    (tmp_path / "named.csv").write_text(
        "\ufeffa,b,c,d\r\n1,2,3,4\r\n\r\n0.5,0,-1,1e-1\r\n", encoding="utf-8"
    )
    np.save("data.npy", np.array([[1, 2, 3, 4], [0.5, 0, -1, 0.1]]))
    return tmp_path


ROWS = np.array([[1, 2, 3, 4], [0.5, 0, -1, 0.1]])


def run(*arguments):
    """Through `main`, as the installed command does it: exit code."""
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    return end.value.code or 0


def child(*arguments, encoding="utf-8", **options):
    environment = (
        os.environ
        | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        | options.pop("env", {})
    )
    command = [sys.executable, "-W", "error", "-m", "chainrule", *arguments]
    return subprocess.run(
        command, capture_output=True, encoding=encoding, env=environment, **options
    )


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("data", ["data.csv", "named.csv", "data.npy"])
def test_predict_prints_values(folder, data, capsys):
    assert run("predict", "values", data) == 0
    printed = np.array([line.split() for line in capsys.readouterr().out.splitlines()], float)
    np.testing.assert_allclose(printed, cr.Network.load("values").predict(ROWS), rtol=1e-5)


def test_predict_prints_classes_with_their_probability(folder, capsys):
    assert run("predict", "classes", "data.csv") == 0
    p = cr.Network.load("classes").predict(ROWS)
    assert capsys.readouterr().out.splitlines() == [
        f"class {k}  probability {row[k]:.4f}" for row, k in zip(p, p.argmax(axis=1), strict=True)
    ]
    assert run("predict", "binary", "data.csv") == 0
    p = cr.Network.load("binary").predict(ROWS.reshape(2, 2, 2)).ravel()
    assert capsys.readouterr().out.splitlines() == [
        f"class {int(v > 0.5)}  probability {max(v, 1 - v):.4f}" for v in p
    ]


@pytest.mark.parametrize("output", ["out.csv", "out.npy"])
def test_predict_writes_a_file(folder, output, capsys):
    assert run("predict", "classes", "data.csv", "--output", output) == 0
    found = np.load(output) if output.endswith("npy") else np.loadtxt(output, delimiter=",")
    np.testing.assert_allclose(found, cr.Network.load("classes").predict(ROWS), rtol=1e-6)
    assert capsys.readouterr() == ("", f"2 rows, 3 columns written to {output}\n")


def test_predict_reads_a_picture(folder, capsys):
    image = pytest.importorskip("PIL.Image")
    drawing = np.full((40, 40), 255, np.uint8)
    drawing[5:35, 18:22] = 0
    image.fromarray(drawing).save("one.png")
    net = cr.Network(cr.Flatten(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1))
    net.save("eyes")
    assert run("predict", "eyes", "one.png") == 0
    p = net.predict(read_picture("one.png", 8, 8, 16)[None, :, :, None])[0]
    said = capsys.readouterr()
    assert said.out == f"class {p.argmax()}  probability {p.max():.4f}\n"
    assert said.err == "one.png: ink is 16; if the network learned from 0 to 1: --levels 1\n"
    assert run("predict", "eyes", "one.png", "--levels", "1") == 0
    assert capsys.readouterr().err == ""
    assert run("predict", "values", "one.png", "--levels", "1") == 0


def test_equations_and_summary(folder, capsys):
    net = cr.Network.load("values")
    for arguments, text in [
        (("equations", "values"), net.equations()),
        (("equations", "values", "--latex"), net.equations("latex")),
        (("summary", "values"), net.summary()),
    ]:
        assert run(*arguments) == 0
        assert capsys.readouterr().out == text + "\n"


def test_info(monkeypatch, capsys):
    monkeypatch.delenv("CHAINRULE_ENGINE", raising=False)
    assert run("info") == 0
    lines = capsys.readouterr().out.splitlines()
    if native.available():
        assert re.fullmatch(
            r"engine: native \((plain|avx2|avx512), \d+ threads?, [^)]+\)", lines[0]
        )
    else:
        assert lines[0] == "engine: reference (the native engine is missing: no C compiler)"
    assert lines[1] == f"chainrule: {cr.__version__}" and f"numpy: {np.__version__}" in lines


def test_info_says_which_engine_the_environment_chooses(monkeypatch, capsys):
    monkeypatch.setenv("CHAINRULE_ENGINE", "reference")
    assert run("info") == 0
    said = "by CHAINRULE_ENGINE" if native.available() else "the native engine is missing"
    assert capsys.readouterr().out.startswith(f"engine: reference ({said}")
    monkeypatch.setenv("CHAINRULE_ENGINE", "gpu")
    assert run("info") == 2
    assert "CHAINRULE_ENGINE: expected reference or native, got gpu." in capsys.readouterr().err


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_info_says_that_no_more_threads_run_than_there_are_cores(monkeypatch, capsys):
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")
    monkeypatch.setenv("CHAINRULE_THREADS", "8")
    monkeypatch.setattr("chainrule.engines.thread_count.affinity", lambda: 2)
    assert run("info") == 0
    assert "8 threads, by CHAINRULE_THREADS, of which 2 run" in capsys.readouterr().out


def test_info_says_how_to_get_a_missing_extra(monkeypatch, capsys):
    from importlib import metadata

    def version(name, real=metadata.version):
        if name == "matplotlib":
            raise metadata.PackageNotFoundError
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    run("info")
    assert (
        "matplotlib: not installed; to get it: pip install 'chainrule[plot]'"
        in capsys.readouterr().out
    )


def test_demo_lists_every_lesson(capsys):
    assert run("demo") == 0
    *lines, empty, begin, folder = capsys.readouterr().out.splitlines()
    assert (empty, folder) == ("", str(lessons.folder())) and begin.startswith("Begin with neuron.")
    scripts = sorted(lessons.folder().glob("[!_]*.py"))
    assert len(lines) == len(scripts) > 0
    for line, script in zip(lines, scripts, strict=True):
        name, _, text = line.partition(" ")
        assert len(line) <= 80
        assert (
            script.read_text("utf-8").count("try_next(") >= 1
        )  # each lesson ends with what to try
        assert name == script.stem.replace("_", "-")
        assert (
            text.strip() == ast.get_docstring(ast.parse(script.read_text("utf-8"))).splitlines()[0]
        )


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson of the test's own."""

    def write(text):
        (tmp_path / "my_lesson.py").write_text(f'"""Mine.\n\nMore."""\nimport sys\n{text}')
        monkeypatch.setattr(lessons, "folder", lambda: tmp_path)

    return write


@pytest.mark.parametrize("name", ["my-lesson", "my_lesson"])
def test_demo_runs_a_lesson_with_its_arguments(name, lesson, capsys):
    lesson("print(__name__, sys.argv[1:])")
    before = list(sys.argv)
    assert run("demo", name, "1", "--flag", "-x") == 0
    assert capsys.readouterr().out == "__main__ ['1', '--flag', '-x']\n"
    assert sys.argv == before


def test_demo_passes_the_exit_code_on(lesson):
    lesson("sys.exit(2)")
    assert run("demo", "my-lesson") == 2


# ---------------------------------------------------------------- mistakes and other ends

MISTAKES = {
    "no such command": (["foo"], "No such command 'foo'"),
    "no argument": (["summary"], "Missing argument 'FILE'"),
    "no such option": (["info", "--fast"], "No such option"),
    "no such lesson": (["demo", "nope"], "there is no lesson 'nope'. The lessons are:"),
    "a lesson nearly": (
        ["demo", "hopfeld"],
        "there is no lesson 'hopfeld'. Did you mean 'hopfield'? The lessons are:",
    ),
    "no file": (
        ["summary", "nothing.safetensors"],
        "nothing.safetensors cannot be read: No such file",
    ),
    "no network": (
        ["equations", "data.csv"],
        "data.csv: expected a network of chainrule, got a CSV file. Give the .safetensors file",
    ),
    "no data": (["predict", "values", "nothing.csv"], "nothing.csv cannot be read"),
    "no npy": (["predict", "values", "nothing.npy"], "nothing.npy cannot be read"),
    "columns": (
        ["predict", "values", "two.csv"],
        "two.csv: expected 4 columns for inputs (N, 4), got 2 columns",
    ),
    "words": (
        ["predict", "values", "words.csv"],
        "words.csv, line 3, column 2: expected a number, got 'five'",
    ),
    "ragged": (
        ["predict", "values", "ragged.csv"],
        "ragged.csv, line 2: expected 2 columns, got 3",
    ),
    "empty": (["predict", "values", "empty.csv"], "expected at least one row of numbers"),
    "names only": (["predict", "values", "names.csv"], "expected at least one row of numbers"),
    "first line": (
        ["predict", "values", "mixed.csv"],
        "mixed.csv, line 1: expected numbers only, or names only",
    ),
    "binary": (["predict", "values", "binary.csv"], "expected text"),
    "nan": (
        ["predict", "values", "nan.csv"],
        "nan.csv, line 1, column 4: expected a number, got 'nan'. Fill it: a network has no missing",
    ),
    "too large": (
        ["predict", "classes", "large.csv"],
        "large.csv, line 2, column 4: expected a number of at most 3.4e+38, which the network",
    ),
    "an answer that is none": (
        ["predict", "classes", "huge.csv"],
        "huge.csv, row 2 of 2: expected inputs that give a finite answer, got nan",
    ),
    "an underscore": (["predict", "values", "underscore.csv"], "line 1, column 4: expected a num"),
    "a pipe": (["predict", "values", "pipe.csv"], "pipe.csv: expected a file, got a pipe."),
    "a folder": (["predict", "values", "folder.csv"], "folder.csv: expected a file, got a folder."),
    "encoding": (["predict", "values", "data.csv", "--encoding", "x"], "--encoding: expected the"),
    "encoding of npy": (["predict", "values", "data.npy", "--encoding", "x"], "got data.npy."),
    "sheet of csv": (["predict", "values", "data.csv", "--sheet", "x"], "a .xlsx file with it"),
    "levels": (["predict", "values", "data.csv", "--levels", "nan"], "nan is not a finite number"),
    "levels below 0": (["predict", "values", "data.csv", "--levels", "-1"], "not in the range"),
    **{
        f"{option} {value}": (["train", "data.csv", "--target", "a", option, value], words)
        for option, value, words in (
            ("--test-fraction", "nan", "nan is not a finite number"),
            ("--test-fraction", "-0.1", "not in the range"),
            ("--test-fraction", "1", "not in the range"),
            ("--lr", "nan", "nan is not a finite number"),
            ("--lr", "inf", "inf is not a finite number"),
            ("--lr", "0", "not in the range"),
            ("--hidden", "nan", "--hidden: expected whole numbers"),
            ("--epochs", "inf", "not a valid integer"),
            ("--networks", "-1", "not in the range"),
            ("--max-size", "0", "not in the range"),
        )
    },
    "suffix": (["predict", "values", "data.txt"], "expected a .csv, .npy or .png file"),
    "pickle": (["predict", "values", "pickle.npy"], "expected an array of numbers"),
    "output": (["predict", "values", "data.csv", "--output", "x.txt"], "--output"),
    "output folder": (
        ["predict", "values", "data.csv", "--output", "no/x.csv"],
        "no/x.csv cannot be written",
    ),
    "picture": (["predict", "values", "broken.png"], "broken.png cannot be read"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_exit_code_2(name, folder, capsys):
    if name == "a pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("a system without pipes in folders")
    if name == "picture":
        pytest.importorskip("PIL")
    (folder / "two.csv").write_text("1,2\n")
    (folder / "words.csv").write_text("a,b\n1,2\n4,five\n")
    (folder / "ragged.csv").write_text("1,2\n1,2,3\n")
    (folder / "empty.csv").write_text("\n")
    (folder / "names.csv").write_text("a,b\n")
    (folder / "mixed.csv").write_text("1,b\n1,2\n")
    (folder / "binary.csv").write_bytes(b"\xff\xfe\x00")
    (folder / "nan.csv").write_text("1,2,3,nan\n")
    (folder / "large.csv").write_text("a,b,c,d\n1,2,3,1e39\n")
    (folder / "huge.csv").write_text("1,2,3,4\n" + ",".join(["3e38"] * 4) + "\n")
    (folder / "underscore.csv").write_text("1,2,3,1_0\n")
    (folder / "folder.csv").mkdir()
    if name == "a pipe":
        os.mkfifo(folder / "pipe.csv")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n no")
    np.save(folder / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    arguments, message = MISTAKES[name]
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("chainrule: ") and err.count("\n") == 1 and message in err


def test_a_mistake_in_a_process_of_its_own(tmp_path):
    done = child("predict", "no-such-network.safetensors", "x" * 300, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_warning_is_one_line(lesson, capsys):
    lesson("import warnings\nwarnings.simplefilter('always')\nwarnings.warn('too\\n  large')")
    assert run("demo", "my-lesson") == 0
    assert capsys.readouterr().err == "chainrule: warning: too large\n"


def test_the_list_of_commands_is_not_cut(capsys):
    run("--help")
    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]


def test_too_little_memory_is_one_line(lesson, capsys):
    lesson("raise MemoryError('Unable to allocate 8.00 TiB')")
    assert run("demo", "my-lesson") == 2
    assert (
        "needs more memory than there is (Unable to allocate 8.00 TiB)" in capsys.readouterr().err
    )


def test_a_bug_shows_its_traceback_and_exit_code_1(lesson, monkeypatch):
    lesson("1 / 0")
    with pytest.raises(ZeroDivisionError):
        main(["demo", "my-lesson"])
    code = (
        "from chainrule.cli import commands as cli;"
        "cli._load = lambda file: 1 / 0; cli.main(['summary', 'x'])"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize(
    "how", ["raise KeyboardInterrupt", f"import os; os.kill(os.getpid(), {int(signal.SIGINT)})"]
)
def test_ctrl_c_is_130(how, lesson, capsys):
    lesson(how)
    assert run("demo", "my-lesson") == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_closed_pipe_is_quiet(folder):
    np.save("many.npy", np.ones((20_000, 4)))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-m", "chainrule", "predict", "values", "many.npy"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 141 and err == b""


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(folder):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-m", "chainrule", "equations", "values"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1
    assert b"the output cannot be written: " in done.stderr


def test_a_file_without_greek_letters_gets_question_marks(folder):
    done = child(
        "equations", "values", env={"PYTHONIOENCODING": "latin-1"}, encoding="latin-1", cwd=folder
    )
    assert done.returncode == 0 and "?" in done.stdout and "\x1b" not in done.stdout, done.stderr


@pytest.mark.parametrize(
    "command",
    [[], *([name] for name in commands.commands)],
    ids=lambda c: " ".join(c) or "chainrule",
)
def test_help_has_examples(command):
    result = CliRunner().invoke(commands, [*command, "--help"], prog_name="chainrule")
    assert result.exit_code == 0 and "Example" in result.output and "  chainrule " in result.output


def test_without_a_command_there_is_help_and_a_version(capsys):
    assert run() == 0 and "Usage: chainrule" in capsys.readouterr().out
