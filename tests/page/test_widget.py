"""`cr.page.show`: what is handed over, what comes back, and a notebook that is executed."""

import math
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DependencyError, FileError, ParameterError
from chainrule.page import widget as module
from chainrule.page.single_file import html


def network():
    return cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(2), loss=cr.SquaredError(), inputs=(4,))


@pytest.fixture
def anywidget():
    return pytest.importorskip("anywidget")


@pytest.fixture
def no_page(monkeypatch):
    """Hand over no page: packing it takes a while."""
    monkeypatch.setattr(module.single_file, "html", lambda **_: b"")


@pytest.fixture
def sent(monkeypatch, anywidget):
    """Return what widgets send, as the page's side receives it."""
    messages = []
    monkeypatch.setattr(
        anywidget.AnyWidget, "send", lambda self, m, buffers=None: messages.append((m, buffers))
    )
    return messages


def tell(widget, value, theta=None):
    """Do what the page's side does when the page tells something."""
    kind = None if theta is None else str(theta.dtype)
    content = {"kind": "told", "value": value, "theta": kind}
    widget._handle_custom_msg(content, [] if theta is None else [memoryview(theta.tobytes())])


def test_without_anywidget_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    module._widget_class.cache_clear()
    with pytest.raises(DependencyError, match=r"pip install 'chainrule\[notebook\]'"):
        cr.page.show(network())
    module._widget_class.cache_clear()


def test_the_page_is_sent_when_it_is_asked_for(sent):
    net = network()
    widget = cr.page.show(net, height=500, language="zh")
    assert widget._height == 500 and not sent and "_page" not in widget.get_state()
    widget._handle_custom_msg({"kind": "page?"}, [])
    ((message, (page,)),) = sent
    assert message == {"kind": "page"}
    start = {"scene": "your_file", "language": "zh", "bridge": True}
    files = {"Network.safetensors": module.saved(net)}
    assert page == html(start=start, files=files)


def test_numbers_flow_back(anywidget, no_page):
    widget = cr.page.show(network())
    assert widget.value == {} and widget.theta is None
    seen = []
    widget.observe(lambda change: seen.append(change.new), "value")
    tell(widget, {"input": [1, 2.5], "output": [{"number": "NaN"}, {"number": "Infinity"}]})
    assert widget.value["input"] == [1, 2.5] and widget.value["output"][1] == math.inf
    assert math.isnan(widget.value["output"][0])
    tell(widget, {"input": [3]})
    assert widget.value["input"] == [3] and "output" in widget.value
    assert [value["input"] for value in seen] == [[1, 2.5], [3]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_flow_back(anywidget, no_page, dtype):
    net = network()
    widget = cr.page.show(net)
    before = net.theta.copy()
    assert np.array_equal(widget.network().theta, before)
    theta = np.linspace(-1, 1, before.size, dtype=dtype)
    seen = []
    widget.observe(lambda change: seen.append(change.new), "theta")
    tell(widget, {}, theta)
    assert widget.theta.dtype == dtype and np.array_equal(widget.theta, theta)
    assert len(seen) == 1
    trained = widget.network()
    assert np.array_equal(trained.theta, theta.astype(net.theta.dtype))
    assert np.array_equal(net.theta, before)
    net.theta[...] = 0
    assert np.array_equal(widget.network().theta, trained.theta)


def test_weights_of_another_network_are_refused(anywidget, no_page):
    widget = cr.page.show(network())
    tell(widget, {}, np.zeros(7, np.float32))
    with pytest.raises(ParameterError, match=r"expected 23 weights from the page, got 7"):
        widget.network()
    with pytest.raises(ParameterError, match="expected a widget that shows a network"):
        cr.page.show().network()


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"kind": "other"},
        {"kind": "told"},
        {"kind": "told", "value": 3, "theta": "object"},
        {"kind": "told", "value": [], "theta": "float32"},
        {"kind": "told", "value": None, "theta": {"a": 1}},
    ],
)
def test_nonsense_changes_nothing(anywidget, no_page, sent, content):
    widget = cr.page.show(network())
    widget._handle_custom_msg(content, [memoryview(b"123")])
    assert widget.value == {} and widget.theta is None and not sent


