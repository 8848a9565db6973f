"""The components in a real browser: by mouse, by keys, by touch, and what screen readers get."""

from pathlib import Path

import pytest

from chainrule.page.server import Page

pytestmark = pytest.mark.slow
GALLERY = Path(__file__).parent / "gallery"


class GalleryPage(Page):
    """The page with one more: every component at once."""

    def table(self):
        return super().table() | {f"/{path.name}": path for path in GALLERY.iterdir()}


@pytest.fixture(scope="module")
def gallery(open_page, serve):
    address = serve(GalleryPage())

    def start(link="", **options):
        return open_page(f"gallery.html{link}", url=address, **options)

    return start


@pytest.fixture(scope="module")
def page(gallery):
    return gallery()


def shown(page, name):
    return page.evaluate("name => globalThis.shown[name]", name)


def test_a_number_is_taken_as_it_is_typed(page):
    field = page.get_by_role("textbox", name="Learning rate")
    field.fill("1e-3")
    field.press("Enter")
    assert shown(page, "a") == 0.001
    field.fill("0,25")
    field.press("Tab")
    assert shown(page, "a") == 0.25


def test_a_wrong_number_is_refused_with_a_sentence_and_the_last_good_one_stays(page):
    field = page.get_by_label("Batch size")
    before = shown(page, "b")
    field.fill("2.5")
    field.press("Enter")
    assert "not a whole number" in page.get_by_role("alert").filter(has_text="2.5").inner_text()
    assert field.get_attribute("aria-invalid") == "true"
    assert shown(page, "b") == before
    field.fill("1,000")
    field.press("Enter")
    assert page.get_by_role("alert").filter(has_text="can mean two numbers").count() == 1
    field.press("Escape")
    assert field.input_value() == str(before)
    assert field.get_attribute("aria-invalid") is None


def test_a_slider_moves_by_keys(page):
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    slider.press("Home")
    assert shown(page, "a") == 1e-4
    slider.press("ArrowRight")
    assert shown(page, "a") == 2e-4
    assert slider.get_attribute("aria-valuetext") == "2e−4"


def test_help_opens_says_and_closes_by_keys(page):
    button = page.get_by_role("button", name="What is “Learning rate”?")
    button.focus()
    button.press("Enter")
    card = page.locator(".help-card[data-open=true]")
    assert "adaptive moments" in card.inner_text()
    assert card.locator("math").count() == 4
    assert "√" in card.locator("math").nth(2).text_content()  # seen with any font
    assert card.locator("math").first.bounding_box()["width"] > 40
    assert "Kingma" in card.inner_text()
    box, window = card.bounding_box(), page.viewport_size
    assert box["x"] >= 0 and box["x"] + box["width"] <= window["width"]
    button.press("Escape")
    assert card.count() == 0
    assert button.evaluate("button => button === document.activeElement")


def test_choices_switches_and_lists(page):
    page.get_by_role("radio", name="ReLU").check(force=True)
    assert shown(page, "ch") == "ReLU"
    page.get_by_role("switch", name="Show the validation rows").press(" ")
    assert shown(page, "on") is False
    page.get_by_label("Optimizer", exact=True).select_option("sgd")
    assert shown(page, "s") == "sgd"
    tab = page.get_by_role("tab", name="Plane")
    tab.focus()
    tab.press("ArrowRight")
    assert shown(page, "tab") == "y"
    assert page.get_by_role("tabpanel").inner_text() == "two"
    page.get_by_role("button", name="More options").click()
    assert page.get_by_text("Inside.").is_visible()


def test_keys_run_the_transport_but_not_while_a_field_has_the_focus(page):
    page.locator("h2").click()
    page.keyboard.press("k")
    assert shown(page, "pl") is True
    field = page.get_by_label("Formula", exact=True)
    field.focus()
    field.press("k")
    assert shown(page, "pl") is True
    page.get_by_role("slider", name="Noise").press("k")  # a slider takes no letters
    assert shown(page, "pl") is False
    page.get_by_role("img", name="Answers over the plane").press("k")
    assert shown(page, "pl") is True
    page.locator("h2").click()
    page.keyboard.press("k")


