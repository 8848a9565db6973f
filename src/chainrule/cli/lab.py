"""What `chainrule lab` does: serve the page and show it in a browser, or write it as one file."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..files.container import read
from ..page import single_file
from ..page.server import Page, Server, opened

Say = Callable[[str], Any]


def beginning(file: str | None, language: str | None) -> dict[str, str]:
    """Return what the page opens with; a file that is none of chainrule's is refused.

    Parameters
    ----------
    file : str, optional
        A saved network, energy model or recording.
    language : str, optional
        "en" or "zh"; without it, the page takes that of the browser.

    Raises
    ------
    FileError
        The file is missing, broken or something else.
    """
    if file is not None:
        read(file)
    start = {"scene": "your_file" if file else None, "language": language}
    return {name: value for name, value in start.items() if value}


def write(target: str, file: str | None, language: str | None, say: Say) -> None:
    """Write the page as one file.

    Parameters
    ----------
    target : str
        The file to write.
    file, language : str, optional
        See `beginning`.
    say : function
        Called with a line about the result.
    """
    start = beginning(file, language)
    own = {} if file is None else {Path(file).name: Path(file).read_bytes()}
    single_file.write(target, start=start, files=own)
    say(f"Wrote {target}, {os.path.getsize(target) / 1e6:.2f} MB. Any browser opens it.")


def serve(
    file: str | None, language: str | None, say: Say, *, port: int | None, browser: bool
) -> None:
    """Serve the page on this machine until Ctrl-C.

    Parameters
    ----------
    file, language : str, optional
        See `beginning`.
    say : function
        Called with each line.
    port : int, optional
        The port; 0: any free one.
    browser : bool
        True: open the page in the browser.
    """
    start = beginning(file, language)
    files = [] if file is None else [Path(file).absolute()]
    with opened(Page(start, files), port) as server:
        say(f"The Lab is at {server.url} on this machine. Ctrl-C ends it.")
        _wait(server, say, browser=browser)


def _wait(server: Server, say: Say, *, browser: bool) -> None:
    try:
        if browser and not (has_screen() and webbrowser.open(server.url)):
            say("No browser was found here. Open the address in one.")
        server.serve_forever()
    except KeyboardInterrupt:
        say("\nThe Lab is closed.")


def has_screen() -> bool:
    """Return False on a terminal without windows, where a text browser would take the terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
