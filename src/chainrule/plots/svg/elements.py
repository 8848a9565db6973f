"""The few SVG elements that the drawings need, as text."""

from collections.abc import Sequence
from html import escape, unescape
from pathlib import Path

from ...errors import FileError, ParameterError

# Okabe & Ito's colors, which readers of any color vision can distinguish.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
TEXT, PALE = "#222222", "#9A9A9A"


class Drawing(str):
    """The text of an SVG document. A notebook shows the picture, and `save` writes it.

    Examples
    --------
    >>> drawing = document(20, 10, "nothing yet", [])
    >>> drawing
    <Drawing: nothing yet; 20 × 10 pixels. Write it with .save("drawing.svg").>
    """

    def _repr_svg_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        size = self.partition('viewBox="0 0 ')[2].partition('"')[0].replace(" ", " × ")
        title = unescape(self.partition("<title>")[2].partition("</title>")[0])
        return f'<Drawing: {title}; {size} pixels. Write it with .save("drawing.svg").>'

    def save(self, path: str | Path) -> None:
        """Write the drawing.

        Parameters
        ----------
        path : path
            Name of the file, which ends in .svg. An existing file is replaced.

        Raises
        ------
        ParameterError
            The name has another ending.
        FileError
            The file cannot be written.
        """
        if Path(path).suffix.lower() != ".svg":
            raise ParameterError(
                f"save({str(path)!r}): the file must end in .svg. A browser shows it."
            )
        try:
            Path(path).write_text(self, encoding="utf-8")
        except OSError as error:
            raise FileError(
                f"{path}: cannot be written ({error}). Make the folder or choose another."
            ) from error


def document(width: float, height: float, title: str, parts: Sequence[str]) -> Drawing:
    """Return a whole drawing on white paper; screen readers read its title.

    The paper is white on dark pages too, so that lines and words are readable there.
    """
    w, h, name = number(width), number(height), clean(title)
    size = f'width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{name}"'
    font = 'font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="12"'
    first = f'{head} style="max-width:100%;height:auto;border-radius:6px" {font}>'
    paper = f'<rect width="{w}" height="{h}" fill="white"/>'
    return Drawing("\n".join([first, f"<title>{name}</title>", paper, *parts, "</svg>"]) + "\n")


def text(
    x: float, y: float, words: str, *, anchor: str = "middle", size: float = 12, color: str = TEXT
) -> str:
    """Return words; y is the middle of their height."""
    place = f'x="{number(x)}" y="{number(y + 0.35 * size)}"'
    style = f'text-anchor="{anchor}" font-size="{number(size)}" fill="{color}"'
    return f"<text {place} {style}>{clean(words)}</text>"


def number(value: float) -> str:
    """Return a number with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def clean(words: str) -> str:
    """Return words as XML may hold them: signs escaped, control characters replaced."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words))


def width_of(words: Sequence[str], size: float = 12) -> float:
    """Return about how wide the longest word is; East Asian letters count almost double."""
    return (
        max((sum(0.58 if ord(c) < 0x2E80 else 1.0 for c in word) for word in words), default=0.0)
        * size
    )
