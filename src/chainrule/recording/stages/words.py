"""Equations of one entry in words: symbols with indices, and the same with numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import numpy as np

from ...graph.equations import FUNCTIONS, GREEK, TOKEN, pretty

ENDS, BEGINS, INDICES = set(")]½²³ᵀ"), set("([½√Σ"), set("Σₙₖᵢⱼₜ")
GLUE = "\u00a0"
FIRST = re.compile(r"\(\((−[^()\s]*)\)(?= [−+>]|, |\))")  # ((−1) − 2: it needs no brackets
LOGIC = {"if", "else", "and", "or"}
PLAIN = {greek: word for word, greek in GREEK.items()} | {"ℓ": "l", "∂L/∂": "d", "∇": "d"}


def number(value: Any, digits: int = 4) -> str:
    """Return a number with a minus sign of its own: −0.25.

    Examples
    --------
    >>> number(-0.25), number(3), number(1 / 3)
    ('−0.25', '3', '0.3333')
    """
    text = f"{float(value) + 0.0:.{digits}g}".replace("inf", "∞")  # −0 becomes 0
    return "−" + text[1:] if text.startswith("-") else text


def factor(value: Any, digits: int = 4) -> str:
    """Return a number as a factor of a product: a negative one is in brackets.

    Examples
    --------
    >>> factor(-0.25), factor(0.5)
    ('(−0.25)', '0.5')
    """
    text = number(value, digits)
    return f"({text})" if text.startswith("−") else text


def greek(text: str) -> str:
    """Return a text with Greek letters for the words that stand for them.

    Examples
    --------
    >>> greek("norm.dgamma2 = √(Σ dgamma2²)")
    'norm.dγ2 = √(Σ dγ2²)'
    """
    return "".join(pretty(token) for token in TOKEN.findall(text))


def folded(text: str, indent: str, width: int = 80) -> list[str]:
    """Return a text in lines of at most `width` columns; an index is not torn apart."""
    glued = re.sub(r"\[[^\]]*\]", lambda index: index[0].replace(" ", GLUE), text)
    lines = wrap(
        glued,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(GLUE, " ") for line in lines]


def indexed(symbol: str, index: Any) -> str:
    """Return an entry as it is written: W1[2, 0]; a number has no index.

    Examples
    --------
    >>> indexed("gamma2", (1,)), indexed("L", ())
    ('γ2[1]', 'L')
    """
    place = ", ".join(str(int(n)) for n in index)
    return greek(symbol) + (f"[{place}]" if place else "")


def put(form: str, words: Mapping[str, str]) -> str:
    """Return an equation with other words; factors next to each other get a · between them.

    An empty word is left out, as a factor 1 is.

    Examples
    --------
    >>> put("2 dv (x − mu) / N", {"dv": "0.5", "x": "1", "mu": "(−1)", "N": "8"})
    '2·0.5·(1 − (−1)) / 8'
    >>> put("max(z, 0)", {"z": "(−1)"})
    'max(−1, 0)'
    """
    tokens = [words.get(t, pretty(t)) for t in TOKEN.findall(re.sub(r" +", " ", form))]
    written: list[str] = []
    k = bars = 0
    while k < len(tokens):
        token, following = tokens[k], "".join(tokens[k + 1 : k + 2])
        if token == "":
            if following in (" ", "·") and _begins("".join(tokens[k + 2 : k + 3]), bars):
                k += 2
                continue
            token = "1"
        if token == " " and written and _ends(written[-1], bars) and _begins(following, bars):
            token = "·"
        bars += token == "|"
        written.append(token)
        k += 1
    return unwrapped(FIRST.sub(r"(\1", "".join(written)))


def _ends(word: str, bars: int) -> bool:
    """Return True if a factor may end with this word; every second | is a closing one."""
    if word in ("", *FUNCTIONS, *LOGIC) or word[-1] in INDICES:
        return False
    return word[-1].isalnum() or word[-1] in ENDS or (word == "|" and bars % 2 == 0)


def _begins(word: str, bars: int) -> bool:
    """Return True if a factor may begin with this word."""
    if word in ("", *LOGIC):
        return False
    return word[0].isalnum() or word[0] in BEGINS or (word == "|" and bars % 2 == 0)


def prose(text: str) -> bool:
    """Return True for words instead of a formula.

    Examples
    --------
    >>> prose("new.s = sign(field) for the unit whose turn it is"), prose("z1 = x W1 + b1")
    (True, False)
    """
    return bool(re.search(r"[a-z]{2,} [a-z]{2,}", text))


def unwrapped(text: str) -> str:
    """Return a text without brackets around all of it.

    Examples
    --------
    >>> unwrapped("(−0.5)"), unwrapped("(1 − 2)·(3 − 4)")
    ('−0.5', '(1 − 2)·(3 − 4)')
    """
    return text[1:-1] if re.fullmatch(r"\([^()]*\)", text) else text


def attribute(value: Any) -> str:
    """Return an attribute of a step; 1 is left out of products."""
    if isinstance(value, (bool, str, tuple)):
        return str(value)
    return "" if value == 1 else factor(value, 6)


def entry_number(value: Any) -> str:
    """Return an entry of an array as a factor; a whole number stays whole."""
    if np.asarray(value).dtype.kind in "iub":
        return factor(int(value), 12)
    return factor(value)


def plain(name: str) -> str:
    """Return a name in ASCII letters, without spaces.

    Examples
    --------
    >>> plain("dγ2"), plain(" ℓ")
    ('dgamma2', 'l')
    """
    for greek, word in PLAIN.items():
        name = name.replace(greek, word)
    return re.sub(r"\s+", "", name)
