"""The libraries of the page: the copies are those that vendor.json names, with their licenses."""

import json

import pytest
from tests.page.conftest import ROOT, WEB

SCRIPT = ROOT / "scripts/vendor.py"


@pytest.fixture
def vendor(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return __import__("vendor")


def test_copies_are_what_is_written_down(vendor):
    assert vendor.checked() == []


def test_a_changed_copy_is_found(vendor, monkeypatch, tmp_path):
    for path in (WEB / "vendor").glob("*.js*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "LICENSES.txt").write_text("")
    (tmp_path / "htm.js").write_bytes(b"changed")
    (tmp_path / "d3-drag.js").unlink()
    (tmp_path / "new.js").write_bytes(b"")
    for name, value in {"VENDOR": tmp_path, "LICENSES": tmp_path / "LICENSES.txt"}.items():
        monkeypatch.setattr(vendor, name, value)
    wrong = vendor.checked()
    assert "htm.js is not the copy that vendor.json describes." in wrong
    assert "d3-drag.js is missing." in wrong and "vendor.json does not name new.js." in wrong
    assert "LICENSES.txt has no license of preact 11.2.0 (MIT)." in wrong


def test_the_versions_are_exact():
    for name, about in json.loads((WEB / "vendor/vendor.json").read_text()).items():
        assert about["version"].count(".") == 2 and len(about["published"]) == 64, name
