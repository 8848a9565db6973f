// Python text as tokens: names, numbers, words, signs and ends of lines. Nothing is ever run.
import { Refusal } from "../../app/refusal.js";

/**
 * @typedef {object} Token
 * @property {"name" | "number" | "word" | "sign" | "end" | "indent"} kind "end" ends a statement
 * @property {string} text
 * @property {any} [value] of a number or a word; undefined for one that is not plain
 * @property {number} line from 1
 */

const MOST = 500_000; // characters
const SPACE = /[ \t\f]+/y;
const COMMENT = /#[^\n]*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?/y;
const STRING =
  /[rbfuRBFU]{0,2}(?:"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')/y;
const SIGN = /\*\*|\/\/|->|:=|[=!<>+\-*/%@&|^]=|<<|>>|[()[\]{},:.;=+\-*/%@&|^~<>]/y;
const CLOSES = /** @type {Record<string, string>} */ ({ "(": ")", "[": "]", "{": "}" });

/** @type {Record<string, string>} */
const ESCAPES = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"', "\n": "" };

/** The value of a plain string in quotes. @param {string} text */
function wordOf(text) {
  const [, prefix, rest] = /** @type {RegExpExecArray} */ (/^([A-Za-z]*)([^]*)$/.exec(text));
  if (prefix && !/^[uU]$/.test(prefix)) return undefined; // bytes, raw and formatted strings
  const quotes = rest.startsWith('"""') || rest.startsWith("'''") ? 3 : 1;
  const inside = rest.slice(quotes, -quotes);
  return inside.replace(/\\([^])/g, (whole, c) => ESCAPES[c] ?? whole);
}

/**
 * Return the tokens of a Python text.
 *
 * @param {string} text
 * @returns {Token[]}
 */
export function tokensOf(text) {
  if (text.length > MOST) throw new Refusal("graph.python_long", { most: MOST });
  const source = text
    .replace(/\r\n?/g, "\n")
    .replace(/\u00a0/g, " ")
    .replace(/^\ufeff/, "");
  /** @type {Token[]} */
  const tokens = [];
  /** @type {{ close: string, line: number }[]} */
  const open = [];
  let at = 0;
  let line = 1;
  /** @param {RegExp} pattern */
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found) at += found.length;
    return found;
  };
  const startsLine = () => at === 0 || source[at - 1] === "\n";
  const end = () => {
    if (tokens.length && tokens[tokens.length - 1].kind !== "end") {
      tokens.push({ kind: "end", text: "\n", line });
    }
  };
  while (at < source.length) {
    const first = startsLine();
    const space = take(SPACE);
    if (space && first && !open.length && !/^[ \t\f]*(?:#|\n|$)/.test(source.slice(at, at + 200))) {
      tokens.push({ kind: "indent", text: space, line });
    }
    if (space || take(COMMENT)) continue;
    if (source[at] === "\n") {
      if (!open.length) end();
      at += 1;
      line += 1;
      continue;
    }
    if (source[at] === "\\" && source[at + 1] === "\n") {
      at += 2;
      line += 1;
      continue;
    }
    const string = take(STRING);
    if (string) {
      tokens.push({ kind: "word", text: string, value: wordOf(string), line });
      line += string.split("\n").length - 1;
      continue;
    }
    const name = take(NAME);
    if (name) {
      tokens.push({ kind: "name", text: name, line });
      continue;
    }
    const number = take(NUMBER);
    if (number) {
      const suffix = take(NAME) ?? ""; // 0x1F, 2j: no number that settings take
      const value = suffix ? undefined : Number(number.replace(/_/g, ""));
      tokens.push({ kind: "number", text: number + suffix, value, line });
      continue;
    }
    const sign = take(SIGN);
    if (!sign) {
      throw new Refusal("graph.python_sign", {
        line,
        got: String.fromCodePoint(source.codePointAt(at) ?? 63),
      });
    }
    if (sign in CLOSES) open.push({ close: CLOSES[sign], line });
    else if (")]}".includes(sign) && open.pop()?.close !== sign) {
      throw new Refusal("graph.python_bracket", { line, got: sign });
    }
    if (sign === ";") end();
    else tokens.push({ kind: "sign", text: sign, line });
  }
  const left = open.pop();
  if (left) throw new Refusal("graph.python_open", { line: left.line, expected: left.close });
  end();
  return tokens;
}
