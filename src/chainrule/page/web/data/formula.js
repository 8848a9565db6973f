// Formulas in named variables: sin(3*x1) * x2 > 0. A parser of our own; nothing is evaluated as code.
//
//   choice      := disjunction ["if" disjunction "else" choice]
//   disjunction := conjunction {"or" conjunction}
//   conjunction := negation {"and" negation}
//   negation    := "not" negation | comparison
//   comparison  := sum {("<" | "<=" | ">" | ">=" | "==" | "!=") sum}
//   sum         := product {("+" | "-") product}
//   product     := signed {("*" | "/" | "%") signed | power}     2x is 2 * x
//   signed      := ("-" | "+") signed | power
//   power       := primary {"²" | "³" | ...} ["^" signed]
//   primary     := number | variable | constant | function "(" ... ")" | "(" choice ")" | "|" sum "|"
import { Refusal } from "../app/refusal.js";
import { CONSTANTS, FUNCTIONS, OPERATORS, SPELLINGS } from "./formula_functions.js";

export const MOST_CHARACTERS = 400;
export const DEEPEST = 40;
const MOST_PARTS = 300;

/**
 * @typedef {object} Tree
 * @property {"number" | "variable" | "constant" | "operator" | "function" | "if"} kind
 * @property {string} name the variable, the operator or the function
 * @property {number} value of a number or a constant
 * @property {Tree[]} parts
 * @property {boolean} truth true for a comparison and for what joins comparisons
 * @property {number} at its place in the text, counted from 1
 */

/**
 * @typedef {object} Formula
 * @property {string} text the formula in one plain form, which gives the same formula again
 * @property {string} equation the same as a printed equation, for the component Formula
 * @property {string} python the same in Python, with NumPy as np
 * @property {"number" | "truth"} kind
 * @property {string[]} variables those that it uses, in the order of the given names
 * @property {{ key: string, values: Record<string, string | number> }[]} notes how something was read
 * @property {(...x: number[]) => number} at the value at one point; a truth is 1 or 0
 * @property {(columns: ArrayLike<number>[], n: number) => Float64Array} values one for each row
 * @property {(...x: number[]) => { value: number, gradient: Float64Array }} gradientAt
 * @property {(columns: ArrayLike<number>[], n: number) => { value: Float64Array, gradient: Float64Array[] }} gradients
 *   by forward differentiation; one array for each variable
 */

/**
 * Read a formula.
 *
 * @param {string} text
 * @param {string[]} names the variables, in the order of the arguments of `at`
 * @param {{ aliases?: Record<string, string> }} [options] other names of variables: { x: "x1" }
 * @returns {Formula}
 * @throws {Refusal} with the place `at`, counted from 1
 */
export function parseFormula(text, names, options = {}) {
  if (typeof text !== "string" || !text.trim()) refuse("empty", { at: 1, names: names.join(", ") });
  if (text.length > MOST_CHARACTERS) {
    refuse("long", { at: MOST_CHARACTERS + 1, limit: MOST_CHARACTERS, got: text.length });
  }
  const parser = new Parser(text, names, options.aliases ?? {});
  const tree = parser.whole();
  return compiled(tree, names, parser.notes);
}

/**
 * Say what is wrong among values: how many are not numbers, how many are infinite, and where.
 *
 * @param {ArrayLike<number>} values
 */
export function notFinite(values) {
  let undefinedCount = 0;
  let infinite = 0;
  let first = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    if (first < 0) first = i;
    if (Number.isNaN(values[i])) undefinedCount++;
    else infinite++;
  }
  return { count: undefinedCount + infinite, undefined: undefinedCount, infinite, first };
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} values
 * @returns {never}
 */
function refuse(key, values) {
  throw new Refusal(`data.formula.${key}`, values);
}

// ---------------------------------------------------------------- tokens

/** @typedef {{ kind: string, text: string, at: number, value?: number }} Token */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** Signs that keyboards and word processors write for another. @type {Record<string, string>} */
const SIGNS = {
  "−": "-", "–": "-", "—": "-", "﹣": "-", "‐": "-", "‑": "-",
  "·": "*", "×": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*", "✕": "*",
  "÷": "/", "∕": "/", "⁄": "/", "∶": "/",
  "≤": "<=", "≦": "<=", "⩽": "<=", "≥": ">=", "≧": ">=", "⩾": ">=", "≠": "!=",
  "∧": "and", "∨": "or", "¬": "not", "且": "and", "或": "or", "非": "not",
  "π": "pi", "τ": "tau", "【": "(", "】": ")", "［": "(", "］": ")", "[": "(", "]": ")",
  "{": "(", "}": ")", "、": ",", "。": ".", "∣": "|", "ｘ": "x", "²": "²", "³": "³",
}; // prettier-ignore

