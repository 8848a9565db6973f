// Equations as text: their tokens, Greek letters, and an op's equation in the symbols of a network.
import { general, pythonFloat } from "../graph/python_numbers.js";

/** Words of equations that are functions; they are no symbols of a network. */
export const FUNCTIONS = new Set(
  (
    "exp log sqrt max min sign tanh cosh sinh sin cos arctan erf softmax softplus onehot mask patches " +
    "fold vec reshape concat pad repeat transpose noise mean K if else and or σ Φ φ"
  ).split(" "),
);
const TOKEN = /[A-Za-z_][A-Za-z_0-9]*|\d+(?:\.\d+)?(?:e-?\d+)?|./gu;
/** @type {Record<string, string>} */
const GREEK = {
  mu: "μ",
  gamma: "γ",
  beta: "β",
  eps: "ε",
  lam: "λ",
  Omega: "Ω",
  sqrt: "√",
  alpha: "α",
  delta: "δ",
};
const WORD = new RegExp(`^(d?)(${Object.keys(GREEK).join("|")})(?![A-Za-z])`);

/** @param {string} text @returns {string[]} */
export const tokens = (text) => text.match(TOKEN) ?? [];

/**
 * Write an ASCII identifier as a Greek letter: dgamma2 becomes dγ2.
 *
 * @param {string} token
 */
export const pretty = (token) =>
  token.replace(WORD, (_whole, d, word) => d + GREEK[word]);

/**
 * Write an equation in the symbols of one network: `x W + b` becomes `a2 W3 + b3`.
 *
 * @param {string} text
 * @param {Record<string, string>} symbols
 */
export function write(text, symbols) {
  /** @param {string} token */
  const symbol = (token) => {
    if (Object.hasOwn(symbols, token)) return symbols[token];
    const name = token.slice(1);
    return token.startsWith("d") && Object.hasOwn(symbols, name) ? `d${symbols[name]}` : token;
  };
  return simplified(tokens(text).map((token) => pretty(symbol(token))).join(""));
}

const TWO_NUMBERS = /(?<![\p{L}\p{N}_.[])(\d+(?:\.\d+)?) (\d+(?:\.\d+)?)(?![\p{L}\p{N}_.])(?! \/)/u;

/**
 * Simplify the numbers of attributes: `2 0.5 dl` becomes `dl`, `1 Σₖ` becomes `Σₖ`.
 *
 * @param {string} equation
 */
function simplified(equation) {
  for (let found = TWO_NUMBERS.exec(equation); found; found = TWO_NUMBERS.exec(equation)) {
    const product = pythonFloat(Number(found[1]) * Number(found[2]));
    const end = found.index + found[0].length;
    equation = equation.slice(0, found.index) + product + equation.slice(end);
  }
  equation = equation.replace(/(?<![\p{L}\p{N}_.])\d+\.\d+(?:e-?\d+)?/gu, (text) => general(Number(text), 6));
  equation = equation.replace(/½ 1(?![\p{L}\p{N}_.])/gu, "½");
  return equation.replace(
    /(?:(?<=else )|(?<=if )|(?<![\p{L}\p{N}_.[/] )(?<![\p{L}\p{N}_.[]))1 (?!(?:if|else|and|or)(?![\p{L}\p{N}_]))(?=[\p{L}\p{Nl}\p{No}_]|\()/gu,
    "",
  );
}
