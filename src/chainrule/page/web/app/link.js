// What is shown, as the part of an address after "#": `#1.playground.eyJ...`. No browser is needed here.
import { Refusal } from "./refusal.js";

/** The version of links; a link of another version is refused with words. */
const VERSION = 1;

/** A link of the page is never longer: more settings are not put into a link. */
export const LONGEST = 6000;
const DEEPEST = 24;

/**
 * @typedef {object} Look what a teacher's link may fix besides the settings
 * @property {"en" | "zh"} [language]
 * @property {"light" | "dark"} [theme]
 */

/**
 * Words that are written as one byte, 128 and up. They may be added at the end within a version;
 * any other change makes old links wrong.
 */
const WORDS = [
  '{"',
  '":"',
  '","',
  '":',
  ',"',
  '"}',
  '"]',
  '["',
  "},{",
  "}]",
  "[{",
  "]}",
  "],",
  "false",
  "true",
  "null",
  '"layers.',
  '"losses.',
  '"optimizers.',
  '"schedules.',
  '"initializers.',
  '"class',
  '"settings',
  "layers",
  "units",
  "Dense",
  "activation",
  "optimizer",
  "batch_size",
  "epochs",
  "seed",
  "data",
  "noise",
  "rate",
  "weight",
  "dropout",
  "penalty",
  "validation",
  "fraction",
  "inputs",
  "target",
  "features",
  "spiral",
  "circle",
  "moons",
  "gauss",
  "momentum",
  "Adam",
  "SGD",
  "Momentum",
  "Tanh",
  "ReLU",
  "Sigmoid",
  "Softmax",
  "CrossEntropy",
  "SquaredError",
  "loss",
  "dtype",
  "float32",
  "float64",
  "lr",
  "beta",
  "0.0",
  "0.1",
  "0.2",
  "0.5",
  "0.9",
  "100",
  "000",
  "step",
  "pattern",
  "rule",
  "text",
  "formula",
  "points",
  "columns",
  "rows",
  "size",
  "scale",
  "kind",
  "view",
  "show",
  "digit",
  "memory",
  "network",
  "hidden",
  "filters",
  "kernel",
  "Conv2D",
  "MaxPool2D",
  "Flatten",
  "BatchNorm",
  "Dropout",
  "start",
  "end",
];
const FIRST = 128;

/**
 * Return the text after "#" for a scene. `value` is what the scene's `link.write` gives.
 *
 * @param {string} scene
 * @param {any} value
 * @param {Look} [look]
 */
export function writeLink(scene, value, look = {}) {
  const payload = isEmpty(value) ? "" : pack(value);
  const words = [look.language, look.theme].filter(Boolean).join("-");
  const parts = [VERSION, scene];
  if (payload || words) parts.push(payload);
  if (words) parts.push(words);
  return parts.join(".");
}

/**
 * Return what a link's text says, or throw a Refusal. Whether the scene takes the value is for the
 * scene to say.
 *
 * @param {string} text what follows "#"
 * @returns {{ scene: string, value: any, look: Look }}
 */
export function readLink(text) {
  if (text.length > LONGEST) throw new Refusal("shell.link.long");
  const parts = text.split(".");
  if (!/^\d{1,6}$/.test(parts[0]) || parts.length < 2 || parts.length > 4) {
    throw new Refusal("shell.link.form");
  }
  if (Number(parts[0]) !== VERSION) throw new Refusal("shell.link.version", { version: parts[0] });
  const [, scene, payload = "", words = ""] = parts;
  if (!/^[a-z_]{1,40}$/.test(scene)) throw new Refusal("shell.link.scene");
  return { scene, value: payload ? unpack(payload) : {}, look: readLook(words) };
}

/** @param {string} words @returns {Look} */
function readLook(words) {
  /** @type {Look} */
  const look = {};
  for (const word of words ? words.split("-") : []) {
    if ((word === "en" || word === "zh") && !look.language) look.language = word;
    else if ((word === "light" || word === "dark") && !look.theme) look.theme = word;
    else throw new Refusal("shell.link.form");
  }
  return look;
}

/** @param {any} value */
const isEmpty = (value) =>
  value === undefined ||
  value === null ||
  (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);