const WORDS = new Set(["and", "or", "not", "if", "else"]);
const BLANK = /\s|\u200b|\u200c|\u200d|\ufeff/;

/** One character as a plain one. @param {string} c */
function plain(c) {
  if (Object.hasOwn(SIGNS, c)) return SIGNS[c];
  const code = c.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) {
    const half = String.fromCharCode(code - 0xfee0);
    return SIGNS[half] ?? half;
  }
  const below = SUBSCRIPTS.indexOf(c);
  return below >= 0 ? String(below) : c;
}

/**
 * @param {string} text
 * @returns {Token[]}
 */
function tokensOf(text) {
  // Plain characters with their places: one sign may become two (≤), never fewer.
  let line = "";
  /** @type {number[]} */
  const places = [];
  for (let i = 0; i < text.length; i++) {
    const c = BLANK.test(text[i]) ? " " : plain(text[i]);
    const padded = WORDS.has(c) ? ` ${c} ` : c;
    line += padded;
    for (let k = 0; k < padded.length; k++) places.push(i + 1);
  }
  const pattern =
    /(?<blank> +)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>(?:(?:np|numpy|math|Math)\.)?[A-Za-z_\u0370-\u03ff][A-Za-z0-9_\u0370-\u03ff]*)|(?<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?<sign>\*\*|<=|>=|==|!=|<>|=<|=>|&&|\|\||[-+*/%^<>=!&|(),;?:√~])/y;
  /** @type {Token[]} */
  const tokens = [];
  let k = 0;
  while (k < line.length) {
    pattern.lastIndex = k;
    const found = pattern.exec(line);
    const at = places[k];
    if (!found) {
      const shown = String.fromCodePoint(/** @type {number} */ (text.codePointAt(at - 1)));
      refuse("character", { at, got: shown });
    }
    const groups = /** @type {Record<string, string>} */ (found.groups);
    k += found[0].length;
    if (groups.blank) continue;
    if (groups.number) {
      const value = Number(groups.number);
      if (!Number.isFinite(value)) refuse("large", { at, got: groups.number });
      tokens.push({ kind: "number", text: groups.number, at, value });
    } else if (groups.name) {
      const name = groups.name.replace(/^(?:np|numpy|math|Math)\./, "");
      const word = name.toLowerCase();
      tokens.push({ kind: WORDS.has(word) ? word : "name", text: name, at });
    } else if (groups.raised) {
      const digits = [...groups.raised].map((c) => (c === "⁻" ? "-" : SUPERSCRIPTS.indexOf(c)));
      tokens.push({ kind: "raised", text: groups.raised, at, value: Number(digits.join("")) });
    } else {
      const kinds = /** @type {Record<string, string>} */ ({
        "**": "^", "<>": "!=", "=<": "<=", "=>": ">=", "&&": "and", "&": "and",
        "~": "not",
      }); // prettier-ignore
      tokens.push({ kind: kinds[found[0]] ?? found[0], text: found[0], at });
    }
  }
  tokens.push({ kind: "end", text: "", at: text.trimEnd().length + 1 });
  return tokens;
}

// ---------------------------------------------------------------- the parser

const COMPARISONS = new Set(["<", "<=", ">", ">=", "==", "!="]);
const NOT_BEFORE = new Set(["(", ",", "end"]);

class Parser {
  /**
   * @param {string} text
   * @param {string[]} names
   * @param {Record<string, string>} aliases
   */
  constructor(text, names, aliases) {
    this.names = names;
    this.aliases = aliases;
    /** @type {{ key: string, values: Record<string, string | number> }[]} */
    this.notes = [];
    this.k = 0;
    this.depth = 0;
    this.bars = 0;
    this.parts = 0;
    this.tokens = this.split(tokensOf(text));
    this.skipLeftSide();
  }

  get next() {
    return this.tokens[this.k];
  }

  /** Take the next token if it is of one of these kinds. @param {...string} kinds */
  take(...kinds) {
    const token = this.next;
    if (!kinds.includes(token.kind)) return null;
    this.k++;
    return token;
  }

  /** Cut x1x2 into x1 and x2, where this can be done in one way only. @param {Token[]} tokens */
  split(tokens) {
    return tokens.flatMap((token, k) => {
      if (token.kind !== "name" || this.isKnown(token.text)) return [token];
      const called = tokens[k + 1].kind === "(";
      const ways = this.ways(token.text, called, 0);
      if (ways.length !== 1) return [token];
      let at = token.at;
      return ways[0].map((part) => {
        const piece = /** @type {Token} */ ({ kind: "name", text: part, at });
        at += part.length;
        return piece;
      });
    });
  }

