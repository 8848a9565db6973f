"""The lessons on energy models, as a reader runs them: the numbers of FACTS where they are determined, bands where they are not."""

import re

import numpy as np
import pytest
from tests.lessons.test_lessons_b import lesson, rows


def flat(text):
    return " ".join(text.split())


def test_hopfield(tmp_path):
    text = lesson(
        "hopfield",
        tmp_path,
        "hopfield-valleys",
        "hopfield-map",
        "hopfield-recall",
        encoding="utf-8",
    )
    energies = rows(text[text.index("The energy of each pattern") :], "rule  ")
    assert energies["Hebb"] == ["-13.500000", "-14.100000", "-14.100000", "0.700", "yes"]
    assert energies["Storkey"][:3] == ["-15.400444", "-14.805778", "-14.869778"]
    assert energies["Storkey, diagonal kept"][:3] == ["-16.962222", "-16.367556", "-16.431556"]
    assert energies["and w_ii x_i left out twice"][:3] == ["-17.066667", "-16.472000", "-16.536000"]
    assert energies["pseudo-inverse"][:3] == ["-13.500000"] * 3
    noise = rows(text[text.index("Exactly recalled") :], "rule  ")
    for rule, expected in {
        "Hebb": (1, 0.981, 0.886, 0.686),
        "pseudo-inverse": (1, 0.978, 0.916, 0.714),
    }.items():
        np.testing.assert_allclose([float(p) for p in noise[rule]], expected, atol=0.06)
    attractors = rows(text, "attractor ")
    assert (
        sorted(float(row[0]) for row in attractors.values())
        == [-14.1] * 4 + [-13.5] * 2 + [-11.7] * 4 + [-8.7] * 4
    )
    assert {(row[0], row[1]) for row in attractors.values()} == {
        ("-14.1", "0.7"),
        ("-13.5", "0.9"),
        ("-11.7", "0.3"),
        ("-8.7", "0.1"),
    }
    assert "so 16 states can be fixed points at all, and 14 of them are" in flat(text)
    assert "found these and no others" in flat(text)
    assert "2-cycle" in text and "the energy rose 0 times" in text


@pytest.mark.slow
def test_metastable(tmp_path):
    text = lesson("metastable", tmp_path, "metastable-cliff", "metastable-depths", encoding="utf-8")
    for number in ("0.138 N", "0.137906", "0.96742", "0.05185"):
        assert number in text
    mixtures = rows(text, "state  ")
    assert mixtures["sign of the sum of 3"][0] == "0"
    assert abs(float(mixtures["sign of the sum of 3"][1]) - 0.5) < 0.03
    cliff = {
        load: [float(cell) for cell in row] for load, row in rows(text, "load  theory").items()
    }
    assert cliff["0.05"][1:] == [1.0] * 6
    assert cliff["0.13"][3] > 0.96 and cliff["0.13"][6] < 0.25
    assert cliff["0.20"][3] < 0.5


def test_modern_hopfield(tmp_path):
    text = lesson(
        "modern_hopfield", tmp_path, "modern-hopfield", "modern-hopfield-beta", encoding="utf-8"
    )
    assert "3.15461" in text and "1.37188" in text
    assert float(re.search(r"differ by (\S+) at", text)[1]) < 1e-14
    signs = rows(text, "patterns  ")
    assert signs["1,000"][2] == "100.0%" and signs["1,000"][4] == "0.0%"
    assert float(signs["1,000"][3]) < 1e-4 < 5 < float(signs["1,000"][5])
    kinds = rows(text, "β   fixed point")
    assert [row[0] for row in kinds.values()] == ["global mean", "metastable", "pattern 34"]
    assert {row[-1] for row in kinds.values()} == {"never"}


@pytest.mark.slow
def test_rbm(tmp_path):
    pytest.importorskip("sklearn", minversion="1.6")
    text = lesson("rbm", tmp_path, "rbm-filters", "rbm-likelihood", encoding="utf-8")
    assert "20 of 20 lines are the published ones" in text
    for what, published in (("RBM features", "0.948247"), ("raw pixels", "0.769059")):
        assert (
            re.search(rf"accuracy on {what} +(\S+)", text)[1][:8] == published
        )  # the report cuts, it does not round
    today = rows(text, "logistic regression  ")
    assert today["newton-cg, tol = 1 (as shipped)"] == ["0.0968", "0.0968"]
    assert (
        float(today["lbfgs, tol = 0.0001"][0]) > 0.92 > 0.8 > float(today["lbfgs, tol = 0.0001"][1])
    )


def test_rbm_without_scikit_learn(tmp_path):
    text = lesson("rbm", tmp_path, hidden=("sklearn",), encoding="utf-8")
    assert "pip install 'chainrule[sklearn]'" in flat(text)
    learned = {v: float(row[1]) for v, row in rows(text, "v  ").items()}
    assert min(learned["0 0"], learned["1 1"]) > 0.3 > 0.1 > max(learned["0 1"], learned["1 0"])


@pytest.mark.slow
def test_generate(tmp_path):
    text = lesson("generate", tmp_path, "generate", "generate-holes", encoding="utf-8")
    assert int(re.search(r"reads (\d+) of these 80 dreams", flat(text))[1]) > 45  # guessing reads 8
    free = {name: float(row[0]) for name, row in rows(text, "pictures  ").items()}
    assert abs(free["its dreams"] - free["digits that it never saw"]) < 10
    assert free["the same pixels, shuffled"] > free["its dreams"] + 20


@pytest.mark.slow
def test_belief_network(tmp_path):
    text = lesson("belief_network", tmp_path, "belief-network", encoding="utf-8")
    table = {
        name: [float(cell[:5]) for cell in row]
        for name, row in rows(text, "hidden layers ").items()
    }
    assert table["stack first"][3] > table["no stack"][3] + 0.02
    assert table["no stack, ReLU"][3] > table["stack first"][3]
    assert "(5/5)" in rows(text, "against ")["no stack"][3]
