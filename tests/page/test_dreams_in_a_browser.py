"""The scene of dreams, used as a person would use it."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scene(open_page):
    page = open_page("#1.dreams", still=True)
    page.locator(".dream").wait_for()
    return page


def choose(page, name, label):
    page.get_by_role("combobox", name=name, exact=True).select_option(label=label)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def reading(page, name):
    return page.locator(".reading", has_text=name).first.locator(".reading-value").inner_text()


def picture(page, where=".dream .gallery"):
    # a canvas is drawn at the next frame
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )
    return page.locator(where).first.evaluate("canvas => canvas.toDataURL()")


def wait_for_epoch(page, n):
    page.wait_for_function(
        f"() => Number(document.querySelector('.reading-value').textContent) >= {n}"
    )


def asked(page):
    return page.locator(".asked").inner_text()


def test_half_steps_one_after_another(scene):
    stages = scene.locator(".stage")
    assert stages.count() == 6
    assert scene.locator(".stage.later").count() == 5
    for k in range(5):
        press(scene, "Next half-step" if k < 5 else "")
        assert scene.locator(".stage.later").count() == 4 - k


def test_each_number_is_explained(scene):
    canvas = scene.locator(".stage canvas")
    canvas.nth(0).click(position={"x": 60, "y": 60})
    assert asked(scene).startswith("Pixel ")
    canvas.nth(1).click(position={"x": 60, "y": 60})
    assert "c + W v = " in asked(scene) and "σ(" in asked(scene)
    canvas.nth(2).click(position={"x": 60, "y": 60})
    assert "PCD continues its chains" in asked(scene)
    canvas.nth(3).click(position={"x": 60, "y": 60})
    assert "b + h W = " in asked(scene)
    canvas.nth(4).click(position={"x": 60, "y": 60})
    assert "the random number u = " in asked(scene)
    canvas.nth(5).click(position={"x": 60, "y": 60})
    assert "c + W v′ = " in asked(scene)
    canvas.nth(5).focus()
    before = asked(scene)
    scene.keyboard.press("ArrowRight")
    assert asked(scene) != before


def test_the_update_is_data_minus_model(scene):
    press(scene, "Compare the two")
    scene.locator(".update canvas").nth(2).click(position={"x": 60, "y": 60})
    words = scene.locator(".update [role=status]").inner_text()
    lr, plus, minus, change = (
        float(number.replace("−", "-").strip(" ().·"))
        for number in words.split("=", 1)[1]
        .replace(" − ", "|")
        .replace(" = ", "|")
        .replace(" · (", "|")
        .replace(")", "")
        .split("|")
    )
    assert abs(lr * (plus - minus) - change) < 1e-4
    assert reading(scene, "Step") == "0"
    press(scene, "Change the weights")
    scene.wait_for_function(
        "() => document.querySelectorAll('.reading-value')[1].textContent === '1'"
    )
    assert scene.locator(".stage.later").count() == 5


def test_an_epoch_and_a_step(scene):
    scene.locator(".transport").first.locator("button[aria-keyshortcuts=e]").click()
    wait_for_epoch(scene, 1)
    steps = int(reading(scene, "Step"))
    scene.locator(".transport").first.locator("button[aria-keyshortcuts=n]").click()
    scene.wait_for_function(
        f"() => document.querySelectorAll('.reading-value')[1].textContent === '{steps + 1}'"
    )


def test_it_learns_in_seconds(scene):
    before = picture(scene, ".gallery")
    press(scene, "Train")
    wait_for_epoch(scene, 30)
    press(scene, "Pause")
    scene.locator(".stage").first.wait_for()
    label = scene.get_by_role("img", name="Reconstruction error").get_attribute("aria-label")
    assert float(label.split()[-1]) < 6
    assert picture(scene, ".gallery") != before


class HundredRounds:
    """The button and those beside it; a click waits until the rounds are made."""

    def __init__(self, page):
        self.page = page

    def click(self):
        value = self.page.locator(".dream .reading-value")
        n = int(value.inner_text()) + 100
        self.page.get_by_role("button", name="100 rounds").click()
        self.wait_for(n)

    def begin(self, name):
        press(self.page, name)
        self.wait_for(0)

    def wait_for(self, n):
        self.page.wait_for_function(
            f"() => document.querySelector('.dream .reading-value').textContent === '{n}'"
        )


def test_dreams_are_reproducible(scene):
    many = HundredRounds(scene)
    many.click()
    first = picture(scene)
    many.click()
    assert picture(scene) != first
    many.begin("The same dreams again")
    many.click()
    assert picture(scene) == first
    many.begin("Other dreams")
    many.click()
    assert picture(scene) != first
    scene.get_by_role("radio", name="samples").check()
    scene.get_by_role("radio", name="probabilities").check()


def test_playing_dreams(scene):
    panel = scene.locator(".dream")
    panel.get_by_role("button", name="Dream", exact=True).click()
    scene.wait_for_function(
        "() => Number(document.querySelector('.dream .reading-value').textContent) > 105"
    )
    panel.get_by_role("button", name="Pause").click()


def test_what_is_clamped_stays(scene):
    scene.locator(".clamp").get_by_role("button", name="Top half").click()
    code = scene.evaluate("location.hash")
    many = HundredRounds(scene)
    many.wait_for(0)
    many.click()
    page = scene.locator(".dream .gallery")
    top = """canvas => {
      const w = canvas.width / 4;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const g = copy.getContext("2d", { willReadFrequently: true });
      g.drawImage(canvas, 0, 0);
      return [0, 1, 2].map((k) => Array.from(
        g.getImageData(k * w + w * 0.1, w * 0.1, w * 0.8, w * 0.35).data).join());
    }"""
    first, second, third = page.evaluate(top)
    assert first == second == third
    assert code is not None
    canvas = scene.locator(".clamp canvas")
    before = picture(scene, ".clamp canvas")
    scene.get_by_role("radio", name="ink").check()
    canvas.click(position={"x": 100, "y": 180})
    assert picture(scene, ".clamp canvas") != before
    scene.get_by_role("radio", name="let free").check()
    canvas.click(position={"x": 100, "y": 180})
    scene.get_by_role("radio", name="paper").check()
    canvas.click(position={"x": 20, "y": 180})
    press(scene, "Free all")


def test_settings_begin_anew(scene):
    choose(scene, "Hidden units", "16")
    scene.wait_for_function("() => document.querySelector('.reading-value').textContent === '0'")
    scene.get_by_role("radio", name="CD", exact=True).check()
    scene.locator(".stage").first.wait_for()
    press(scene, "Next half-step")
    press(scene, "Next half-step")
    scene.locator(".stage canvas").nth(2).click(position={"x": 60, "y": 60})
    assert "the random number u = " in asked(scene)
    k = scene.get_by_role("textbox", name="Rounds k")
    k.fill("0")
    k.press("Enter")
    assert k.get_attribute("aria-invalid") == "true"
    k.fill("1")
    k.press("Enter")


def test_a_rate_that_is_too_large_is_told(scene):
    rate = scene.get_by_role("textbox", name="Learning rate lr", exact=True)
    rate.fill("1")
    rate.press("Enter")
    scene.locator(".stage").first.wait_for()
    press(scene, "Train")
    wait_for_epoch(scene, 3)
    if scene.get_by_role("button", name="Pause").count():
        press(scene, "Pause")


def test_chinese_dark_by_touch_on_a_phone(open_page, axe):
    page = open_page("#1.dreams", language="zh", theme="dark", width=390, touch=True)
    page.locator(".dream").wait_for()
    page.get_by_role("button", name="下一个半步").tap()
    assert page.locator(".stage.later").count() == 4
    page.locator(".clamp canvas").tap(position={"x": 30, "y": 30})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not axe(page, "main")


def test_no_barriers(scene, axe):
    assert not axe(scene, "main")