  /**
   * The ways to write a word as known names one after another.
   *
   * @param {string} word
   * @param {boolean} called true if a bracket follows: then the last may be a function
   * @param {number} from
   * @returns {string[][]}
   */
  ways(word, called, from) {
    if (word.length > 24) return [];
    if (from === word.length) return [[]];
    /** @type {string[][]} */
    const found = [];
    for (let end = from + 1; end <= word.length && found.length < 2; end++) {
      const part = word.slice(from, end);
      const last = end === word.length;
      const usable =
        this.variable(part) !== null ||
        Object.hasOwn(CONSTANTS, part) ||
        (called && last && this.function(part) !== null);
      if (!usable) continue;
      for (const rest of this.ways(word, called, end)) found.push([part, ...rest]);
    }
    return found;
  }

  /** Skip "y =" and "f(x1, x2) =" at the beginning. */
  skipLeftSide() {
    const [name, second] = this.tokens;
    if (name.kind !== "name" || this.isKnown(name.text)) return;
    let k = 1;
    if (second.kind === "(") {
      k = this.tokens.findIndex((token) => token.kind === ")") + 1;
      const inside = this.tokens.slice(2, Math.max(k - 1, 2));
      const plainList = inside.every((t, i) =>
        i % 2 ? t.kind === "," : t.kind === "name" && this.variable(t.text) !== null,
      );
      if (!k || !plainList) return;
    }
    if (this.tokens[k].text === "=") this.k = k + 1;
  }

  /** The variable that a word names, or null. @param {string} word */
  variable(word) {
    if (this.names.includes(word)) return word;
    if (Object.hasOwn(this.aliases, word)) return this.aliases[word];
    const alike = this.names.filter((name) => name.toLowerCase() === word.toLowerCase());
    if (alike.length === 1) return alike[0];
    const low = word.toLowerCase();
    return Object.hasOwn(this.aliases, low) ? this.aliases[low] : null;
  }

  /** The function that a word names, or null. @param {string} word */
  function(word) {
    const low = word.toLowerCase();
    const name = Object.hasOwn(SPELLINGS, low) ? SPELLINGS[low] : low;
    return Object.hasOwn(FUNCTIONS, name) || name === "if" || name === "power" ? name : null;
  }

  /** @param {string} word */
  isKnown(word) {
    return (
      this.variable(word) !== null ||
      this.function(word) !== null ||
      Object.hasOwn(CONSTANTS, word.toLowerCase())
    );
  }

  /**
   * @param {Tree["kind"]} kind
   * @param {string} name
   * @param {Tree[]} parts
   * @param {number} at
   * @param {{ value?: number, truth?: boolean }} [more]
   * @returns {Tree}
   */
  node(kind, name, parts, at, { value = NaN, truth = false } = {}) {
    this.parts++;
    if (this.parts > MOST_PARTS) refuse("many", { at, limit: MOST_PARTS });
    return { kind, name, parts, at, value, truth };
  }

  whole() {
    const tree = this.choice();
    const token = this.next;
    if (token.kind === ")") refuse("close_extra", { at: token.at });
    if (token.kind === "," || token.kind === ";") {
      const digits = this.isDecimalComma(this.k);
      refuse(digits ? "comma_decimal" : "comma", { at: token.at, got: digits || token.text });
    }
    if (token.kind !== "end") this.refuseNext();
    return tree;
  }

  /** The text "0,5" if the comma at this place stands between digits without blanks. @param {number} k */
  isDecimalComma(k) {
    const [before, comma, after] = [this.tokens[k - 1], this.tokens[k], this.tokens[k + 1]];
    if (!before || !after || comma.kind !== ",") return "";
    if (before.kind !== "number" || after.kind !== "number") return "";
    if (!/^\d+$/.test(before.text) || !/^\d/.test(after.text)) return "";
    const close = comma.at === before.at + before.text.length && after.at === comma.at + 1;
    return close ? `${before.text},${after.text}` : "";
  }

  /** @returns {Tree} */
  choice() {
    if (++this.depth > DEEPEST) refuse("deep", { at: this.next.at, limit: DEEPEST });
    let tree = this.disjunction();
    const token = this.take("if", "?");
    if (token) {
      const python = token.kind === "if";
      const middle = python ? this.disjunction() : this.choice();
      const between = this.take(python ? "else" : ":");
      if (!between) refuse(python ? "else" : "colon", { at: this.next.at });
      const last = this.choice();
      tree = python ? this.condition(middle, tree, last) : this.condition(tree, middle, last);
    }
    this.depth--;
    return tree;
  }

