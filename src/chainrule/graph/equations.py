"""The docstring of an op is its equation, parsed when the op is made.

So a printed derivation cannot differ from the code. Every word is a parameter of the op,
`d` + a parameter (on a left side only), an attribute, or a function in FUNCTIONS.
Anything else is an error. This module knows only docstrings and signatures: the graph imports it,
it never imports the graph.
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
    "transpose",
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
# operators, indices, exponents; digits are read as numbers
MARKS = set(" =+−/(),[]{}<>|·×⊙≤≥≠√Σₙₖᵢⱼₜᵀ½²³:")
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
    "Δ": r"\Delta",
    "η": r"\eta",
    "θ": r"\theta",
    "ν": r"\nu",
    "ρ": r"\rho",
    "ψ": r"\psi",
    "‖": r"\Vert ",
    "ᵗ": "^{t}",
    "⁺": "^{+}",
    "⁻": "^{-}",
    "⁻¹": "^{-1}",
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
LETTER = r"[^\W\d_ᵀₙₖᵢⱼₜ½²³ᵗ]"  # of a name; for Python the marks ᵀ, ₙ, ² are letters or digits too
HAT = "\u0302"  # after its letter
LATEX_TOKEN = re.compile(
    rf"\+=|⁻¹|{LETTER}{HAT}|{LETTER}+(?:_{LETTER}+)*\d*(?:_\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?|."
)
# functions for which LaTeX has commands
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
}

Function = Callable[..., Any]


class _Value(Protocol):
    symbol: str
    role: str


class _Step(Protocol):
    @property
    def op(self) -> Any: ...
    @property
    def inputs(self) -> tuple[int, ...]: ...
    @property
    def output(self) -> int: ...
    @property
    def attrs(self) -> dict[str, Any]: ...


class _Program(Protocol):
    """A Program, with the attributes that this module needs."""

    @property
    def steps(self) -> tuple[Any, ...]: ...
    @property
    def values(self) -> tuple[Any, ...]: ...
    @property
    def output(self) -> int: ...


# ---------------------------------------------------------------- parsing, when an op is made


def parameters(function: Function) -> list[str]:
    """Return the names of a function's parameters."""
    return list(inspect.signature(function).parameters)


def defaults(function: Function) -> dict[str, Any]:
    """Return the attributes that a call may leave out, with their values."""
    given = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in given if p.default is not p.empty}


def docstring(function: Function) -> str:
    """Return the docstring on one line."""
    return re.sub(r"\s*\n\s*", "   ", (function.__doc__ or "").strip())


def parse(function: Function, words: set[str]) -> list[str]:
    """Return the tokens of a docstring. An unknown word or character raises EquationError."""
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
    """Parse `dx = ..., dW = ...`; the signature must be (dz, z, *parameters of the forward).

    `dx` may be on a left side only: a value that is used twice collects two gradients, so on a
    right side it would mean their sum.
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


def check_entry(forward: Function, letter: str, entry: str) -> None:
    """Parse the equation of one entry, `z[n, j] = x[n, i] W[i, j]`."""
    left, _, right = re.sub(r"\[[^\]]*\]", "", entry).partition(" = ")
    words = set(re.findall(r"[A-Za-z_]+", right))
    if left.strip() != letter or not words or not words <= set(parameters(forward)):
        rule = f"{letter}[...] = a sum of products of {', '.join(parameters(forward))}"
        remedy = 'Write entry="z[n, j] = x[n, i] W[i, j] + b[j]".'
        raise EquationError(forward.__name__, rule, repr(entry), remedy)


def gradients(backward: Function) -> dict[str, str]:
    """Return `dx = dz Wᵀ,   dW = xᵀ dz` as {"dx": "dz Wᵀ", "dW": "xᵀ dz"}."""
    parts = re.split(r",\s+(?=d\w+ = )", docstring(backward))
    return {left.strip(): right for left, _, right in (part.partition(" = ") for part in parts)}


# ---------------------------------------------------------------- printing a network's equations


def write(text: str, symbols: dict[str, str]) -> str:
    """Write an equation in the symbols of one network: `x W + b` becomes `a2 W3 + b3`."""
    both = symbols | {"d" + name: "d" + symbol for name, symbol in symbols.items()}
    return plain("".join(pretty(both.get(token, token)) for token in TOKEN.findall(text)))


def plain(equation: str) -> str:
    """Simplify the numbers of attributes: `2 0.5 dl` becomes `dl`, `1 Σₖ` becomes `Σₖ`."""
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
    """Write ASCII identifiers as Greek letters: dgamma2 -> dγ2."""
    return re.sub(
        f"^(d?)({'|'.join(GREEK)})(?![A-Za-z])", lambda found: found[1] + GREEK[found[2]], token
    )


def symbols_of(program: _Program, step: _Step) -> dict[str, str]:
    """Return what each word of an op's equations is in one network: a symbol or a number."""
    names = parameters(step.op.forward)
    symbols = {step.op.letter: program.values[step.output].symbol}
    symbols |= {name: program.values[i].symbol for name, i in zip(names, step.inputs, strict=False)}
    known = defaults(step.op.forward) | step.attrs
    return symbols | {name: _number(value) for name, value in known.items()}


