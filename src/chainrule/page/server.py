"""Serve the page to a browser on this machine: fixed paths on 127.0.0.1, nothing else.

The table of paths is made before the first request. No part of a request becomes the name of a
file, no code runs for a request, and other machines cannot connect. The Host header is checked, so
that a web page elsewhere cannot reach the server under a name of its own (DNS rebinding).
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..errors import DataError
from ..version import __version__
from .modules import MAIN, modules
from .web_files import kind_of, web_files

ADDRESS = "127.0.0.1"
PORT = 8765
TRIES = 20  # ports after the first, if it is taken
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
START = "app/start.js"


@dataclass(frozen=True)
class Page:
    """What a server serves.

    Parameters
    ----------
    start : mapping
        What the page opens with: `scene`, `language`, and so on. See `web/app/start.js`.
    files : sequence of path
        Files of the user, which come with the page.
    """

    start: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Path] = ()

    def table(self) -> dict[str, Path | bytes]:
        """Return what is at each path: a file to read, or bytes."""
        page = web_files()
        table: dict[str, Path | bytes] = {f"/{name}": path for name, path in page.items()}
        table["/"] = table["/index.html"] = with_preloads(page)
        own = [{"name": path.name, "path": f"files/{k}"} for k, path in enumerate(self.files)]
        table |= {f"/files/{k}": path for k, path in enumerate(self.files)}
        start = {**self.start, **({"files": own} if own else {})}
        if start:
            table[f"/{START}"] = start_module(page[START].read_text(encoding="utf-8"), start)
        return table


def with_preloads(page: Mapping[str, Path]) -> bytes:
    """Return index.html with a link to each module, so that all are asked for at once."""
    names = [module.path for module in modules(page, MAIN) if module.path.endswith(".js")]
    links = "".join(f'<link rel="modulepreload" href="{name}" />\n    ' for name in names)
    text = page["index.html"].read_text(encoding="utf-8")
    before = '<script type="module"'
    assert text.count(before) == 1
    return text.replace(before, links + before).encode()


def start_module(text: str, start: Mapping[str, Any]) -> bytes:
    """Return the module `app/start.js` with another beginning in it."""
    empty = "/** @type {any} */ (globalThis).chainruleStart ?? {}"
    assert text.count(empty) == 1
    return text.replace(empty, json.dumps(start, ensure_ascii=True)).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for the paths of the server's table."""

    protocol_version = "HTTP/1.1"
    server_version = f"chainrule/{__version__}"
    sys_version = ""
    disable_nagle_algorithm = True  # or each small file waits 40 ms for an acknowledgment
    wbufsize = -1  # headers and body leave together
    timeout = 30  # seconds without a word, after which a connection ends
    server: Server

    def do_GET(self) -> None:
        """Answer with the file."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        if self.headers.get_all("Host") not in self.server.hosts:
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        path = self.path.partition("?")[0]
        found = self.server.table.get(path)
        try:
            data = found if found is None or isinstance(found, bytes) else found.read_bytes()
        except OSError:  # removed or protected since the start
            data = None
        if data is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self._send(HTTPStatus.OK, kind_of(path if path != "/" else "index.html"), data, body=body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the number and its usual words, as plain text, and end the connection."""
        status = HTTPStatus(code)
        self.close_connection = True
        data = f"{status.value} {status.phrase}\n".encode()
        self._send(status, kind_of(".txt"), data, body=self.command != "HEAD")

    def _send(self, status: HTTPStatus, kind: str, data: bytes, *, body: bool) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if status is HTTPStatus.NOT_IMPLEMENTED:
            self.send_header("Allow", "GET, HEAD")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Print nothing: the terminal belongs to the user."""


class Server(ThreadingHTTPServer):
    """A server of one page. It listens as soon as it is made.

    Parameters
    ----------
    page : Page
        What it serves.
    port : int
        0: any free port.

    Raises
    ------
    OSError
        The port is taken or may not be used.
    """

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows two servers would share a port
    allow_reuse_port = False

    def __init__(self, page: Page, port: int) -> None:
        self.table = page.table()
        super().__init__((ADDRESS, port), Handler)
        own = [ADDRESS, "localhost"]
        ends = [f":{self.port}", *([""] if self.port == 80 else [])]
        self.hosts = [[f"{name}{end}"] for name in own for end in ends]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{ADDRESS}:{self.port}/"

    def server_bind(self) -> None:
        """Bind without asking which name this machine has: that may need a network."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing if a browser has closed a connection early."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def opened(page: Page, port: int | None = None) -> Server:
    """Return a server that listens on a port, or on the next free one if none was asked for.

    Parameters
    ----------
    page : Page
        What it serves.
    port : int, optional
        A port that must be free. By default the first free one from 8765 on.

    Raises
    ------
    DataError
        The port is taken or may not be used.
    """
    for k in range(TRIES if port is None else 1):
        try:
            return Server(page, PORT + k if port is None else port)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            taken = error.errno == errno.EADDRINUSE
    if port is None:
        where, what = f"ports {PORT} to {PORT + TRIES - 1}", "are all in use"
    else:
        where, what = f"port {port}", "is in use" if taken else "may not be used by you"
    raise DataError(f"{where} {what}. Choose another one: chainrule lab --port 0 takes any.")
