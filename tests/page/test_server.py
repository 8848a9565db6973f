"""The server: fixed paths, own hosts, headers that forbid everything else."""

import errno
import http.client
import re
import socket

import pytest

from chainrule.errors import DataError
from chainrule.page.server import ADDRESS, Page, Server, opened
from chainrule.page.web_files import web_files


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    (folder / "my net ü.safetensors").write_bytes(b"12345678")
    (folder / "gone.safetensors").write_bytes(b"")
    files = [folder / "my net ü.safetensors", folder / "gone.safetensors"]
    url = serve(Page({"scene": "your_file", "language": "zh"}, files))
    (folder / "gone.safetensors").unlink()
    return url


def ask(address, path, method="GET", **headers):
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"Host": f"{host}:{port}"} | headers).items():
            for one in value if isinstance(value, list) else [value]:
                connection.putheader(name, one)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_every_file_of_the_page_is_served_with_its_kind(address):
    for name, path in web_files().items():
        status, headers, body = ask(address, f"/{name}")
        assert status == 200
        assert body == path.read_bytes() or name in ("app/start.js", "index.html")
        assert headers["X-Content-Type-Options"] == "nosniff"
        kind = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
        assert headers["Content-Type"].startswith(kind.get(path.suffix, ""))
    status, headers, body = ask(address, "/")
    assert status == 200 and body == ask(address, "/index.html")[2]
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_all_modules_are_asked_for_at_once(address):
    text = ask(address, "/")[2].decode()
    links = re.findall(r'<link rel="modulepreload" href="([^"]+)" />\n    ', text)
    assert links[-1] == "main.js" and set(links) <= set(web_files())
    for name in links:
        text = text.replace(f'<link rel="modulepreload" href="{name}" />\n    ', "")
    assert text.encode() == web_files()["index.html"].read_bytes()


def test_headers_forbid_what_the_page_does_not_need(address):
    for path in ("/", "/nothing"):
        _, headers, _ = ask(address, path)
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert "unsafe-inline" not in str(policy)
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert not [name for name in headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/%2e%2e/server.py",
        "//etc/passwd",
        "/vendor",
        "/vendor/",
        "/etc/passwd",
        "/./main.js",
        "/main.js/",
        "/%6dain.js",
        "/files/",
        "/files/9",
        "/files/..%2f0",
        "http://x/",
        "/vendor/preact.d.ts",
        "*",
        "/main.js%00",
    ],
)
def test_other_paths_are_not_found(address, path):
    status, _, body = ask(address, path)
    assert status == 404 and body == b"404 Not Found\n"


@pytest.mark.parametrize(
    "host", ("evil.example", "127.0.0.1", "localhost", "evil.example:{port}", "127.0.0.1:1", "")
)
def test_other_hosts_are_refused(address, host):
    port = address.rstrip("/").rpartition(":")[2]
    assert ask(address, "/", Host=host.format(port=port))[0] == 403
    assert ask(address, "/", Host=f"localhost:{port}")[0] == 200
    assert ask(address, "/", Host=[f"127.0.0.1:{port}", "evil.example"])[0] == 403


@pytest.mark.parametrize("method", ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X"))
def test_other_methods_are_refused(address, method):
    status, headers, _ = ask(address, "/", method)
    assert status == 501 and headers["Allow"] == "GET, HEAD"


def test_head_has_the_length_and_no_body(address):
    status, headers, body = ask(address, "/main.js", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(web_files()["main.js"].read_bytes())
    assert ask(address, "/nothing", "HEAD")[::2] == (404, b"")


def test_nonsense_is_answered_or_dropped(address):
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    for said in (
        b"\0\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"A" * 70_000 + b"\r\n",
    ):
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            try:
                answer = connection.recv(100)
            except ConnectionResetError:
                answer = b""
        assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5", b"400"))
    assert ask(address, "/")[0] == 200


def test_the_file_and_the_start_are_served(address):
    assert ask(address, "/files/0")[2] == b"12345678"
    assert ask(address, "/files/1")[0] == 404
    text = ask(address, "/app/start.js")[2].decode()
    assert '{"scene": "your_file", "language": "zh", "files": [{"name": "my net' in text
    assert text.isascii() and '"path": "files/0"' in text


def test_it_listens_on_this_machine_alone(address):
    server = Server(Page(), 0)
    assert server.socket.getsockname()[0] == ADDRESS == "127.0.0.1"
    server.server_close()


def test_a_taken_port_gives_the_next_or_a_sentence(monkeypatch):
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DataError, match=f"port {port} is in use. Choose another"):
            opened(Page(), port)
        monkeypatch.setattr("chainrule.page.server.PORT", port)
        server = opened(Page())
        assert server.port > port
        server.server_close()
        monkeypatch.setattr("chainrule.page.server.TRIES", 1)
        with pytest.raises(DataError, match="are all in use"):
            opened(Page())


def test_a_port_that_may_not_be_used(monkeypatch):
    def forbidden(*_):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Server, "server_bind", forbidden)
    with pytest.raises(DataError, match="port 80 may not be used by you"):
        opened(Page(), 80)
