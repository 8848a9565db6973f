"""The `chainrule` command. Each command imports what it needs when it runs."""

from __future__ import annotations

import ast
import errno
import io
import math
import os
import runpy
import sys
import warnings
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import ChainruleError, DataError
from .processes import mpi_option, own_part, say

if TYPE_CHECKING:
    from ..arrays import Array
    from ..files.text import Reading
    from ..network import Network

EXTRAS = (
    ("plot", "matplotlib"),
    ("picture", "pillow"),
    ("sklearn", "scikit-learn"),
    ("parquet", "pyarrow"),
    ("xlsx", "openpyxl"),
    ("notebook", "anywidget"),
    ("dask", "dask"),
    ("ray", "ray"),
    ("mpi", "mpi4py"),
)
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
PIPE_CLOSED, INTERRUPTED = 141, 130  # 128 + SIGPIPE, 128 + SIGINT


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0 if all is well, 2 after a user's mistake, 130 after Ctrl-C.

    A bug shows its traceback and exits with 1.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal or file without some character gets a question mark.
        sys.stdout.reconfigure(errors="replace")
    code = 0
    try:
        given = sys.argv[1:] if arguments is None else arguments
        with warnings.catch_warnings(), commands.make_context("chainrule", given) as context:
            warnings.showwarning = _warn
            commands.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:  # --help and --version
        code = end.exit_code
    except click.ClickException as error:
        code = _complain(error.format_message())
    except BrokenPipeError:  # `chainrule demo | head` stopped reading
        _end_output()
        code = PIPE_CLOSED
    except ChainruleError as error:
        code = _complain(str(error))
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        _end_output()
        code = _complain(f"the output cannot be written: {error.strerror}. Free some space.")
    except MemoryError as error:
        code = _complain(
            f"this needs more memory than there is ({error or 'nothing is left'}). "
            "Take fewer rows or smaller layers."
        )
    except KeyboardInterrupt:
        click.echo(err=True)
        code = INTERRUPTED
    sys.exit(code)


def _end_output() -> None:
    """Send what is not yet written to nowhere, so that the interpreter does not try again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class Finite(click.FloatRange):
    """A finite number in a range; click's own lets NaN and infinity through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def _complain(message: str) -> int:
    """Print one line on stderr, never wrapped; return the exit code."""
    click.echo(f"chainrule: {' '.join(message.split())}", err=True)
    return 2


