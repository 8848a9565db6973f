"""Printed equations as MathML, which every browser sets as formulas."""

import re
from collections.abc import Sequence

from ..graph.equations import FUNCTIONS, HAT, LATEX_TOKEN
from ..graph.text import Text
from .html import Raw, page, table
from .svg.elements import clean

RAISED = {
    "ᵀ": "<mi>⊤</mi>",
    "²": "<mn>2</mn>",
    "³": "<mn>3</mn>",
    "ᵗ": "<mi>t</mi>",
    "⁺": "<mo>+</mo>",
    "⁻": "<mo>−</mo>",
    "⁻¹": "<mn>−1</mn>",
}
LOWERED = {"ₙ": "n", "ₖ": "k", "ᵢ": "i", "ⱼ": "j", "ₜ": "t"}
HALF = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
NAME = re.compile(r"(d?)([^\W\d]*?[^\W\d_])(\d*)(?:_(\d+|[a-z]{1,2}))?")
THIN = '<mspace width="0.17em"></mspace>'
MANY = 400  # lines that are set as formulas
OPEN, CLOSE = "([", ")]"


def written(text: str, form: str) -> Text:
    """Return equations as text that a notebook shows as formulas; LaTeX stays what it is."""
    return Text(text, as_page if form == "text" else "")


def as_page(text: str) -> str:
    """Return the text of `equations` as HTML: one formula a line, its sides in two columns.

    Of a very long text nothing is returned: then a notebook shows the text itself.

    Parameters
    ----------
    text : str
        Titles without indentation, equations with two spaces before them.
    """
    return "" if text.count("\n") > MANY else as_mathml(text)


def as_mathml(text: str) -> str:
    """Return the text of `equations` as MathML within HTML: one formula a line, however many.

    Parameters
    ----------
    text : str
        As for `as_page`.

    Examples
    --------
    >>> as_mathml("forward\\n  a1 = tanh(z1)").count("<math")
    2
    """
    parts: list[str] = []
    rows: list[list[str]] = []
    for line in text.split("\n"):
        if not line.startswith(" "):
            parts += [table(rows, align="rl")] * bool(rows) + [f"<b>{clean(line)}</b>"]
            rows = []
            continue
        sign = " += " if " += " in line else " = "
        left, _, right = line.strip().partition(sign)
        if not right:
            left, sign, right = "", "", line.strip()
        rows.append([Raw(formula(left)), Raw(formula(f"{sign} {right}".strip()))])
    return page(*parts, table(rows, align="rl"))


def formula(equation: str) -> str:
    """Return one printed equation as a MathML element.

    Examples
    --------
    >>> formula("z1")[29:]
    '<msub><mi>z</mi><mn>1</mn></msub></mrow></math>'
    >>> formula("w_ij")[29:]
    '<msub><mi>w</mi><mi>ij</mi></msub></mrow></math>'
    """
    equation = re.sub(r"(?<=\d)e\+(?=\d)", "e", equation)  # 1e+06
    atoms, _ = _atoms(LATEX_TOKEN.findall(equation), 0, "")
    return f'<math display="inline"><mrow>{"".join(atoms)}</mrow></math>'


def _atoms(tokens: Sequence[str], k: int, until: str) -> tuple[list[str], int]:
    """Return the elements up to the bracket that closes, and the position after it."""
    atoms: list[str] = []
    while k < len(tokens):
        token = tokens[k]
        k += 1
        if token == until:
            break
        if token == "√":
            root, k = _root(tokens, k)
            atoms.append(root)
        elif token in OPEN:
            close = CLOSE[OPEN.index(token)]
            inner, k = _atoms(tokens, k, close)
            ends = [f'<mo stretchy="false">{bracket}</mo>' for bracket in (token, close)]
            atoms.append(f"<mrow>{ends[0]}{''.join(inner)}{ends[1]}</mrow>")
        elif token in RAISED and atoms:
            atoms.append(f"<msup>{atoms.pop()}{RAISED[token]}</msup>")
        elif token in LOWERED and atoms:
            atoms.append(f"<msub>{atoms.pop()}<mi>{LOWERED[token]}</mi></msub>")
        elif token == " ":
            atoms.append(THIN)
        else:
            atoms.append(_atom(token))
    return atoms, k


def _root(tokens: Sequence[str], k: int) -> tuple[str, int]:
    """Return the square root of what follows: a bracket, or one name."""
    if k < len(tokens) and tokens[k] == "(":
        inner, k = _atoms(tokens, k + 1, ")")
        return f"<msqrt>{''.join(inner)}</msqrt>", k
    if k < len(tokens) and tokens[k] != " ":
        return f"<msqrt>{_atom(tokens[k])}</msqrt>", k + 1
    return "<mo>√</mo>", k


def _atom(token: str) -> str:
    """Return a name, a number or a sign."""
    if token[0].isdigit() and "½" not in token:
        power = re.fullmatch(r"(\d+(?:\.\d+)?)e(-?)0*(\d+)", token)
        if not power:
            return f"<mn>{token}</mn>"
        factor = "" if power[1] == "1" else f"<mn>{power[1]}</mn><mo>·</mo>"
        minus = "<mo>−</mo>" if power[2] else ""
        return f"{factor}<msup><mn>10</mn><mrow>{minus}<mn>{power[3]}</mn></mrow></msup>"
    if token == "½":
        return HALF
    if token.endswith(HAT):
        return f'<mover accent="true"><mi>{clean(token[0])}</mi><mo>^</mo></mover>'
    if token in ("if", "else", "and", "or"):
        return f"<mtext>&#160;{token}&#160;</mtext>"
    if token in FUNCTIONS:
        return f'<mi mathvariant="normal">{clean(token)}</mi>'
    if found := NAME.fullmatch(token):
        return _name(*found.groups())
    return f'<mo stretchy="false">{clean(token)}</mo>'


def _name(gradient: str, letter: str, number: str, again: str | None) -> str:
    """Return W1 with its index; the d of a gradient is upright."""
    if gradient and not letter:
        gradient, letter = "", "d"
    kind = "" if len(letter) == 1 else ' mathvariant="normal"'
    name = f"<mi{kind}>{clean(letter)}</mi>"
    index = ",".join(part for part in (number, again) if part)
    if index:
        kind = "mi" if index.isalpha() else "mn"
        name = f"<msub>{name}<{kind}>{index}</{kind}></msub>"
    return f'<mrow><mi mathvariant="normal">d</mi>{name}</mrow>' if gradient else name
