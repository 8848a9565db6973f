"""A terminal of 80 columns for tests of what is drawn in place."""

import pytest
from tests.training.callbacks.fake_terminal import Fake


@pytest.fixture
def tty(monkeypatch):
    """A terminal of 80 x 24 without colors."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm")
    for name in ("COLORTERM", "NO_COLOR", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    return Fake()