def test_what_cannot_be_shown_is_refused(anywidget, tmp_path):
    for model in (3, np.zeros(3), cr.Network, cr.Dense(2)):
        with pytest.raises(ParameterError, match="model: expected a network, a recording"):
            cr.page.show(model)
    with pytest.raises(FileError, match="cannot be read"):
        cr.page.show(tmp_path / "none")
    with pytest.raises(ParameterError, match="height: expected a whole number"):
        cr.page.show(network(), height=10)
    with pytest.raises(ParameterError, match="language: expected"):
        cr.page.show(network(), language="fr")


def test_models_and_files_are_handed_over(tmp_path):
    net = network()
    net.save(tmp_path / "a.safetensors")
    whole = (tmp_path / "a.safetensors").read_bytes()
    assert module.saved(net) == module.saved(tmp_path / "a.safetensors") == whole
    assert module.file_name(tmp_path / "a.safetensors") == "a.safetensors"
    for model in (cr.Hopfield().store(np.array([[1, -1, 1, -1]])), cr.RBM(2, visible=4)):
        assert len(module.saved(model)) > 100
        assert module.file_name(model) == f"{type(model).__name__}.safetensors"


CELLS = (
    "import chainrule as cr\n"
    "net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))\n"
    "widget = cr.page.show(net)\nwidget",
    "print(widget.network().theta.tolist(), widget.value.get('input'))",
)


@pytest.mark.slow
def test_a_notebook_runs(anywidget, tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute(cwd=tmp_path)
    shown, printed = (cell.outputs[-1] for cell in book.cells)
    assert "application/vnd.jupyter.widget-view+json" in shown["data"]
    assert printed["text"].endswith("0.0] None\n")
    assert len(nbformat.writes(book)) < 50_000  # the page itself is not kept in the notebook


# ---------------------------------------------------------------- JupyterLab itself


@pytest.fixture
def jupyter(tmp_path, monkeypatch):
    """Return the address of a JupyterLab whose folder has a notebook."""
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("jupyterlab")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, tmp_path / "book.ipynb")
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / "own" / name.lower()))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in sys.path if p))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class="]
    command[-1] += "jupyterlab.handlers.announcements.NeverCheckForUpdate"
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address, process, tmp_path / "log")
        yield address
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(address, process, log):
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        with suppress(OSError), urllib.request.urlopen(f"{address}api", timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.long
def test_it_is_seen_in_jupyterlab(anywidget, jupyter, chromium, tmp_path):
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{jupyter}lab/tree/book.ipynb")
    page.get_by_text("| Idle").wait_for()  # the kernel of the notebook has started
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector("iframe[title='chainrule Lab']")
    lab = page.frame_locator("iframe[title='chainrule Lab']")
    lab.locator("main.scene.your_file input").first.fill("7")
    frame = page.locator("iframe[title='chainrule Lab']").element_handle().content_frame()
    weights = "new Float32Array([1, 2, 3])"  # as the page tells them
    frame.evaluate(
        f"parent.postMessage({{ chainrule: 'told', theta: {weights}, value: {{}} }}, '*')"
    )
    second = page.locator(".jp-Notebook .jp-CodeCell").nth(1)
    # The messages are on their way: the cell is run until it has them.
    for _ in range(50):
        second.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(200)
        said = second.locator(".jp-OutputArea-output").all_inner_texts()
        if said and "[7, 0]" in said[0] and "[1.0, 2.0, 3.0]" in said[0]:
            break
    assert "[1.0, 2.0, 3.0] [7, 0]" in said[0]
    if place := os.environ.get("CHAINRULE_SHOTS"):
        cell.scroll_into_view_if_needed()
        page.screenshot(path=f"{place}/jupyterlab.png")
    context.close()