  /**
   * @param {Tree} test
   * @param {Tree} yes
   * @param {Tree} no
   */
  condition(test, yes, no) {
    this.needTruth(test, "if");
    return this.node("if", "if", [test, yes, no], test.at, { truth: yes.truth && no.truth });
  }

  /** @param {Tree} tree @param {string} word */
  needTruth(tree, word) {
    if (!tree.truth) refuse("truth", { at: tree.at, word });
  }

  /** @returns {Tree} */
  disjunction() {
    let left = this.conjunction();
    for (;;) {
      if (this.next.kind === "||" && this.bars) return left; // it closes two bars
      const token = this.take("or", "||") ?? (this.bars ? null : this.take("|"));
      if (!token) return left;
      const right = this.conjunction();
      this.needTruth(left, "or");
      this.needTruth(right, "or");
      left = this.node("operator", "or", [left, right], left.at, { truth: true });
    }
  }

  /** @returns {Tree} */
  conjunction() {
    let left = this.negation();
    while (this.take("and")) {
      const right = this.negation();
      this.needTruth(left, "and");
      this.needTruth(right, "and");
      left = this.node("operator", "and", [left, right], left.at, { truth: true });
    }
    return left;
  }

  /** @returns {Tree} */
  negation() {
    const token = this.take("not", "!");
    if (!token) return this.comparison();
    if (++this.depth > DEEPEST) refuse("deep", { at: token.at, limit: DEEPEST });
    const inner = this.negation();
    this.depth--;
    this.needTruth(inner, "not");
    return this.node("operator", "not", [inner], token.at, { truth: true });
  }

  /** a < b < c is a < b and b < c, as in Python. @returns {Tree} */
  comparison() {
    let left = this.sum();
    /** @type {Tree | null} */
    let all = null;
    for (;;) {
      if (this.next.kind === "=") refuse("equals", { at: this.next.at });
      const token = this.take(...COMPARISONS);
      if (!token) return all ?? left;
      const right = this.sum();
      const one = this.node("operator", token.kind, [left, right], left.at, { truth: true });
      all = all ? this.node("operator", "and", [all, one], all.at, { truth: true }) : one;
      left = right;
    }
  }

  /** @returns {Tree} */
  sum() {
    let left = this.product();
    for (;;) {
      const token = this.take("+", "-");
      if (!token) return left;
      left = this.node("operator", token.kind, [left, this.product()], left.at);
    }
  }

  /** @returns {Tree} */
  product() {
    let left = this.signed();
    let divided = false;
    for (;;) {
      const token = this.take("*", "/", "%") ?? this.takeModulo();
      if (token) {
        if (token.kind === "%" && ["end", ")", ",", ">", "<", "+"].includes(this.next.kind)) {
          refuse("percent", { at: token.at });
        }
        const sign = token.kind === "name" ? "%" : token.kind;
        left = this.node("operator", sign, [left, this.signed()], left.at);
        divided = token.kind !== "*";
      } else if (this.startsFactor()) {
        if (divided) refuse("division", { at: this.next.at });
        left = this.node("operator", "*", [left, this.power()], left.at);
      } else return left;
    }
  }

  /** Take "mod" between two numbers: x mod 2. */
  takeModulo() {
    const { kind, text } = this.next;
    if (kind !== "name" || text.toLowerCase() !== "mod") return null;
    return NOT_BEFORE.has(this.tokens[this.k + 1].kind) ? null : this.take("name");
  }

  /** True for 2x, 2(x + 1), x sin(x): a product without its sign. */
  startsFactor() {
    return ["name", "(", "√"].includes(this.next.kind);
  }

  /** @returns {Tree} */
  signed() {
    const token = this.take("-", "+");
    if (!token) return this.power();
    if (++this.depth > DEEPEST) refuse("deep", { at: token.at, limit: DEEPEST });
    const inner = this.signed();
    this.depth--;
    return token.kind === "+" ? inner : this.node("operator", "negative", [inner], token.at);
  }

  /** −x² is −(x²), and 2^3^2 is 2^(3^2), as in mathematics. @returns {Tree} */
  power() {
    let base = this.primary();
    for (;;) {
      const raised = this.take("raised");
      if (!raised) break;
      base = this.raise(base, raised);
    }
    const token = this.take("^");
    if (!token) {
      if (this.next.text === "!") refuse("factorial", { at: this.next.at });
      return base;
    }
    if (++this.depth > DEEPEST) refuse("deep", { at: token.at, limit: DEEPEST });
    const exponent = this.signed();
    this.depth--;
    return this.node("operator", "^", [base, exponent], base.at);
  }

