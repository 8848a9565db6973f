// JSON as files/container.py reads it: no NaN, each name once, nothing too deep. Numbers keep the
// text that the file has for them, so that the checksum of the whole can be computed again.

const DEEPEST = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/y; // JSON.parse checks what stands in it
const SPACE = /[ \t\n\r]*/y;

/**
 * One value: `value` is what it means, `canonical` what Python's json.dumps(sort_keys=True) writes.
 *
 * @typedef {{ value: any, canonical: string }} Parsed
 */

/**
 * @param {string} text
 * @returns {Parsed}
 * @throws {SyntaxError} the text is no strict JSON
 */
export function parse(text) {
  let at = 0;
  /** @param {RegExp} pattern */
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found?.[0];
  };
  const wrong = () => new SyntaxError(`unexpected text at position ${at}`);
  /** @param {string} word */
  const expect = (word) => {
    take(SPACE);
    if (!text.startsWith(word, at)) throw wrong();
    at += word.length;
  };
  /** @param {string} word */
  const next = (word) => {
    take(SPACE);
    return text[at] === word;
  };

  /** @param {number} depth @returns {Parsed} */
  function object(depth) {
    expect("{");
    /** @type {Map<string, Parsed>} */
    const entries = new Map();
    while (!next("}")) {
      if (entries.size) expect(",");
      take(SPACE);
      const name = string();
      expect(":");
      if (entries.has(name.value)) throw new SyntaxError("a name occurs twice");
      entries.set(name.value, anything(depth + 1));
    }
    expect("}");
    // Object.fromEntries defines names such as __proto__ as own ones; nothing is inherited.
    const value = Object.fromEntries([...entries].map(([name, part]) => [name, part.value]));
    const sorted = [...entries].sort(([a], [b]) => byCodePoint(a, b));
    const inside = sorted.map(([name, part]) => `${ascii(name)}: ${part.canonical}`);
    return { value, canonical: `{${inside.join(", ")}}` };
  }

  /** @param {number} depth @returns {Parsed} */
  function list(depth) {
    expect("[");
    /** @type {Parsed[]} */
    const parts = [];
    while (!next("]")) {
      if (parts.length) expect(",");
      parts.push(anything(depth + 1));
    }
    expect("]");
    const inside = parts.map((part) => part.canonical);
    return { value: parts.map((part) => part.value), canonical: `[${inside.join(", ")}]` };
  }

  /** @returns {Parsed} */
  function string() {
    const found = take(STRING);
    if (found === undefined) throw wrong();
    const value = JSON.parse(found);
    return { value, canonical: ascii(value) };
  }

  /** @param {number} depth @returns {Parsed} */
  function anything(depth) {
    if (depth > DEEPEST) throw new SyntaxError("it is nested too deep");
    take(SPACE);
    const first = text[at];
    if (first === "{") return object(depth);
    if (first === "[") return list(depth);
    if (first === '"') return string();
    for (const [word, value] of /** @type {const} */ ([
      ["true", true],
      ["false", false],
      ["null", null],
    ])) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return { value, canonical: word };
      }
    }
    const found = take(NUMBER);
    if (found === undefined || !Number.isFinite(Number(found))) throw wrong();
    return { value: Number(found), canonical: found };
  }

  const all = anything(0);
  take(SPACE);
  if (at < text.length) throw wrong();
  return all;
}

/**
 * A string as json.dumps writes it: ASCII alone.
 *
 * @param {string} text
 */
export function ascii(text) {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Python sorts by code points, JavaScript by UTF-16 units. @param {string} a @param {string} b */
export function byCodePoint(a, b) {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = Number(x[i].codePointAt(0)) - Number(y[i].codePointAt(0));
    if (difference) return difference;
  }
  return x.length - y.length;
}
