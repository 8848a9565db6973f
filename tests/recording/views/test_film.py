"""What film.py promises: a file that is whole, or none."""

import shutil

import numpy as np
import pytest
from tests.recording.runs import RUNS, empty, failed_at_once, table

import chainrule as cr
from chainrule.recording.views import film as filming

pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def run():
    return table(epochs=10)


@pytest.fixture
def small(monkeypatch):
    """Frames of a few pixels, which need no time."""

    def pictures(scene):
        for k, _ in enumerate(scene.titles):
            frame = np.full((20, 31, 3), 255, np.uint8)
            frame[5:9, 3 * k : 3 * k + 4] = (0, 114, 178)
            yield frame

    monkeypatch.setattr(filming, "pictures", pictures)


def test_a_film_is_drawn(run, tmp_path):
    run.film(tmp_path / "run.gif", frames=2)
    with Image.open(tmp_path / "run.gif") as picture:
        assert (picture.n_frames, picture.size) == (2, (1008, 352))


def test_a_gif_has_its_frames_and_times(run, small, tmp_path):
    film = run.film(tmp_path / "run.gif", frames=4, fps=5, verbose=0)
    times = []
    with Image.open(tmp_path / "run.gif") as picture:
        assert picture.n_frames == len(film.steps) == 4
        assert (film.steps[0], film.steps[-1]) == (0, 40)
        for k in range(4):
            picture.seek(k)
            times.append(picture.info["duration"])
        assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert times == [200, 200, 200, 2200]
    assert film.seconds == pytest.approx(2.8)
    assert "data:image/gif;base64," in film._repr_html_()
    assert "max-width:100%" in film._repr_html_()
    assert repr(film).endswith("4 frames from step 0 to 40, 2.8 s>")


def test_the_same_run_gives_the_same_bytes(run, small, tmp_path):
    for name in ("a", "b"):
        run.film(tmp_path / f"{name}.gif", frames=2)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_a_name_without_an_ending_is_a_folder_of_pictures(run, small, tmp_path):
    for frames in (3, 2):  # the second film replaces the first
        run.film(tmp_path / "frames", frames=frames)
    assert [p.name for p in sorted((tmp_path / "frames").iterdir())] == [
        "frame-0000.png",
        "frame-0001.png",
    ]
    (tmp_path / "frames" / "mine.txt").write_text("")
    with pytest.raises(cr.FileError, match="an empty folder or a new name"):
        run.film(tmp_path / "frames")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_has_one(name, tmp_path):
    RUNS[name]().film(tmp_path / "run.gif", frames=2)
    with Image.open(tmp_path / "run.gif") as picture:
        assert picture.n_frames == 2


@pytest.mark.slow
@pytest.mark.parametrize("make", [empty, failed_at_once])
def test_a_run_without_a_step_has_one_frame(make, tmp_path):
    assert len(make().film(tmp_path / "run.gif").steps) == 1


@pytest.mark.parametrize("name", ["run.gif", "frames"])
def test_an_interrupt_leaves_what_was_there(run, small, tmp_path, monkeypatch, name):
    run.film(tmp_path / name, frames=2)
    before = sorted(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())

    def interrupted(scene):
        yield next(pictures(scene))
        raise KeyboardInterrupt

    pictures = filming.pictures
    monkeypatch.setattr(filming, "pictures", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.film(tmp_path / name, frames=3)
    assert sorted(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()) == before


def test_mp4_goes_through_ffmpeg(run, small, tmp_path, monkeypatch):
    """The program here counts the bytes that it is given and writes its arguments."""
    tool = tmp_path / "bin" / "ffmpeg"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\nfor last; do :; done\necho "$@" > "$last"\nwc -c >> "$last"\n')
    tool.chmod(0o755)
    if shutil.which("sh") is None:
        pytest.skip("no shell")
    monkeypatch.setenv("PATH", str(tool.parent), prepend=":")
    run.film(tmp_path / "run.mp4", frames=2, fps=2)
    words, count = (tmp_path / "run.mp4").read_text().strip().split("\n")
    width, height = map(int, words.split("-s ")[1].split()[0].split("x"))
    assert int(count) == width * height * 3 * (2 + 4), "two frames, and two seconds of the last"
    tool.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    with pytest.raises(cr.FileError, match=r"ffmpeg could not write it \(broken\)"):
        run.film(tmp_path / "run.mp4", frames=2)
    assert (tmp_path / "run.mp4").read_text().startswith(words)


def test_without_ffmpeg_the_message_says_so(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(cr.DependencyError, match=r"needs the program ffmpeg.*write a .gif"):
        run.film(tmp_path / "run.mp4")


def test_without_matplotlib_the_message_says_what_to_install(run, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(cr.DependencyError, match=r"pip install 'chainrule\[plot\]'"):
        run.film(tmp_path / "run.gif")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda run, p: run.film(p / "run.avi"),
            cr.ParameterError,
            r"ends in .gif or .mp4.*'.avi'",
        ),
        (lambda run, p: run.film(3), cr.ParameterError, "got a int"),
        (lambda run, p: run.film(p / "a.gif", frames=1), cr.ParameterError, "a whole number ≥ 2"),
        (lambda run, p: run.film(p / "a.gif", fps=0), cr.ParameterError, "> 0 and ≤ 60, got 0"),
        (lambda run, p: run.film(p / "none" / "a.gif"), cr.FileError, "there is no folder"),
        (lambda run, p: run.film(p / "none" / "a"), cr.FileError, "a folder inside of one"),
    ],
)
def test_refusals(run, tmp_path, call, error, message):
    with pytest.raises(error, match=message):
        call(run, tmp_path)
    assert not list(tmp_path.iterdir())
