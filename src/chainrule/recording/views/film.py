"""A film of a run: what the network answers, its weights and its loss, as they moved."""

from __future__ import annotations

import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DependencyError, FileError, ParameterError
from ...files.writing import check_target, write_whole
from ...plots import films, html
from ...settings import is_number, is_whole
from .film_views import Scene, scene_of
from .samples import Walked, spaced

FRAMES, FPS = 60, 10
EARLY = 1.7  # how much denser the first frames are
HOLD = 2.0  # seconds for which the last frame stays
LONG = 5.0  # seconds; a film that takes longer says so
EMBEDDED = 10_000_000  # bytes of a film that a notebook shows
ENDINGS = 'a name that ends in .gif or .mp4, or of a folder for pictures: "run.gif"'


@dataclass(frozen=True)
class Film:
    """A film that was written. A notebook shows it.

    Parameters
    ----------
    path : str
        The file, or the folder of its pictures.
    steps : tuple of int
        The step of each frame.
    fps : float
        Frames in a second.
    """

    path: str
    steps: tuple[int, ...]
    fps: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.steps) / self.fps + HOLD

    def __repr__(self) -> str:
        return (
            f"<Film: {self.path}, {len(self.steps)} frames from step {self.steps[0]:,} to "
            f"{self.steps[-1]:,}, {self.seconds:.1f} s>"
        )

    def _repr_html_(self) -> str:
        words, file = repr(self)[1:-1], Path(self.path)
        if not file.is_file() or file.stat().st_size > EMBEDDED:
            return html.page(html.line(words))
        data = b64encode(file.read_bytes()).decode()
        if file.suffix.lower() == ".mp4":
            shown = f'<video controls="" src="data:video/mp4;base64,{data}" '
            shown += 'width="900" style="max-width:100%"></video>'
        else:
            shown = f'<img alt="film of a run" src="data:image/gif;base64,{data}" '
            shown += 'style="max-width:100%"/>'
        return html.page(shown, html.line(words))


def film(
    run: Walked,
    path: Any,
    frames: int = FRAMES,
    fps: float = FPS,
    verbose: int | None = None,
) -> Film:
    """Write a film of a run; see `Recording.film`."""
    kind = _checked(path, frames, fps)
    steps = spaced(run.first, run.last, frames, EARLY)
    scene = scene_of(run, steps)
    drawn = _said(pictures(scene), len(steps), verbose)
    if kind == ".gif":
        write_whole(path, gif(drawn, fps))
    elif kind == ".mp4":
        write_whole(path, mp4(drawn, fps))
    else:
        _folder(Path(path), drawn)
    return Film(str(path), tuple(steps), float(fps))


def _checked(path: Any, frames: Any, fps: Any) -> str:
    """Return the ending of the path; raise if something cannot be."""
    try:
        import matplotlib  # noqa: F401
        import PIL  # noqa: F401
    except ImportError:
        raise DependencyError(
            "film needs matplotlib. Install it: pip install 'chainrule[plot]'"
        ) from None
    if not isinstance(path, (str, Path)):
        raise ParameterError("film(path)", ENDINGS, f"a {type(path).__name__}", "")
    if not is_whole(frames) or frames < 2:
        raise ParameterError("film(frames=...)", "a whole number ≥ 2", repr(frames), "60 is usual.")
    if not is_number(fps) or not 0 < fps <= 60:
        raise ParameterError(
            "film(fps=...)", "frames in a second, > 0 and ≤ 60", repr(fps), "10 is usual."
        )
    kind = Path(path).suffix.lower()
    if kind not in (".gif", ".mp4", ""):
        raise ParameterError(f"film({str(path)!r})", ENDINGS, repr(kind), "Choose one of them.")
    if kind == ".mp4" and shutil.which("ffmpeg") is None:
        raise DependencyError(
            f"film({str(path)!r}): .mp4 needs the program ffmpeg, which is not installed. Install "
            "it, or write a .gif."
        )
    if kind:
        check_target(path)
    else:
        _check_folder(Path(path))
    return kind


def pictures(scene: Scene) -> Iterator[Array]:
    """Yield the frames of a scene as pixels."""
    frames = films.Frames(scene.answers, scene.weights, scene.loss)
    for numbers, title in zip(scene.numbers, scene.titles, strict=True):
        yield frames.draw(numbers, title)


