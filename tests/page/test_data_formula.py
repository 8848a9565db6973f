"""Formulas as people type them: values and derivatives against NumPy, and what is refused."""

import random

import numpy as np
import pytest

pytestmark = pytest.mark.slow

NAMES = ["x1", "x2"]
ALIASES = {"x": "x1", "y": "x2"}
X = np.random.default_rng(0).uniform(-2, 2, (2, 40)).round(3) + 0.0004  # not on a kink

READ = {
    "sin(3*x1) * x2 > 0": "sin(3*x1)*x2 > 0",
    "x² + y²": "x1^2 + x2^2",
    "2x": "2*x1",
    "x₁ x₂": "x1*x2",
    "x1x2": "x1*x2",
    "（x１＋２）×x2": "(x1 + 2)*x2",
    "−x1²": "-x1^2",
    "2^3^2 + x1": "2^3^2 + x1",
    "(2^3)^2 + x1": "(2^3)^2 + x1",
    "x1 - (x2 - 1)": "x1 - (x2 - 1)",
    "x1/(x2/2)": "x1/(x2/2)",
    "|x1| - 1": "abs(x1) - 1",
    "||x1| - 1| > 0.5": "abs(abs(x1) - 1) > 0.5",
    "sin²(x1) + cos^2(x2)": "sin(x1)^2 + cos(x2)^2",
    "0 < x1 < 1": "0 < x1 and x1 < 1",
    "x1 > 0 且 x2 > 0 or not x1 > 2": "x1 > 0 and x2 > 0 or not x1 > 2",
    "x1 > 0 && (x2 > 0 || x1 > 1)": "x1 > 0 and (x2 > 0 or x1 > 1)",
    "if(x1 > 0, 1, 0)": "if(x1 > 0, 1, 0)",
    "if(x1>0,1,0)": "if(x1 > 0, 1, 0)",
    "1 if x1 > 0 else x2": "if(x1 > 0, 1, x2)",
    "x1 > 0 ? 1 : x2 > 0 ? 2 : 3": "if(x1 > 0, 1, if(x2 > 0, 2, 3))",
    "np.sin(x1) + math.exp(x2)": "sin(x1) + exp(x2)",
    "y = sin(x1)": None,
    "f(x1, x2) = x1 * x2": "x1*x2",
    "√(x1² + x2²)": "sqrt(x1^2 + x2^2)",
    "[x1 + 2] * 3": "(x1 + 2)*3",
    "(x1 > 0) + (x2 > 0)": "(x1 > 0) + (x2 > 0)",
    "x2 mod 2": "x2%2",
    "floor(x1) % 2 == floor(x2) % 2": "floor(x1)%2 == floor(x2)%2",
    "max(0, x1, x2) + min(x1, -x2)": "max(0, x1, x2) + min(x1, -x2)",
    "tanh(2(x1-0.5)) + arctan(x2) + sinh(x1) + cosh(x2)": "tanh(2*(x1 - 0.5)) + arctan(x2) "
    "+ sinh(x1) + cosh(x2)",
    "hypot(x1, x2) + atan2(x1, x2) + mod(x1, 0.7)": "hypot(x1, x2) + atan2(x1, x2) + mod(x1, 0.7)",
    "log(x1 + 3) + lg(x2 + 3) + log2(x1 + 3)": "log(x1 + 3) + log10(x2 + 3) + log2(x1 + 3)",
    "tan(x1) + relu(x2) + sigmoid(x1*x2)": "tan(x1) + relu(x2) + sigmoid(x1*x2)",
    "sign(x1) + ceil(x2) + round(x1)": "sign(x1) + ceil(x2) + round(x1)",
    "arcsin(x1/3) + arccos(x2/3)": "arcsin(x1/3) + arccos(x2/3)",
    "(x1 + 3)^x2": "(x1 + 3)^x2",
    "pi*x1 + e*x2 + τ": "pi*x1 + e*x2 + tau",
    "1e-3 x1": "0.001*x1",
    "-(-x1)": "--x1",
    "2^-x1": "2^(-x1)",
}