def test_a_chart_has_a_crosshair_for_pointer_and_keys(page):
    chart = page.get_by_role("img", name="Loss by step")
    chart.scroll_into_view_if_needed()
    chart.hover(position={"x": 200, "y": 80})
    values = page.locator(".chart-values")
    assert values.inner_text().startswith("step ")
    assert "validation" in values.inner_text()
    page.mouse.move(0, 0)
    chart.focus()
    chart.press("End")
    chart.press("ArrowLeft")
    assert "step 2998: training" in values.inner_text()
    assert "step 2998" in chart.get_attribute("aria-label")


def test_numbers_of_a_grid_are_buttons_that_arrows_move_between(page):
    cell = page.locator("[data-row='1'][data-column='1'] button")
    cell.click()
    assert shown(page, "sel") == {"row": 1, "column": 1}
    assert cell.get_attribute("aria-pressed") == "true"
    assert "W1 [x2, b] = " in cell.get_attribute("aria-label")
    cell.press("ArrowDown")
    page.keyboard.press("Enter")
    assert shown(page, "sel") == {"row": 2, "column": 1}
    assert page.locator(".number-cell.marked").count() == 7


def test_a_heat_map_says_its_values(page):
    heat = page.get_by_role("img", name="Heat")
    heat.focus()
    heat.press("ArrowDown")
    assert shown(page, "hs") == {"row": 4, "column": 4}
    assert "Row 5, column 5" in heat.get_attribute("aria-label")


def test_points_are_drawn_on_a_plane_by_mouse_and_keys(page):
    plane = page.get_by_role("img", name="Answers over the plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    places = shown(page, "places")
    kinds = [place[2] for place in places]
    assert kinds[0] == "start" and kinds[-1] == "end" and "move" in kinds
    assert places[-1][0] > places[0][0] and abs(places[-1][1] - places[0][1]) < 1e-6
    plane.focus()
    plane.press("ArrowRight")
    plane.press("Delete")
    assert shown(page, "places")[-1][3] is True


def test_a_picture_is_drawn_by_mouse_and_keys(page):
    picture = page.get_by_role("img", name="Digit")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 160, steps=5)
    page.mouse.up()
    ink = page.evaluate("[...globalThis.shown.pix].filter(v => v > 0.5).length")
    assert 10 < ink < 120
    pattern = page.get_by_role("img", name="Pattern")
    pattern.focus()
    at = "globalThis.shown.pat[4 * 8 + 4]"
    before = page.evaluate(at)
    pattern.press(" ")
    assert page.evaluate(at) == -before
    assert "Row 5, column 5" in pattern.get_attribute("aria-label")
    pattern.press("Delete")
    assert page.evaluate(at) == -1


def test_a_picture_is_drawn_by_finger(gallery):
    page = gallery(touch=True, width=390)
    pattern = page.get_by_role("img", name="Pattern")
    pattern.scroll_into_view_if_needed()
    before = page.evaluate("globalThis.shown.pat[0]")
    pattern.tap(position={"x": 10, "y": 10})
    assert page.evaluate("globalThis.shown.pat[0]") == -before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_file_is_chosen_and_several_are_refused(page):
    chooser = page.locator("input[type=file]")
    table = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n"}
    chooser.set_input_files(table)
    assert shown(page, "files") == ["a.csv"]


def test_python_code_is_edited_and_refused_with_a_sentence(page):
    page.get_by_role("button", name="Edit or paste").click()
    page.get_by_label("Python code to read").fill("nonsense")
    page.get_by_role("button", name="Use this code").click()
    assert page.get_by_role("alert").filter(has_text="damaged").count() == 1
    page.get_by_role("button", name="Cancel").click()
    assert page.get_by_text("import chainrule").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_components_have_no_barriers(gallery, axe, theme):
    for language in ("", "#zh") if theme == "light" else ("",):
        assert axe(gallery(language, theme=theme, still=True)) == []


def test_nothing_is_drawn_while_nothing_changes(page):
    count = """() => new Promise(done => {
        const own = CanvasRenderingContext2D.prototype.clearRect; let calls = 0;
        CanvasRenderingContext2D.prototype.clearRect = function (...all) {
            calls += 1; return own.apply(this, all);
        };
        let frames = 0;
        const turn = () => frames++ < 12 ? requestAnimationFrame(turn) : done(calls);
        requestAnimationFrame(turn);
    })"""
    page.evaluate(count)  # what was asked for is drawn
    assert page.evaluate(count) == 0
