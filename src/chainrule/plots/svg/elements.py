"""The few SVG elements that our drawings need, as text."""

from collections.abc import Sequence
from html import escape

# Okabe & Ito's colours, which people of every colour vision tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
TEXT, PALE = "#222222", "#9A9A9A"


def document(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    """A whole drawing on white paper; `title` is what a screen reader says."""
    w, h, name = number(width), number(height), clean(title)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img"'
    style = 'font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="12"'
    paper = f'<rect width="{w}" height="{h}" fill="white"/>'
    return (
        "\n".join(
            [
                f'{head} aria-label="{name}" {style}>',
                f"<title>{name}</title>",
                paper,
                *parts,
                "</svg>",
            ]
        )
        + "\n"
    )


def text(
    x: float, y: float, words: str, *, anchor: str = "middle", size: float = 12, colour: str = TEXT
) -> str:
    """Words; y is the middle of their height."""
    place = f'x="{number(x)}" y="{number(y + 0.35 * size)}"'
    return f'<text {place} text-anchor="{anchor}" font-size="{number(size)}" fill="{colour}">{clean(words)}</text>'


def number(value: float) -> str:
    """At most two decimals, and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def clean(words: str) -> str:
    """Words as XML may hold them: its signs escaped, control characters replaced."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words))


def width_of(words: Sequence[str], size: float = 12) -> float:
    """About how wide the longest of some words is; letters of East Asia are twice as wide as Latin ones."""
    return (
        max((sum(0.58 if ord(c) < 0x2E80 else 1.0 for c in word) for word in words), default=0.0)
        * size
    )