REFUSED = {
    "": "empty",
    "   ": "empty",
    "x1 +": "end",
    "(x1": "open",
    "x1)": "close_extra",
    "()": "nothing",
    "1/2x": "division",
    "0,5*x1": "comma_decimal",
    "max(0,5,x1)": "comma_two",
    "x1, x2": "comma",
    "sinx1": "brackets",
    "sin x1": "brackets",
    "x3": "name",
    "exq(x1)": "name_like",
    "3 4": "operator",
    "5%": "percent",
    "x1!": "factorial",
    "$x1": "character",
    "1e999": "large",
    "x1 and x2": "truth",
    "if(x1, 1, 2)": "truth",
    "sin⁻¹(x1)": "inverse",
    "sin()": "no_argument",
    "sin(x1, x2)": "arguments",
    "if(x1 > 0, 1)": "arguments",
    "x1 = x2": "equals",
    "y = x1²": "equals",
    "1 if x1 > 0": "else",
    "x1 > 0 ? 1": "colon",
    "|x1": "bar",
    "* x1": "operand",
    "x1 ** * 2": "operand",
    "(" * 50 + "x1" + ")" * 50: "deep",
    "-" * 60 + "x1": "deep",
    "x1" + " + x1" * 200: "long",
    "x" * 401: "long",
    "alert(1)": "name",
    "constructor": "name",
    "__proto__": "name",
    "x1.constructor": "character",
    "`x1`": "character",
    "🙂": "character",
}


@pytest.fixture(scope="module")
def answers(node):
    def ask(formulas, x=X):
        value = {"formulas": list(formulas), "names": NAMES, "aliases": ALIASES, "x": x.tolist()}
        return dict(zip(formulas, node("data_formula.js", value), strict=True))

    return ask


def numbers(words):
    return np.array([float(word.replace("Infinity", "inf")) for word in words])


def test_formulas_are_read_as_people_mean_them(answers):
    for text, about in answers(READ).items():
        if READ[text] is None:
            assert about["key"] == "data.formula.equals", text
            continue
        assert about["text"] == READ[text], text
        assert about["same"], text


def test_values_are_those_of_the_printed_python(answers):
    x1, x2 = X
    for text, about in answers([text for text in READ if READ[text]]).items():
        mine = eval(about["python"], {"np": np, "x1": x1, "x2": x2})
        mine = np.broadcast_to(np.asarray(mine, float), x1.shape)
        np.testing.assert_allclose(
            numbers(about["value"]), mine, rtol=1e-13, atol=1e-15, err_msg=text
        )


def test_gradients_are_central_differences(answers):
    h, texts = 1e-6, [text for text in READ if READ[text]]
    middle = answers(texts)
    for k in range(2):
        step = np.zeros_like(X)
        step[k] = h
        above, below = answers(texts, X + step), answers(texts, X - step)
        for text in texts:
            slope = (numbers(above[text]["value"]) - numbers(below[text]["value"])) / (2 * h)
            mine = numbers(middle[text]["gradient"][k])
            near = np.abs(slope) < 1e4  # no jump between the two points
            np.testing.assert_allclose(mine[near], slope[near], rtol=1e-5, atol=1e-6, err_msg=text)


def test_what_is_refused_has_a_reason_and_a_place(answers):
    for text, about in answers(REFUSED).items():
        assert about.get("key") == f"data.formula.{REFUSED[text]}", (text, about)
        assert about["values"]["at"] >= 1


def test_special_values(answers):
    about = answers(["1/x1", "log(x1)", "sqrt(x1^2 + x2^2)", "abs(x1)"], np.array([[0.0], [0.0]]))
    assert about["1/x1"]["value"] == ["Infinity"]
    assert about["log(x1)"]["value"] == ["-Infinity"]
    assert about["log(x1)"]["notes"] == [{"key": "data.formula.natural", "values": {}}]
    assert about["sqrt(x1^2 + x2^2)"]["gradient"] == [["0"], ["0"]]
    assert about["abs(x1)"]["gradient"][0] == ["0"]


def mutated(texts, count, seed, letters):
    draw = random.Random(seed)
    for _ in range(count):
        text = list(draw.choice(texts))
        for _ in range(draw.randint(1, 4)):
            k = draw.randrange(len(text) + 1)
            what = draw.randrange(4)
            if what == 0 and text:
                del text[k : k + draw.randint(1, 3)]
            elif what == 1:
                text.insert(k, draw.choice(letters))
            elif what == 2 and text:
                text[min(k, len(text) - 1)] = draw.choice(letters)
            else:
                text[k:k] = text[: draw.randrange(12)]
        yield "".join(text)


def test_mutated_formulas_are_read_or_refused_with_a_sentence(node):
    letters = [
        *r"x12y+-*/^()<>=|,.;!&%e~#$'\0９（，²⁻√π且🙂",
        *'"\t\n ',
        "sin",
        "if",
        "and",
        "else",
    ]
    formulas = list(mutated(list(READ), 1500, 1, letters))
    found = node("data_sentences.js", {"formulas": formulas, "tables": [], "files": []})
    assert found["read"] > 300
    assert len(found["refused"]) > 20
    assert found["slowest"] < 2000
