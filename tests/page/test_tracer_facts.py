"""The facts of the page are those of the docstrings."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_facts_are_current(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import page_facts

    try:
        written = page_facts.written()
    finally:
        sys.modules.pop("page_facts", None)
    assert written == page_facts.FILE.read_text(encoding="utf-8"), "run scripts/page_facts.py"
    assert len(written.encode()) < 120_000
