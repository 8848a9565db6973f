"""The lesson `hopfield`: exact numbers if they are determined, bands if not."""

import numpy as np
from tests.lessons.running import flat, lesson, rows


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
