"""Whether all processes of a fit were started with the same; one line says what differs where."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping

from ..errors import ProcessError
from .meetings import named
from .processes import Processes

LONGEST = 60  # letters of a value that are shown


def check_equal(processes: Processes, facts: Mapping[str, str], remedy: str) -> None:
    """Raise ProcessError unless these facts are the same in all processes.

    The first process writes the message to stderr, once for all of them.

    Parameters
    ----------
    processes : Processes
        Those that compare.
    facts : dict of str
        What must be the same, by name; the first difference counts.
    remedy : str
        What the user can do.
    """
    found = processes.share((processes.number, dict(facts)))
    numbers, given = [number for number, _ in found], [one for _, one in found]
    names = list(dict.fromkeys(name for one in given for name in one))
    for name in names:
        values = [one.get(name, "nothing") for one in given]
        usual, count = Counter(values).most_common(1)[0]
        if count == len(given):
            continue
        others = [k for k, value in enumerate(values) if value != usual]
        error = ProcessError(
            "fit(comm=...)",
            f"the same {name} in all {len(given)} processes{_shown(usual)}",
            f"another one in {named([numbers[k] for k in others])}{_shown(values[others[0]])}",
            remedy,
        )
        if processes.is_first:
            print(f"chainrule: {error}", file=sys.stderr, flush=True)
        raise processes.tell(error)


def _shown(value: str) -> str:
    """Return a value in brackets, or the beginning of it; hashes say nothing to a reader."""
    is_hash = len(value) in (16, 64) and not value.strip("0123456789abcdef")
    if is_hash or not value:
        return ""
    return f" ({value})" if len(value) <= LONGEST else f" ({value[:LONGEST]}...)"
