"""The scene of optimizers, used as a person would use it."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api", reason="needs Playwright").expect
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scene(open_page):
    page = open_page("#1.optimizers", still=True)
    page.wait_for_selector(".race-map .trail")
    return page


def rows(page):
    return page.locator(".arrivals tbody tr")


def reading(page, name):
    return page.locator(".reading", has_text=name).locator(".reading-value").inner_text()


def choose(page, name, label):
    page.get_by_role("combobox", name=name, exact=True).select_option(label=label)


def switch(page, name):
    page.get_by_role("switch", name=name, exact=True).click()


def became(page):
    return page.locator(".became-name").inner_text()


def test_a_race_is_shown_at_once(scene):
    assert scene.locator("h2").inner_text() == "Optimizers"
    assert scene.locator(".race-map .contour").count() > 5
    expect(scene.locator(".race-map .trail")).to_have_count(4)
    expect(rows(scene)).to_have_count(4)
    expect(scene.locator(".became-equations math")).to_have_count(
        5
    )  # equations are set as formulas


def test_steps_forwards_and_back_by_mouse_and_keyboard(scene):
    assert reading(scene, "Step") == "200"
    transport = scene.locator(".transport")
    transport.get_by_role("button", name="One step back").click()
    assert reading(scene, "Step") == "199"
    transport.locator("button[aria-keyshortcuts=n]").click()
    assert reading(scene, "Step") == "200"
    scene.locator("h2").click()
    scene.keyboard.press("b")
    assert reading(scene, "Step") == "199"
    scene.keyboard.press("r")
    assert reading(scene, "Step") == "0"


def test_play_goes_to_the_end_and_stops(scene):
    choose(scene, "Steps of the race", "100")
    scene.get_by_role("radio", name="250", exact=True).check()
    scene.get_by_role("button", name="Race", exact=True).click()
    scene.wait_for_function("() => document.querySelector('.reading-value').textContent === '100'")
    scene.get_by_role("button", name="Race", exact=True).wait_for()
    choose(scene, "Steps of the race", "1000")


def test_the_start_moves_by_keys_and_by_a_click(scene):
    drawing = scene.locator(".race-map")
    before = drawing.get_attribute("aria-label")
    drawing.focus()
    scene.keyboard.press("ArrowRight")
    after = drawing.get_attribute("aria-label")
    assert "x = −1.2," in before and "x = −1.12," in after
    drawing.click(position={"x": 300, "y": 100})
    assert "x = −1.12," not in drawing.get_attribute("aria-label")


def test_every_map_has_contours_and_paths(scene):
    options = scene.get_by_role("combobox", name="Map", exact=True).locator("option")
    names = options.all_inner_texts()
    assert len(names) == 8
    for name in names[:-1]:
        choose(scene, "Map", name)
        assert scene.locator(".race-map .contour").count() > 5
        expect(scene.locator(".race-map .trail")).to_have_count(4)
        expect(scene.locator(".arrivals .bad")).to_have_count(0)  # nobody diverges at first


def test_a_formula_of_ones_own_and_what_is_wrong_with_it(scene):
    choose(scene, "Map", "My own formula")
    field = scene.get_by_label("f(x, y) =", exact=True)
    field.fill("x^2 + sin(")
    assert scene.locator(".own-map .notice").inner_text().startswith("The formula stops")
    field.fill("x < y")
    assert "comparison" in scene.locator(".own-map .notice").inner_text()
    field.fill("log(-1 - x^2)")
    assert "no number anywhere" in scene.locator(".own-map .notice").inner_text()
    field.fill("log(x)")  # falls without end at x = 0; its start is at x < 0
    expect(scene.locator(".own-map .notice")).to_have_count(0)
    expect(scene.locator(".arrivals .notice")).to_contain_text("no number at the start")
    field.fill("(x - 1)^2 + 3 (y + 0.5)^2")
    expect(scene.locator(".own-map .notice")).to_have_count(0)
    goal = scene.locator(".race-map .goal").get_attribute("transform")
    x = float(re.search(r"\(([\d.]+),", goal).group(1))
    assert abs(x - 640 * 4 / 6) < 0.01
    scene.get_by_label("x to", exact=True).fill("-5")
    scene.keyboard.press("Enter")
    expect(scene.locator(".view-numbers .notice")).to_have_count(1)
    scene.get_by_label("x to", exact=True).fill("3")
    scene.keyboard.press("Enter")
    choose(scene, "Map", "Narrow ravine")


def test_a_rate_that_is_too_large_diverges_with_words(scene):
    scene.get_by_role("button", name=re.compile("SGD")).first.click()
    rate = scene.get_by_role("textbox", name="Learning rate lr", exact=True)
    rate.fill("0.5")
    rate.press("Enter")
    expect(scene.locator(".arrivals .bad")).to_contain_text("diverged at step")
    expect(scene.locator(".arrivals .notice")).to_have_count(1)
    rate.fill("-1")
    rate.press("Enter")
    assert rate.get_attribute("aria-invalid") == "true"
    rate.fill("0.01")
    rate.press("Enter")
    expect(scene.locator(".arrivals .bad")).to_have_count(0)


def test_good_rates_are_found(scene):
    rate = scene.get_by_role("textbox", name="Learning rate lr", exact=True)
    rate.fill("1e-5")
    rate.press("Enter")
    scene.get_by_role("button", name="Find good rates").click()
    scene.wait_for_function(
        "() => [...document.querySelectorAll('.arrivals td.good')].length === 4"
    )
    assert float(rate.input_value()) > 1e-3


def test_racers_come_and_go(scene):
    scene.get_by_role("button", name="Add a racer").click()
    expect(rows(scene)).to_have_count(5)
    choose(scene, "Rule of racer E", "Lion")
    assert scene.locator(".racers li").nth(4).inner_text().split("\n")[1] == "Lion"
    choose(scene, "Schedule of lr", "Cosine")
    length = scene.get_by_role("textbox", name="Length in steps", exact=True)
    length.fill("50")
    length.press("Enter")
    choose(scene, "Rule of racer E", "LBFGS")
    expect(scene.locator(".racer-settings")).to_contain_text("searches along a line")
    expect(rows(scene).filter(has_text="LBFGS")).to_contain_text("step ")
    scene.get_by_role("button", name="Remove LBFGS").click()
    expect(rows(scene)).to_have_count(4)


def test_switching_parts_gives_other_rules(scene):
    if became(scene) != "Adam":
        scene.locator(".known").get_by_role("button", name="Adam", exact=True).click()
    switch(scene, "Mean of gradients m")
    assert became(scene) == "Adam"
    assert scene.locator(".became-note").inner_text() == "with β1 = 0"
    switch(scene, "Bias correction")
    assert became(scene) == "RMSprop"
    scene.get_by_role("radio", name="√ sum of g²").check()
    assert became(scene) == "Adagrad"
    scene.get_by_role("radio", name="nothing", exact=True).check()
    assert became(scene) == "SGD"
    switch(scene, "Mean of gradients m")
    assert became(scene) == "Momentum"
    switch(scene, "Look-ahead (Nesterov)")
    assert became(scene) == "Nesterov"
    switch(scene, "Look-ahead (Nesterov)")
    switch(scene, "Sign only")
    assert became(scene) == "Lion"
    switch(scene, "Sign only")
    scene.locator(".known").get_by_role("button", name="Adam", exact=True).click()
    switch(scene, "Decoupled weight decay")
    assert became(scene) == "AdamW"
    switch(scene, "Look-ahead (Nesterov)")
    assert became(scene) == "a rule of your own"
    scene.locator(".known").get_by_role("button", name="AdaMax", exact=True).click()
    assert became(scene) == "AdaMax"
    assert scene.locator(".racers li").nth(3).inner_text().split("\n")[1] == "Parts: AdaMax"


def test_each_control_can_be_asked_what_it_is(scene):
    scene.locator(".known").get_by_role("button", name="Adam", exact=True).click()
    buttons = scene.locator(".parts-panel .help-button")
    assert buttons.count() >= 7
    buttons.nth(1).click()
    assert "running mean" in scene.locator(".help-card[data-open=true]").inner_text()
    scene.keyboard.press("Escape")


def test_the_link_gives_the_same_race(scene, open_page):
    old = scene.evaluate("location.hash")
    choose(scene, "Map", "Saddle")
    scene.wait_for_function("old => location.hash !== old", arg=old)
    other = open_page(scene.evaluate("location.hash"), still=True)
    other.wait_for_selector(".race-map .trail")
    for column in ("th", "td:nth-of-type(1)", "td:nth-of-type(3)"):
        texts = [rows(p).locator(column).all_inner_texts() for p in (scene, other)]
        assert texts[0] == texts[1]


def test_python_shows_the_race(scene):
    scene.get_by_role("button", name="Python").click()
    text = scene.locator(".code-block").inner_text()
    assert "cr.optimizers.SGD(lr=" in text
    scene.keyboard.press("Escape")


def test_chinese_dark_by_touch_on_a_phone(open_page, axe):
    page = open_page("#1.optimizers", language="zh", theme="dark", width=390, touch=True)
    page.wait_for_selector(".race-map .trail")
    assert page.locator("h2").inner_text() == "优化器"
    page.locator(".race-map").tap(position={"x": 200, "y": 60})
    page.locator(".known").get_by_role("button", name="Momentum", exact=True).tap()
    expect(page.locator(".became-name")).to_have_text("Momentum")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not axe(page, "main")


def test_no_barriers(scene, axe):
    assert not axe(scene, "main")
