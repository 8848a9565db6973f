"""What download.py promises."""

import gzip
import hashlib
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.datasets.mnist_files import put, same, small_set

from chainrule import datasets
from chainrule.datasets import images
from chainrule.errors import FileError


def test_importing_the_package_loads_no_network_code():
    code = (
        "import sys, chainrule.datasets; print(sorted({'urllib.request', 'matplotlib', "
        "'sklearn'} & set(sys.modules)))"
    )
    source = str(Path(datasets.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": source},
    )
    assert done.stdout.strip() == "[]"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Make a machine without data: an empty cache folder, and no environment variable."""
    monkeypatch.delenv("CHAINRULE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def mirror(monkeypatch):
    """Run a local server; give its address, its files, and the paths that were requested."""
    files, asked = {}, []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args):
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", files, asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_is_checked_and_kept(home, mirror, monkeypatch):
    address, files, asked = mirror
    arrays, contents = small_set(3)
    files |= {f"/good/{name}.gz": gzip.compress(content) for name, content in contents.items()}
    for name, content in contents.items():
        monkeypatch.setitem(images.SHA256, name, hashlib.sha256(content).hexdigest())
    assert same(datasets.mnist(mirrors=[f"{address}/empty/", f"{address}/good/"]), arrays)
    assert len(asked) == 8, "four files, each from the second mirror"
    assert same(datasets.mnist(mirrors=[address]), arrays)
    assert len(asked) == 8, "the second time nothing is fetched"
    assert sorted(path.name for path in (home / "cache/chainrule/mnist").iterdir()) == sorted(
        f"{n}.gz" for n in contents
    )


def test_only_what_is_missing_is_fetched(home, mirror, monkeypatch):
    address, files, asked = mirror
    arrays, contents = small_set(4)
    monkeypatch.setenv("CHAINRULE_DATA", str(home / "data"))
    name = "t10k-labels-idx1-ubyte"
    put(home / "data" / "mnist", {n: c for n, c in contents.items() if n != name})
    files[f"/{name}.gz"] = gzip.compress(contents[name])
    monkeypatch.setitem(images.SHA256, name, hashlib.sha256(contents[name]).hexdigest())
    assert same(datasets.mnist(mirrors=[address]), arrays)
    assert asked == [f"/{name}.gz"]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"another file", mtime=0),
        b"<html>not here</html>",
        b"",
        gzip.compress(b"x", mtime=0)[:-4],
    ],
)
def test_a_wrong_download_leaves_nothing(home, mirror, content):
    address, files, _ = mirror
    files["/train-images-idx3-ubyte.gz"] = content
    with pytest.raises(
        FileError,
        match=r"train-images-idx3-ubyte cannot be downloaded \(http://127.*set CHAINRULE_DATA",
    ):
        datasets.mnist(mirrors=[address])
    assert not list(home.rglob("train*"))


def test_no_mirror_at_all(home):
    with pytest.raises(FileError, match=r"cannot be downloaded \(no mirrors\)"):
        datasets.mnist(mirrors=())
    with pytest.raises(FileError, match=r"cannot be downloaded \(nonsense/train"):
        datasets.mnist(mirrors=["nonsense"])


def test_a_cache_that_cannot_be_written(home, mirror, monkeypatch):
    address, files, _ = mirror
    name, content = next(iter(small_set(5)[1].items()))
    files[f"/{name}.gz"] = gzip.compress(content)
    monkeypatch.setitem(images.SHA256, name, hashlib.sha256(content).hexdigest())
    (home / "cache").write_text("a file where the folder should be")
    with pytest.raises(FileError, match="cannot be written"):
        datasets.mnist(mirrors=[address])
