"""Names of entries as people write them: dW1[2,0], γ2[1], dense1/W[0, 0], loss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ...errors import ParameterError
from .stage import Index, Quantity, Stage
from .words import greek, plain

WRITTEN = re.compile(r"\s*([^\[\]]+?)\s*(?:\[([^\[\]]*)\])?\s*")
MANY = 40  # names that an error shows
WORDS = {"loss": "L"}  # what people say for a symbol


def find(stages: Iterable[Stage], name: str) -> Quantity:
    """Return the quantity of this symbol or path.

    Of several with one name it is the last one that is computed: W1 is the new weight.

    Parameters
    ----------
    stages : iterable of Stage
        The stages of one update.
    name : str
        A symbol or path: "z1", "dγ2" or "dgamma2", "dense1/W", "loss".

    Raises
    ------
    ParameterError
        There is no such name.
    """
    quantities = [q for stage in stages for q in stage.quantities]
    if not isinstance(name, str):
        raise ParameterError(
            f"[{name!r}]", "the name of a value", repr(name), f'Write ["{_some(quantities)}"].'
        )
    return _found(quantities, name, f"[{name!r}]")


def entry_of(stages: Iterable[Stage], where: str) -> tuple[Quantity, Index]:
    """Return the quantity that a text names, and the index of its entry.

    Parameters
    ----------
    stages : iterable of Stage
        The stages of one update.
    where : str
        A symbol or path, and an index counted from 0: "dW1[2, 0]", "dense1/W[0, 0]", "L".

    Raises
    ------
    ParameterError
        There is no such name, or no such entry.
    """
    quantities = [q for stage in stages for q in stage.quantities]
    parts = WRITTEN.fullmatch(where) if isinstance(where, str) else None
    if parts is None:
        raise ParameterError(
            "explain",
            "the name of an entry",
            repr(where),
            f"Write {_example(quantities, where)}.",
        )
    found = _found(quantities, parts[1], f"explain({where!r})")
    return found, _index(where, found, parts[2])


def _found(quantities: Sequence[Quantity], name: str, place: str) -> Quantity:
    found = named(quantities, name)
    if found is None:
        near = _near(quantities, name)
        rule = "a name of this update" if near else f"a name among {_known(quantities)}"
        raise ParameterError(place, rule, repr(name), near or "Take one of them.")
    return found


def named(quantities: Sequence[Quantity], name: str) -> Quantity | None:
    """Return the last computed quantity of this name, else the last that is given; or None."""
    for wanted in (plain(name), WORDS.get(plain(name), "")):
        fitting = [q for q in quantities if wanted and wanted in (plain(q.symbol), q.path)]
        if fitting:
            return next((q for q in reversed(fitting) if not q.given), fitting[-1])
    return None


def _index(where: str, q: Quantity, written: str | None) -> Index:
    """Return the index as numbers; raise unless it is one of the array's."""
    shape, name = q.shape, greek(q.symbol)
    last = ", ".join(str(n - 1) for n in shape)
    first = ", ".join("0" for _ in shape)
    if written is None and shape:
        raise ParameterError(
            f"explain({where!r})",
            f"one entry of {name}, which has the shape {shape}",
            "all of it",
            f'Write explain("{name}[{first}]"). Count from 0.',
        )
    words = [word.strip() for word in (written or "").split(",") if word.strip()]
    fits = len(words) == len(shape) and all(
        word.isdecimal() and int(word) < n for word, n in zip(words, shape, strict=True)
    )
    if not fits:
        rule = f"an entry from {name}[{first}] to {name}[{last}]" if shape else f"{name} alone"
        rule = rule if 0 not in shape else f"an entry of {name}, which has none"
        raise ParameterError(
            f"explain({where!r})",
            rule,
            f"[{written}]",
            "Count from 0." if shape else "It is one number.",
        )
    return tuple(int(word) for word in words)


def _known(quantities: Sequence[Quantity]) -> str:
    names = list(dict.fromkeys(greek(q.symbol) for q in quantities))
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more


def _near(quantities: Sequence[Quantity], name: str) -> str:
    """Return a sentence with names that are like this one; "" if there are none."""
    names = {plain(q.symbol): greek(q.symbol) for q in quantities}
    names |= {q.path: q.path for q in quantities if q.path}
    parts = WRITTEN.fullmatch(name)
    if parts is not None and parts[2] is not None and named(quantities, parts[1]) is not None:
        return f'Write ["{parts[1]}"][{parts[2]}], or explain("{name}").'
    same = [n for n in names if n.casefold() == plain(name).casefold()]  # w1 for W1
    near = same or get_close_matches(plain(name), names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(names[n] for n in near)}?" if near else ""


def _some(quantities: Sequence[Quantity]) -> str:
    return next((greek(q.symbol) for q in quantities if not q.given), "L")


def _example(quantities: Sequence[Quantity], where: object = "") -> str:
    """Return how an entry is written: one of the array that a text begins with, if it has one."""
    meant = named(quantities, re.split(r"[\[\](]", where)[0]) if isinstance(where, str) else None
    shown = next((q for q in reversed(quantities) if q.shape and not q.given), None)
    shown = meant if meant is not None and meant.shape else shown
    if shown is None:
        return '"L"'
    return f'"{greek(shown.symbol)}[{", ".join("0" for _ in shown.shape)}]"'
