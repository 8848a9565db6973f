"""How stages and quantities are shown."""

import numpy as np
import pytest
from tests.recording.updates import classifier_stages

from chainrule.errors import ParameterError
from chainrule.recording.stages.stage import Quantity, Stage, Stages, numbers


@pytest.fixture(scope="module")
def stages():
    return classifier_stages()


def test_a_stage_is_read_from_top_to_bottom(stages):
    text = str(stages[1]).splitlines()
    assert text[0].startswith("loss: The outputs are compared with the targets")
    assert "  y: the targets of the batch   (6,)" in text
    assert "  l = log Σₖ exp(z3) − z3[y]   (6,)" in text
    assert any(line.startswith("  L = D + λ Ω1 = ") for line in text)


def test_no_line_is_wider_than_80_columns(stages):
    for stage in stages:
        assert max(map(len, str(stage).splitlines())) <= 80


def test_short_forms(stages):
    assert repr(stages[1]) == "<Stage: loss: y, p, l, c, D, Ω1, λ, L>"
    assert repr(stages[0].quantities[4]) == "<Quantity: z1 (6, 4), z1 = x W1 + b1>"


def test_notebooks_get_tables_of_colored_numbers(stages):
    page = stages[0]._repr_html_()
    assert "<math" in page and "<table" in page and "(6, 4)" in page
    assert Quantity("q", "<b>", np.zeros(50), given=True)._repr_html_().count("<b>") == 0


def test_the_list_of_all_stages_is_written_out(stages):
    found = Stages(stages[:2])
    assert str(found) == f"{stages[0]}\n\n{stages[1]}"
    assert found._repr_html_().count("<b>") == 2 and repr(found).startswith("[<Stage: forward")


def test_an_equation_in_words_is_no_formula():
    words = "new.s = sign(field) for the unit whose turn it is"
    assert words in Quantity("new.s", words, np.zeros(2))._repr_html_()


def test_a_stage_gives_the_array_of_a_symbol(stages):
    assert stages[0]["γ2"] is stages[0]["gamma2"] is stages[0]["batch_norm1/gamma"]
    with pytest.raises(ParameterError, match=r"stage loss: expected a name among y, p, .* 'z1'"):
        stages[1]["z1"]


def test_large_arrays_show_their_first_numbers_and_their_range():
    a = np.arange(-50.0, 50.0)
    assert numbers(a, "") == "−50, −49, −48, −47, …   from −50 to 49, mean −0.5"
    wide = np.linspace(-0.0012345, 0.0023456, 50)
    assert numbers(wide).split("\n")[1].startswith("    from −0.001234 to 0.002346, mean ")
    a[3] = np.nan
    assert numbers(a, "").endswith(", 1 not finite")
    assert numbers(np.full(50, np.inf), "").endswith("none of them is finite")


def test_one_number_stands_beside_its_equation():
    assert str(Quantity("L", "L = 1 + 1", np.asarray(2.0))) == "  L = 1 + 1 = 2"
    assert str(Stage("empty", ())) == "empty"
