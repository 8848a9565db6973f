"""What canvas.py promises."""

import gc
import os
import sys
import weakref
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.plots.pictures import PICTURES, bowl

from chainrule import plots
from chainrule.errors import DependencyError, FileError, ParameterError

matplotlib = pytest.importorskip("matplotlib")


def test_panels_take_pictures_side_by_side():
    figure, (left, right) = plots.panels(1, 2)
    assert plots.loss_curves([2.0, 1.0], axes=left) is figure
    assert plots.paths(bowl, {}, (-1, 1, -1, 1), axes=right) is figure
    assert len(figure.axes) == 2 and left.lines and right.collections


def test_a_png_is_written_in_its_size(tmp_path):
    figure = PICTURES["loss"]()
    plots.save(figure, tmp_path / "loss.png")
    content = (tmp_path / "loss.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(content[k : k + 4], "big") for k in (16, 20))
    assert (width, height) == (900, 600)
    pixels = matplotlib.image.imread(BytesIO(content))
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 10


def test_an_svg_is_valid_xml(tmp_path):
    plots.save(PICTURES["paths"](), str(tmp_path / "paths.svg"))
    assert (
        ElementTree.parse(tmp_path / "paths.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    )


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_picture_has_the_same_bytes(tmp_path, ending):
    for name in ("a", "b"):
        plots.save(PICTURES["two classes"](), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_files_that_cannot_be(tmp_path):
    figure = PICTURES["loss"]()
    with pytest.raises(ParameterError, match=r"loss.gif'\): the file must end in .png or .svg"):
        plots.save(figure, "loss.gif")
    with pytest.raises(FileError, match="cannot be written"):
        plots.save(figure, tmp_path / "nowhere" / "loss.png")


def test_a_picture_leaves_nothing_behind():
    before = dict(matplotlib.rcParams)
    figure = PICTURES["loss"]()
    gone = weakref.ref(figure)
    assert dict(matplotlib.rcParams) == before
    del figure
    gc.collect()
    assert gone() is None


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch):
    for name in list(sys.modules):
        if name.split(".")[0] == "matplotlib":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        DependencyError, match=r"plots need matplotlib. Install it: pip install 'chainrule\[plot\]'"
    ):
        plots.loss_curves([1.0, 2.0])


def test_importing_the_module_loads_no_matplotlib():
    import subprocess
    from pathlib import Path

    code = "import sys; from chainrule.plots import svg; print('matplotlib' in sys.modules)"
    source = str(Path(plots.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": source}
    )
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.panels(0),
            ParameterError,
            r"panels\(0, 1\): rows and columns must be whole numbers ≥ 1",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_picture_replaces_only_a_file_that_may_be_written(tmp_path):
    figure, old = plots.loss_curves([1.0, 2.0]), tmp_path / "old.png"
    old.write_bytes(b"mine")
    old.chmod(0o400)
    with pytest.raises(FileError, match=r"expected a file that may be written, got one of mode"):
        plots.save(figure, old)
    os.mkfifo(tmp_path / "pipe.svg")  # it would wait for a reader
    with pytest.raises(FileError, match=r"be written, got something else\."):
        plots.save(figure, tmp_path / "pipe.svg")
    assert old.read_bytes() == b"mine"
    old.chmod(0o600)
    plots.save(figure, old)
    assert old.read_bytes()[:4] == b"\x89PNG" and old.stat().st_mode & 0o777 == 0o600


def test_a_figure_shows_itself_in_a_notebook_without_magic():
    formatters = pytest.importorskip("IPython.core.formatters")
    data, metadata = formatters.DisplayFormatter().format(PICTURES["loss"]())
    assert data["image/png"][:8] == b"\x89PNG\r\n\x1a\n"
    assert metadata["image/png"] == {"width": 600, "height": 400}, "inches · 100, at twice the dots"


def test_a_figure_is_pickled_and_copied_as_before():
    import copy
    import pickle

    figure = PICTURES["one loss"]()
    for twin in (pickle.loads(pickle.dumps(figure)), copy.deepcopy(figure)):
        assert len(twin.axes) == 1 and twin._repr_png_()[0][:4] == b"\x89PNG"


def test_dark_styles_do_not_darken_the_paper():
    with matplotlib.rc_context({"figure.facecolor": "black"}):
        assert PICTURES["loss"]().get_facecolor() == (1, 1, 1, 1)


def test_with_the_inline_magic_a_figure_is_shown_once():
    formatters = pytest.importorskip("IPython.core.formatters")
    shown = formatters.DisplayFormatter()
    shown.formatters["image/png"].for_type(matplotlib.figure.Figure, lambda figure: b"inline")
    data, _ = shown.format(PICTURES["loss"]())
    pictures = [form for form in data if form != "text/plain"]
    assert pictures == ["image/png"] and data["image/png"] == b"inline"


def test_a_path_that_is_none_is_named():
    figure, _ = plots.panels()
    with pytest.raises(ParameterError, match="save: path: expected the name of a file, got an int"):
        plots.save(figure, 3)
