"""The facts of the page are those of the docstrings, and each refusal has its sentences."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GRAPH = ROOT / "src/chainrule/page/web/graph"


def test_the_facts_are_current(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import page_facts

    try:
        written = page_facts.written()
    finally:
        sys.modules.pop("page_facts", None)
    assert written == page_facts.FILE.read_text(encoding="utf-8"), "run scripts/page_facts.py"
    assert len(written.encode()) < 120_000


def test_each_refusal_has_a_sentence_in_both_languages():
    text = (GRAPH / "texts.js").read_text(encoding="utf-8")
    english, chinese = text.split("  zh: {")
    keys = [set(re.findall(r"^    (\w+):", part, re.M)) for part in (english, chinese)]
    assert keys[0] == keys[1]
    asked = set()
    for path in GRAPH.rglob("*.js"):
        code = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'"graph\.(\w+)"', code))
        asked |= set(re.findall(r'refuse\("(must_\w+)"', code))
        asked |= {f"python_expected_{what}" for what in re.findall(r'this\.refuse\("(\w+)"', code)}
    assert asked <= keys[0], asked - keys[0]
    assert len(asked) > 90