/**
 * Return a JSON value as letters, digits, "-" and "_": JSON, its frequent words as one byte each, two
 * bytes that tell a damaged link, all in base 64.
 *
 * @param {any} value
 */
export function pack(value) {
  const bytes = squeeze(JSON.stringify(value));
  const sum = checksum(bytes);
  return toBase64([...bytes, sum >> 8, sum & 255]);
}

/** Return the value that was packed, or throw a Refusal. @param {string} text */
export function unpack(text) {
  const bytes = fromBase64(text);
  const sum = bytes.length >= 3 ? checksum(bytes.slice(0, -2)) : -1;
  if (sum !== bytes[bytes.length - 2] * 256 + bytes[bytes.length - 1]) {
    throw new Refusal("shell.link.form");
  }
  let value;
  try {
    value = JSON.parse(stretch(bytes.slice(0, -2)));
  } catch {
    throw new Refusal("shell.link.form");
  }
  inspect(value, 0);
  return value;
}

/** Refuse values that no scene writes. @param {any} value @param {number} depth */
function inspect(value, depth) {
  if (depth > DEEPEST) throw new Refusal("shell.link.values");
  if (typeof value === "number" && !Number.isFinite(value)) throw new Refusal("shell.link.values");
  if (value === null || typeof value !== "object") return;
  for (const name of Object.keys(value)) {
    if (name === "__proto__" || name === "constructor" || name === "prototype") {
      throw new Refusal("shell.link.values");
    }
    inspect(value[name], depth + 1);
  }
}

/** The words by their first letter, the longest first. */
const BY_LETTER = new Map();
WORDS.forEach((word, k) => {
  const list = BY_LETTER.get(word[0]) ?? [];
  list.push([word, FIRST + k]);
  list.sort((/** @type {any} */ a, /** @type {any} */ b) => b[0].length - a[0].length);
  BY_LETTER.set(word[0], list);
});

/** @param {string} text @returns {number[]} */
function squeeze(text) {
  const bytes = [];
  for (let at = 0; at < text.length;) {
    const found = BY_LETTER.get(text[at])?.find((/** @type {any} */ [word]) =>
      text.startsWith(word, at),
    );
    const code = text.charCodeAt(at);
    if (found) {
      bytes.push(found[1]);
      at += found[0].length;
      continue;
    }
    // JSON writes no character below 32, so 1 can announce a character of two bytes.
    if (code < FIRST) bytes.push(code);
    else bytes.push(1, code >> 8, code & 255);
    at += 1;
  }
  return bytes;
}

/** @param {ArrayLike<number>} bytes */
function stretch(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === 1) {
      if (at + 2 >= bytes.length) throw new Refusal("shell.link.form");
      text += String.fromCharCode(bytes[at + 1] * 256 + bytes[at + 2]);
      at += 2;
    } else if (byte < FIRST) text += String.fromCharCode(byte);
    else if (byte - FIRST < WORDS.length) text += WORDS[byte - FIRST];
    else throw new Refusal("shell.link.form");
  }
  return text;
}

/** Fletcher's sum of bytes: 0 to 65535. @param {ArrayLike<number>} bytes */
function checksum(bytes) {
  let [low, high] = [1, 7];
  for (let at = 0; at < bytes.length; at += 1) {
    low = (low + bytes[at]) % 255;
    high = (high + low) % 255;
  }
  return high * 256 + low;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** @param {number[]} bytes */
function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = Math.min(4, bytes.length - at + 1);
    for (let k = 0; k < letters; k += 1) text += LETTERS[(three >> (18 - 6 * k)) & 63];
  }
  return text;
}

/** @param {string} text */
function fromBase64(text) {
  if (text.length % 4 === 1) throw new Refusal("shell.link.form");
  const bytes = [];
  for (let at = 0; at < text.length; at += 4) {
    let three = 0;
    const letters = Math.min(4, text.length - at);
    for (let k = 0; k < 4; k += 1) {
      const six = k < letters ? LETTERS.indexOf(text[at + k]) : 0;
      if (six < 0) throw new Refusal("shell.link.form");
      three = (three << 6) | six;
    }
    for (let k = 0; k < letters - 1; k += 1) bytes.push((three >> (16 - 8 * k)) & 255);
  }
  return bytes;
}