def _warn(message: Warning | str, *place: Any, **where: Any) -> None:
    """Print a warning as one line on stderr, without the place in the package that sent it."""
    click.echo(f"chainrule: warning: {' '.join(str(message).split())}", err=True)


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
      chainrule diagnose houses.csv --target price
      chainrule lab                open the Lab in the browser
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
            "\nBegin with neuron. Each lesson ends with what to try in a copy of its script:\n"
            f"{lessons.folder()}"
        )
        return
    script = scripts.get(name.replace("_", "-"))
    if script is None:
        near = get_close_matches(name, scripts, 1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(
            f"there is no lesson {name!r}.{meant} The lessons are: {', '.join(scripts)}."
        )
    before = sys.argv
    sys.argv = [str(script), *args]
    try:
        runpy.run_path(str(script), run_name="__main__")
    finally:
        sys.argv = before


def _first_line(script: Path) -> str:
    """Return the first line of a script's docstring, without running the script."""
    return (ast.get_docstring(ast.parse(script.read_text("utf-8"))) or "").partition("\n")[0]


# ---------------------------------------------------------------- this installation


@commands.command(short_help="Show engine, versions and extras of this installation.")
def info() -> None:
    """Show which engine computes, and which versions and extras are installed.

    \b
    Example:
      chainrule info
    """
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from ..engines import native
    from ..engines.choice import check_engine, uses_native
    from ..engines.thread_count import affinity, threads_and_reason
    from ..version import __version__

    if not uses_native(check_engine(None)):
        missing = "the native engine is missing: no C compiler"
        click.echo(
            f"engine: reference ({'by CHAINRULE_ENGINE' if native.available() else missing})"
        )
    else:
        threads, reason = threads_and_reason()
        words = f"{threads} thread{'s' * (threads > 1)}, {reason}"
        if threads > (cores := affinity()):
            words += f", of which {cores} run: one for each core"
        click.echo(f"engine: native ({native.instruction_set()}, {words})")
    click.echo(f"chainrule: {__version__}")
    click.echo(f"python: {platform.python_version()} ({platform.system()}, {platform.machine()})")
    click.echo(f"numpy: {version('numpy')}")
    for extra, package in EXTRAS:
        try:
            click.echo(f"{package}: {version(package)}")
        except PackageNotFoundError:
            click.echo(f"{package}: not installed; to get it: pip install 'chainrule[{extra}]'")


# ---------------------------------------------------------------- files


@commands.command(short_help="Print the equations of the network in FILE.")
@click.argument("file")
@click.option("--latex", is_flag=True, help="Print LaTeX.")
def equations(file: str, latex: bool) -> None:
    """Print the forward and backward pass of the network in FILE as equations.

    \b
    Examples:
      chainrule equations net.safetensors
      chainrule equations net.safetensors --latex > net.tex
    """
    click.echo(_load(file).equations("latex" if latex else "text"))


@commands.command(short_help="Print the layers of the network in FILE.")
@click.argument("file")
def summary(file: str) -> None:
    """Print layers, shapes, parameters and memory of the network in FILE.

    \b
    Example:
      chainrule summary net.safetensors
    """
    click.echo(_load(file).summary())


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how a data file is read; the command gets them as `reading`."""

    @wraps(command)
    def with_reading(
        *args: Any, encoding: str | None, sheet: str | None, max_size: int, **kwargs: Any
    ) -> None:
        from ..files.text import Reading

        named = [str(kwargs[key]) for key in ("data", "file", "reference") if kwargs.get(key)]
        for option, given, suffixes in (
            ("--sheet", sheet, (".xlsx",)),
            ("--encoding", encoding, (".csv", ".tsv", ".txt", ".gz")),
        ):
            if given and not any(name.lower().endswith(suffixes) for name in named):
                raise click.UsageError(
                    f"{option}: expected a {suffixes[0]} file with it, got {named[0]}."
                )
        command(*args, reading=Reading(encoding, sheet, max_size), **kwargs)

    for option in (
        click.option(
            "--max-size",
            type=click.IntRange(1),
            default=1000,
            show_default=True,
            metavar="MB",
            help="The most megabytes of text that are read, after unpacking.",
        ),
        click.option("--sheet", metavar="NAME", help="The sheet of an .xlsx file."),
        click.option(
            "--encoding",
            metavar="NAME",
            help="The encoding of a .csv file, such as latin-1. [utf-8, or what its first bytes say]",
        ),
    ):
        with_reading = option(with_reading)
    return with_reading


@commands.command(short_help="Learn to predict a column of the table DATA.")
@click.argument("data")
@click.option("--target", metavar="COLUMN", help="The column to predict; not for pictures.")
@click.option(
    "--output",
    metavar="FILE",
    help="The file to save. [the name of DATA, as .safetensors, in this folder]",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
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
    help="A word that means an empty cell; may be repeated.",
)
@click.option(
    "--max-categories",
    type=click.IntRange(1),
    default=250,
    show_default=True,
    help="The most words of a column that are told apart; rarer ones count as one.",
)
@click.option("--weight", metavar="COLUMN", help="How much each row counts, >= 0.")
@click.option(
    "--test-fraction",
    metavar="FRACTION",
    type=Finite(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="The fraction of the rows that is held out for the report.",
)
@click.option(
    "--refit", is_flag=True, help="After the report, learn again from all rows and save that model."
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    help="Compare with a linear model and gradient boosting.",
)
@click.option(
    "--class-weight",
    type=click.Choice(["balanced"]),
    help="balanced: a rare class counts as much as a frequent one.",
)
@click.option(
    "--importance/--no-importance",
    default=True,
    help="Say which columns matter, on the rows held out.",
)
@click.option("--picture", metavar="FILE", help="Draw which columns matter: .png, .svg or .pdf.")
@click.option(
    "--record",
    metavar="FILE",
    help="Record the training of the first network, for `chainrule replay`.",
)
@click.option(
    "--sample",
    metavar="ROWS",
    type=click.IntRange(1),
    help="For a folder of tables: measure the columns on so many rows. [all]",
)
@click.option(
    "--cache",
    metavar="FOLDER",
    help="For a folder of tables: keep the encoded rows there, for other runs.",
)
@click.option(
    "--hidden",
    default="128,64",
    show_default=True,
    metavar="UNITS",
    help="Units of each hidden layer; 0: no hidden layer.",
)
@click.option(
    "--networks",
    metavar="NUMBER",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    help="How many networks are trained; their outputs are averaged.",
)
@click.option(
    "--epochs",
    metavar="NUMBER",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="The most epochs; training stops earlier when nothing gets better.",
)
@click.option(
    "--lr",
    metavar="RATE",
    type=Finite(0, min_open=True),
    default=0.001,
    show_default=True,
    help="Learning rate.",
)
@click.option(
    "--seed",
    metavar="NUMBER",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="The same seed gives the same model.",
)
@reading_options
@mpi_option
def train(
    data: str,
    target: str | None,
    output: str | None,
    force: bool,
    task: str | None,
    kinds: tuple[str, ...],
    missing: tuple[str, ...],
    max_categories: int,
    weight: str | None,
    test_fraction: float,
    refit: bool,
    baselines: bool,
    class_weight: str | None,
    importance: bool,
    picture: str | None,
    record: str | None,
    sample: int | None,
    cache: str | None,
    hidden: str,
    networks: int,
    epochs: int,
    lr: float,
    seed: int,
    reading: Reading,
    comm: Any,
) -> None:
    """Learn to predict a column of DATA, a .csv, .xlsx or .parquet file, from its other columns.

    If DATA is a folder of Parquet files, it may have more rows than fit in memory: they are read
    a part at a time and kept, encoded, on disk. The report is then made on samples. If DATA is a
    folder of pictures, learn which of its subfolders a picture belongs to.

    Numbers, categories, dates and empty cells are taken as they are. Some of the rows are held
    out, and the network is compared on them with a linear model and gradient boosting. The model is
    saved for `chainrule predict`. With --refit it then learns from the rows held out too; the
    figures stay those of the first model. Ctrl-C keeps what was trained. With --mpi the processes
    that mpiexec has started train together; the first one reports and writes.

    \b
    Examples:
      chainrule train houses.csv --target price
      chainrule train flowers.csv --target species --hidden 64,64
      chainrule train sales.parquet --target sold --kind zip=category
      chainrule train survey.csv --target income --weight w --refit
      chainrule train flowers.csv --target species --record run.safetensors
      chainrule train sales/ --target sold --sample 100000 --cache /data/cache
      chainrule train animals/
      mpiexec -n 4 chainrule train houses.csv --target price --mpi
    """
    from . import table_folders
    from . import tables as table_commands

    many = table_folders.is_many_rows(data) or (os.path.isdir(data) and target is not None)
    if not many and (sample or cache):
        option = "--sample" if sample else "--cache"
        raise click.UsageError(f"{option}: expected a folder of Parquet files with it, got {data}.")
    no_table = target is None and data.endswith(("/", os.sep))
    if not many and (os.path.isdir(data) or no_table):
        if _train_pictures(data, output, force, test_fraction, epochs, seed, record, comm):
            raise KeyboardInterrupt
        return
    if target is None:
        raise click.UsageError("Missing option '--target': the column to predict.")
    settings = {
        "hidden_layer_sizes": _sizes(hidden),
        "n_estimators": networks,
        "max_iter": epochs,
        "max_categories": max_categories,
        "learning_rate_init": lr,
        "random_state": seed,
    }
    asked = table_commands.Training(
        data,
        target,
        settings,
        output=output,
        task=task,
        weight=weight,
        test_fraction=test_fraction,
        baselines=baselines,
        refit=refit,
        force=force,
        kinds=kinds,
        missing=missing,
        reading=reading,
        class_weight=class_weight,
        importance=importance or picture is not None,
        picture=picture,
        record=record,
        sample=sample,
        cache=cache,
    )
    run = (table_folders if many else table_commands).train
    if run(own_part(asked, comm), say(comm)):
        raise KeyboardInterrupt


def _sizes(hidden: str) -> tuple[int, ...]:
    """Return the units of each hidden layer."""
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
    return tuple(n for n in sizes if n)


def _train_pictures(
    folder: str,
    output: str | None,
    force: bool,
    test_fraction: float,
    epochs: int,
    seed: int,
    record: str | None,
    comm: Any,
) -> bool:
    """Train on a folder of pictures; return True if Ctrl-C ended it."""
    from . import pictures as picture_commands

    asked = picture_commands.PictureTraining(
        folder, output, force, test_fraction, min(epochs, 30), seed, record
    )
    return picture_commands.train(own_part(asked, comm), say(comm))


def _parquet_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options about the columns of Parquet files; the command gets them as `chosen`."""

    @wraps(command)
    def with_columns(
        *args: Any, without: tuple[str, ...], keep: tuple[str, ...], **kwargs: Any
    ) -> None:
        command(*args, chosen=(without, keep), **kwargs)

    for option in (
        click.option(
            "--keep",
            multiple=True,
            metavar="COLUMN",
            help="Write this column of the Parquet files before the predictions; may be repeated.",
        ),
        click.option(
            "--without",
            multiple=True,
            metavar="COLUMN",
            help="For a network and Parquet files: a column that is no input; may be repeated.",
        ),
    ):
        with_columns = option(with_columns)
    return with_columns


@commands.command(short_help="Predict each row of DATA with the model in FILE.")
@click.argument("file")
@click.argument("data")
@click.argument("more", nargs=-1, metavar="[PICTURE]...")
@click.option(
    "--output",
    metavar="PATH",
    help="Write all predictions to a .csv or .npy file instead, or to a folder of Parquet files.",
)
@click.option(
    "--explain", is_flag=True, help="Add what each column contributes to each prediction."
)
@click.option(
    "--reference", metavar="FILE", help="With --explain: compare with the median of these rows."
)
@click.option(
    "--levels",
    metavar="NUMBER",
    type=Finite(0, min_open=True),
    help="For pictures: the value of the strongest ink. [16 for 8 x 8 pixels, else 255]",
)
@click.option("--show", is_flag=True, help="For pictures: print what the network sees.")
@_parquet_options
@reading_options
def predict(
    file: str,
    data: str,
    more: tuple[str, ...],
    output: str | None,
    explain: bool,
    reference: str | None,
    levels: float | None,
    show: bool,
    chosen: tuple[tuple[str, ...], tuple[str, ...]],
    reading: Reading,
) -> None:
    """Predict each row of DATA with the model in FILE. DATA is a .csv, .xlsx, .parquet, .npy or
    .png file, or a folder of Parquet files.

    If FILE is a model of `chainrule train`, DATA has the columns that it learned from, in any
    order. If FILE is a network, DATA has one row of numbers for each example, with or without a
    line of names; a picture is scaled to the network's inputs, and inverted if its ink is dark. A
    classifier prints class and probability, any other model its values.

    A folder of Parquet files may be larger than memory. --output is then a folder as well, which
    gets a file of the same name with the same rows for each of them. A run that was ended, by
    Ctrl-C or otherwise, goes on when the same command is given again; files whose data or model
    have changed since are made again. The inputs of a network are all columns of numbers, in their
    order, but for those of --without.

    \b
    Examples:
      chainrule predict houses.safetensors new.csv
      chainrule predict houses.safetensors new.csv --explain
      chainrule predict net.safetensors data.npy --output predictions.csv
      chainrule predict net.safetensors rows/ --output answers/ --without y --keep id
      chainrule predict digits.safetensors my-own-digit.png --show
      chainrule predict animals.safetensors cat.jpg dog.jpg
    """
    from . import folders, pictures
    from . import tables as table_commands

    if reference is not None and not explain:
        raise click.UsageError("--reference: expected --explain with it.")
    of_pictures = pictures.is_of_pictures(file)
    whole = not of_pictures and folders.is_for_folders(data, output)
    if not Path(data).suffix and not os.path.exists(data):
        raise click.UsageError(f"{data}: expected a file or a folder, got no such one.")
    _check_output(output, file, data, reference, any_suffix=whole)
    if of_pictures:
        if output or explain:
            raise click.UsageError("--output, --explain: not for pictures. Leave them out.")
        pictures.predict(file, [data, *more], click.echo, show=show)
        return
    if more:
        raise click.UsageError(
            f"expected one file of data, got {1 + len(more)}. Give them one by one; only a model "
            "that was trained on a folder of pictures takes several."
        )
    without, keep = chosen
    if whole:
        if levels is not None or show:
            raise click.UsageError("--levels, --show: only for pictures. Leave them out.")
        folders.predict(
            folders.Request(file, data, output, without, keep, explain, reference, reading), _tell
        )
        return
    if keep or (without and not folders.is_parquet(data)):
        raise click.UsageError("--keep, --without: expected Parquet files with them.")
    if table_commands.is_table(file):
        table_commands.predict(
            file,
            data,
            output,
            reference,
            explain=explain,
            say=click.echo,
            tell=_tell,
            reading=reading,
        )
        return
    _predict_rows(file, data, output, reference, explain, levels, show, without, reading)


def _predict_rows(
    file: str,
    data: str,
    output: str | None,
    reference: str | None,
    explain: bool,
    levels: float | None,
    show: bool,
    without: tuple[str, ...],
    reading: Reading,
) -> None:
    """Read the rows of a network alone, and predict them."""
    from .folders import is_parquet, one_input
    from .rows_from_files import is_picture, read_rows, shown_picture
    from .rows_from_parquet import read_parquet

    net, shape = one_input(file)

    def read(path: str) -> Array:
        if is_parquet(path):
            return read_parquet(path, shape, without)
        return read_rows(path, shape, levels, net.dtype.name, reading)

    others = None if reference is None else read(reference)
    rows = read(data)
    if levels is None and is_picture(data):
        _tell(f"{data}: ink is {rows.max():g}; if the network learned from 0 to 1: --levels 1")
    if show:
        click.echo(shown_picture(data, rows))
    _predict_by_network(net, rows, others, data, output, explain)


def _check_output(
    output: str | None, file: str, data: str, reference: str | None, *, any_suffix: bool
) -> None:
    """Check that --output names no input, and a kind of file that can be written."""
    if output is None:
        return
    if not any_suffix and Path(output).suffix.lower() not in (".csv", ".npy"):
        raise click.UsageError(f"--output: expected a .csv or .npy file, got {output}.")
    for given, what in ((data, "the data"), (file, "the model"), (reference, "the reference")):
        if given and _same_file(output, given):
            raise click.UsageError(f"--output: expected another file than {what}, got {output}.")


def _predict_by_network(
    net: Network,
    rows: Array,
    others: Array | None,
    data: str,
    output: str | None,
    explain: bool,
) -> None:
    """Print or write the answers of a network alone, without a table's columns."""
    import numpy as np

    from . import tables as table_commands
    from .answers_to_files import write_answers

    if explain and output is not None:
        raise click.UsageError(
            "--explain: expected no --output for a network alone. Leave one of them out."
        )
    with warnings.catch_warnings():  # of what is refused below
        warnings.filterwarnings("ignore", "predict: .* although its inputs are finite")
        answers = net.predict(rows)
    finite = np.isfinite(answers.reshape(len(answers), -1)).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(
            f"{data}, row {row + 1} of {len(rows)}",
            "inputs that give a finite answer",
            f"{answers[row].ravel()[~np.isfinite(answers[row].ravel())][0]}",
            "Its numbers are far from those that the network was trained on.",
        )
    if output is not None:
        _tell(write_answers(output, answers))
        return
    whys = table_commands.explain_rows(net, rows, others, data) if explain else None
    table_commands.say_all(_lines(net, answers), whys, click.echo)


# ---------------------------------------------------------------- recorded runs


def _opening_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what a recording learned from."""
    for option in (
        click.option(
            "--target",
            metavar="COLUMN",
            help="The column of DATA that it learned to predict, if FILE does not say it.",
        ),
        click.option(
            "--data",
            metavar="DATA",
            help="What it learned from: the same .csv, .xlsx or .parquet file, or a .npz file "
            "with arrays X and y.",
        ),
    ):
        command = option(command)
    return command


@commands.command(short_help="Visit any step of the recorded run in FILE.")
@click.argument("file")
@_opening_options
@click.option(
    "--step", metavar="NUMBER", type=click.IntRange(0), help="Go to the moment after so many steps."
)
@click.option(
    "--epoch", metavar="NUMBER", type=click.IntRange(0), help="Go to the end of this epoch."
)
@click.option(
    "--at",
    type=click.Choice(["start", "best", "end"]),
    help="Go to the start, the end of the best epoch, or the end.",
)
@click.option(
    "--stages", is_flag=True, help="Print every number of the step that follows, with equations."
)
@click.option(
    "--explain",
    multiple=True,
    metavar="ENTRY",
    help='Say what this number is made of, such as "dW1[2, 0]"; may be repeated.',
)
@click.option(
    "--terms",
    metavar="NUMBER",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="The most terms that --explain shows.",
)
@reading_options
def replay(
    file: str,
    data: str | None,
    target: str | None,
    step: int | None,
    epoch: int | None,
    at: str | None,
    stages: bool,
    explain: tuple[str, ...],
    terms: int,
    reading: Reading,
) -> None:
    """Look into the recorded run in FILE. Every one of its steps can be visited again.

    Without further options, print what the run was made of, how it went, and which data its replay
    needs. With a step, an epoch or --at, print that moment: its batch, its loss, and for each
    parameter the size of its gradient and of its next update. --stages prints every number of that
    update, --explain what one of them is made of: for a gradient also which rows of the data.

    `chainrule train --record FILE` writes such a file, and so does chainrule.Record in Python. The
    data are not in it, unless Python was asked for that.

    \b
    Examples:
      chainrule replay run.safetensors
      chainrule replay run.safetensors --data flowers.csv --step 300
      chainrule replay run.safetensors --data flowers.csv --epoch 2 --stages
      chainrule replay run.safetensors --data flowers.csv --step 9 --explain "z1[0,0]"
      chainrule replay run.safetensors --data rows.npz --epoch 3
    """
    from . import recordings

    place = recordings.Place(step, epoch, at)
    if place.count > 1:
        raise click.UsageError("--step, --epoch, --at: expected one of them, got several.")
    if not place.count and (stages or explain):
        name = "--stages" if stages else "--explain"
        raise click.UsageError(f"{name}: expected a moment with it, such as --step 300.")
    opening = recordings.Opening(file, data, target, reading)
    recordings.replay(opening, place, explain, click.echo, stages=stages, most=terms)


@commands.command(short_help="Say what is wrong with the training of a run or a table.")
@click.argument("file")
@_opening_options
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="For a table. [what the target looks like]",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="COLUMN=KIND",
    help="For a table: number, category, date or ignore; may be repeated.",
)
@click.option(
    "--missing",
    multiple=True,
    metavar="WORD",
    help="For a table: a word that means an empty cell; may be repeated.",
)
@click.option(
    "--hidden",
    default="128,64",
    show_default=True,
    metavar="UNITS",
    help="For a table: units of each hidden layer; 0: no hidden layer.",
)
@click.option(
    "--epochs",
    metavar="NUMBER",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="For a table: the most epochs.",
)
@click.option(
    "--lr",
    metavar="RATE",
    type=Finite(0, min_open=True),
    default=0.001,
    show_default=True,
    help="For a table: learning rate.",
)
@reading_options
def diagnose(
    file: str,
    data: str | None,
    target: str | None,
    task: str | None,
    kinds: tuple[str, ...],
    missing: tuple[str, ...],
    hidden: str,
    epochs: int,
    lr: float,
    reading: Reading,
) -> None:
    """Say what is wrong with the recorded run in FILE, and which advice made it better.

    Each advice was tried: the same steps again with that one change. An advice that did not help
    is not given. If FILE is a table, a network learns from it first, as the first one of
    `chainrule train` does.

    \b
    Examples:
      chainrule diagnose run.safetensors --data flowers.csv
      chainrule diagnose flowers.csv --target species
      chainrule diagnose flowers.csv --target species --lr 0.1 --hidden 32
    """
    from . import recordings

    if file.lower().endswith(".safetensors"):
        opening = recordings.Opening(file, data, target, reading)
        recordings.diagnose(opening, click.echo)
        return
    if data is not None:
        raise click.UsageError("--data: expected a recorded run with it, got a table.")
    if Path(file).is_dir():
        raise click.UsageError(
            f"{file}: expected a recorded run or a table, got a folder. Record a run of its "
            f"pictures first: chainrule train {file} --record run.safetensors."
        )
    if target is None:
        raise click.UsageError("Missing option '--target': the column to predict.")
    settings = {"hidden_layer_sizes": _sizes(hidden), "learning_rate_init": lr, "max_iter": epochs}
    recordings.diagnose_table(
        file, target, settings, click.echo, task=task, kinds=kinds, missing=missing, reading=reading
    )


@commands.command(short_help="Open the Lab: networks in the browser, all of them alive.")
@click.argument("file", required=False)
@click.option(
    "--port",
    metavar="NUMBER",
    type=click.IntRange(0, 65535),
    help="The port of this machine; 0: any free one. [the first free one from 8765 on]",
)
@click.option("--browser/--no-browser", default=True, help="Open it in the browser.")
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    help="English or Chinese. [what the browser says]",
)
@click.option(
    "--write",
    "target",
    metavar="PATH",
    help="Write the whole Lab as one HTML file instead, for a stick or a web page.",
)
def lab(
    file: str | None, port: int | None, browser: bool, language: str | None, target: str | None
) -> None:
    """Open the Lab, where networks are built, trained and looked into by hand.

    It is a page on this machine. It loads nothing from the internet, your data stay here, and no
    other machine can open it. FILE is a network, an energy model or a recording that chainrule has
    saved: the Lab opens it.

    \b
    Examples:
      chainrule lab
      chainrule lab net.safetensors
      chainrule lab --language zh --port 8000
      chainrule lab --write lab.html
    """
    from . import lab as lab_commands

    if target is None:
        lab_commands.serve(file, language, click.echo, port=port, browser=browser)
    elif port is not None:
        raise click.UsageError("--port: expected without --write, which serves nothing.")
    else:
        lab_commands.write(target, file, language, click.echo)


def _same_file(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _tell(line: str) -> None:
    """Print a line about the answer on stderr; stdout has the answer alone."""
    click.echo(line, err=True)


def _load(file: str) -> Network:
    from ..network import Network

    return Network.load(file)


def _lines(net: Network, answers: Array) -> list[str]:
    """Return `class 3  probability 0.98` for each row, or its values."""
    from ..losses import KLDivergence, SigmoidCrossEntropy, SoftmaxCrossEntropy

    if isinstance(net.loss, SoftmaxCrossEntropy | KLDivergence):
        return [f"class {row.argmax()}  probability {row.max():.4f}" for row in answers]
    if isinstance(net.loss, SigmoidCrossEntropy) and answers.shape[1:] == (1,):
        return [f"class {int(p > 0.5)}  probability {max(p, 1 - p):.4f}" for p in answers[:, 0]]
    return ["  ".join(f"{value:.6g}" for value in row) for row in answers.reshape(len(answers), -1)]
