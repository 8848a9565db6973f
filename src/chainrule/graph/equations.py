"""The docstring of an op is its equation. It is parsed when the op is made, so that a printed derivation cannot lie.

Every word is a parameter of the op, `d` + a parameter (on a left side only), an attribute, or a function in FUNCTIONS.
Anything else is an error. This module knows docstrings and signatures only: the graph imports it, not the other way round.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any, Literal, Protocol

from ..errors import EquationError

FUNCTIONS = {
    "exp",
    "log",
    "sqrt",
    "max",
    "min",
    "sign",
    "tanh",
    "cosh",
    "sinh",
    "sin",
    "cos",
    "arctan",
    "erf",
    "softmax",
    "softplus",
    "onehot",
    "mask",
    "patches",
    "fold",
    "vec",
    "reshape",
    "concat",
    "pad",
    "repeat",
    "noise",
    "mean",
    "K",
    "if",
    "else",
    "and",
    "or",
    "σ",
    "Φ",
    "φ",
}
MARKS = set(
    " =+−/(),[]{}<>|·×⊙≤≥≠√Σₙₖᵢⱼₜᵀ½²³:"
)  # operators, indices, exponents; digits are numbers
TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|\d+(?:\.\d+)?(?:e-?\d+)?|.")
GREEK = {
    "mu": "μ",
    "gamma": "γ",
    "beta": "β",
    "eps": "ε",
    "lam": "λ",
    "Omega": "Ω",
    "sqrt": "√",
    "alpha": "α",
    "delta": "δ",
}
LATEX = {
    "μ": r"\mu",
    "γ": r"\gamma",
    "β": r"\beta",
    "ε": r"\varepsilon",
    "λ": r"\lambda",
    "Ω": r"\Omega",
    "α": r"\alpha",
    "δ": r"\delta",
    "σ": r"\sigma",
    "Φ": r"\Phi",
    "φ": r"\varphi",
    "−": "-",
    "·": r"\cdot ",
    "×": r"\times ",
    "⊙": r"\odot ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\ne ",
    "ᵀ": r"^{\top}",
    "½": r"\tfrac{1}{2}",
    "²": "^{2}",
    "³": "^{3}",
    "Σ": r"\sum",
    "ₙ": "_n",
    "ₖ": "_k",
    "ᵢ": "_i",
    "ⱼ": "_j",
    "ₜ": "_t",
    "{": r"\{",
    "}": r"\}",
    "√": r"\sqrt",
}
OPERATORS = r"=+\-/<>(),|:"
SIGNS = r"\\mathrel|\\le |\\ge |\\ne |\\times |\\cdot "
LATEX_TOKEN = re.compile(
    r"\+=|[^\W\d_ᵀₙₖᵢⱼₜ]+(?:_[^\W\d_ᵀₙₖᵢⱼₜ]+)*\d*(?:_\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?|."
)
NAMED = {
    "exp",
    "log",
    "max",
    "min",
    "tanh",
    "cosh",
    "sinh",
    "sin",
    "cos",
    "arctan",
}  # LaTeX has commands for these

Function = Callable[..., Any]


class _Value(Protocol):
    symbol: str
    role: str


class _Step(Protocol):
    op: Any
    inputs: tuple[int, ...]
    output: int
    attrs: dict[str, Any]


class _Program(Protocol):
    """What is read of a Program (the graph imports this module)."""

    @property
    def steps(self) -> tuple[Any, ...]: ...
    @property
    def values(self) -> tuple[Any, ...]: ...
    @property
    def output(self) -> int: ...


# ---------------------------------------------------------------- parsing, when an op is made


def parameters(function: Function) -> list[str]:
    return list(inspect.signature(function).parameters)


def defaults(function: Function) -> dict[str, Any]:
    """Attributes that a call may leave out."""
    given = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in given if p.default is not p.empty}


def docstring(function: Function) -> str:
    """On one line."""
    return re.sub(r"\s*\n\s*", "   ", (function.__doc__ or "").strip())


def parse(function: Function, words: set[str]) -> list[str]:
    """The tokens of a docstring; an unknown word or character is an error."""
    tokens: list[str] = TOKEN.findall(docstring(function))
    for token in tokens:
        if not (token in words or token in FUNCTIONS or token in MARKS or token[0].isdigit()):
            raise EquationError(
                function.__name__,
                f"an equation in the words {', '.join(sorted(words))}",
                f"{token!r} in {function.__doc__!r}",
                "Name the parameter, or use a function of equations.FUNCTIONS.",
            )
    return tokens


def check_forward(forward: Function) -> str:
    """Parse `z = x W + b`; return the letter on its left."""
    letter, _, right = (part.strip() for part in docstring(forward).partition("="))
    if not letter.isidentifier() or not right or letter in parameters(forward):
        got = repr(forward.__doc__) if forward.__doc__ else "no docstring"
        raise EquationError(
            forward.__name__,
            "an equation with one new symbol on its left",
            got,
            'Write """z = ...""".',
        )
    parse(forward, {letter, *parameters(forward)})
    return letter


def check_backward(forward: Function, letter: str, backward: Function) -> None:
    """Parse `dx = ..., dW = ...`; the signature must be (dz, z, *the forward's own).

    `dx` may stand on a left side only: a value used twice collects two gradients, so on a right side it would mean the sum.
    """
    expected = ["d" + letter, letter, *parameters(forward)]
    if parameters(backward) != expected:
        got = "(" + ", ".join(parameters(backward)) + ")"
        raise EquationError(
            backward.__name__, f"the parameters ({', '.join(expected)})", got, "Rename them."
        )
    left = {"d" + name for name in parameters(forward)}
    words = [token for token in parse(backward, {*expected, *left}) if token != " "]
    if not gradients(backward).keys() <= left:
        raise EquationError(
            backward.__name__,
            f"equations for {', '.join(sorted(left))}",
            repr(backward.__doc__),
            "Begin with one of them.",
        )
    for token, following in zip(words, [*words[1:], ""], strict=True):
        if token in left and following != "=":
            raise EquationError(
                backward.__name__,
                f"{token} on the left of '=' only",
                repr(backward.__doc__),
                "Write its terms out.",
            )


def gradients(backward: Function) -> dict[str, str]:
    """`dx = dz Wᵀ,   dW = xᵀ dz` as {"dx": "dz Wᵀ", "dW": "xᵀ dz"}."""
    parts = re.split(r",\s+(?=d\w+ = )", docstring(backward))
    return {left.strip(): right for left, _, right in (part.partition(" = ") for part in parts)}


# ---------------------------------------------------------------- printing, when a network is asked


def write(text: str, symbols: dict[str, str]) -> str:
    """An equation in the symbols of one network: `x W + b` becomes `a2 W3 + b3`."""
    both = symbols | {"d" + name: "d" + symbol for name, symbol in symbols.items()}
    return plain("".join(pretty(both.get(token, token)) for token in TOKEN.findall(text)))


def plain(equation: str) -> str:
    """Numbers that came in for attributes, as one would write them: `2 0.5 dl` is `dl`, `1 Σₖ` is `Σₖ`."""
    number = r"(?<![\w.\[])(\d+(?:\.\d+)?)"
    while found := re.search(number + r" (\d+(?:\.\d+)?)(?![\w.])(?! /)", equation):
        product = repr(float(found[1]) * float(found[2]))
        equation = equation[: found.start()] + product + equation[found.end() :]
    equation = re.sub(
        r"(?<![\w.])\d+\.\d+(?:e-?\d+)?", lambda found: f"{float(found[0]):.6g}", equation
    )
    equation = re.sub(r"½ 1(?![\w.])", "½", equation)
    return re.sub(
        r"(?:(?<=else )|(?<=if )|(?<![\w.\[/] )(?<![\w.\[]))1 (?!(?:if|else|and|or)\b)(?=[^\W\d]|\()",
        "",
        equation,
    )


def pretty(token: str) -> str:
    """ASCII identifiers become Greek letters on paper: dgamma2 -> dγ2."""
    return re.sub(
        f"^(d?)({'|'.join(GREEK)})(?![A-Za-z])", lambda found: found[1] + GREEK[found[2]], token
    )


def lines(program: _Program) -> tuple[list[str], list[str]]:
    """The equations of the forward and of the backward pass, in the order in which an engine runs them."""
    needed = {i for i, v in enumerate(program.values) if v.role == "parameter"}
    for step in program.steps:
        needed |= {step.output} if needed & set(step.inputs) else set()
    reached = {program.output}  # what is not on the way to L has no gradient
    forward: list[str] = []
    backward: list[str] = []
    seen: set[str] = set()
    for step in reversed(program.steps):
        names = parameters(step.op.forward)
        symbols = {step.op.letter: program.values[step.output].symbol}
        symbols |= {
            name: program.values[i].symbol for name, i in zip(names, step.inputs, strict=False)
        }
        symbols |= {
            name: _number(value) for name, value in (defaults(step.op.forward) | step.attrs).items()
        }
        forward.insert(0, write(docstring(step.op.forward), symbols))
        if step.op.backward is None or step.output not in needed or step.output not in reached:
            continue
        right = gradients(step.op.backward)
        for name, i in zip(names, step.inputs, strict=False):
            if i in needed and "d" + name in right:
                target = pretty("d" + program.values[i].symbol)
                collects = (
                    "+=" if target in seen else "="
                )  # a value used again collects a second gradient
                seen.add(target)
                reached.add(i)
                backward.append(f"{target} {collects} {write(right['d' + name], symbols)}")
    if backward:
        backward.insert(0, f"d{program.values[program.output].symbol} = 1")
    return forward, backward


def equations(program: _Program, form: Literal["text", "latex"] = "text") -> str:
    """Forward and backward pass of this very network.

    Parameters
    ----------
    program : Program
        A Program with a gradient shows both passes; one without parameters only the first.
    form : {"text", "latex"}
        Plain text with Unicode letters, or the body of a LaTeX document (two `aligned` blocks).
    """
    forward, backward = lines(program)
    if form == "text":
        parts = ["forward", *("  " + line for line in forward)]
        return "\n".join(
            [*parts, "backward", *("  " + line for line in backward)] if backward else parts
        )
    blocks = [block for block in (forward, backward) if block]
    body = [" \\\\\n".join(_align(latex(line)) for line in block) for block in blocks]
    return "\n".join(f"\\[\\begin{{aligned}}\n{block}\n\\end{{aligned}}\\]" for block in body)


def _align(line: str) -> str:
    """Equal signs stand below each other."""
    sign = "\\mathrel{+}=" if "\\mathrel{+}=" in line else "="
    return line.replace(sign, "&" + sign, 1)


def latex(equation: str) -> str:
    """One printed equation as LaTeX: `dW1 = xᵀ dz1` becomes `\\partial_{W_{1}} = x^{\\top}\\,\\partial_{z_{1}}`."""
    written = ""
    for token in LATEX_TOKEN.findall(equation):
        if token == " ":
            written += " "
        else:
            written += "\\mathrel{+}=" if token == "+=" else _latex_token(token)
    # a space between two factors is a thin one, beside an operator or a bracket it is the operator's own
    written = re.sub(rf"(?<![{OPERATORS}]) (?![{OPERATORS}]|{SIGNS})", r"\\,", written)
    return _under_roots(written)


def _under_roots(written: str) -> str:
    """`\\sqrt(v + 1)` becomes `\\sqrt{v + 1}`: LaTeX wants braces around what stands under a root."""
    while (start := written.find("\\sqrt(")) >= 0:
        depth, end = 1, start + len("\\sqrt(")
        while depth and end < len(written):
            depth += {"(": 1, ")": -1}.get(written[end], 0)
            end += 1
        written = (
            written[:start]
            + "\\sqrt{"
            + written[start + len("\\sqrt(") : end - 1]
            + "}"
            + written[end:]
        )
    return written


def _latex_token(token: str) -> str:
    if power := re.fullmatch(r"(\d+(?:\.\d+)?)e(-?)0*(\d+)", token):
        factor = "" if power[1] == "1" else f"{power[1]}\\cdot"
        return f"{factor}10^{{{power[2]}{power[3]}}}"
    if token in LATEX:
        return LATEX[token]
    if token in NAMED:
        return "\\" + token
    if token in FUNCTIONS:
        return f"\\operatorname{{{token}}}"
    if found := re.fullmatch(r"(d?)([^\W\d]*[^\W\d_])(\d*)(?:_(\d+))?", token):
        gradient, letter, number, again = found.groups()
        word = letter.replace("_", r"\_")
        name = LATEX.get(letter, letter if len(letter) == 1 else f"\\mathrm{{{word}}}")
        index = ",".join(part for part in (number, again) if part)
        name += f"_{{{index}}}" if index else ""
        return f"\\partial_{{{name}}}" if gradient else name
    return token


def _number(value: object) -> str:
    """An attribute as it is written: a negative number in brackets, so that it is no subtraction."""
    negative = isinstance(value, (int, float)) and value < 0
    return f"(−{abs(value)})" if negative else str(value)  # type: ignore[arg-type]
