"""The tour notebook: it runs from beginning to end, and each of its cells shows something."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import chainrule as cr

PATH = Path(__file__).parents[2] / "docs" / "tour.ipynb"
CELLS = json.loads(PATH.read_text("utf-8"))["cells"]
DUMPS = ("array([[", "object at 0x", "<Figure", "Traceback", "{'", "\\n")


def test_it_is_stored_without_outputs():
    for cell in CELLS:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
        assert cell["metadata"] == {}


# In another process: here `ipykernel` must not be loaded, or each later `fit` would show a widget.
RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=sys.argv[2])
nbformat.write(notebook, sys.argv[3])
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Run the notebook in a fresh kernel; return the outputs of each code cell."""
    packages = "matplotlib", "sklearn", "ipykernel", "nbclient", "nbformat"
    if missing := [name for name in packages if find_spec(name) is None]:
        pytest.skip(f"the tour needs {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("tour")
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            RUN,
            str(PATH),
            str(folder),
            str(folder / "run.ipynb"),
        ],
        env=os.environ | {"PYTHONPATH": str(Path(cr.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    cells = json.loads((folder / "run.ipynb").read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [("".join(cell["source"]), cell["outputs"]) for cell in code]


def shown(outputs):
    """Return what a notebook shows of a cell's result: the richest form of each output."""
    forms = ("text/html", "image/svg+xml", "image/png", "text/plain")
    for output in outputs:
        if output["output_type"] == "stream":
            yield "stream", "".join(output["text"])
        else:
            data = output["data"]
            if "application/vnd.jupyter.widget-view+json" in data:
                continue  # the bar
            form = next(form for form in forms if form in data)
            yield form, "".join(data[form])


@pytest.mark.slow
def test_every_cell_shows_something_and_nothing_raw(outputs):
    pictures = 0
    for source, found in outputs:
        last = source.split("\n")[-1]
        results = list(shown(found))
        ends_with_a_value = not last.startswith(("import", "from")) and " = " not in last
        assert bool(results) == ends_with_a_value, source
        for form, content in results:
            assert form != "stream", f"{source}\nprints or warns: {content}"
            pictures += form != "text/plain"
            if form in ("text/plain", "text/html"):
                words = re.sub(r"<[^>]*>", "", content) if form == "text/html" else content
                few = "round" in source or "net.gradients" in source
                assert few or not any(dump in words for dump in DUMPS), source
    assert pictures >= 14


@pytest.mark.slow
def test_the_networks_learn(outputs):
    (text,) = [
        "".join(output["data"]["text/plain"])
        for source, found in outputs
        for output in found
        if source == "history = net.fit(X, y, optimizer=cr.Adam(lr=0.1), epochs=100)\nhistory"
        and "text/html" in output.get("data", {})
    ]
    assert float(re.search(r"loss ([\d.e-]+)", text)[1]) < 0.1
