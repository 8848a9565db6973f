"""The frame around the scenes in a real browser: bar, link, language, theme, keys, errors, paper."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api", reason="needs Playwright").expect
pytestmark = pytest.mark.slow
SCENES = (
    "playground",
    "one_update",
    "articles",
    "digits",
    "optimizers",
    "memories",
    "dreams",
    "your_file",
)


@pytest.fixture(scope="module")
def page(open_page):
    return open_page(still=True)  # axe must not see a color half way to another


def go(page, scene):
    page.evaluate("scene => { location.hash = `1.${scene}`; }", scene)
    page.wait_for_selector(f"main.{scene}")


def heading(page):
    return page.locator(".view:not([hidden]) h2").first.inner_text()


def hash_of(page):
    return page.evaluate("location.hash")


def test_scenes_by_mouse_with_back_and_forward(page):
    page.get_by_role("link", name="Digits").click()
    assert heading(page) == "Digits"
    assert page.title() == "Digits · chainrule Lab"
    assert hash_of(page).startswith("#1.digits")
    expect(page.get_by_role("heading", name="Digits", level=2)).to_be_focused()
    page.get_by_role("link", name="Dreams").click()
    page.go_back()
    expect(page).to_have_title(re.compile("^Digits"))
    assert heading(page) == "Digits"
    page.go_forward()
    expect(page).to_have_title(re.compile("^Dreams"))
    assert heading(page) == "Dreams"


def test_scenes_by_keys(page):
    go(page, "dreams")
    page.keyboard.press("[")
    expect(page).to_have_title(re.compile("^Memories"))
    page.keyboard.press("]")
    expect(page).to_have_title(re.compile("^Dreams"))


def test_the_first_tab_stop_skips_to_the_content(open_page):
    page = open_page("#1.memories")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    assert hash_of(page) == "#1.memories"
    page.context.close()


def test_settings_last_from_visit_to_visit(open_page):
    page = open_page("#1.digits")
    page.get_by_role("button", name="Display").click()
    page.get_by_role("radio", name="dark").check(force=True)
    page.get_by_role("radio", name="green and purple").check(force=True)
    page.get_by_role("switch", name="Larger text").check(force=True)
    page.keyboard.press("Escape")
    page.get_by_title("Show the page in Chinese").click()
    page.reload()
    page.wait_for_selector("main.scene")
    root = page.locator("html")
    assert root.get_attribute("lang") == "zh-CN"
    assert root.get_attribute("data-theme") == "dark"
    assert root.get_attribute("data-palette") == "purple_green"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 22, 26)"
    assert heading(page) == "手写数字"
    page.context.close()


def test_a_link_with_language_and_theme(open_page):
    page = open_page("#1.digits..zh-dark", language="en", theme="light")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.context.close()


def test_the_link_dialog_gives_the_address(open_page):
    page = open_page("#1.memories")
    page.get_by_role("button", name="Link", exact=True).click()
    field = page.get_by_role("textbox", name="Link to what is shown")
    assert field.input_value().endswith("#1.memories")
    page.get_by_role("switch").check(force=True)
    assert field.input_value().endswith("#1.memories..en")
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Link"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("#2.digits", "another version of this page (2)"),
        ("#1.digits.AAAA", "damaged or cut off"),
        ("#1.nowhere", "a scene that this page does not have"),
        ("#<script>", "damaged or cut off"),
        ("#1.digits." + "A" * 7000, "longer than any link"),
    ],
)
def test_a_wrong_link_is_refused_with_words(page, link, words):
    go(page, "memories")
    page.evaluate("link => { location.hash = link; }", link)
    notice = page.get_by_role("alert").filter(has_text=words)
    assert "not understood" in notice.inner_text()
    assert heading(page) == "Memories"
    notice.get_by_role("button", name="Close").click()
    assert notice.count() == 0


def test_a_page_opened_with_a_wrong_link_begins_with_words(open_page):
    page = open_page("#1.digits.AAAA", language="zh")
    assert "已损坏" in page.get_by_role("alert").inner_text()
    assert heading(page) == "游乐场"
    page.context.close()


def test_the_list_of_keys(page):
    page.locator("main").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert "next scene" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.count() == 0


@pytest.mark.parametrize("scene", SCENES)
def test_python_stands_beside_the_scene(page, scene):
    go(page, scene)
    page.get_by_role("button", name="Python", exact=True).click()
    drawer = page.get_by_role("complementary", name="Python")
    words = drawer.inner_text()
    assert "import" in words or "has no Python code" in words
    page.keyboard.press("Escape")
    assert drawer.count() == 0


def test_the_menu_on_a_phone_by_touch(open_page):
    page = open_page(touch=True, width=390)
    menu = page.get_by_role("button", name="Show the list of scenes")
    menu.tap()
    page.get_by_role("link", name="Digits").tap()
    assert heading(page) == "Digits"
    assert page.get_by_role("link", name="Dreams").count() == 0
    menu.focus()
    menu.press("Enter")
    assert page.get_by_role("link", name="Dreams").is_visible()
    page.keyboard.press("Escape")
    assert menu.evaluate("button => button === document.activeElement")


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_stands_out_at_the_side(page, scene):
    go(page, scene)
    try:
        for width in (390, 640):  # a phone, and a desktop zoomed to 200 %
            page.set_viewport_size({"width": width, "height": 800})
            # what has its own size follows at the next frame
            page.wait_for_function("w => document.documentElement.scrollWidth <= w", arg=width)
    finally:
        page.set_viewport_size({"width": 1280, "height": 800})


# Colors fade to those of the other theme.
DRAWN = """async () => {
  for (let k = 0; k < 20; k++) await new Promise(requestAnimationFrame);
}"""


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_has_no_barriers(page, axe, scene):
    go(page, scene)
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.get_by_title("Show the page in Chinese").click()
    try:
        page.evaluate(DRAWN)
        assert axe(page) == []
    finally:
        page.emulate_media(color_scheme="light")
        page.get_by_role("button", name="English").click()


def test_dialogs_have_no_barriers(page, axe):
    go(page, "dreams")
    for name in ("Display", "Link", "Keys"):
        page.get_by_role("button", name=name, exact=True).click()
        assert axe(page) == [], name
        page.keyboard.press("Escape")


def broken(chromium, lab, body):
    """Return a page whose scene Dreams is another, and the errors that reach the console."""
    context = chromium.new_context(locale="en-US")
    context.route(
        "**/scenes/dreams/index.js",
        lambda route: route.fulfill(body=body, content_type="text/javascript"),
    )
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(lab + "#1.dreams")
    page.wait_for_selector("main.scene")
    return page, said


BROKEN = """
import {{ html }} from "../../components/html.js";
import {{ texts }} from "./texts.js";
let broken = {first};
export const scene = {{
  id: "dreams", texts, initial: () => ({{}}), reduce: (state) => state,
  View: () => {{
    if (broken) {{ broken = false; throw new Error("no unit left"); }}
    return html`<h2>Dreams</h2>
      <button onClick=${{() => {{ throw new Error("in a click"); }}}}>Click</button>
      <button onClick=${{() => {{ Promise.reject(new Error("in a promise")); }}}}>Wait</button>`;
  }},
  link: {{ write: () => ({{}}), read: () => ({{}}) }},
}};
"""


def test_an_error_in_a_scene_stays_in_the_scene(chromium, lab):
    page, said = broken(chromium, lab, BROKEN.format(first="true"))
    notice = page.get_by_role("alert")
    assert "no unit left" in notice.inner_text()
    page.get_by_role("link", name="Memories").click()
    assert heading(page) == "Memories"
    page.get_by_role("link", name="Dreams").click()
    page.get_by_role("button", name="Start this scene again").click()
    assert page.get_by_role("button", name="Click").is_visible()
    assert said == []
    page.context.close()


def test_errors_that_nothing_catches_become_a_notice(chromium, lab):
    page, said = broken(chromium, lab, BROKEN.format(first="false"))
    page.get_by_role("button", name="Click").click()
    assert "in a click" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Wait").click()
    expect(page.locator("html")).to_have_attribute("data-failures", "2")
    assert "in a promise" in page.get_by_role("alert").inner_text()
    assert said == []
    page.context.close()


def test_on_paper_the_scene_stays_and_the_controls_go(open_page):
    page = open_page("#1.digits", theme="dark")
    page.evaluate("""() => addEventListener("beforeprint", () => queueMicrotask(() => {
        globalThis.paper = getComputedStyle(document.body).backgroundColor;
    }))""")
    assert page.pdf().startswith(b"%PDF")
    assert page.evaluate("globalThis.paper") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 22, 26)"
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.get_by_role("button", name="Display").is_visible()
    assert page.locator(".view h2").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_playground_has_one_column_on_paper(open_page):
    page = open_page("#1.playground", width=680)
    page.set_viewport_size({"width": 1280, "height": 800})  # columns of a desktop
    page.wait_for_selector(".playground-columns:not(.one)")
    page.emulate_media(media="print")
    column = "e => e.clientWidth / e.parentElement.clientWidth"
    for name in ("data", "network", "answers"):
        assert page.locator(f".{name}-column").evaluate(column) == 1


def test_the_address_changes_at_most_a_few_times_a_second(page):
    count = page.evaluate("""async () => {
        let calls = 0;
        const own = history.replaceState.bind(history);
        history.replaceState = (...all) => { calls += 1; own(...all); };
        const { createStore } = await import("./app/store.js");
        const { initial, reduce } = await import("./app/state.js");
        const { keepAddress } = await import("./app/address.js");
        const store = createStore(reduce, { ...initial(), look: true });
        keepAddress(store);
        const end = performance.now() + 700;
        for (let k = 0; performance.now() < end; k += 1) {
            store.dispatch({ type: "theme", to: k % 2 ? "dark" : "light" });
            await new Promise(requestAnimationFrame);
        }
        return calls;
    }""")
    assert 1 <= count <= 3
