// Expressions of the kind that describe networks: calls, names, numbers, words, tuples and dicts.
import { Refusal } from "../../app/refusal.js";

/** @typedef {import("./tokens.js").Token} Token */

/**
 * @typedef {object} Expression
 * @property {"name" | "number" | "word" | "truth" | "none" | "list" | "dict" | "call"} kind
 * @property {number} line
 * @property {string[]} [path] of a name: ["cr", "Dense"]
 * @property {any} [value]
 * @property {boolean} [float] the number is written as 1.0 or 1e3
 * @property {Expression[]} [items] of a list or tuple
 * @property {[Expression, Expression][]} [pairs] of a dict
 * @property {Expression} [of] what is called
 * @property {Expression[]} [places] arguments by place
 * @property {{ name: string, value: Expression, line: number }[]} [named] arguments by name
 */

const DEEPEST = 60;

/** Reads expressions from tokens. */
export class Parser {
  /** @param {Token[]} tokens of one statement */
  constructor(tokens) {
    this.tokens = tokens;
    this.k = 0;
    this.depth = 0;
  }

  get token() {
    return this.tokens[this.k];
  }

  get line() {
    return (this.token ?? this.tokens[this.tokens.length - 1])?.line ?? 1;
  }

  /** @param {string} text */
  sees(text) {
    return this.token?.kind === "sign" && this.token.text === text;
  }

  /** @param {string} text */
  takes(text) {
    if (!this.sees(text)) return false;
    this.k += 1;
    return true;
  }

  /** @param {string} text */
  must(text) {
    if (!this.takes(text)) this.refuse("sign", text);
  }

  /**
   * @param {"sign" | "value" | "name" | "end" | "by_name"} what is expected here
   * @param {string} [expected] the sign
   * @returns {never}
   */
  refuse(what, expected = "") {
    const got = this.token ? this.token.text.slice(0, 40) : "—";
    throw new Refusal(`graph.python_expected_${what}`, { line: this.line, expected, got });
  }

  end() {
    if (this.token) this.refuse("end");
  }

  /** @returns {Expression} */
  expression() {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new Refusal("graph.python_deep", { line: this.line });
    const found = this.signed();
    this.depth -= 1;
    return found;
  }

  /** @returns {Expression} */
  signed() {
    const { line } = this;
    let sign = 1;
    let signs = 0;
    while (this.sees("-") || this.sees("+")) {
      if (this.sees("-")) sign = -sign;
      signs += 1;
      this.k += 1;
    }
    const found = this.called();
    if (!signs) return found;
    if (found.kind !== "number") throw new Refusal("graph.python_value", { line });
    return { ...found, value: sign * found.value };
  }

  /** @returns {Expression} */
  called() {
    let found = this.atom();
    for (;;) {
      if (this.sees("(")) found = this.arguments(found);
      else if (this.sees(".") && (found.kind === "name" || found.kind === "call")) {
        this.k += 1;
        const name = this.name();
        if (found.kind === "call") throw new Refusal("graph.python_value", { line: found.line });
        found = { ...found, path: [...(found.path ?? []), name] };
      } else return found;
    }
  }

  name() {
    const { token } = this;
    if (token?.kind !== "name") this.refuse("name");
    this.k += 1;
    return token.text;
  }

  /** @returns {Expression} */
  atom() {
    const { token, line } = this;
    if (!token) this.refuse("value");
    if (token.kind === "number") {
      this.k += 1;
      if (token.value === undefined) {
        throw new Refusal("graph.python_number", { line, got: token.text.slice(0, 40) });
      }
      return { kind: "number", line, value: token.value, float: /[.eE]/.test(token.text) };
    }
    if (token.kind === "word") {
      this.k += 1;
      if (token.value === undefined) throw new Refusal("graph.python_string", { line });
      return { kind: "word", line, value: token.value };
    }
    if (token.kind === "name") {
      this.k += 1;
      if (token.text === "True" || token.text === "False") {
        return { kind: "truth", line, value: token.text === "True" };
      }
      if (token.text === "None") return { kind: "none", line, value: null };
      return { kind: "name", line, path: [token.text] };
    }
    if (this.takes("(")) return this.tuple(line);
    if (this.takes("[")) return { kind: "list", line, items: this.items("]") };
    if (this.takes("{")) return this.dict(line);
    return this.refuse("value");
  }

  /** What is in round brackets: a tuple, or one value. @param {number} line @returns {Expression} */
  tuple(line) {
    if (this.takes(")")) return { kind: "list", line, items: [] };
    const first = this.expression();
    if (this.takes(")")) return first;
    this.must(",");
    return { kind: "list", line, items: [first, ...this.items(")")] };
  }

  /** @param {string} close @returns {Expression[]} */
  items(close) {
    const items = [];
    while (!this.takes(close)) {
      items.push(this.expression());
      if (!this.sees(close)) this.must(",");
    }
    return items;
  }

  /** @param {number} line @returns {Expression} */
  dict(line) {
    /** @type {[Expression, Expression][]} */
    const pairs = [];
    while (!this.takes("}")) {
      const key = this.expression();
      this.must(":");
      pairs.push([key, this.expression()]);
      if (!this.sees("}")) this.must(",");
    }
    return { kind: "dict", line, pairs };
  }

  /** @param {Expression} of @returns {Expression} */
  arguments(of) {
    const { line } = this;
    this.must("(");
    /** @type {Expression[]} */
    const places = [];
    /** @type {{ name: string, value: Expression, line: number }[]} */
    const named = [];
    while (!this.takes(")")) {
      const next = this.tokens[this.k + 1];
      if (this.sees("*") || this.sees("**"))
        throw new Refusal("graph.python_star", { line: this.line });
      if (this.token?.kind === "name" && next?.kind === "sign" && next.text === "=") {
        const at = this.line;
        const name = this.name();
        this.k += 1;
        named.push({ name, value: this.expression(), line: at });
      } else if (named.length) this.refuse("by_name");
      else places.push(this.expression());
      if (!this.sees(")")) this.must(",");
    }
    return { kind: "call", line, of, places, named };
  }
}
