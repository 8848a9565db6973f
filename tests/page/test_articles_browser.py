"""The articles in a real browser, used as a person would."""

import re

import pytest

pytestmark = pytest.mark.slow
LINK = "#1.articles"
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def page(open_page):
    page = open_page(LINK)
    page.wait_for_selector(".article-code")
    return page


def step(page):
    return int(page.locator(".article-step").get_attribute("data-step"))


def answer(page):
    return float(page.locator(".article-answer").get_attribute("data-answer"))


def reach(page, number):
    page.wait_for_selector(f'.article-step[data-step="{number}"]')


def tab(page, k):
    page.get_by_role("tab").nth(k).click()
    page.wait_for_selector(".article-code")


def test_it_begins_with_the_weights_that_the_article_prints(page):
    assert step(page) == 0
    rows = page.locator(".article-ask tbody tr").all_inner_texts()
    assert [row.split()[1] for row in rows[:3]] == ["−0.16595599", "0.44064899", "−0.99977125"]


def test_all_lines_stand_beside_their_numbers(page):
    lines = page.locator(".article-lines > li")
    assert lines.count() == 6
    assert "o = 1 / (1 + exp(-z))" in lines.nth(1).inner_text()
    assert "0.26899" in lines.nth(1).inner_text()  # the first forward pass


def test_run_all_gives_the_published_answer(page):
    page.get_by_role("button", name="Run all", exact=True).click()
    reach(page, 10_000)
    assert f"{answer(page):.8f}" == "0.99993704"
    assert "the article prints 0.99993704" in page.locator(".article-answer").inner_text()


def test_the_engine_agrees(page):
    page.wait_for_selector("[data-difference]")
    assert float(page.locator("[data-difference]").get_attribute("data-difference")) < 1e-10
    text = page.locator(".article-table", has_text="engine").inner_text()
    assert text.count("9.67299303") == 3  # the lines, the engine, the article


def test_back_and_forward(page):
    page.get_by_role("button", name=re.compile("^Step back")).click()
    reach(page, 9_999)
    page.get_by_role("button", name=re.compile("^Next step")).click()
    reach(page, 10_000)


def test_line_by_line(page):
    page.get_by_role("button", name=re.compile("^To the beginning")).click()
    reach(page, 0)
    page.get_by_role("button", name="Next line").click()
    reach(page, 1)  # through the end of the update, to the first line of the next
    assert page.locator(".article-lines > li.done").count() == 1
    page.get_by_role("button", name="Next line").click()
    assert page.locator(".article-lines > li.done").count() == 2
    page.get_by_role("button", name="One line back").click()
    assert page.locator(".article-lines > li.done").count() == 1
    page.locator(".article-line").nth(5).click()
    assert page.locator(".article-lines > li.done").count() == 6


def test_any_three_numbers_are_answered(page):
    for k, text in enumerate(["0", "0", "0"]):
        field = page.locator(".article-inputs input").nth(k)
        field.fill(text)
        field.press("Enter")
    expect(page.locator(".article-answer")).to_have_attribute("data-answer", "0.5")
    assert "Without a bias" in page.locator(".article-ask").inner_text()


def test_a_word_is_refused_where_it_was_typed(page):
    field = page.locator(".article-inputs input").first
    field.fill("seven")
    field.press("Enter")
    assert page.locator(".article-ask [role=alert]").inner_text().strip()
    field.fill("1")
    field.press("Enter")
    page.wait_for_selector(".article-ask [role=alert]", state="detached")


def test_a_number_that_is_too_large_is_refused(page):
    field = page.locator(".article-inputs input").nth(1)
    field.fill("1e9")
    field.press("Enter")
    assert "1000000" in page.locator(".article-ask [role=alert]").inner_text().replace(",", "")
    field.fill("0")
    field.press("Enter")


def test_fifteen_thousand_steps_give_the_other_article(page):
    page.get_by_label("15,000 (2018)").check()
    page.get_by_role("button", name="Run all", exact=True).click()
    reach(page, 15_000)
    assert f"{answer(page):.7f}" == "0.9999584"


def test_the_slider_goes_by_keys(page):
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("Home")
    reach(page, 0)
    page.keyboard.press("ArrowRight")
    reach(page, 1)


def test_the_curves_can_show_the_beginning_only(page):
    chart = page.locator(".article-right canvas").first
    page.get_by_label("Only the first 200 updates").check()
    chart.focus()
    page.keyboard.press("End")
    expect(page.locator(".article-right .chart-values").first).to_contain_text("update 200:")
    page.get_by_label("Only the first 200 updates").uncheck()


def test_the_curve_takes_a_click(page):
    box = page.locator(".article-right canvas").first.bounding_box()
    page.locator(".article-right canvas").first.click(position={"x": box["width"] / 2, "y": 40})
    expect(page.locator(".article-step")).to_have_attribute("data-step", re.compile(r"^\d{4,}$"))