  /** @param {Tree} base @param {Token} raised */
  raise(base, raised) {
    const value = /** @type {number} */ (raised.value);
    if (!Number.isFinite(value)) refuse("large", { at: raised.at, got: raised.text });
    const size = this.node("number", "", [], raised.at, { value: Math.abs(value) });
    const exponent = value < 0 ? this.node("operator", "negative", [size], raised.at) : size;
    return this.node("operator", "^", [base, exponent], base.at);
  }

  /** @returns {Tree} */
  primary() {
    const token = this.next;
    switch (token.kind) {
      case "number":
        this.k++;
        return this.node("number", "", [], token.at, { value: token.value });
      case "name":
        this.k++;
        return this.named(token);
      case "if":
        this.k++;
        return this.call("if", token);
      case "√":
        this.k++;
        return this.node("function", "sqrt", [this.primary()], token.at);
      case "(": {
        this.k++;
        const bars = this.bars;
        this.bars = 0;
        const inner = this.choice();
        this.close(token);
        this.bars = bars;
        return inner;
      }
      case "|":
      case "||":
        return this.absolute(token);
      default:
        return this.refuseNext();
    }
  }

  /** |x| and ||x| − 1|. @param {Token} token @returns {Tree} */
  absolute(token) {
    this.openOneBar(token);
    this.bars++;
    if (++this.depth > DEEPEST) refuse("deep", { at: token.at, limit: DEEPEST });
    const inner = this.sum();
    this.depth--;
    this.bars--;
    if (this.next.kind === "||") this.openOneBar(this.next);
    else if (!this.take("|")) refuse("bar", { at: token.at });
    return this.node("function", "abs", [inner], token.at);
  }

  /** Take one bar, also out of two. @param {Token} token */
  openOneBar(token) {
    if (token.kind === "||") {
      this.tokens[this.k] = { kind: "|", text: "|", at: token.at + 1 };
    } else this.k++;
  }

  /** @param {Token} open */
  close(open) {
    if (this.take(")")) return;
    const token = this.next;
    if (token.kind === "," || token.kind === ";") {
      const digits = this.isDecimalComma(this.k);
      refuse(digits ? "comma_decimal" : "comma", { at: token.at, got: digits || token.text });
    }
    if (token.kind === "end") refuse("open", { at: open.at });
    this.refuseNext();
  }

  /** @param {Token} token @returns {Tree} */
  named(token) {
    const variable = this.variable(token.text);
    if (variable !== null) return this.node("variable", variable, [], token.at);
    const called = this.function(token.text);
    if (called !== null) return this.call(called, token);
    const low = token.text.toLowerCase();
    if (Object.hasOwn(CONSTANTS, low)) {
      return this.node("constant", low, [], token.at, { value: CONSTANTS[low] });
    }
    return this.refuseName(token);
  }

  /** @param {Token} token @returns {never} */
  refuseName(token) {
    const got = token.text.slice(0, 30);
    const begins = Object.keys({ ...FUNCTIONS, ...SPELLINGS }).find(
      (name) => name.length > 2 && token.text.toLowerCase().startsWith(name),
    );
    const rest = begins ? token.text.slice(begins.length) : "";
    if (begins && this.variable(rest) !== null) {
      refuse("brackets", { at: token.at, got, name: begins, like: `${begins}(${rest})` });
    }
    const like = this.closest(token.text);
    const names = this.names.slice(0, 12).join(", ");
    if (like) refuse("name_like", { at: token.at, got, like, names });
    return refuse("name", { at: token.at, got, names });
  }

  /** The known name that differs in one letter, or two neighbors exchanged. @param {string} word */
  closest(word) {
    const known = [...this.names, ...Object.keys(FUNCTIONS), ...Object.keys(CONSTANTS)];
    return known.find((name) => name.length > 2 && isNear(name, word.toLowerCase())) ?? "";
  }

