// Equations of one entry in words: symbols with indices, and the same with numbers.
import { general } from "../graph/python_numbers.js";
import { FUNCTIONS, pretty, tokens } from "./notation.js";

const ENDS = new Set(")]½²³ᵀ");
const BEGINS = new Set("([½√Σ");
const INDICES = new Set("Σₙₖᵢⱼₜ");
const FIRST = /\(\((−[^()\s]*)\)(?= [−+>]|, |\))/g; // ((−1) − 2: it needs no brackets
const LOGIC = new Set(["if", "else", "and", "or"]);
/** @type {[string, string][]} */
const PLAIN = [
  ["μ", "mu"],
  ["γ", "gamma"],
  ["β", "beta"],
  ["ε", "eps"],
  ["λ", "lam"],
  ["Ω", "Omega"],
  ["√", "sqrt"],
  ["α", "alpha"],
  ["δ", "delta"],
  ["ℓ", "l"],
  ["∂L/∂", "d"],
  ["∇", "d"],
];

/**
 * Return a number with a minus sign of its own: −0.25.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 4) {
  const text = general(value + 0, digits).replace("inf", "∞");
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}

/**
 * Return a number as a factor of a product: a negative one is in brackets.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function factor(value, digits = 4) {
  const text = number(value, digits);
  return text.startsWith("−") ? `(${text})` : text;
}

/** @param {string} text @returns {string} Greek letters for the words that stand for them */
export const greek = (text) => tokens(text).map(pretty).join("");

/**
 * Return an entry as it is written: W1[2, 0]; a number has no index.
 *
 * @param {string} symbol
 * @param {readonly number[]} at
 */
export const indexed = (symbol, at) => greek(symbol) + (at.length ? `[${at.join(", ")}]` : "");

/**
 * Return an equation with other words; factors next to each other get a · between them. An empty
 * word is left out, as a factor 1 is.
 *
 * @param {string} form
 * @param {Record<string, string>} words
 */
export function put(form, words) {
  const list = tokens(form.replace(/ +/g, " ")).map((t) =>
    Object.hasOwn(words, t) ? words[t] : pretty(t),
  );
  /** @type {string[]} */
  const written = [];
  let k = 0;
  let bars = 0;
  while (k < list.length) {
    let token = list[k];
    const following = list[k + 1] ?? "";
    if (token === "") {
      if ((following === " " || following === "·") && begins(list[k + 2] ?? "", bars)) {
        k += 2;
        continue;
      }
      token = "1";
    }
    if (
      token === " " &&
      written.length &&
      ends(written[written.length - 1], bars) &&
      begins(following, bars)
    )
      token = "·";
    if (token === "|") bars += 1;
    written.push(token);
    k += 1;
  }
  return unwrapped(written.join("").replace(FIRST, "($1"));
}

/** @param {string} character */
const isWordCharacter = (character) => /[\p{L}\p{N}]/u.test(character);

/** @param {string} word @param {number} bars every second | is a closing one */
function ends(word, bars) {
  const last = [...word].at(-1) ?? "";
  if (word === "" || FUNCTIONS.has(word) || LOGIC.has(word) || INDICES.has(last)) return false;
  return isWordCharacter(last) || ENDS.has(last) || (word === "|" && bars % 2 === 0);
}

/** @param {string} word @param {number} bars */
function begins(word, bars) {
  const first = [...word][0] ?? "";
  if (word === "" || LOGIC.has(word)) return false;
  return isWordCharacter(first) || BEGINS.has(first) || (word === "|" && bars % 2 === 0);
}

/** @param {string} text @returns {boolean} true for words instead of a formula */
export const isProse = (text) => /[a-z]{2,} [a-z]{2,}/.test(text);

/** @param {string} text @returns {string} the text without brackets around all of it */
const unwrapped = (text) => (/^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text);

/**
 * Return an attribute of a step; 1 is left out of products.
 *
 * @param {unknown} value
 */
export function attribute(value) {
  if (typeof value === "number") return value === 1 ? "" : factor(value, 6);
  if (Array.isArray(value)) return `(${value.join(", ")}${value.length === 1 ? "," : ""})`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

/**
 * Return an entry of an array as a factor; a whole number of an index stays whole.
 *
 * @param {number} value
 * @param {boolean} [whole]
 */
export const entryNumber = (value, whole = false) => factor(value, whole ? 12 : 4);

/**
 * Return a name in ASCII letters, without spaces.
 *
 * @param {string} name
 */
export function plainName(name) {
  for (const [letter, word] of PLAIN) name = name.replaceAll(letter, word);
  return name.replace(/\s+/g, "");
}
