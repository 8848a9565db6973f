"""Whether all processes of a fit were started with the same: one line says what differs, and where."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping

from ..errors import ProcessError
from .processes import Processes

LONGEST = 40  # letters of a value that is shown


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
    given = processes.share(dict(facts))
    names = list(dict.fromkeys(name for one in given for name in one))
    for name in names:
        values = [one.get(name, "nothing") for one in given]
        usual, count = Counter(values).most_common(1)[0]
        if count == processes.size:
            continue
        others = [rank for rank, value in enumerate(values) if value != usual]
        error = ProcessError(
            "fit(comm=...)",
            f"the same {name} in all {processes.size} processes{_shown(usual)}",
            f"another one in {_named(others)}{_shown(values[others[0]])}",
            remedy,
        )
        if processes.is_first:
            print(f"chainrule: {error}", file=sys.stderr, flush=True)
        raise processes.tell(error)


def _named(ranks: list[int]) -> str:
    """Return `process 3`, or `processes 1, 2, 5`."""
    return f"process{'es' if len(ranks) > 1 else ''} {', '.join(map(str, ranks))}"


def _shown(value: str) -> str:
    """Return a short value in brackets; hashes and long texts say nothing to a reader."""
    is_hash = len(value) == 64 and not value.strip("0123456789abcdef")
    return "" if is_hash or len(value) > LONGEST else f" ({value})"
