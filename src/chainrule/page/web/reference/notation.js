// Equations as text: their tokens, and the words in them that are functions.
export { pretty } from "../graph/equations.js";

/** Words of equations that are functions; they are no symbols of a network. */
export const FUNCTIONS = new Set(
  (
    "exp log sqrt max min sign tanh cosh sinh sin cos arctan erf softmax softplus onehot mask patches " +
    "fold vec reshape concat pad repeat transpose noise mean K if else and or σ Φ φ"
  ).split(" "),
);
const TOKEN = /[A-Za-z_][A-Za-z_0-9]*|\d+(?:\.\d+)?(?:e-?\d+)?|./gu;

/** @param {string} text @returns {string[]} */
export const tokens = (text) => text.match(TOKEN) ?? [];
