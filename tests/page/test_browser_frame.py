"""The page in a real browser: what holds for every scene, and how soon it is there."""

import re

import pytest
from tests.page.conftest import WEB

from chainrule.page import write
from chainrule.page.server import Page

pytestmark = pytest.mark.slow
INDEX = (WEB / "scenes/index.js").read_text(encoding="utf-8")
SCENES = re.findall(r'from "\./(\w+)/index\.js"', INDEX)
# Colors of numbers and the columns of a scene follow theme and width in the next frames.
DRAWN = """async () => {
  for (let k = 0; k < 20; k++) await new Promise(requestAnimationFrame);
}"""
# Everything that is wider than the window, by its name.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => `${one.tagName}.${one.className}`)"""
PAINT = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null"""


@pytest.fixture(scope="module")
def addresses(serve):
    """Return the address of each scene."""
    return {scene: serve(Page({"scene": scene})) for scene in SCENES}


def test_there_are_eight_scenes():
    folders = {path.parent.name for path in (WEB / "scenes").glob("*/index.js")}
    assert len(SCENES) == 8 and set(SCENES) == folders


@pytest.mark.parametrize("scene", SCENES)
def test_each_scene_is_open_to_everyone(scene, addresses, open_page, axe):
    page = open_page(url=addresses[scene], still=True)
    page.wait_for_selector(f"main.scene.{scene}")
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.evaluate(DRAWN)
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(DRAWN)
    assert page.evaluate(TOO_WIDE) == []
    page.context.close()


@pytest.mark.parametrize("scene", SCENES)
def test_each_scene_speaks_chinese_from_a_disk(scene, tmp_path, open_page):
    write(tmp_path / "lab.html", start={"scene": scene, "language": "zh"})
    url = (tmp_path / "lab.html").as_uri()
    page = open_page(url=url)
    page.wait_for_selector(f"main.scene.{scene}")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert [u for u in page.watch.requests if not u.startswith(("blob:", "data:"))] == [url]
    page.context.close()


def test_it_speaks_the_language_of_the_browser(open_page):
    for language, lang in {"en": "en", "zh": "zh-CN"}.items():
        page = open_page(language=language)
        assert page.locator("html").get_attribute("lang") == lang
        page.context.close()


def test_it_is_painted_within_a_second(open_page):
    times = []
    for _ in range(3):
        page = open_page()
        times.append(page.wait_for_function(PAINT).json_value())
        page.context.close()
    assert min(times) <= 1000, times


def test_without_javascript_there_is_a_sentence(chromium, lab):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(lab)
    assert "switched off here" in page.inner_text("body")
    context.close()


def test_node_runs_a_script(node):
    assert node("echo.js", {"a": [1, "é"]}) == {"a": [1, "é"]}
