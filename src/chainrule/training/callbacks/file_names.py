"""Names of files with fields: `run-{epoch:03d}-{val_loss:.3f}.safetensors`."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from string import Formatter
from typing import Any

from ...errors import ParameterError
from ...files.writing import remove_leftovers

COUNTERS = ("epoch", "step")
NUMBER = r"\s*[-+]?(?:[0-9][0-9.,_]*(?:[eE][-+]?[0-9]+)?%?|inf|nan)\s*"


class FileNames:
    """The names that a text with fields in braces gives.

    Parameters
    ----------
    where : str
        The callback, for errors.
    path : str
        A path. `{{` and `}}` are braces in its name.

    Raises
    ------
    ParameterError
        A field that is no name with a format, or one in the name of the folder.
    """

    def __init__(self, where: str, path: str) -> None:
        self.where, self.path = where, path
        try:
            self.parts = list(Formatter().parse(path))
        except ValueError as error:
            raise self._refusal("fields such as {epoch}", f"{error}") from None
        self.fields = [name for _, name, _, _ in self.parts if name is not None]
        for _, name, form, conversion in self.parts:
            if name is None:
                continue
            number: Any = 1 if name in COUNTERS else 0.5
            try:
                right = name.isidentifier() and not conversion and format(number, form or "")
            except ValueError:
                right = False
            if not right:
                raise self._refusal(
                    "fields such as {epoch:03d} or {val_loss:.3f}", f"{{{name}:{form}}}"
                )
        folder, self.file = os.path.split(path)
        if any(name is not None for _, name, _, _ in Formatter().parse(folder)):
            raise self._refusal("fields in the name of the file alone", "one in the folder's name")
        self.folder = folder.replace("{{", "{").replace("}}", "}")

    def _refusal(self, rule: str, got: str) -> ParameterError:
        return ParameterError(
            f"{self.where}({self.path!r})",
            rule,
            got,
            "A brace that belongs to the name is written twice: {{ or }}.",
        )

    @property
    def numbers(self) -> list[str]:
        """The fields that are numbers of the history."""
        return [name for name in self.fields if name not in COUNTERS]

    def name(self, numbers: Mapping[str, float]) -> str:
        """Return the path with these numbers; ParameterError for a field that is none of them."""
        for field in self.fields:
            if field not in numbers:
                near = get_close_matches(field, list(numbers), 1, 0.7)
                raise ParameterError(
                    f"{self.where}({self.path!r})",
                    f"fields among {', '.join(numbers)}",
                    f"{{{field}}}",
                    f"Did you mean {{{near[0]}}}?" if near else "Give validation_data or metrics.",
                )
        return Formatter().vformat(self.path, (), numbers)

    def existing(self) -> list[tuple[str, dict[str, float]]]:
        """Return the files of these names, the one written first in front, and their counters."""
        found = []
        for entry in self._entries():
            if (match := self._pattern().fullmatch(entry.name)) and entry.is_file():
                counters = {k: float(match[k]) for k in COUNTERS if k in match.groupdict()}
                time = entry.stat().st_mtime_ns, *counters.values()
                found.append((time, os.path.join(self.folder, entry.name), counters))
        return [(path, counters) for _, path, counters in sorted(found, key=lambda f: f[0])]

    def remove_leftovers(self) -> None:
        """Remove temporary files of writes to these names that a killed process did not finish."""
        for entry in self._entries():
            name = entry.name[1:].rsplit(".", 2)[0]
            if entry.name.endswith(".tmp") and self._pattern().fullmatch(name):
                remove_leftovers(os.path.join(self.folder, name))

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            return list(os.scandir(self.folder or "."))
        except OSError:
            return []

    def _pattern(self) -> re.Pattern[str]:
        text, seen = "", set()
        for literal, name, _, _ in Formatter().parse(self.file):
            text += re.escape(literal)
            if name in COUNTERS and name not in seen:
                text += rf"(?P<{name}>\s*[0-9]+)"
                seen.add(name)
            elif name is not None:
                text += NUMBER
        return re.compile(text)
