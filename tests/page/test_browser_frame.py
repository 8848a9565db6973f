"""The page in a real browser: the frame around the scenes, and what holds for all of it."""

import pytest

pytestmark = pytest.mark.slow


def test_it_opens(open_page):
    page = open_page()
    assert page.title().endswith("chainrule Lab")
    assert page.locator("main.scene").count() == 1


def test_it_speaks_the_language_of_the_browser(open_page):
    page = open_page(language="zh")
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_node_runs_a_script(node):
    assert node("echo.js", {"a": [1, "é"]}) == {"a": [1, "é"]}
