// The equations of a network, from those of its ops, in its own symbols; as equations.py.
import { opFacts } from "./facts.js";
import { general, pythonFloat } from "./python_numbers.js";

/** @typedef {import("./trace.js").Program} Program */
/** @typedef {import("./tape.js").Step} Step */

/**
 * One equation of a network.
 *
 * @typedef {object} Line
 * @property {string} text
 * @property {number} step the step that it belongs to; -1 for the first line of the backward pass
 * @property {number} value the value, or the value whose gradient it is
 */

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
const GREEK_WORD = new RegExp(`^(d?)(${Object.keys(GREEK).join("|")})(?![A-Za-z])`);

/** Write ASCII words as Greek letters: dgamma2 -> dγ2. @param {string} token */
export const pretty = (token) => token.replace(GREEK_WORD, (_, d, word) => d + GREEK[word]);

const W = "\\p{L}\\p{N}_"; // what a word is made of
const FACTORS = new RegExp(
  `(?<![${W}.\\[])(\\d+(?:\\.\\d+)?) (\\d+(?:\\.\\d+)?)(?![${W}.])(?! /)`,
  "u",
);
const DECIMAL = new RegExp(`(?<![${W}.])\\d+\\.\\d+(?:e-?\\d+)?`, "gu");
const HALF_OF_ONE = new RegExp(`½ 1(?![${W}.])`, "gu");
const ONE_TIMES = new RegExp(
  `(?:(?<=else )|(?<=if )|(?<![${W}.\\[/] )(?<![${W}.\\[]))1 ` +
    `(?!(?:if|else|and|or)(?![${W}]))(?=[\\p{L}\\p{No}\\p{Nl}_]|\\()`,
  "gu",
);

/** Simplify the numbers of attributes: `2 0.5 dl` becomes `dl`. @param {string} equation */
export function plain(equation) {
  for (let found = FACTORS.exec(equation); found; found = FACTORS.exec(equation)) {
    const product = pythonFloat(Number(found[1]) * Number(found[2]));
    const end = found.index + found[0].length;
    equation = equation.slice(0, found.index) + product + equation.slice(end);
  }
  return equation
    .replace(DECIMAL, (number) => general(Number(number)))
    .replace(HALF_OF_ONE, "½")
    .replace(ONE_TIMES, "");
}

/**
 * Write an equation in the symbols of one network: `x W + b` becomes `a2 W3 + b3`.
 *
 * @param {string} text
 * @param {Map<string, string>} symbols
 */
export function write(text, symbols) {
  const both = new Map(symbols);
  for (const [name, symbol] of symbols) both.set(`d${name}`, `d${symbol}`);
  const tokens = text.match(TOKEN) ?? [];
  return plain(tokens.map((token) => pretty(both.get(token) ?? token)).join(""));
}

// ---- attributes: their JSON still tells 1 from 1.0

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{}:,]/g;

/** Return the attributes of a step as Python prints them. @param {string} json @returns {Map<string, string>} */
export function printedAttributes(json) {
  const tokens = json.match(JSON_TOKEN) ?? [];
  const found = new Map();
  let k = 1;
  while (k < tokens.length && tokens[k] !== "}") {
    const name = JSON.parse(tokens[k]);
    const [text, next] = printed(tokens, k + 2, false);
    found.set(name, text);
    k = tokens[next] === "," ? next + 1 : next;
  }
  return found;
}

/** @param {string[]} tokens @param {number} k @param {boolean} inside @returns {[string, number]} */
function printed(tokens, k, inside) {
  const token = tokens[k];
  if (token === "[") {
    /** @type {string[]} */
    const items = [];
    k += 1;
    while (k < tokens.length && tokens[k] !== "]") {
      const [text, next] = printed(tokens, k, true);
      items.push(text);
      k = tokens[next] === "," ? next + 1 : next;
    }
    return [`(${items.join(", ")}${items.length === 1 ? "," : ""})`, k + 1];
  }
  if (token?.startsWith('"')) {
    const text = JSON.parse(token);
    return [inside ? `'${text}'` : text, k + 1];
  }
  if (token === "true" || token === "false") return [token === "true" ? "True" : "False", k + 1];
  if (token === "null") return ["None", k + 1];
  const number = /[.eE]/.test(token) ? pythonFloat(Number(token)) : token;
  // a negative number gets brackets, so that it is not a subtraction
  return [!inside && number.startsWith("-") ? `(−${number.slice(1)})` : number, k + 1];
}

