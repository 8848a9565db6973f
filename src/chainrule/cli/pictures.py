"""The commands `train FOLDER` and `predict MODEL PICTURE ...`: classes of pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from ..datasets.picture_file import ENDINGS
from ..datasets.picture_folder import Pictures, pictures, read_image
from ..errors import DataError, FileError
from ..files.container import read, write
from ..files.writing import check_target
from ..lessons import shades
from ..metrics import confusion_matrix, report
from ..model.network_file import contents
from ..network import Network
from .notes import write_note_of_pictures
from .tables import check_record

Say = Callable[[str], None]
SIDE = 64  # pixels of a picture for the network
FEWEST = 4  # pictures of a class: some are held out
PART = 200  # pictures that are read at once
MANY = 20  # classes of which a confusion matrix is printed


@dataclass(frozen=True)
class PictureTraining:
    """What `train FOLDER` was asked for.

    Parameters
    ----------
    folder : str
        A folder with one subfolder for each class.
    output : str or None
        The file to save; None: the folder's name, as .safetensors.
    force : bool
        True: replace an existing file.
    test_fraction : float
        The fraction of the pictures that is held out for the report, 0 < fraction < 1.
    epochs : int
        The most epochs.
    seed : int
        The seed of weights, order and held-out rows.
    record : str or None
        A file to record the training in.
    comm : communicator or None
        The processes that train together.
    """

    folder: str
    output: str | None = None
    force: bool = False
    test_fraction: float = 0.2
    epochs: int = 30
    seed: int = 0
    record: str | None = None
    comm: Any = None


def train(asked: PictureTraining, say: Say) -> bool:
    """Train on a folder of pictures, report on those held out, and save the network.

    Returns
    -------
    bool
        True if Ctrl-C ended the training; what was trained is saved.
    """
    output = asked.output or f"{Path(asked.folder).resolve().name}.safetensors"
    check_target(output)
    if os.path.exists(output) and not asked.force:
        raise FileError(
            f"{output}", "a new file", "one that exists", "Write --force, or --output FILE."
        )
    if not 0 < asked.test_fraction < 1:
        raise DataError(
            "--test-fraction", "a number between 0 and 1", f"{asked.test_fraction}", "Write 0.2."
        )
    if asked.record is not None:
        check_record(asked.record, output, asked.folder, asked.force)
    data = pictures(asked.folder, size=SIDE)
    counts = np.bincount(data.labels)
    for name, count in zip(data.classes, counts, strict=True):
        if count < FEWEST:
            raise DataError(
                f"{Path(asked.folder) / name}",
                f"at least {FEWEST} pictures",
                f"{count}",
                "Some of each class are held out for the report.",
            )
    say(f"{asked.folder}: {len(data)} pictures of {len(data.classes)} classes, {SIDE} x {SIDE}")
    rows = _divided(data.labels, asked)
    X = _read_all(data, say)
    model = _model(asked, len(rows[0]))
    model.fit(X[rows[0]], data.labels[rows[0]], comm=asked.comm)
    _report(model.predict_proba(X[rows[1]]), data, rows[1], say)
    tensors, about = contents(model.network_)
    about["pictures"] = {"classes": data.classes, "size": list(data.size), "color": data.color}
    write(output, tensors, about)
    say(f"\nSaved as {output}. Next: chainrule predict {output} PICTURE")
    if asked.record is not None:
        if os.path.exists(asked.record):  # the first process records
            write_note_of_pictures(asked.record, asked)
        again = f"chainrule replay {asked.record} --data {asked.folder}"
        say(f"Recorded in {asked.record}. Next: {again}")
    return bool(model.history_.stopped == "interrupted")


class Learned(NamedTuple):
    """What `train FOLDER` learned from.

    Parameters
    ----------
    X, y : arrays
        The pictures and the numbers of their classes.
    model : estimator
        As it was before it learned.
    paths : list of str
        The files of the pictures.
    """

    X: Array
    y: Array
    model: Any
    paths: list[str]


def learned(asked: PictureTraining) -> Learned:
    """Return what `train` learns from, without training."""
    data = pictures(asked.folder, size=SIDE)
    rows, _ = _divided(data.labels, asked)
    X = _read_all(data, lambda line: None)[rows]
    paths = [str(data.paths[k]) for k in rows]
    return Learned(X, data.labels[rows], _model(replace(asked, record=None), len(rows)), paths)


def _model(asked: PictureTraining, rows: int) -> Any:
    """Return a model that has not learned."""
    from ..estimators.networks.conv_classifier import ConvClassifier
    from ..recording import Record

    return ConvClassifier(
        epochs=asked.epochs,
        class_weight="balanced",  # a class with few pictures counts as much as another
        validation_fraction=0.1 if asked.epochs > 1 and rows >= 50 else 0.0,
        early_stopping=rows >= 50,
        channels="last",
        random_state=asked.seed,
        callbacks=[] if asked.record is None else [Record(asked.record)],
        verbose=True,
    )


def _divided(labels: Array, asked: PictureTraining) -> tuple[Array, Array]:
    """Return the rows to learn from and those held out, from each class its share."""
    from ..datasets.splitting import split

    rows = np.arange(len(labels))
    shares = split(rows, labels, test=asked.test_fraction, seed=asked.seed, stratify=True)
    return np.sort(shares[0]), np.sort(shares[2])


def _read_all(data: Pictures, say: Say) -> Array:
    """Return all pictures as one array, and say how far reading is."""
    height, width = data.size
    X = np.empty((len(data), height, width, 3 if data.color else 1), np.float32)
    for start in range(0, len(data), PART):
        part = np.arange(start, min(start + PART, len(data)))
        X[part] = data.rows(part)[0]
        if part[-1] + 1 < len(data):
            say(f"read {part[-1] + 1} of {len(data)}")
    return X


def _report(p: Array, data: Pictures, rows: Array, say: Say) -> None:
    """Say how many held-out pictures are read rightly, class by class, and which are confused."""
    y, names = data.labels[rows], data.classes
    right = float((p.argmax(axis=1) == y).mean())
    usual = np.bincount(y).max() / len(y)
    say(
        f"\n{len(y)} pictures held out: accuracy {right:.3f} "
        f"({usual:.3f} for always the most frequent class)\n"
    )
    say(report(y, p, names))
    if len(names) <= MANY:
        say("\nrows: what it is; columns: what it is taken for")
        matrix, width = confusion_matrix(y, p), max(5, *(len(name) + 2 for name in names))
        say(" " * width + "".join(f"{name:>{width}}" for name in names))
        for name, line in zip(names, matrix, strict=True):
            say(f"{name:<{width}}" + "".join(f"{count:>{width}}" for count in line))
    p_wrong = np.where(p.argmax(axis=1) == y, 0, p.max(axis=1))
    for k in np.argsort(-p_wrong, kind="stable")[:3]:
        if p_wrong[k] > 0:
            it_is, taken = names[y[k]], names[p[k].argmax()]
            say(f"taken for {taken} ({p_wrong[k]:.0%}), but it is {it_is}: {data.paths[rows[k]]}")


# ---------------------------------------------------------------- answers


def is_of_pictures(file: str) -> bool:
    """Return True if a file of chainrule holds a network of `train FOLDER`."""
    return "pictures" in read(file)[0]


def predict(file: str, given: Sequence[str], say: Say, *, show: bool = False) -> None:
    """Say the class of each picture, and of each picture in a folder.

    Parameters
    ----------
    file : str
        The network.
    given : sequence of str
        Pictures, or folders of them.
    say : function
        What takes a line.
    show : bool
        True: print what the network sees.
    """
    names, size, color = _about(file)
    net = Network.load(file)
    paths = [path for one in given for path in _pictures_in(one)]
    wide = max(map(len, paths))
    for path in paths:
        image = read_image(path, size, color)
        p = net.predict(image[None] / np.float32(255))[0]
        p = np.array([1 - p[0], p[0]]) if len(p) == 1 else p
        if show:
            say(blocks(image.mean(axis=2)[None] / 255))
        where = f"{path:<{wide}}  " if len(paths) > 1 else ""
        say(f"{where}{names[p.argmax()]}  probability {p.max():.4f}")


def blocks(image: Array) -> str:
    """Return an image (1, H, W) from 0 to 1 as letters, at most 39 pixels wide for 80 columns."""
    step = -(-image.shape[2] // 39)
    return shades(image[:, ::step, ::step])


def _about(file: str) -> tuple[list[str], tuple[int, int], bool]:
    match read(file)[0].get("pictures"):
        case {"classes": [*classes], "size": [int(height), int(width)], "color": bool(color)}:
            if len(classes) > 1 and all(isinstance(name, str) for name in classes):
                return [str(name) for name in classes], (height, width), color
    raise FileError(
        f"{file}: its description of the pictures is not complete. Take another copy of it."
    )


def _pictures_in(given: str) -> list[str]:
    """Return the path of one picture, or those of the pictures in a folder."""
    if not os.path.isdir(given):
        return [given]
    found = sorted(
        os.path.join(where, name)
        for where, _, names in os.walk(given)
        for name in names
        if name.lower().endswith(ENDINGS) and not name.startswith(".")
    )
    if not found:
        raise FileError(f"{given}", "pictures", "none", "Give a .png or .jpg file.")
    return found
