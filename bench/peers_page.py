"""Write docs/speed.md and its picture from docs/speed.json: `python bench/peers_page.py`."""

import json
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
JSON, PAGE, PICTURE = DOCS / "speed.json", DOCS / "speed.md", DOCS / "speed.svg"


def write(result):
    """Keep what was measured, and write what is made of it."""
    JSON.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
