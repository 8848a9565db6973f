"""The few SVG elements that the drawings need, as text."""

from collections.abc import Sequence
from html import escape

# Okabe & Ito's colors, which readers of any color vision can distinguish.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
TEXT, PALE = "#222222", "#9A9A9A"


def document(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    """Return a whole drawing on white paper; screen readers read its title."""
    w, h, name = number(width), number(height), clean(title)
    size = f'width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"'
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
