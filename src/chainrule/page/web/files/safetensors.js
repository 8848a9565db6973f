// A file of chainrule: one safetensors file, named arrays and one JSON text. Nothing is trusted.
import { Refusal } from "../app/refusal.js";
import { ascii, byCodePoint, parse } from "./strict_json.js";

const KEY = "chainrule";
const HEADER_LIMIT = 100_000_000; // bytes, as the format says
const LARGEST = 2 ** 48;

/** For each type its name in NumPy, the size of a number, and how an array of it is made. */
const TYPES = /** @type {Record<string, [string, number, any]>} */ ({
  F64: ["<f8", 8, Float64Array],
  F32: ["<f4", 4, Float32Array],
  F16: ["<f2", 2, Uint16Array],
  I64: ["<i8", 8, BigInt64Array],
  I32: ["<i4", 4, Int32Array],
  I16: ["<i2", 2, Int16Array],
  I8: ["|i1", 1, Int8Array],
  U64: ["<u8", 8, BigUint64Array],
  U32: ["<u4", 4, Uint32Array],
  U16: ["<u2", 2, Uint16Array],
  U8: ["|u1", 1, Uint8Array],
  BOOL: ["|b1", 1, Uint8Array],
});

/**
 * @typedef {{ type: string, shape: number[], data: any }} Tensor `data` is a typed array
 * @typedef {{ about: any, tensors: Map<string, Tensor>, checked: boolean }} Container
 */

/** @param {string} how the key of a text that says what is wrong @param {any} [values] */
const broken = (how, values) => new Refusal(`your_file.${how}`, values);

/**
 * Read the bytes of a file.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{ sealed?: boolean }} [how] sealed: false for a block of a journal, which has no checksum
 * @returns {Promise<Container>} `checked` is false where this browser cannot compute a SHA-256
 * @throws {Refusal} a file that is broken, or something else
 */
export async function read(bytes, { sealed = true } = {}) {
  const { header, start } = parts(bytes);
  const metadata = header.value.__metadata__;
  if (typeof metadata?.[KEY] !== "string") throw broken("of_another_program");
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  let filled = 0;
  for (const [name, entry] of Object.entries(header.value)) {
    if (name === "__metadata__") continue;
    const found = tensor(bytes, start, entry);
    filled += found.data.byteLength;
    tensors.set(name, found);
  }
  if (filled !== bytes.length - start) throw broken("broken");
  const about = readable(metadata[KEY]);
  if (typeof about.value !== "object" || about.value === null) throw broken("broken");
  const { sha256, ...rest } = about.value;
  let checked = false;
  if (sealed) {
    const found = await digest(about, tensors);
    if (found !== null && found !== sha256) throw broken("wrong_checksum");
    checked = found !== null;
  }
  return { about: rest, tensors, checked };
}

/** @param {Uint8Array} bytes */
function parts(bytes) {
  const length = bytes.length < 8 ? Infinity : littleEndian(bytes);
  if (length > bytes.length - 8 || length > HEADER_LIMIT) throw otherFormat(bytes);
  const header = readable(decoded(bytes.subarray(8, 8 + length)));
  if (typeof header.value !== "object" || header.value === null || Array.isArray(header.value)) {
    throw broken("broken");
  }
  return { header, start: 8 + length };
}

/** @param {Uint8Array} bytes */
function littleEndian(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
}

/** @param {Uint8Array} bytes */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw broken("broken");
  }
}

/** @param {string} text */
function readable(text) {
  try {
    return parse(text);
  } catch {
    throw broken("broken");
  }
}

/** What a file of another kind is, told by its first bytes. @param {Uint8Array} bytes */
function otherFormat(bytes) {
  /** @type {[string, number[]][]} */
  const KNOWN = [
    ["pickle or PyTorch", [0x80]],
    ["ZIP (PyTorch, Keras, NumPy .npz)", [0x50, 0x4b]],
    ["HDF5 (Keras)", [0x89, 0x48, 0x44, 0x46]],
    ["NumPy .npy", [0x93, 0x4e, 0x55, 0x4d]],
    ["PNG", [0x89, 0x50, 0x4e, 0x47]],
    ["JPEG", [0xff, 0xd8]],
    ["PDF", [0x25, 0x50, 0x44, 0x46]],
    ["gzip", [0x1f, 0x8b]],
  ];
  if (!bytes.length) return broken("empty_file");
  const known = KNOWN.find(([, first]) => first.every((byte, i) => bytes[i] === byte));
  if (known) return broken("another_format", { format: known[0] });
  const start = bytes.subarray(0, 400);
  const text = start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  return broken(text ? "a_text" : "cut_off");
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} start where the arrays begin
 * @param {any} entry
 * @returns {Tensor}
 */
function tensor(bytes, start, entry) {
  const type = Object.hasOwn(TYPES, String(entry?.dtype)) ? TYPES[entry.dtype] : null;
  const { shape, data_offsets: offsets } = entry ?? {};
  const whole = (/** @type {any} */ n) => Number.isInteger(n) && n >= 0 && n < LARGEST;
  if (!type || !Array.isArray(shape) || shape.length > 32 || !shape.every(whole)) {
    throw broken("broken");
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole)) {
    throw broken("broken");
  }
  const [name, size, Numbers] = type;
  const [begin, end] = offsets;
  const count = shape.reduce((product, n) => product * n, 1);
  if (end !== begin + count * size || start + end > bytes.length) throw broken("broken");
  // A copy, since an array of numbers must begin at a multiple of their size.
  const copy = bytes.slice(start + begin, start + end);
  return { type: name, shape, data: new Numbers(copy.buffer, 0, count) };
}

/**
 * Return the SHA-256 of everything that a file says (`digest` in files/container.py), or null where
 * the browser has none: a page that came over plain http from another machine.
 *
 * @param {import("./strict_json.js").Parsed} about
 * @param {Map<string, Tensor>} tensors
 */
async function digest(about, tensors) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return null;
  const encoder = new TextEncoder();
  const pieces = [encoder.encode(withoutSeal(about))];
  for (const [name, { type, shape, data }] of [...tensors].sort(([a], [b]) => byCodePoint(a, b))) {
    pieces.push(encoder.encode(`[${ascii(name)}, "${type}", [${shape.join(", ")}]]`));
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  const hash = new Uint8Array(await subtle.digest("SHA-256", all));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {import("./strict_json.js").Parsed} about */
function withoutSeal(about) {
  const seal = `"sha256": ${ascii(String(about.value.sha256))}`;
  return about.canonical.replace(`${seal}, `, "").replace(`, ${seal}`, "").replace(seal, "");
}

/**
 * Return the numbers of an array as float64.
 *
 * @param {Tensor} tensor
 */
export const asNumbers = ({ type, data }) =>
  Float64Array.from(data, type === "<f2" ? halfPrecision : Number);

/** The number of 16 bits in IEEE 754. @param {number} bits */
function halfPrecision(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent
    ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
    : sign * 2 ** -24 * fraction;
}
