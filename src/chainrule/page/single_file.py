"""The page as one file: it opens from a disk, and asks for nothing from anywhere.

All modules, styles and texts are compressed inside. A short script unpacks them. The modules become
one plain script, and those that the worker needs another one (see modules.py).
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..files.writing import check_target, write_whole
from ..version import __version__
from .modules import MAIN, WORKER, modules, needed
from .web_files import web_files

TEMPLATES = Path(__file__).parent / "templates"
LICENSE = "vendor/LICENSES.txt"
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"(?: media="([^"]+)")? />')
SCENE = re.compile(r"scenes/\w+/index\.js")
WORDS = {
    "opening": "Opening the Lab … 正在打开实验室……",
    "no_scripts": "This page computes with JavaScript, which is switched off here. Allow it and "
    "load the page again. 本页用 JavaScript 进行计算，但它已被禁用。请启用后重新加载。",
    "old": "This browser is too old for the Lab. It needs Chrome 111, Firefox 114, Safari 16.4, or "
    "a later one. 浏览器版本过旧。请使用 Chrome 111、Firefox 114、Safari 16.4 或更新的版本。",
    "broken": "This file is damaged, or the browser does not let it open. Take another copy, or "
    "another browser. 文件已损坏，或浏览器不允许打开。请换一份文件或换一个浏览器。",
}
# For browsers without vectors in WebAssembly; the file needs a later one anyway, and says so.
LEFT_OUT = ("engine/f32_plain.wasm.gz",)
SAVES = 0.98  # a file is compressed if that makes it smaller than this share


def write(
    path: Any,
    *,
    start: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> None:
    """Write the page as one file.

    The same page gives the same bytes. At every moment `path` is the old file or the whole new one.

    Parameters
    ----------
    path : str or path
        The file to write.
    start : mapping, optional
        What the page opens with: `scene`, `language`, `state`, and so on, as JSON.
    files : mapping of str to bytes, optional
        Files that come with the page, by name. The page finds them in `start.files`.

    Raises
    ------
    FileError
        The path cannot be written.
    ParameterError
        `start` is not JSON, or names a scene that the page does not have.

    Examples
    --------
    >>> write("lab.html", start={"scene": "digits"})  # doctest: +SKIP
    """
    check_target(path)
    write_whole(path, html(start=start, files=files))


def html(
    *, start: Mapping[str, Any] | None = None, files: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the page as one file.

    Parameters
    ----------
    start, files : optional
        See `write`.
    """
    page = web_files()
    found = modules(page, *(name for name in (MAIN, WORKER) if name in page))
    texts = {
        "modules": [module.script for module in found],
        "main": needed(found, MAIN),
        "worker": needed(found, WORKER) if WORKER in page else [],
        "styles": styles(page),
        "start": beginning(start, files),
    }
    packed = [name for name in page if name.endswith(".gz") and name not in LEFT_OUT]
    data = {name: page[name].read_bytes() for name in packed}
    data |= {f"files/{k}": contents for k, contents in enumerate((files or {}).values())}
    blocks = [f'<script type="text/plain" id="texts">{_base64(_deflated(_json(texts)))}</script>']
    blocks += [_block(name, contents) for name, contents in data.items()]
    own = {name: _template(name) for name in ("single_file.css", "single_file.js", "opening.js")}
    gaps = {
        "policy": _policy(*own.values()),
        "version": __version__,
        "style": own["single_file.css"],
        "loader": own["single_file.js"],
        "opening_script": own["opening.js"],
        "licenses": _licenses(page),
        "blocks": "\n    ".join(blocks),
        **{name: escape(words) for name, words in WORDS.items()},
    }
    text = _template("single_file.html")
    return re.sub(r"\{(\w+)\}", lambda match: gaps[match[1]], text).encode()


def beginning(start: Mapping[str, Any] | None, files: Mapping[str, bytes] | None) -> dict[str, Any]:
    """Return what the page opens with, the files that come with it included."""
    try:
        own: dict[str, Any] = json.loads(json.dumps(dict(start or {}), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ParameterError(f"start: expected values of JSON, got {error}.") from None
    scenes = sorted(n.split("/")[1] for n in web_files() if SCENE.fullmatch(n))
    if own.get("scene") not in (None, *scenes):
        raise ParameterError(
            f"start: expected one of the scenes {', '.join(scenes)}, got {own['scene']!r}."
        )
    if files:
        own["files"] = [{"name": name, "path": f"files/{k}"} for k, name in enumerate(files)]
    return own


def styles(page: Mapping[str, Path]) -> list[str]:
    """Return the style sheets, in the order in which index.html has them."""
    index = page["index.html"].read_text(encoding="utf-8")
    names = STYLE.findall(index)
    assert len(names) == index.count('rel="stylesheet"'), "a style sheet is linked in another form"
    texts = [(page[name].read_text(encoding="utf-8"), media) for name, media in names]
    return [f"@media {media} {{\n{text}}}\n" if media else text for text, media in texts]


def _policy(*inline: str) -> str:
    """Return the policy: the scripts and styles in the file itself, and blobs of its own."""
    style, *scripts = (
        f"'sha256-{b64encode(sha256(t.encode()).digest()).decode()}'" for t in inline
    )
    rules = {
        "default-src": "'none'",
        "script-src": f"{' '.join(scripts)} blob: 'wasm-unsafe-eval'",
        "style-src": style,
        "img-src": "data: blob:",
        "worker-src": "blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{what} {where}" for what, where in rules.items())


def _licenses(page: Mapping[str, Path]) -> str:
    text = page[LICENSE].read_text(encoding="utf-8")
    assert "</script" not in text.lower() and "<!--" not in text
    return f"\n{text}"


def _block(name: str, contents: bytes) -> str:
    packed = b"" if name.endswith(".gz") else _deflated(contents)
    better = bool(packed) and len(packed) < SAVES * len(contents)
    kind = f'data-file="{escape(name)}"{" data-packed" if better else ""}'
    return f'<script type="text/plain" {kind}>{_base64(packed if better else contents)}</script>'


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")  # a file's name may have bytes that are no text


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL + 1)
    return packer.compress(data) + packer.flush()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