/** What each word of an op's equations is in one network. @param {Program} program @param {Step} step */
function symbolsOf(program, step) {
  const facts = opFacts(step.op);
  const symbols = new Map([[facts?.letter ?? "", program.values[step.output].symbol]]);
  const names = Object.keys(facts?.takes ?? {});
  step.inputs.forEach((i, k) => {
    if (k < names.length) symbols.set(names[k], program.values[i].symbol);
  });
  for (const [name, value] of Object.entries(facts?.defaults ?? {})) {
    symbols.set(name, String(value));
  }
  for (const [name, text] of printedAttributes(step.json)) symbols.set(name, text);
  return symbols;
}

/** The forward equation of an op of one's own: z1 = scaled(x, factor=2.0). @param {Program} program @param {Step} step */
function called(program, step) {
  const given = step.inputs.map((i) => pretty(program.values[i].symbol));
  for (const [name, text] of printedAttributes(step.json)) given.push(`${name}=${text}`);
  return `${pretty(program.values[step.output].symbol)} = ${step.op}(${given.join(", ")})`;
}

/**
 * Return the equations of the forward and of the backward pass, in the order of execution.
 *
 * @param {Program} program
 * @returns {{ forward: Line[], backward: Line[] }}
 */
export function equationLines(program) {
  const needed = new Set(
    program.values.flatMap(({ role }, i) => (role === "parameter" ? [i] : [])),
  );
  for (const step of program.steps) {
    if (step.inputs.some((i) => needed.has(i))) needed.add(step.output);
  }
  const reached = new Set([program.output]); // a value that L does not depend on has no gradient
  const seen = new Set();
  /** @type {Line[]} */
  const forward = [];
  /** @type {Line[]} */
  const backward = [];
  for (let k = program.steps.length - 1; k >= 0; k--) {
    const step = program.steps[k];
    const facts = step.ours ? opFacts(step.op) : undefined;
    const symbols = symbolsOf(program, step);
    const text = facts ? write(facts.forward, symbols) : called(program, step);
    forward.unshift({ text, step: k, value: step.output });
    const right = facts?.backward;
    if (!right || !needed.has(step.output) || !reached.has(step.output)) continue;
    const names = Object.keys(facts.takes);
    step.inputs.forEach((i, place) => {
      const own = right[`d${names[place]}`];
      if (!needed.has(i) || own === undefined) return;
      const target = pretty(`d${program.values[i].symbol}`);
      const sign = seen.has(target) ? "+=" : "="; // used again, it collects a second gradient
      seen.add(target);
      reached.add(i);
      backward.push({ text: `${target} ${sign} ${write(own, symbols)}`, step: k, value: i });
    });
  }
  if (backward.length) {
    const { output } = program;
    backward.unshift({ text: `d${program.values[output].symbol} = 1`, step: -1, value: output });
  }
  return { forward, backward };
}

/**
 * Return the equations of a network as text, equal to Python's.
 *
 * @param {Program} program
 * @param {{ part?: "forward" | "backward" }} [options] one of the passes, or both
 */
export function equations(program, { part } = {}) {
  const { forward, backward } = equationLines(program);
  const block = (/** @type {string} */ title, /** @type {Line[]} */ lines) => [
    title,
    ...lines.map(({ text }) => `  ${text}`),
  ];
  const blocks = [];
  if (part !== "backward") blocks.push(...block("forward", forward));
  if (part !== "forward" && backward.length) blocks.push(...block("backward", backward));
  return blocks.join("\n");
}
