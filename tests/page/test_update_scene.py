"""The scene One update as a person uses it: by mouse, keyboard and touch, in both languages."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.page.server import Page

pytestmark = pytest.mark.slow
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
STAGES = {
    "xor": ["Forward", "Loss", "Deltas", "Gradients", "New weights"],
    "neuron": ["Forward", "Loss", "Deltas", "Gradients", "New weights"],
    "softmax": ["Forward", "Loss", "Deltas", "Gradients", "Slots", "New weights"],
    "convolution": ["Forward", "Loss", "Deltas", "Gradients", "Slots", "New weights"],
    "dropout": ["Forward", "Loss", "Deltas", "Gradients", "Slots", "New weights"],
    "batch_norm": [
        "Forward", "Loss", "Deltas", "Gradients", "Clips", "Slots", "New weights", "Statistics",
    ],
}  # fmt: off


@pytest.fixture(scope="module")
def run():
    """Return the run of the first example, as Python makes it."""
    layers = (cr.Dense(2), cr.Tanh(), cr.Dense(1))
    net = cr.Network(*layers, loss=cr.SigmoidCrossEntropy(), seed=3)
    return net.record(X, Y, epochs=6, batch_size=None, optimizer=cr.SGD(0.5), verbose=0)


@pytest.fixture(scope="module")
def page(open_page):
    page = open_page("#1.one_update")
    page.wait_for_selector(".update-board")
    return page


@pytest.fixture
def begun(page):
    """Return the page at its beginning."""
    with_network(page, "neuron")
    with_network(page, "xor")
    at_step(page, 0)
    return page


def with_network(page, name):
    page.get_by_label("Network", exact=True).select_option(name)
    page.wait_for_selector(f".update-board[data-network='{name}']")


def at_step(page, step):
    """Go to a step by its number."""
    field = page.get_by_label("Step", exact=True)
    if field.input_value() != str(step):
        field.fill(str(step))
        field.press("Enter")
    page.wait_for_selector(f".update-board[data-step='{step}']")


def stage(page, name):
    page.locator(".update-stages").get_by_role("button", name=name).click()


def number_of(page, label):
    """Return the number of a cell."""
    text = page.locator(f'button[aria-label^="{label} = "]').first.get_attribute("aria-label")
    shown, _, exact = text.rpartition(" = ")[2].replace("−", "-").partition(" (")
    return float(exact.rstrip(")") or shown)


def where(page):
    return page.locator(".update-where strong").first.inner_text()


def find(page, text):
    page.get_by_role("textbox", name="Find a number").fill(text)
    page.get_by_role("button", name="Show", exact=True).click()


def test_it_says_what_it_is(page):
    assert page.locator("h2").inner_text() == "One update"
    assert page.locator(".update-stages button").count() == 5


@pytest.mark.parametrize("step", [0, 1, 4])
def test_numbers_are_those_of_the_run_in_python(begun, run, step):
    at_step(begun, step)
    moment = run.at(step=step)
    for name, symbols in (
        ("Forward", ("x", "W1", "z1", "a1", "W2", "z2")),
        ("Deltas", ("dz2", "da1", "dz1")),
        ("Gradients", ("dW1", "dW2")),
        ("New weights", ("new.W1", "new.W2")),
    ):
        stage(begun, name)
        for symbol in symbols:
            a = np.asarray(moment[symbol])
            for at in ((0, 0), (a.shape[0] - 1, a.shape[1] - 1)):
                shown = number_of(begun, f"{symbol}[{at[0]}, {at[1]}]" if a.size > 1 else symbol)
                assert abs(shown - float(a[at])) < 2e-6, f"{symbol}{at}"


def test_a_click_explains_a_number_as_python_does(begun, run):
    stage(begun, "Gradients")
    begun.locator('button[aria-label^="dW1[1, 0] = "]').click()
    explained = run.at(step=0).explain("dW1[1, 0]")
    assert where(begun) == "dW1[1, 0]"
    rows = begun.locator(".update-terms tbody tr")
    assert rows.count() == len(explained.terms) + 1
    shown = float(rows.first.locator("td").first.inner_text().replace("−", "-"))
    assert abs(shown - explained.terms[0].value) < 1e-4
    assert "of the run" not in begun.locator(".update-explained").inner_text()


def test_each_row_of_the_batch_says_what_it_added(begun):
    find(begun, "dW2[0, 0]")
    shares = begun.locator(".update-shares li")
    assert shares.count() >= 2
    shares.first.get_by_role("button").click()
    assert begun.get_by_label("Rows", exact=True).input_value() != "-1"
    begun.get_by_label("Rows", exact=True).select_option("-1")


def test_the_way_leads_back_to_the_inputs(begun):
    find(begun, "dW1[1, 0]")
    begun.locator(".update-terms .update-link", has_text="dz1[").first.click()
    assert where(begun).startswith("dz1[")
    begun.locator(".update-terms .update-link", has_text="da1[").first.click()
    begun.locator(".update-terms .update-link", has_text="W2[").first.click()
    assert where(begun) == "W2[0, 0]"
    trail = begun.locator(".update-trail li")
    assert [item.inner_text() for item in trail.all()][-1] == "W2[0, 0]"
    begun.get_by_role("button", name="Back", exact=True).click()
    assert where(begun).startswith("da1[")
    begun.locator(".update-trail li button").nth(1).click()
    assert where(begun) == "dW1[1, 0]"


def test_a_weight_came_from_the_step_before(begun):
    at_step(begun, 2)
    find(begun, "new.W1[0, 1]")
    begun.locator(".update-terms .update-link", has_text="W1[").first.click()
    before = begun.locator(".update-value").inner_text()
    begun.get_by_role("button", name="It is new.W1[0, 1] of the step before.").click()
    begun.wait_for_selector(".update-board[data-step='1']")
    assert where(begun) == "new.W1[0, 1]"
    assert begun.locator(".update-value").inner_text() == before


def test_at_the_first_step_training_begins(begun):
    find(begun, "new.W1[0, 1]")
    begun.locator(".update-terms .update-link", has_text="W1[").first.click()
    assert "Training begins with it." in begun.locator(".update-explained").inner_text()


def test_an_input_says_its_row(begun):
    find(begun, "x[2, 0]")
    assert "It is from row 2 of the data." in begun.locator(".update-explained").inner_text()


def test_keys_walk_through_stages_and_steps(begun):
    stage(begun, "Forward")
    begun.locator("h2").click()
    pressed = ".update-stages button[aria-pressed='true']"
    begun.keyboard.press("ArrowRight")
    assert "Loss" in begun.locator(pressed).inner_text()
    begun.keyboard.press("ArrowLeft")
    begun.keyboard.press(".")
    begun.wait_for_selector(".update-board[data-step='1']")
    begun.keyboard.press("ArrowLeft")
    begun.wait_for_selector(".update-board[data-step='0']")
    assert "New weights" in begun.locator(pressed).inner_text()
    begun.keyboard.press("ArrowRight")
    begun.wait_for_selector(".update-board[data-step='1']")
    begun.keyboard.press(",")
    begun.wait_for_selector(".update-board[data-step='0']")


def test_backspace_goes_back_on_the_way(begun):
    find(begun, "z1[1, 0]")
    begun.locator(".update-terms .update-link").first.click()
    begun.locator("h2").click()
    begun.keyboard.press("Backspace")
    assert where(begun) == "z1[1, 0]"


def test_the_keyboard_goes_on_from_the_number_that_was_followed(begun):
    find(begun, "z1[1, 0]")
    begun.locator(".update-terms .update-link").first.focus()
    begun.keyboard.press("Enter")
    begun.wait_for_function("() => document.activeElement.matches('.update-where')")


def test_the_grid_works_by_keyboard_alone(begun):
    stage(begun, "Forward")
    begun.locator('button[aria-label^="W1[0, 0] = "]').focus()
    begun.keyboard.press("ArrowDown")
    begun.keyboard.press("ArrowRight")
    begun.keyboard.press("Enter")
    assert where(begun) == "W1[1, 1]"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dW9[0, 0]", "There is no value of this name in this step. Did you mean dW1?"),
        ("dW1[7, 0]", "There is no such entry. The last one is dW1[1, 1]; places count from 0."),
        ("dW1[-1, 0]", "There is no such entry."),
        ("[[", "There is no value of this name in this step."),
    ],
)
def test_a_name_that_is_none_is_refused_with_words(begun, text, says):
    find(begun, text)
    assert says in begun.locator(".update-find .notice").inner_text()
    find(begun, "loss")
    assert where(begun) == "L"
    assert begun.locator(".update-find .notice").count() == 0


def test_paths_and_spaces_are_understood(begun):
    find(begun, " dense1/W[ 0,1 ] ")
    assert where(begun) == "W1[0, 1]"


def test_a_row_can_be_looked_at_alone(begun):
    stage(begun, "Forward")
    begun.get_by_label("Rows", exact=True).select_option(label="row 3 of the data")
    assert begun.locator('button[aria-label^="z1["]').count() == 2
    assert "row 3 of the data" in begun.locator(".update-drawing figcaption").inner_text()
    begun.get_by_label("Rows", exact=True).select_option("-1")
    assert begun.locator('button[aria-label^="z1["]').count() == 8


def test_a_number_is_called_as_python_calls_it(begun):
    stage(begun, "Forward")
    for name in ("row[2] = ", "x[3, 1] = ", "b1[1] = ", "b2[0] = "):
        assert begun.locator(f'button[title^="{name}"]').count() == 1


def test_the_drawing_answers_a_click(begun):
    stage(begun, "Forward")
    begun.locator(".update-unit").nth(2).click()
    assert re.fullmatch(r"z1\[3, 0\]", where(begun))
    assert begun.locator(".update-unit.marked").count() == 2
    assert begun.locator(".update-edge.marked").count() == 2


def test_it_plays_stage_after_stage(begun):
    stage(begun, "Forward")
    begun.get_by_role("button", name="Play", exact=True).click()
    begun.locator(".update-stages [aria-pressed='true']", has_text="Loss").wait_for()
    begun.get_by_role("button", name="Pause", exact=True).click()
    assert begun.get_by_role("button", name="Play", exact=True).count() == 1


def test_the_classroom_has_large_numbers(begun):
    cell = begun.locator(".number-cell").first
    before = cell.evaluate("e => e.getBoundingClientRect().height")
    begun.get_by_role("switch", name="For a classroom").click()
    assert cell.evaluate("e => e.getBoundingClientRect().height") > 1.3 * before
    begun.get_by_role("switch", name="For a classroom").click()


@pytest.mark.parametrize("example", list(STAGES))
def test_every_example_has_its_stages_and_adds_up(begun, example):
    with_network(begun, example)
    at_step(begun, 2)
    names = begun.locator(".update-stages button").all_inner_texts()
    assert [name.split(". ")[1] for name in names] == STAGES[example]
    for name in STAGES[example]:
        stage(begun, name)
        begun.locator(".update-quantity .number-cell").last.click()
        assert begun.locator(".update-wrong").count() == 0


def test_a_link_shows_the_same_number(begun, open_page):
    for do, what in ((with_network, "softmax"), (at_step, 3), (find, "m.W1[1, 2]")):
        before = begun.evaluate("location.hash")
        do(begun, what)
        begun.wait_for_function("before => location.hash !== before", arg=before)
    link, value = begun.evaluate("location.hash"), begun.locator(".update-value").inner_text()
    other = open_page(link, language="zh", theme="dark")
    other.wait_for_selector(".update-explained")
    assert where(other) == "m.W1[1, 2]"
    assert other.locator(".update-value").inner_text() == value
    assert other.locator("h2").inner_text() == "一次更新"
    assert "项，从大到小" in other.locator(".update-terms caption").inner_text()


def test_it_works_by_touch_at_phone_size(open_page):
    page = open_page("#1.one_update", width=390, touch=True)
    page.wait_for_selector(".update-board")
    page.locator('button[aria-label^="z1[1, 0] = "]').tap()
    assert where(page) == "z1[1, 0]"
    assert page.locator(".update-where").is_visible()
    page.locator(".update-stages button").nth(3).tap()
    page.locator('button[aria-label^="dW1[0, 0] = "]').tap()
    assert where(page) == "dW1[0, 0]"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_has_no_barriers(open_page, axe, theme):
    page = open_page("#1.one_update", theme=theme)
    page.wait_for_selector(".update-board")
    page.locator(".update-unit").nth(2).click()
    assert axe(page, "main") == []


def test_a_run_that_diverges_is_said(open_page, serve):
    network = {
        "layers": [{"class": "layers.Dense", "settings": {"units": 1}}],
        "loss": {"class": "losses.SquaredError", "settings": {}},
        "inputs": {"x": [1]},
        "target": {"number": "real", "shape": [1]},
    }
    optimizer = {"class": "optimizers.SGD", "settings": {"lr": 1e30}}
    own = {
        "network": network,
        "data": {"x": [1, 2], "y": [1, 2], "n": 2},
        "fit": {"optimizer": optimizer, "batch_size": None},
    }
    state = {"one_update": {"example": "own", "own": own, "step": 40}}
    page = open_page(url=serve(Page({"scene": "one_update", "state": state})))
    page.wait_for_selector(".notice")
    assert "no longer finite" in page.locator(".notice").first.inner_text()


def test_numbers_inside_an_op_are_links_too(begun):
    with_network(begun, "dropout")
    find(begun, "h1[1, 2]")
    begun.locator(".update-terms .update-link", has_text="mask(key, row)[1, 2]").click()
    assert where(begun) == "mask1[1, 2]"
    assert "It is drawn" in begun.locator(".update-explained").inner_text()
