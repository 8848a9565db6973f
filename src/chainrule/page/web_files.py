"""The files of the page: which there are, and what kind each has."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "web"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".gz": "application/gzip",
    ".wasm": "application/wasm",
    ".safetensors": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
UNKNOWN = "application/octet-stream"


def web_files() -> dict[str, Path]:
    """Return each file of the page by its path in the page, in alphabetical order.

    Types for checkers and hidden files are not among them.

    Examples
    --------
    >>> files = web_files()
    >>> files["index.html"].name
    'index.html'
    """
    found = {path.relative_to(FOLDER): path for path in FOLDER.rglob("*") if path.is_file()}
    return {
        name.as_posix(): path
        for name, path in sorted(found.items())
        if path.suffix in KINDS and not any(part.startswith(".") for part in name.parts)
    }


def kind_of(name: str) -> str:
    """Return the media type of a file by the end of its name.

    Examples
    --------
    >>> kind_of("app/state.js")
    'text/javascript; charset=utf-8'
    """
    return KINDS.get(Path(name).suffix.lower(), UNKNOWN)
