"""The `chainrule` command. What a command needs is imported when it runs."""

from __future__ import annotations

import ast
import io
import os
import runpy
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ChainruleError

if TYPE_CHECKING:
    from ..arrays import Array
    from ..network import Network

EXTRAS = (
    ("plot", "matplotlib"),
    ("picture", "pillow"),
    ("sklearn", "scikit-learn"),
    ("parquet", "pyarrow"),
)
PIPE_CLOSED, INTERRUPTED = 141, 130  # 128 + SIGPIPE, 128 + SIGINT


def main(arguments: list[str] | None = None) -> None:
    """Run one command; 0, or 2 for a mistake of the user, 130 after Ctrl-C. A bug shows its traceback: 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="replace"
        )  # a terminal or file that lacks a letter gets a question mark
    code = 0
    try:
        given = sys.argv[1:] if arguments is None else arguments
        with commands.make_context("chainrule", given) as context:
            commands.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:  # --help and --version
        code = end.exit_code
    except click.ClickException as error:
        code = _complain(error.format_message())
    except BrokenPipeError:  # `chainrule demo | head`: nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = PIPE_CLOSED
    except ChainruleError as error:
        code = _complain(str(error))
    except KeyboardInterrupt:
        click.echo(err=True)
        code = INTERRUPTED
    sys.exit(code)


def _complain(message: str) -> int:
    """One line on stderr, never wrapped."""
    click.echo(f"chainrule: {' '.join(message.split())}", err=True)
    return 2


@click.group(invoke_without_command=True)
@click.version_option(package_name="chainrule")
@click.pass_context
def commands(context: click.Context) -> None:
    """Neural networks from scratch: lessons to run, tables to learn from, networks to look into.

    \b
    Examples:
      chainrule demo               list the lessons
      chainrule demo digits        watch a network learn handwritten digits
      chainrule train houses.csv --target price
      chainrule predict houses.safetensors new.csv
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


