"""The words of one decision of a recall."""

import numpy as np

from chainrule.energy import Hopfield

W = np.array([[0.0, 0.5, -1.0], [0.5, 0.0, 0.0], [-1.0, 0.0, 0.0]])


def network(**settings):
    return Hopfield.from_weights(W, order="fixed", thresholds=[0.25, 0, 0], **settings)


def test_the_words_of_a_field_a_flip_and_the_energy():
    moment = network().record([1, -1, 1]).at(0)
    field, flip, energy = moment.stages()
    assert field.text == "Sweep 1. Unit 0 will look at what the others send."
    assert flip.text == "Unit 0 takes the sign of its field; at 0 it stays. Changed: unit 0."
    assert energy.text == "The energy falls by 3.5."
    told = moment.explain("field[0]")
    assert told.value == -1.75 and told.adds_up
    assert [t.formula for t in told.made.terms] == ["w[0, 1]·s[1]", "w[0, 2]·s[2]", "−θ[0]"]
    assert [t.numbers for t in told.made.terms] == ["0.5·(−1)", "−1·1", "−0.25"]
    assert told.made.note == "1 weight is 0 and adds nothing."
    told = moment.explain("new.s[0]")
    assert told.made.note == "The field is −1.75, so the unit flips: 1 → −1."
    assert moment.explain("new.s[2]").made.note == "It is the turn of unit 0, so unit 2 stays."
    told = moment.explain("new.E")
    assert [t.formula for t in told.made.terms] == ["E", "2·s[0]·field[0]"] and told.adds_up
    told = moment.explain("E")
    assert told.value == 1.75 and told.adds_up and len(told.terms) == 4


def test_a_unit_without_a_field_keeps_its_value():
    moment = Hopfield.from_weights(np.zeros((2, 2)), order="fixed").record([1, -1]).at(0)
    assert moment.explain("new.s[0]").made.note == "The field is 0, so the unit keeps its value."
    assert moment.stages()[1].text.endswith("Nothing changes.")
    assert moment.stages()[2].text == "The energy stays the same."
    assert moment.explain("new.E").made.note == "Nothing changed."


def test_all_at_once_and_at_a_temperature():
    moment = network().record([1, -1, 1]).at(0)
    assert moment.stages()[0].text.startswith("Sweep 1. Unit 0")
    together = Hopfield.from_weights(W, order="synchronous").record([1, -1, 1]).at(0)
    assert together.stages()[0].text == "Sweep 1. All units will look at what the others send."
    assert together.stages()[1].text.startswith("All units take the sign of their field; at 0 they")
    warm = network(temperature=0.5, sweeps=2).record([1, -1, 1]).at(0)
    assert warm.stages()[1].text.startswith("Unit 0 becomes 1 with the probability p at T = 0.5")
    told = warm.explain("p[0]")
    assert told.adds_up and told.made.then.startswith("p[0] = 1 / (1 + exp(−2·(−1.75) / 0.5)) = ")
    assert ", so " in warm.explain("new.s[0]").made.note
