"""Which files the page has, and of what kind they are."""

import pytest

from chainrule.page.web_files import FOLDER, KINDS, kind_of, web_files


def test_every_file_of_the_folder_is_known():
    found = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    left_out = found - set(web_files())
    assert all(name.endswith((".d.ts", ".md")) for name in left_out), left_out


def test_names_are_ascii_and_in_order():
    names = list(web_files())
    assert {"index.html", "main.js", "style/page.css"} <= set(names)
    assert all(name.isascii() and "//" not in name and not name.startswith("/") for name in names)
    assert names == list(web_files())


@pytest.mark.parametrize("end", KINDS)
def test_kinds(end):
    assert kind_of(f"a/B{end.upper()}") == KINDS[end]
    assert kind_of("0") == "application/octet-stream"