def _said(frames: Iterator[Array], count: int, verbose: int | None) -> Iterator[Array]:
    """Yield the frames, and say how long they will take if it is long."""
    live = sys.stdout.isatty() and verbose is None
    begin, said = perf_counter(), False
    for k, frame in enumerate(frames):
        yield frame
        if k == 0:  # the first one takes longer: the figure is made
            begin = perf_counter()
        whole = (perf_counter() - begin) / max(k, 1) * count
        if verbose == 0 or whole < LONG or k < 3:
            continue
        if live:
            end = "\n" if k + 1 == count else ""
            print(f"\rfilm: frame {k + 1} of {count}", end=end, flush=True)
        elif not said:
            print(f"film: {count} frames, about {whole:.0f} s", flush=True)
        said = True


def gif(frames: Iterator[Array], fps: float) -> bytes:
    """Return a film as GIF; its last frame stays for two seconds."""
    from PIL import Image

    pictures = [Image.fromarray(pixels) for pixels in frames]
    some = pictures[:: max(len(pictures) // 6, 1)][-8:] + pictures[-1:]
    sheet = Image.new("RGB", (some[0].width, some[0].height * len(some)), "white")
    for k, picture in enumerate(some):
        sheet.paste(picture, (0, k * picture.height))
    chosen = np.reshape(sheet.quantize(255).getpalette() or [], (-1, 3))
    chosen[chosen.min(axis=1) > 247] = 255  # the paper is white
    colors = Image.new("P", (1, 1))  # the same for all frames, so that nothing flickers
    colors.putpalette(chosen.ravel().tolist())
    flat = [p.quantize(palette=colors, dither=Image.Dither.NONE) for p in pictures]
    each = round(100 / fps) * 10  # GIF counts hundredths of a second
    times = [max(each, 20)] * (len(flat) - 1) + [max(each, 20) + round(1000 * HOLD)]
    file = BytesIO()
    flat[0].save(
        file, "GIF", save_all=True, append_images=flat[1:], duration=times, loop=0, disposal=1
    )
    return file.getvalue()


def mp4(frames: Iterator[Array], fps: float) -> bytes:
    """Return a film as MP4, made by the program ffmpeg; its last frame stays for two seconds."""
    import subprocess

    pixels = [frame[: len(frame) // 2 * 2, : frame.shape[1] // 2 * 2] for frame in frames]
    pixels += pixels[-1:] * round(HOLD * fps)
    height, width = pixels[0].shape[:2]
    with TemporaryDirectory() as folder:
        target = Path(folder, "film.mp4")
        given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:g}"]
        wanted = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        command = ["ffmpeg", "-loglevel", "error", "-y", *given, "-i", "-", *wanted, str(target)]
        done = subprocess.run(
            command, input=b"".join(p.tobytes() for p in pixels), capture_output=True, check=False
        )
        if done.returncode or not target.is_file():
            why = done.stderr.decode(errors="replace").strip().split("\n")[-1]
            raise FileError(f"film: ffmpeg could not write it ({why}). Write a .gif instead.")
        return target.read_bytes()


def _check_folder(path: Path) -> None:
    """Raise FileError unless the folder is new, or has only pictures of an earlier film."""
    if path.exists() and not path.is_dir():
        raise FileError(f"film({str(path)!r})", "a folder or a new name", "a file", ENDINGS)
    if path.is_dir() and any(not _is_frame(entry) for entry in path.iterdir()):
        raise FileError(
            f"film({str(path)!r})", "an empty folder or a new name", "one with files", "Choose it."
        )
    if not path.absolute().parent.is_dir():
        raise FileError(f"film({str(path)!r})", "a folder inside of one", "none", "Make it first.")


def _is_frame(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.startswith("frame-") and path.is_file()


def _folder(path: Path, frames: Iterator[Array]) -> None:
    """Write pictures into a folder; nothing of it is there before all are."""
    from PIL import Image

    with TemporaryDirectory(prefix=f".{path.name}-", dir=path.absolute().parent) as made:
        for k, pixels in enumerate(frames):
            Image.fromarray(pixels).save(Path(made, f"frame-{k:04}.png"))
        path.mkdir(exist_ok=True)
        for old in path.iterdir():
            old.unlink()
        for new in sorted(Path(made).iterdir()):
            new.replace(path / new.name)
