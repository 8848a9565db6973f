"""Helpers of the lessons in examples/: their folder, printing, and the place of pictures."""

import io
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from .arrays import Array
from .errors import ChainruleError, DependencyError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 80
INK = " .:-=+*#%@"  # from paper to ink

P = ParamSpec("P")
R = TypeVar("R")


def folder() -> Path:
    """Return the folder of the lessons: inside the wheel, or beside src/ in a checkout."""
    installed = Path(__file__).parent / "examples"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples"


def title(text: str) -> None:
    """Print a heading.

    From here on, a letter that the terminal or file cannot encode becomes a question mark.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    print(f"\n{text}\n{'=' * len(text)}")


def introduce(docstring: str | None) -> None:
    """Print a lesson's docstring: its first line as heading, then what the lesson is about.

    Nothing is printed in a notebook, whose reader sees the docstring.
    """
    if docstring is None or "ipykernel" in sys.modules:
        return
    heading, _, text = docstring.partition("\n")
    title(heading.rstrip("."))
    for paragraph in text.strip().split("\n\n"):
        say(paragraph)


def say(text: str) -> None:
    """Print a paragraph, wrapped for any terminal."""
    print("\n" + textwrap.fill(" ".join(text.split()), WIDTH))


def notice(text: str) -> None:
    """Print what to notice, in two sentences, wrapped for any terminal."""
    print(
        "\n"
        + textwrap.fill(
            " ".join(text.split()), WIDTH, initial_indent="Notice: ", subsequent_indent="        "
        )
        + "\n"
    )


def try_next(text: str) -> None:
    """Print what to change in the script and which lesson comes next; call it after `notice`."""
    print(
        textwrap.fill(
            " ".join(text.split()), WIDTH, initial_indent="Try:    ", subsequent_indent="        "
        )
        + "\n"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a plain table: the first column aligned left, the others right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for k, row in enumerate(cells):
        first, *others = (
            cell.ljust(w) if not i else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())
        if k == 0:
            print("-" * (sum(widths) + 2 * (len(widths) - 1)))


def shades(images: Array, gap: int = 3) -> str:
    """Return images (N, H, W), from 0 (paper) to 1 (ink), side by side as text.

    A pixel is two letters wide, which makes it about square.
    """
    letters = np.array(list(INK))[
        np.clip(np.round(np.asarray(images) * (len(INK) - 1)), 0, len(INK) - 1).astype(int)
    ]
    rows = (
        (" " * gap).join("".join(pixel * 2 for pixel in image[k]) for image in letters)
        for k in range(letters.shape[1])
    )
    return "\n".join(row.rstrip() for row in rows)


def arguments() -> list[str]:
    """Return what was typed after the lesson's name; nothing in a notebook, which has its own."""
    return [] if "ipykernel" in sys.modules else sys.argv[1:]


def or_exit(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function. A mistake of the user prints one line and ends the lesson with code 2."""
    try:
        return function(*args, **kwargs)
    except ChainruleError as mistake:
        print(f"{type(mistake).__name__}: {mistake}", file=sys.stderr)
        raise SystemExit(2) from mistake


def picture(name: str, draw: Callable[[], "Figure"], heading: str = "") -> None:
    """Write pictures/NAME.png under a heading, or print in one line why there is no picture."""
    path = Path("pictures") / f"{name}.png"
    try:
        figure = draw()
        if heading:
            figure.suptitle(heading, fontsize=11)
        path.parent.mkdir(exist_ok=True)
        figure.savefig(path, dpi=120)
    except DependencyError as missing:
        print(f"No picture: {missing}")
    except OSError as error:
        print(f"No picture: {path} cannot be written ({error.strerror}).")
    else:
        print(f"Picture: {path}")


def drawing(name: str, svg: str) -> None:
    """Write pictures/NAME.svg, which needs no matplotlib."""
    path = Path("pictures") / f"{name}.svg"
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        print(f"No picture: {path} cannot be written ({error.strerror}).")
    else:
        print(f"Picture: {path}")
