"""What `train --record` notes in the file of a recording: how the table became its rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ChainruleError, FileError
from ..files.container import read, write
from ..files.text import Reading

NOTE, PICTURES = "from_table", "from_pictures"
PLAIN = ("target", "task", "weight", "test_fraction", "refit", "class_weight")
WORDS = ("kinds", "missing")
OF_READING = ("encoding", "sheet")
SETTINGS = (
    *("hidden_layer_sizes", "n_estimators", "max_iter", "max_categories"),
    *("learning_rate_init", "random_state"),
)


def write_note(path: str, asked: Any) -> None:
    """Add to the file of a recording what `train` was asked for.

    Parameters
    ----------
    path : str
        The file.
    asked : Training
        The arguments of `train`.
    """
    about, tensors = read(path)
    note: dict[str, Any] = {name: getattr(asked, name) for name in PLAIN}
    note |= {name: list(getattr(asked, name)) for name in WORDS}
    note |= {name: getattr(asked.reading, name) for name in OF_READING}
    note["settings"] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asked.settings.items()
    }
    note["data"] = Path(asked.data).name
    write(path, tensors, about | {NOTE: note})


def write_note_of_pictures(path: str, asked: Any) -> None:
    """Add to the file of a recording what `train FOLDER` was asked for, a PictureTraining."""
    about, tensors = read(path)
    note = {name: getattr(asked, name) for name in ("test_fraction", "epochs", "seed")}
    write(path, tensors, about | {PICTURES: note | {"data": Path(asked.folder).name}})


def note_of(about: dict[str, Any], name: str = NOTE) -> dict[str, Any] | None:
    """Return the note of a file; None if it has none."""
    note = about.get(name)
    return note if isinstance(note, dict) else None


def asked_again(path: str, note: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """Return the arguments of Training besides the table.

    Parameters
    ----------
    path : str
        The file, for errors.
    note : dict
        The note in it.
    reading : Reading
        How the table is read, as far as that is given again.
    """
    try:
        settings = {name: note["settings"][name] for name in SETTINGS}
        settings["hidden_layer_sizes"] = tuple(settings["hidden_layer_sizes"])
        found = {name: note[name] for name in PLAIN}
        found |= {name: tuple(map(str, note[name])) for name in WORDS}
        kept = {name: note[name] for name in OF_READING if getattr(reading, name) is None}
        return found | {"settings": settings, "reading": replace(reading, **kept)}
    except ChainruleError:
        raise
    except Exception:  # a hostile file
        raise FileError(
            f"{path}: its note of the table is not complete. Take another copy of it."
        ) from None
