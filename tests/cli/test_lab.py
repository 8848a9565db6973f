"""`chainrule lab`: the page, its file and its language; mistakes; how it ends."""

import http.client
import os
import signal
import subprocess
import sys

import pytest
from tests.cli.test_commands import run

import chainrule as cr
from chainrule.cli import lab
from chainrule.page import single_file


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cr.Network(cr.Dense(3), loss=cr.SquaredError(), inputs=(4,)).save("net.safetensors")
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    return tmp_path


@pytest.fixture
def served(monkeypatch):
    """Return a list of the pages that were served; none is waited for."""
    pages = []
    monkeypatch.setattr(lab, "_wait", lambda server, say, browser: pages.append((server, browser)))
    return pages


def start_of(server):
    text = server.table["/app/start.js"]
    return text.decode() if isinstance(text, bytes) else ""


def test_it_serves_the_page(folder, served, capsys):
    assert run("lab", "--port", "0") == 0
    ((server, browser),) = served
    assert browser and start_of(server) == ""
    assert capsys.readouterr().out == (
        f"The Lab is at {server.url} on this machine. Ctrl-C ends it.\n"
    )


def test_it_opens_a_file_in_a_language(folder, served):
    assert run("lab", "net.safetensors", "--no-browser", "--language", "zh", "--port", "0") == 0
    ((server, browser),) = served
    assert not browser
    assert '{"scene": "your_file", "language": "zh", "files": [{"name": "net.' in start_of(server)
    assert server.table["/files/0"].read_bytes() == (folder / "net.safetensors").read_bytes()


def test_it_writes_one_file(folder, served, capsys):
    assert run("lab", "--write", "lab.html") == 0
    assert (folder / "lab.html").read_bytes() == single_file.html()
    size = os.path.getsize("lab.html") / 1e6
    assert capsys.readouterr().out == f"Wrote lab.html, {size:.2f} MB. Any browser opens it.\n"
    assert run("lab", "net.safetensors", "--write", "net.html", "--language", "en") == 0
    assert b'data-file="files/0"' in (folder / "net.html").read_bytes()
    assert not served


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["none.safetensors"], "none.safetensors cannot be read: No such file"),
        (["."], "expected a file, got a folder"),
        (["rows.csv"], "rows.csv"),
        (["--write", "."], "expected a file or a new name, got a folder"),
        (["--write", "none/lab.html"], "there is no folder"),
        (["--write", "lab.html", "--port", "80"], "--port: expected without --write"),
        (["--port", "70000"], "70000"),
        (["--language", "fr"], "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_mistakes_are_one_line(folder, served, capsys, arguments, why):
    assert run("lab", *arguments) == 2
    said = capsys.readouterr()
    assert why in said.err and said.err.count("\n") == 1 and not said.out
    assert not served and not list(folder.glob("*.html"))


def test_a_machine_without_windows_gets_the_address(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not lab.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert lab.has_screen()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert lab.has_screen()


class Ended:
    """A server that is ended at once."""

    url = "http://127.0.0.1:1/"

    def serve_forever(self):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (True, ["\nThe Lab is closed."]),
        (False, ["No browser was found here. Open the address in one.", "\nThe Lab is closed."]),
    ],
)
def test_the_browser_is_opened(monkeypatch, found, lines):
    opened, said = [], []
    monkeypatch.setattr(lab, "has_screen", lambda: True)
    monkeypatch.setattr(lab.webbrowser, "open", lambda url: opened.append(url) or found)
    lab._wait(Ended(), said.append, browser=True)
    assert opened == [Ended.url] and said == lines
    lab._wait(Ended(), said.append, browser=False)
    assert opened == [Ended.url] and said[len(lines) :] == lines[-1:]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it_with_one_line(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-u", "-m", "chainrule", "lab", "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        address = process.stdout.readline().split()[4]
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=5)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == ("\nThe Lab is closed.\n", "")
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()
