"""The scene of memories, used as a person would use it."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scene(open_page):
    page = open_page("#1.memories", still=True)
    page.locator(".recall-panel").wait_for()
    return page


def choose(page, name, label):
    page.get_by_role("combobox", name=name, exact=True).select_option(label=label)


def reading(page, name):
    return page.locator(".reading", has_text=name).locator(".reading-value").inner_text()


def verdict(page):
    return page.locator(".verdict").inner_text().split("\n")[0]


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def to_the_end(page):
    page.get_by_role("radio", name="250", exact=True).check()
    page.locator(".recall-panel").get_by_role("button", name="Recall", exact=True).click()
    page.wait_for_function(
        "() => { const [a, b] = document.querySelector('.reading-value').textContent.split(' / ');"
        " return a === b && !document.querySelector('.verdict').textContent.includes('way'); }"
    )


def kept(page):
    return page.locator(".memory-name").all_inner_texts()


def test_three_pictures_are_stored(scene):
    assert kept(scene) == ["0 ✓", "1 ✓", "2 ✓"]
    assert "Here 3 of 3 are fixed points." in scene.locator(".load").inner_text()
    assert reading(scene, "Visit").startswith("0 / ")


def test_a_damaged_heart_is_recalled_unit_by_unit(scene):
    before = float(reading(scene, "Energy").replace("−", "-"))
    scene.locator(".recall-panel .transport button[aria-keyshortcuts=n]").click()
    assert reading(scene, "Visit").startswith("1 / ")
    scene.locator(".recall-panel .transport button[aria-keyshortcuts=b]").click()
    assert reading(scene, "Visit").startswith("0 / ")
    scene.locator(".recall-panel .transport button[aria-keyshortcuts=e]").click()
    assert float(reading(scene, "Energy").replace("−", "-")) < before
    to_the_end(scene)
    assert verdict(scene) == "Memory 0"
    assert "recalled exactly" in scene.locator(".verdict.good").inner_text()


def test_the_field_of_a_unit_is_a_sum_of_terms(scene):
    scene.locator(".recall-panel .transport button[aria-keyshortcuts=r]").click()
    words = scene.locator(".field-sum").inner_text()
    assert "h = Σ w s" in words and "The unit" in words
    scene.locator(".field-sum canvas").click(position={"x": 5, "y": 5})
    assert "Unit 0 adds w[" in scene.locator(".field-sum").inner_text()
    scene.locator(".recall-pictures canvas").nth(1).click(position={"x": 5, "y": 5})
    assert "The field of unit 0" in scene.locator(".field-sum").inner_text()


def test_ways_to_damage(scene):
    press(scene, "Whole again")
    to_the_end(scene)
    assert verdict(scene) == "Memory 0"
    press(scene, "Invert")
    to_the_end(scene)
    assert verdict(scene) == "The inverse of memory 0"
    press(scene, "Half lost")
    to_the_end(scene)
    press(scene, "Only the middle")
    to_the_end(scene)
    press(scene, "Random state")
    to_the_end(scene)
    noise = scene.get_by_role("textbox", name="Part of the units that flip")
    noise.fill("0.1")
    noise.press("Enter")
    to_the_end(scene)
    assert verdict(scene) == "Memory 0"


def test_drawing_on_the_damaged_pattern_by_mouse_and_keyboard(scene):
    press(scene, "Whole again")
    canvas = scene.locator(".recall-pictures canvas").first
    before = scene.locator(".modern-steps .picture .on").first.get_attribute("d")
    box = canvas.bounding_box()
    scene.mouse.move(box["x"] + 5, box["y"] + 5)
    scene.mouse.down()
    scene.mouse.move(box["x"] + box["width"] - 5, box["y"] + 5, steps=8)
    scene.mouse.up()
    drawn = scene.locator(".modern-steps .picture .on").first.get_attribute("d")
    assert drawn != before and drawn.count("M") > before.count("M")
    canvas.focus()
    scene.keyboard.press("ArrowDown")
    scene.keyboard.press("Space")
    assert scene.locator(".modern-steps .picture .on").first.get_attribute("d") != drawn


def test_every_rule_stores_them(scene):
    choose(scene, "Bundled patterns", "Three pictures, 8 × 8")
    for rule in ("Storkey", "Pseudo-inverse", "Perceptron", "Delta rule", "Unlearning"):
        choose(scene, "Learning rule", rule)
        scene.wait_for_function(
            "() => document.querySelector('.load strong')?.textContent === "
            "'Here 3 of 3 are fixed points.'"
        )
        if rule == "Perceptron":
            assert "not symmetric" in scene.locator(".recall-panel .notice").inner_text()
    choose(scene, "Learning rule", "Hebb")


def test_patterns_that_depend_on_each_other_are_refused_with_words(scene):
    choose(scene, "Learning rule", "Pseudo-inverse")
    press(scene, "Add")
    press(scene, "Add")
    notice = scene.locator(".stored-panel .notice")
    notice.wait_for()
    assert "5 patterns have only rank 4" in notice.inner_text()
    choose(scene, "Learning rule", "Hebb")
    notice.wait_for(state="detached")
    press(scene, "Remove")
    press(scene, "Remove")


def test_letters_are_too_much_alike_for_hebb(scene):
    choose(scene, "Bundled patterns", "Six letters, 8 × 8")
    scene.wait_for_function("() => document.querySelectorAll('.memory-name').length === 6")
    assert all("✓" in name for name in kept(scene))
    choose(scene, "Learning rule", "Hebb")
    scene.wait_for_function("() => document.querySelector('.memory-name.lost')")
    choose(scene, "Bundled patterns", "Three pictures, 8 × 8")


def test_all_at_once_and_a_temperature(scene):
    scene.get_by_role("radio", name="all at once").check()
    to_the_end(scene)
    assert verdict(scene) == "Memory 0"
    scene.get_by_role("radio", name="random", exact=True).check()
    T = scene.get_by_role("textbox", name="Temperature T")
    T.fill("0.3")
    T.press("Enter")
    to_the_end(scene)
    assert "never rests" in scene.locator(".verdict").inner_text()
    T.fill("0")
    T.press("Enter")


def test_the_landscape_of_a_tiny_network(scene):
    assert "too many to draw" in scene.locator(".panel", has_text="The landscape").inner_text()
    choose(scene, "Bundled patterns", "Two tiny ones, 3 × 3 (with landscape)")
    table = scene.locator(".valleys tbody tr")
    table.first.wait_for()
    assert table.count() == 4
    assert all("128 (25.0 %)" in row for row in table.all_inner_texts())
    scene.locator(".valley").nth(2).click()
    to_the_end(scene)
    assert verdict(scene) == scene.locator(".valley").nth(2).inner_text().strip()
    canvas = scene.locator(".panel", has_text="The landscape").locator("canvas")
    canvas.click(position={"x": 300, "y": 60})
    canvas.focus()
    before = canvas.get_attribute("aria-label")
    scene.keyboard.press("ArrowDown")
    assert canvas.get_attribute("aria-label") != before
    choose(scene, "Bundled patterns", "Three pictures, 8 × 8")


def test_the_modern_memory_chooses_or_averages(scene):
    panel = scene.locator(".modern-panel").first
    assert "ends at memory 0" in panel.inner_text()
    beta = scene.get_by_role("textbox", name="Inverse temperature β")
    beta.fill("0.001")
    beta.press("Enter")
    assert "the mean of all memories" in panel.inner_text()
    beta.fill("0.1")
    beta.press("Enter")
    assert "Memory 0" in scene.locator(".modern-panel").nth(1).inner_text()


def test_the_grid_may_grow_to_256_units(scene):
    choose(scene, "Rows", "16")
    choose(scene, "Columns", "16")
    press(scene, "Random patterns")
    scene.wait_for_function(
        "() => document.querySelector('.load').textContent.includes('in 256 units')"
        " && document.querySelectorAll('.memory-name').length === 3"
    )
    to_the_end(scene)
    choose(scene, "Bundled patterns", "Three pictures, 8 × 8")


def test_the_link_gives_the_same_memories(scene, open_page):
    old = scene.evaluate("location.hash")
    choose(scene, "Bundled patterns", "0, 1, 2 on 6 × 5")
    scene.wait_for_function("old => location.hash !== old", arg=old)
    other = open_page(scene.evaluate("location.hash"), still=True)
    other.locator(".recall-panel").wait_for()
    assert reading(other, "Energy") == reading(scene, "Energy")
    to_the_end(other)
    energy = reading(other, "Energy")
    assert energy == "−13.5"  # the published energy of this demo


def test_chinese_dark_by_touch_on_a_phone(open_page, axe):
    page = open_page("#1.memories", language="zh", theme="dark", width=390, touch=True)
    page.locator(".recall-panel").wait_for()
    page.get_by_role("button", name="取反").tap()
    page.locator(".memory").nth(1).tap()
    assert page.locator(".memory").nth(1).get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not axe(page, "main")


def test_no_barriers(scene, axe):
    assert not axe(scene, "main")


def test_larger_text_cuts_nothing_off(open_page):
    page = open_page("#1.memories", width=1024, height=768, still=True)
    page.get_by_role("button", name="Display", exact=True).click()
    page.get_by_role("switch", name="Larger text").click()
    page.keyboard.press("Escape")
    editor = page.locator(".memory-editor")
    assert editor.evaluate("e => e.scrollWidth <= e.clientWidth")