  /**
   * @param {string} name
   * @param {Token} token
   * @returns {Tree}
   */
  call(name, token) {
    const raised = this.take("raised");
    let exponent = /** @type {Tree | null} */ (null);
    if (raised) {
      if (Number(raised.value) < 0) refuse("inverse", { at: raised.at, name });
      exponent = this.node("number", "", [], raised.at, { value: raised.value });
    } else if (this.next.kind === "^") {
      this.k++;
      const number = this.take("number");
      if (!number) refuse("inverse", { at: this.next.at, name });
      exponent = this.node("number", "", [], number.at, { value: number.value });
    }
    const open = this.take("(");
    if (!open)
      refuse("brackets", {
        at: token.at,
        got: token.text,
        name,
        like: `${name}(${this.names[0]})`,
      });
    const tree = this.applied(name, token, this.list(name, open));
    if (token.text.toLowerCase() === "log") {
      this.note("natural", {});
    }
    return exponent ? this.node("operator", "^", [tree, exponent], token.at) : tree;
  }

  /** @param {string} key @param {Record<string, string | number>} values */
  note(key, values) {
    const full = `data.formula.${key}`;
    if (!this.notes.some((note) => note.key === full)) this.notes.push({ key: full, values });
  }

  /**
   * The arguments between brackets.
   *
   * @param {string} name
   * @param {Token} open
   */
  list(name, open) {
    const bars = this.bars;
    this.bars = 0;
    /** @type {Tree[]} */
    const parts = [];
    let decimal = "";
    let at = open.at;
    if (this.next.kind === ")") refuse("no_argument", { at: this.next.at, name });
    do {
      if (this.k && this.tokens[this.k - 1].kind === ",") {
        const digits = this.isDecimalComma(this.k - 1);
        if (digits && !decimal) [decimal, at] = [digits, this.tokens[this.k - 1].at];
      }
      parts.push(this.choice());
    } while (this.take(",", ";"));
    this.close(open);
    this.bars = bars;
    // max(0,5, x) has two or three arguments; if(x > 0,1,0) can only have three.
    if (decimal && (name === "min" || name === "max")) {
      refuse("comma_two", { at, got: decimal, like: decimal.replace(",", ", ") });
    }
    return parts;
  }

  /**
   * @param {string} name
   * @param {Token} token
   * @param {Tree[]} parts
   */
  applied(name, token, parts) {
    const count = parts.length;
    const [least, most] =
      name === "if"
        ? [3, 3]
        : name === "power"
          ? [2, 2]
          : [FUNCTIONS[name].least, FUNCTIONS[name].most];
    if (count < least || count > most) {
      const expected = least === most ? String(least) : `${least}–${most}`;
      refuse("arguments", { at: token.at, name: token.text, expected, got: count });
    }
    if (name === "if") return this.condition(parts[0], parts[1], parts[2]);
    if (name === "power") return this.node("operator", "^", parts, token.at);
    return this.node("function", name, parts, token.at);
  }

  /** @returns {never} */
  refuseNext() {
    const token = this.next;
    const before = this.tokens[this.k - 1];
    if (token.kind === "end") {
      if (!before) return refuse("empty", { at: 1, names: this.names.join(", ") });
      return refuse("end", { at: token.at, after: before.text });
    }
    if (token.kind === ")") {
      return refuse(before?.kind === "(" ? "nothing" : "operand", { at: token.at, got: ")" });
    }
    const operand = ["number", "name", "raised", "(", "√"].includes(token.kind);
    const ended = before && ["number", "name", "raised", ")"].includes(before.kind);
    if (operand && ended) return refuse("operator", { at: token.at, got: token.text });
    return refuse(operand || !ended ? "operand" : "operator", { at: token.at, got: token.text });
  }
}

