"""What the lessons in examples/ share: where they stand, how they speak, where their pictures go."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import DependencyError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 80


def folder() -> Path:
    """Where the lessons lie: inside the wheel, or beside src/ in a checkout."""
    installed = Path(__file__).parent / "examples"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples"


def title(text: str) -> None:
    """A heading."""
    print(f"\n{text}\n{'=' * len(text)}")


def notice(text: str) -> None:
    """What to notice, in two sentences, wrapped for any terminal."""
    print("\n" + textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="Notice: ", subsequent_indent="        ") + "\n")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table: the first column to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for k, row in enumerate(cells):
        first, *others = (cell.ljust(w) if not i else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True)))
        print("  ".join([first, *others]).rstrip())
        if k == 0:
            print("-" * (sum(widths) + 2 * (len(widths) - 1)))


def picture(name: str, draw: Callable[[], "Figure"]) -> None:
    """Write pictures/NAME.png when matplotlib is there; else say in one line what is missing."""
    path = Path("pictures") / f"{name}.png"
    try:
        figure = draw()
        path.parent.mkdir(exist_ok=True)
        figure.savefig(path, dpi=120)
    except DependencyError as missing:
        print(f"No picture: {missing}")
    except OSError as error:
        print(f"No picture: {path} cannot be written ({error.strerror}).")
    else:
        print(f"Picture: {path}")
