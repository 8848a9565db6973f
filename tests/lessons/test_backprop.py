"""The lesson `backprop`, by the published numbers."""

from tests.lessons.running import line_with


def test_backprop(lessons):
    folder, output = lessons("backprop")
    expected = {  # FACTS 4.4
        "z4": -0.7,
        "z5": 0.1,
        "a4": 0.33181223,
        "a5": 0.52497919,
        "z6": -0.10453951,
        "a6": 0.47388890,
        "Err6": 0.13116908,
        "Err4": -0.00872456,
        "Err5": -0.00654209,
        "w46": -0.26082885,
        "w56": -0.13802507,
        "b6": 0.21805217,
        "w14": 0.19214789,
        "w15": -0.30588788,
        "w24": 0.4,
        "w25": 0.1,
        "w34": -0.50785211,
        "w35": 0.19411212,
        "b4": -0.40785211,
        "b5": 0.19411212,
    }
    for name, value in expected.items():
        columns = line_with(output, f"{name} ").split()
        assert f"{value:.8f}" in columns[-2:], name
    for name, book in {
        "a4": 0.332,
        "a5": 0.525,
        "a6": 0.474,
        "w46": -0.261,
        "b6": 0.218,
        "b4": -0.408,
    }.items():
        assert float(line_with(output, f"{name} ").split()[-1]) == book
    assert "Not Err6: 0.1312 here, 0.1311 in the book." in output
    assert output.count("\nNot ") == 1
    svg = (folder / "pictures" / "backprop.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "x2 = 0" in svg
