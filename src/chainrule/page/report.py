"""A page around a recorded run, as one file: `cr.report(run, "run.html")`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import FileError, ParameterError
from ..files.container import packed
from ..network import Network
from ..recording import Recording
from ..settings import is_whole
from . import single_file
from .report_contents import contents

SUFFIX = ".report"  # scene one_update opens files of this name
LEAST = 10_000  # bytes


def report(
    run: Any,
    path: Any,
    *,
    data: bool = False,
    budget: int = 2_000_000,
    diagnose: bool = False,
    title: str = "",
    language: str | None = None,
) -> None:
    """Write a page around a recorded run: its curves, its steps number by number, its network.

    The page opens in a browser, offline and without Python. It shows summary, equations and curves
    of the run. It explains every number of the steps that it carries. And it answers rows that a
    reader types, with the weights of any of these steps.

    Parameters
    ----------
    run : Recording, Network or path
        A recorded run, or the file of one that kept its data. A network gives a report without
        steps.
    path : str or path
        The file to write, such as "run.html". An existing file is replaced in one step.
    data : bool
        True: the report carries rows of the training data. The forward pass of a step needs them, and
        so do the confusion matrix and steps that the page makes again. False: no row leaves this
        machine; a step then shows what follows its gradient.
    budget : int
        Bytes for weights, slots, gradients and rows before they are compressed, ≥ 10,000. The
        first, the best and the last step come first, then steps at equal distances.
    diagnose : bool
        True: add what `run.diagnose()` says. It trains the network again a few times.
    title : str
        The heading; by default the name of the file.
    language : {"en", "zh"}, optional
        English or Chinese; by default what the browser says.

    Raises
    ------
    ParameterError
        `run` is something else, a recording without a network, or a setting is impossible.
    FileError
        A path that cannot be read or written.

    Examples
    --------
    >>> import chainrule as cr
    >>> X, y = cr.datasets.xor()
    >>> net = cr.Network(cr.Dense(2), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    >>> run = net.record(X, y, epochs=20, verbose=0)
    >>> report(run, "run.html", data=True)  # doctest: +SKIP
    """
    _check(data, budget, diagnose, title, language)
    opened = _opened(run)
    heading = title or Path(str(path)).stem
    about, arrays = contents(opened, data=data, budget=budget, diagnose=diagnose, title=heading)
    start: dict[str, Any] = {"scene": "one_update"}
    if language is not None:
        start["language"] = language
    name = heading.replace("/", " ") + SUFFIX
    file = packed(name, arrays, about)
    single_file.write(path, start=start, files={name: file})


def _check(data: Any, budget: Any, diagnose: Any, title: Any, language: Any) -> None:
    """Raise ParameterError for a setting that is none."""
    for name, value in (("data", data), ("diagnose", diagnose)):
        if not isinstance(value, bool):
            raise ParameterError(
                f"report({name}=...)", "True or False", repr(value), f"Write {name}=True."
            )
    if not is_whole(budget) or budget < LEAST:
        rule = f"a number of bytes ≥ {LEAST:,}"
        raise ParameterError("report(budget=...)", rule, repr(budget), "Write budget=2_000_000.")
    if not isinstance(title, str):
        raise ParameterError("report(title=...)", "a text", repr(title), 'Write title="My run".')
    if language not in (None, "en", "zh"):
        raise ParameterError(
            "report(language=...)", '"en" or "zh"', repr(language), "Leave it out."
        )


def _opened(run: Any) -> Recording | Network:
    """Return a recording or a network, from its file if a path is given."""
    if isinstance(run, (Recording, Network)):
        return run
    if isinstance(run, (str, Path)):
        try:
            return Recording.load(run)
        except FileError as error:
            try:
                return Network.load(run)
            except FileError:
                raise error from None
    raise ParameterError(
        "report",
        "a recorded run, its file, or a network",
        type(run).__name__,
        'Write run = net.record(X, y), then cr.report(run, "run.html").',
    )