def lines(program: _Program) -> tuple[list[str], list[str]]:
    """Return the equations of the forward and of the backward pass, in execution order."""
    needed = {i for i, v in enumerate(program.values) if v.role == "parameter"}
    for step in program.steps:
        needed |= {step.output} if needed & set(step.inputs) else set()
    reached = {program.output}  # a value that L does not depend on has no gradient
    forward: list[str] = []
    backward: list[str] = []
    seen: set[str] = set()
    for step in reversed(program.steps):
        names, symbols = parameters(step.op.forward), symbols_of(program, step)
        forward.insert(0, write(docstring(step.op.forward), symbols))
        if step.op.backward is None or step.output not in needed or step.output not in reached:
            continue
        right = gradients(step.op.backward)
        for name, i in zip(names, step.inputs, strict=False):
            if i in needed and "d" + name in right:
                target = pretty("d" + program.values[i].symbol)
                # a value that is used again collects a second gradient
                collects = "+=" if target in seen else "="
                seen.add(target)
                reached.add(i)
                backward.append(f"{target} {collects} {write(right['d' + name], symbols)}")
    if backward:
        backward.insert(0, f"d{program.values[program.output].symbol} = 1")
    return forward, backward


def equations(program: _Program, form: Literal["text", "latex"] = "text") -> str:
    """Return the equations of the forward and the backward pass of one network.

    Parameters
    ----------
    program : Program
        With a gradient both passes are shown; without parameters, only the forward pass.
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
    """Put an alignment mark before the equal sign."""
    sign = "\\mathrel{+}=" if "\\mathrel{+}=" in line else "="
    return line.replace(sign, "&" + sign, 1)


def latex(equation: str) -> str:
    """Return a printed equation as LaTeX.

    `dW1 = xᵀ dz1` becomes `\\partial_{W_{1}} = x^{\\top}\\,\\partial_{z_{1}}`.
    """
    written = ""
    for token in LATEX_TOKEN.findall(equation):
        if token == " ":
            written += " "
        else:
            written += "\\mathrel{+}=" if token == "+=" else _latex_token(token)
    # two factors have a thin space between them; none is needed next to operators and brackets
    written = re.sub(rf"(?<![{OPERATORS}]) (?![{OPERATORS}]|{SIGNS})", r"\\,", written)
    return _under_roots(written)


def _under_roots(written: str) -> str:
    """Change `\\sqrt(v + 1)` to `\\sqrt{v + 1}`: LaTeX wants braces around a radicand."""
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
    """Return one token as LaTeX."""
    if power := re.fullmatch(r"(\d+(?:\.\d+)?)e(-?)0*(\d+)", token):
        factor = "" if power[1] == "1" else f"{power[1]}\\cdot"
        return f"{factor}10^{{{power[2]}{power[3]}}}"
    if token in LATEX:
        return LATEX[token]
    if token.endswith(HAT):
        return f"\\hat{{{LATEX.get(token[0], token[0])}}}"
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
    """Write an attribute; a negative number gets brackets, so that it is not a subtraction."""
    negative = isinstance(value, (int, float)) and value < 0
    return f"(−{abs(value)})" if negative else str(value)  # type: ignore[arg-type]