/** True if one letter is wrong, missing or too many, or two neighbors are exchanged. @param {string} a @param {string} b */
function isNear(a, b) {
  if (Math.abs(a.length - b.length) > 1 || a === b) return a === b;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

// ---------------------------------------------------------------- values and derivatives

/** @typedef {(columns: ArrayLike<number>[], i: number) => number} Value */

/**
 * The value of a tree as a closure of columns and a row.
 *
 * @param {Tree} tree
 * @param {string[]} names
 * @returns {Value}
 */
function valueOf(tree, names) {
  const { kind, name, value } = tree;
  if (kind === "number" || kind === "constant") return () => value;
  if (kind === "variable") {
    const place = names.indexOf(name);
    return (columns, i) => columns[place][i];
  }
  const parts = tree.parts.map((part) => valueOf(part, names));
  const [first, second, third] = parts;
  if (kind === "if") return (c, i) => (first(c, i) !== 0 ? second(c, i) : third(c, i));
  const operation = kind === "operator" ? OPERATORS[name] : FUNCTIONS[name];
  const a = new Float64Array(parts.length);
  return (c, i) => {
    for (let k = 0; k < parts.length; k++) a[k] = parts[k](c, i);
    return operation.value(a);
  };
}

/**
 * Forward differentiation: a closure that returns the value and writes its derivative in each
 * variable into `slope`: ∂v/∂x = Σₖ ∂v/∂aₖ ∂aₖ/∂x.
 *
 * @param {Tree} tree
 * @param {string[]} names
 * @returns {{ value: Value, slope: Float64Array }}
 */
function dualOf(tree, names) {
  const { kind, name, value } = tree;
  const slope = new Float64Array(names.length);
  if (kind === "number" || kind === "constant") return { value: () => value, slope };
  if (kind === "variable") {
    const place = names.indexOf(name);
    slope[place] = 1;
    return { value: (columns, i) => columns[place][i], slope };
  }
  const parts = tree.parts.map((part) => dualOf(part, names));
  if (kind === "if") {
    const [test, yes, no] = parts;
    return {
      value: (c, i) => {
        const taken = test.value(c, i) !== 0 ? yes : no;
        const v = taken.value(c, i);
        slope.set(taken.slope);
        return v;
      },
      slope,
    };
  }
  const operation = kind === "operator" ? OPERATORS[name] : FUNCTIONS[name];
  const a = new Float64Array(parts.length);
  const d = new Float64Array(parts.length);
  return {
    value: (c, i) => {
      for (let k = 0; k < parts.length; k++) a[k] = parts[k].value(c, i);
      const v = operation.value(a);
      operation.slopes(a, v, d);
      slope.fill(0);
      for (let k = 0; k < parts.length; k++) {
        // A part that does not move adds nothing, whatever its factor is: √(x² + y²) at 0.
        for (let j = 0; j < slope.length; j++) {
          if (parts[k].slope[j] !== 0) slope[j] += d[k] * parts[k].slope[j];
        }
      }
      return v;
    },
    slope,
  };
}

/**
 * @param {Tree} tree
 * @param {string[]} names
 * @param {Formula["notes"]} notes
 * @returns {Formula}
 */
function compiled(tree, names, notes) {
  const value = valueOf(tree, names);
  const dual = dualOf(tree, names);
  const point = names.map(() => new Float64Array(1));
  /** @param {number[]} x */
  const place = (x) => {
    for (let k = 0; k < point.length; k++) point[k][0] = x[k];
    return point;
  };
  const used = new Set();
  visit(tree, (part) => part.kind === "variable" && used.add(part.name));
  return {
    text: printed(tree),
    equation: equationOf(tree),
    python: pythonOf(tree),
    kind: tree.truth ? "truth" : "number",
    variables: names.filter((name) => used.has(name)),
    notes,
    at: (...x) => value(place(x), 0),
    values: (columns, n) => Float64Array.from({ length: n }, (_, i) => value(columns, i)),
    gradientAt: (...x) => {
      const v = dual.value(place(x), 0);
      return { value: v, gradient: dual.slope.slice() };
    },
    gradients: (columns, n) => {
      const values = new Float64Array(n);
      const gradient = names.map(() => new Float64Array(n));
      for (let i = 0; i < n; i++) {
        values[i] = dual.value(columns, i);
        for (let k = 0; k < gradient.length; k++) gradient[k][i] = dual.slope[k];
      }
      return { value: values, gradient };
    },
  };
}

/** @param {Tree} tree @param {(tree: Tree) => void} see */
function visit(tree, see) {
  see(tree);
  for (const part of tree.parts) visit(part, see);
}

// ---------------------------------------------------------------- printing

/** How tightly each operator binds in a plain formula. @type {Record<string, number>} */
const TIGHT = {
  or: 1, and: 2, not: 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4,
  "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, negative: 7, "^": 8,
}; // prettier-ignore

/** @param {Tree} tree */
const tightness = (tree) => (tree.kind === "operator" ? TIGHT[tree.name] : 9);

/** A number as text that is read back as the same number. @param {number} v */
const numberText = (v) => String(v).replace("e+", "e");

/**
 * @param {Tree} tree
 * @param {number} least brackets stand around what binds less
 * @returns {string}
 */
function printed(tree, least = 0) {
  const own = tightness(tree);
  const text = printedInside(tree, own);
  return own < least ? `(${text})` : text;
}

/** @param {Tree} tree @param {number} own @returns {string} */
function printedInside({ kind, name, parts, value }, own) {
  if (kind === "number") return numberText(value);
  if (kind === "variable" || kind === "constant") return name;
  if (kind !== "operator") return `${name}(${parts.map((part) => printed(part)).join(", ")})`;
  if (name === "negative") return `-${printed(parts[0], own)}`;
  if (name === "not") return `not ${printed(parts[0], own)}`;
  if (name === "^") return `${printed(parts[0], 9)}^${printed(parts[1], own)}`;
  const strict = own === 4; // a < b < c is another formula
  const left = printed(parts[0], strict ? own + 1 : own);
  const right = printed(parts[1], own + 1);
  return own >= 6 ? left + name + right : `${left} ${name} ${right}`;
}

/** Signs of printed equations. @type {Record<string, string>} */
const PRINTED = { "<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "-": "−", "%": "mod" };
/** @type {Record<string, string>} */
const RAISED = { 2: "²", 3: "³" };
/** @type {Record<string, string>} */
const LETTERS = { pi: "π", tau: "τ" };

/**
 * A tree as equations are printed here: products with a blank, powers raised.
 *
 * @param {Tree} tree
 * @param {number} [least]
 * @returns {string}
 */
function equationOf(tree, least = 0) {
  const own = tightness(tree);
  const text = equationInside(tree, own);
  return own < least ? `(${text})` : text;
}

/** @param {Tree} tree @param {number} own @returns {string} */
function equationInside({ kind, name, parts, value }, own) {
  if (kind === "number") return numberText(value);
  if (kind === "constant") return LETTERS[name] ?? name;
  if (kind === "variable") return name;
  const inside = () => parts.map((part) => equationOf(part)).join(", ");
  if (kind === "if") {
    const [test, yes, no] = parts.map((part) => equationOf(part, 1));
    return `(${yes} if ${test} else ${no})`;
  }
  if (kind === "function") {
    if (name === "sqrt") return `√(${inside()})`;
    return name === "abs" ? `|${inside()}|` : `${name}(${inside()})`;
  }
  if (name === "negative") return `−${equationOf(parts[0], own)}`;
  if (name === "not") return `not (${equationOf(parts[0])})`;
  const [left, right] = parts;
  if (name === "^") {
    const sign = right.kind === "number" ? RAISED[right.value] : undefined;
    const base = equationOf(left, 9);
    return sign ? `${base}${sign}` : `${base}^${equationOf(right, own)}`;
  }
  const first = equationOf(left, own === 4 ? own + 1 : own);
  const second = equationOf(right, own + 1);
  if (name === "*") return /^[\d√]/.test(second) ? `${first} · ${second}` : `${first} ${second}`;
  return name === "/" ? `${first} / ${second}` : `${first} ${PRINTED[name] ?? name} ${second}`;
}

/** In Python & and | bind tighter than comparisons. @type {Record<string, number>} */
const TIGHT_PYTHON = {
  "<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, or: 2, and: 3,
  "+": 4, "-": 4, "*": 5, "/": 5, negative: 6, not: 6, "^": 7,
}; // prettier-ignore

/**
 * @param {Tree} tree
 * @param {number} [least]
 * @returns {string}
 */
function pythonOf(tree, least = 0) {
  const { kind, name, parts, value } = tree;
  if (kind === "number") return numberText(value);
  if (kind === "constant") return { pi: "np.pi", e: "np.e", tau: "2 * np.pi" }[name] ?? name;
  if (kind === "variable") return name;
  const all = () => parts.map((part) => pythonOf(part)).join(", ");
  if (kind === "if") return `np.where(${all()})`;
  if (name === "min" || name === "max") {
    const words = parts.map((part) => pythonOf(part));
    return words.reduce((before, word) => `np.${name}imum(${before}, ${word})`);
  }
  if (kind === "function") return FUNCTIONS[name].python.replace("{}", all());
  if (name === "%") return `np.mod(${all()})`;
  const own = TIGHT_PYTHON[name];
  const text = pythonOperator(name, parts, own);
  return own < least ? `(${text})` : text;
}

/** @param {string} name @param {Tree[]} parts @param {number} own @returns {string} */
function pythonOperator(name, parts, own) {
  // Truths are added as numbers in a formula; in NumPy True + True is True.
  const counts = !["and", "or", "not"].includes(name);
  /** @param {Tree} part @param {number} least */
  const operand = (part, least) =>
    counts && part.truth ? `(${pythonOf(part)}).astype(float)` : pythonOf(part, least);
  if (parts.length === 1) return (name === "not" ? "~" : "-") + operand(parts[0], own);
  const sign = name === "^" ? "**" : ({ and: "&", or: "|" }[name] ?? name);
  const leftLeast = name === "^" || own === 1 ? own + 1 : own;
  const rightLeast = name === "^" ? own - 1 : own + 1;
  return `${operand(parts[0], leftLeast)} ${sign} ${operand(parts[1], rightLeast)}`;
}