def test_two_layers_end_where_seed_0_ends(page):
    tab(page, 1)
    page.get_by_role("button", name="Run all", exact=True).click()
    reach(page, 1500)
    text = page.locator(".article-table").first.inner_text()
    for number in ("0.01009142", "0.97159048", "0.97167813", "0.03296341"):
        assert number in text


def test_the_last_forward_pass_is_one_update_older(page):
    page.get_by_role("button", name=re.compile("^Step back")).click()
    reach(page, 1499)
    assert "0.01009649" in page.locator(".article-table").first.inner_text()


def test_another_seed_starts_from_its_own_weights(page):
    field = page.get_by_label("Seed", exact=True)
    field.fill("42")
    field.press("Enter")
    expect(page.locator(".article-before")).to_contain_text("random.seed(42)")
    page.get_by_role("button", name="Run all", exact=True).click()
    reach(page, 1500)
    assert "0.01043" in page.locator(".article-table").first.inner_text()


def test_a_hundred_seeds_are_counted(page):
    page.get_by_role("button", name="Train 100 seeds").click()
    page.wait_for_selector('[data-seeds="100"]')
    text = page.locator(".article-many").inner_text()
    assert "99 ended with all four answers" in text and "seed 67" in text


def test_the_right_derivative_passes_the_check(page):
    tab(page, 2)
    page.get_by_role("button", name="Run all", exact=True).click()
    reach(page, 10_000)
    page.wait_for_selector('.article-check[data-right="true"]')
    assert 0.978 < answer(page) < 0.989


def test_the_published_one_does_not(page):
    page.get_by_role("radio", name="as published").check()
    page.wait_for_selector('.article-check[data-right="false"]')
    assert "1 - tanh(a) ** 2" in page.locator(".article-before").inner_text()
    expect(page.locator(".article-answer")).to_have_attribute(
        "data-answer", re.compile(r"^0\.99(7[7-9]|8[0-6])")
    )


def test_all_variants_settle(page):
    page.get_by_role("button", name="Run all four variants").click()
    page.wait_for_selector('[data-rows="16"]')
    rows = page.locator('[data-rows="16"] tbody tr').all_inner_texts()
    assert sum(row.endswith("no") for row in rows) == 8  # logistic units, with either derivative


def test_surprises_open(page):
    page.get_by_role("button", name="Would you have noticed?").click()
    assert "gradient check" in page.locator(".article-surprises").inner_text()


def test_help_has_a_sentence(page):
    page.locator(".article-options .help-button").first.click()
    assert "1 − a²" in page.locator(".help-card[data-open=true]").first.inner_text()
    page.keyboard.press("Escape")


def test_python_is_shown(page):
    page.get_by_role("button", name="Python").first.click()
    assert 'DERIVATIVE = "tanh", "published"' in page.locator(".code-block").first.inner_text()
    page.keyboard.press("Escape")


def test_the_address_holds_the_state(page, open_page):
    expect(page).to_have_url(re.compile(r"#1\.articles\.\w"))
    other = open_page(page.evaluate("location.hash"))
    other.wait_for_selector('.article-step[data-step="10000"]')
    assert other.get_by_role("radio", name="as published").is_checked()
    other.close()


def test_play_moves_on_and_stops(page):
    page.get_by_role("button", name=re.compile("^To the beginning")).click()
    reach(page, 0)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".article-step")).to_have_attribute("data-step", re.compile(r"^\d{2,}$"))
    page.get_by_role("button", name="Pause", exact=True).click()
    at = step(page)
    page.evaluate("new Promise(requestAnimationFrame)")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert step(page) <= at + max(1, at // 20)


def test_without_motion_play_goes_to_the_end(open_page):
    page = open_page(LINK, still=True)
    page.get_by_role("button", name="Play", exact=True).click()
    reach(page, 10_000)
    page.close()


@pytest.fixture(scope="module")
def phone(open_page):
    page = open_page(LINK, language="zh", theme="dark", width=390, touch=True)
    page.wait_for_selector(".article-code")
    return page


@pytest.mark.parametrize("k", range(3))
def test_a_phone_in_chinese_shows_it_without_scrolling_sideways(phone, k):
    phone.get_by_role("tab").nth(k).tap()
    phone.wait_for_selector(".article-code")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert "articles." not in phone.locator("main").inner_text()


def test_a_phone_runs_by_touch(phone):
    phone.get_by_role("tab").nth(0).tap()
    phone.get_by_role("button", name="全部运行").tap()
    reach(phone, 10_000)
    assert f"{answer(phone):.8f}" == "0.99993704"


@pytest.mark.parametrize("k", range(3))
def test_nobody_is_kept_out(page, axe, k):
    tab(page, k)
    assert axe(page, "[role=tabpanel]") == []


def test_nobody_is_kept_out_on_a_dark_phone(phone, axe):
    assert axe(phone, "main") == []