# ---------------------------------------------------------------- lessons


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def demo(name: str | None, args: tuple[str, ...]) -> None:
    """List the lessons, or run the one called NAME.

    \b
    Examples:
      chainrule demo
      chainrule demo two-layer
      chainrule demo digits my-own-digit.png
    """
    from .. import lessons

    scripts = {
        path.stem.replace("_", "-"): path for path in sorted(lessons.folder().glob("[!_]*.py"))
    }
    if name is None:
        width = max(map(len, scripts), default=0)
        for key, path in scripts.items():
            click.echo(f"{key:{width}}  {_first_line(path)}")
        click.echo(
            f"\nBegin with neuron. Each says at its end what to try in a copy of its script:\n{lessons.folder()}"
        )
        return
    script = scripts.get(name.replace("_", "-"))
    if script is None:
        near = get_close_matches(name, scripts, 1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(
            f"there is no lesson {name!r}.{meant} There are: {', '.join(scripts)}."
        )
    before = sys.argv
    sys.argv = [str(script), *args]
    try:
        runpy.run_path(str(script), run_name="__main__")
    finally:
        sys.argv = before


def _first_line(script: Path) -> str:
    """Of the script's docstring, read without running it."""
    return (ast.get_docstring(ast.parse(script.read_text("utf-8"))) or "").partition("\n")[0]


# ---------------------------------------------------------------- this installation


@commands.command()
def info() -> None:
    """Which engine computes, and which versions and extras are installed.

    \b
    Example:
      chainrule info
    """
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from ..engines import native
    from ..engines.thread_count import threads_and_reason
    from ..version import __version__

    if native.available():
        threads, reason = threads_and_reason()
        words = f"{threads} thread{'s' * (threads > 1)}, {reason}"
        click.echo(f"engine: native ({native.instruction_sets()[-1]}, {words})")
    else:
        click.echo("engine: reference (the native engine is missing: no C compiler)")
    click.echo(f"chainrule: {__version__}")
    click.echo(f"python: {platform.python_version()} ({platform.system()}, {platform.machine()})")
    click.echo(f"numpy: {version('numpy')}")
    for extra, package in EXTRAS:
        try:
            click.echo(f"{package}: {version(package)}")
        except PackageNotFoundError:
            click.echo(f"{package}: not installed; to get it: pip install 'chainrule[{extra}]'")


# ---------------------------------------------------------------- files


@commands.command()
@click.argument("file")
@click.option("--latex", is_flag=True, help="As LaTeX.")
def equations(file: str, latex: bool) -> None:
    """The forward and backward pass of the network in FILE, as equations.

    \b
    Examples:
      chainrule equations net.safetensors
      chainrule equations net.safetensors --latex > net.tex
    """
    click.echo(_load(file).equations("latex" if latex else "text"))


@commands.command()
@click.argument("file")
def summary(file: str) -> None:
    """Layers, shapes, parameters and memory of the network in FILE.

    \b
    Example:
      chainrule summary net.safetensors
    """
    click.echo(_load(file).summary())


@commands.command()
@click.argument("data")
@click.option("--target", required=True, metavar="COLUMN", help="The column to predict.")
@click.option(
    "--output",
    metavar="FILE",
    help="Where to save. [the name of DATA, as .safetensors, in this folder]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="[what the target looks like]",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="COLUMN=KIND",
    help="number, category, date or ignore; may be repeated.",
)
@click.option(
    "--missing",
    multiple=True,
    metavar="WORD",
    help="Stands for nothing, as empty cells do; may be repeated.",
)
@click.option("--weight", metavar="COLUMN", help="How much each row counts, >= 0.")
@click.option(
    "--test-fraction",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="Of the rows, held out for the report.",
)
@click.option(
    "--refit", is_flag=True, help="After the report, learn again from all rows, and save that."
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    help="Compare with a linear model and gradient boosting.",
)
@click.option(
    "--hidden",
    default="128,64",
    show_default=True,
    metavar="UNITS",
    help="Units of each hidden layer; 0 for none.",
)
@click.option(
    "--networks",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    help="How many are trained; their outputs are averaged.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="At most; training stops when nothing gets better.",
)
@click.option(
    "--lr",
    type=click.FloatRange(0, min_open=True),
    default=0.001,
    show_default=True,
    help="Learning rate.",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
def train(
    data: str,
    target: str,
    output: str | None,
    force: bool,
    task: str | None,
    kinds: tuple[str, ...],
    missing: tuple[str, ...],
    weight: str | None,
    test_fraction: float,
    refit: bool,
    baselines: bool,
    hidden: str,
    networks: int,
    epochs: int,
    lr: float,
    seed: int,
) -> None:
    """Learn to predict the column --target of DATA, a .csv or .parquet file, from its other columns.

    Numbers, categories, dates and empty cells are taken as they are. A part of the rows is held out, and the network is compared
    on it with a linear model and gradient boosting. The model is saved for `chainrule predict`; with --refit it then learns from
    the rows held out too, and the figures stay those of the first. Ctrl-C keeps what was trained.

    \b
    Examples:
      chainrule train houses.csv --target price
      chainrule train flowers.csv --target species --hidden 64,64
      chainrule train sales.parquet --target sold --kind zip=category
      chainrule train survey.csv --target income --weight w --refit
    """
    from . import tables as table_commands

    try:
        sizes = [int(part) for part in hidden.split(",")]
    except ValueError:
        raise click.UsageError(
            f"--hidden: expected whole numbers such as 128,64, got {hidden}."
        ) from None
    if min(sizes) < 0 or (0 in sizes and len(sizes) > 1):
        raise click.UsageError(
            f"--hidden: expected units ≥ 1 for each layer, or 0 for none, got {hidden}."
        )
    interrupted = table_commands.train(
        data,
        target,
        output,
        say=click.echo,
        task=task,
        weight=weight,
        test_fraction=test_fraction,
        baselines=baselines,
        refit=refit,
        force=force,
        kinds=kinds,
        missing=missing,
        hidden_layer_sizes=tuple(n for n in sizes if n),
        n_estimators=networks,
        max_iter=epochs,
        learning_rate_init=lr,
        random_state=seed,
    )
    if interrupted:
        raise KeyboardInterrupt


@commands.command()
@click.argument("file")
@click.argument("data")
@click.option(
    "--output", metavar="FILE", help="Write all predictions to a .csv or .npy file instead."
)
@click.option(
    "--explain", is_flag=True, help="Say what each column contributed to each prediction."
)
@click.option(
    "--reference", metavar="FILE", help="With --explain: the median of these rows is compared with."
)
@click.option(
    "--levels",
    type=float,
    help="Pictures: the value of the strongest ink. [16 for 8 x 8 pixels, else 255]",
)
def predict(
    file: str,
    data: str,
    output: str | None,
    explain: bool,
    reference: str | None,
    levels: float | None,
) -> None:
    """What the model in FILE says of each row of DATA: a .csv, .parquet, .npy or .png file.

    FILE is a model of `chainrule train`: DATA has the columns that it learned from, in any order. Or FILE is a network: DATA has one
    row of numbers for each example, with or without a line of names; a picture is scaled to the network's inputs, and inverted where
    its ink is dark. A classifier prints class and probability, any other model its values.

    \b
    Examples:
      chainrule predict houses.safetensors new.csv
      chainrule predict houses.safetensors new.csv --explain
      chainrule predict net.safetensors data.npy --output predictions.csv
      chainrule predict digits.safetensors my-own-digit.png
    """
    from ..errors import DataError
    from . import tables as table_commands
    from .answers_to_files import write_answers
    from .rows_from_files import read_rows

    if output is not None and Path(output).suffix.lower() not in (".csv", ".npy"):
        raise click.UsageError(f"--output: expected a .csv or .npy file, got {output}.")
    if reference is not None and not explain:
        raise click.UsageError("--reference: expected --explain with it.")
    for given, what in ((data, "the data"), (file, "the model"), (reference, "the reference")):
        if (
            output
            and given
            and os.path.exists(output)
            and os.path.exists(given)
            and os.path.samefile(output, given)
        ):
            raise click.UsageError(f"--output: expected another file than {what}, got {output}.")
    if table_commands.is_table(file):
        table_commands.predict(
            file, data, output, reference, explain=explain, say=click.echo, tell=_tell
        )
        return
    net = _load(file)
    inputs = net.inputs or {}
    if list(inputs) != ["x"]:
        raise DataError(
            file, "a network with one input", ", ".join(inputs), "Call net.predict from Python."
        )
    rows = read_rows(data, inputs["x"], levels)
    answers = net.predict(rows)
    if output is not None:
        if explain:
            raise click.UsageError(
                "--explain: expected no --output for a network alone. Leave one of them out."
            )
        _tell(write_answers(output, answers))
        return
    whys = None
    if explain:
        others = None if reference is None else read_rows(reference, inputs["x"], levels)
        whys = table_commands.explain_rows(net, rows, others, data)
    table_commands.say_all(_lines(net, answers), whys, click.echo)


def _tell(line: str) -> None:
    """Beside the answer, which alone goes to stdout."""
    click.echo(line, err=True)


def _load(file: str) -> Network:
    from ..network import Network

    return Network.load(file)


def _lines(net: Network, answers: Array) -> list[str]:
    """`class 3  probability 0.98`, or the values."""
    kind = type(net.loss).__name__
    if kind in ("SoftmaxCrossEntropy", "KLDivergence"):
        return [f"class {row.argmax()}  probability {row.max():.4f}" for row in answers]
    if kind == "SigmoidCrossEntropy" and answers.shape[1:] == (1,):
        return [f"class {int(p > 0.5)}  probability {max(p, 1 - p):.4f}" for p in answers[:, 0]]
    return ["  ".join(f"{value:.6g}" for value in row) for row in answers.reshape(len(answers), -1)]
