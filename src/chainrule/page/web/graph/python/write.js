// Python code that makes a network and trains it, with the settings that differ from the defaults.
import { Refusal } from "../../app/refusal.js";
import { canonical, same } from "../descriptions.js";
import { classFacts, shortName } from "../facts.js";
import { pythonFloat } from "../python_numbers.js";
import { isRecord, isWhole, seen } from "../settings.js";
import { FIT, METHODS } from "./words.js";

/** @typedef {import("../facts.js").Description} Description */

/**
 * A piece of Python: text, or something in brackets that may be broken into lines.
 *
 * @typedef {string | { head: string, open: string, close: string, items: Piece[], tuple?: boolean, broken?: boolean }} Piece
 */

const WIDTH = 88;

// ---- values

/** A number as people write it: 1e-5, 0.1, 1.0. @param {number} x @param {boolean} float */
function numberText(x, float) {
  const text = float || !Number.isInteger(x) || Math.abs(x) >= 1e16 ? pythonFloat(x) : String(x);
  if (text === "inf" || text === "-inf" || text === "nan") return `float("${text}")`;
  return text.replace(/e([+-])0?(\d+)$/, (_, sign, power) => `e${sign === "-" ? "-" : ""}${power}`);
}

/** @param {string} text */
const wordText = (text) =>
  `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t")}"`;

/**
 * @param {any} value
 * @param {string | string[]} kind of the setting
 * @returns {Piece}
 */
function valuePiece(value, kind) {
  const float = kind === "number" || kind === "rate" || kind === "number?" || kind === "given";
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberText(value, float);
  if (typeof value === "string") return wordText(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => valuePiece(item, kind));
    const [open, close] = kind === "given" ? "[]" : "()";
    return { head: "", open, close, items, tuple: kind !== "given" };
  }
  if (typeof value.class === "string") {
    return kind === "initializer" ? initializerPiece(value) : callPiece(value);
  }
  const items = Object.entries(value).map(([name, one]) => {
    const key = /^-?\d+$/.test(name) ? name : wordText(name);
    return named(`${key}: `, valuePiece(one, "number"));
  });
  return { head: "", open: "{", close: "}", items };
}

/** @param {string} head @param {Piece} piece @returns {Piece} */
const named = (head, piece) =>
  typeof piece === "string" ? head + piece : { ...piece, head: head + piece.head };

/** init=0.5 and init=[[...]] mean an initializer. @param {Description} init @returns {Piece} */
function initializerPiece(init) {
  const settings = init.settings ?? {};
  if (init.class === "initializers.Constant") return numberText(settings.value, true);
  if (init.class === "initializers.Given") return valuePiece(settings.values, "given");
  return callPiece(init);
}

// ---- calls

/** The name of a class in Python. @param {string} name "initializers.HeNormal" */
function pythonName(name) {
  return name.startsWith("initializers.") ? `cr.${name}` : `cr.${shortName(name)}`;
}

/** @param {Description} description @returns {Piece} */
function callPiece(description) {
  const name = isRecord(description) ? description.class : undefined;
  if (typeof name !== "string") throw new Refusal("graph.not_a_layer", { got: seen(description) });
  const facts = classFacts(name);
  if (!facts) throw new Refusal("graph.no_class", { name: shortName(name) });
  const given = description.settings ?? {};
  if (!isRecord(given)) {
    throw new Refusal("graph.no_settings", { where: shortName(name), got: seen(given) });
  }
  if (facts.hidden) return likePiece(description, facts);
  const settings = canonical(description).settings;
  /** @type {Piece[]} */
  const byPlace = [];
  /** @type {Piece[]} */
  const byName = [];
  for (const [name, { kind, star, place, default: usual }] of Object.entries(facts.settings)) {
    const value = settings[name];
    if (star && !Array.isArray(value)) {
      throw new Refusal("graph.no_layers", { where: shortName(description.class) });
    }
    if (star) byPlace.push(...value.map((/** @type {any} */ v) => valuePiece(v, "whole")));
    else if (place && usual === undefined) byPlace.push(valuePiece(value, kind));
    else if (!same(value, usual)) byName.push(named(`${name}=`, valuePiece(value, kind)));
  }
  // `name` is a field of the base, so it comes first in Python's order
  if (settings.name) byName.push(/** @type {Piece} */ (byName.shift()));
  const items = [...byPlace, ...byName];
  return { head: pythonName(description.class), open: "(", close: ")", items };
}

/**
 * A rule that follows a library has no name of its own: Adam.like("keras", lr=0.01).
 *
 * @param {Description} description
 * @param {import("../facts.js").ClassFacts} facts
 * @returns {Piece}
 */
function likePiece(description, facts) {
  const settings = canonical(description).settings;
  const paper = classFacts(String(facts.paper));
  /** @type {{ library: string, others: string[] } | null} */
  let best = null;
  for (const [library, rule] of Object.entries(paper?.like ?? {})) {
    if (rule.class !== description.class) continue;
    const own = canonical(rule).settings;
    const others = Object.keys(settings).filter((name) => !same(settings[name], own[name]));
    if (!best || others.length < best.others.length) best = { library, others };
  }
  if (!best) throw new Refusal("graph.no_class", { name: shortName(description.class) });
  const { library, others } = best;
  const items = others.map((name) =>
    named(`${name}=`, valuePiece(settings[name], facts.settings[name].kind)),
  );
  const head = `${pythonName(String(facts.paper))}.like`;
  return { head, open: "(", close: ")", items: [wordText(library), ...items] };
}

// ---- lines

/** @param {Piece} piece @returns {string} */
function inline(piece) {
  if (typeof piece === "string") return piece;
  const inside = piece.items.map(inline).join(", ");
  const comma = piece.tuple && piece.items.length === 1 ? "," : "";
  return `${piece.head}${piece.open}${inside}${comma}${piece.close}`;
}

/** @param {Piece} piece @param {number} indent @param {number} [after] characters that follow @returns {string} */
function lines(piece, indent, after = 0) {
  const one = inline(piece);
  const fits = indent + one.length + after <= WIDTH;
  if (typeof piece === "string" || !piece.items.length || (fits && !piece.broken)) return one;
  const inner = piece.items.map(
    (item) => `${" ".repeat(indent + 4)}${lines(item, indent + 4, 1)},\n`,
  );
  return `${piece.head}${piece.open}\n${inner.join("")}${" ".repeat(indent)}${piece.close}`;
}

/**
 * Return the Python expression of a description: cr.Adam(lr=0.01), or a tuple of several.
 *
 * @param {Description | Description[]} description
 */
export const writeExpression = (description) => lines(valuePiece(description, "any"), 0);

/** Refuse what has not the form of a network. @param {any} network */
function checkForm(network) {
  const fine =
    isRecord(network) &&
    Array.isArray(network.layers) &&
    isRecord(network.inputs ?? {}) &&
    (network.seed === undefined || isWhole(network.seed)) &&
    [undefined, "float32", "float64"].includes(network.dtype) &&
    isRecord(network.rates ?? {}) &&
    Array.isArray(network.frozen ?? []) &&
    (network.frozen ?? []).every((/** @type {unknown} */ path) => typeof path === "string");
  if (!fine) throw new Refusal("graph.no_network", { got: seen(network) });
}

/**
 * @param {import("../trace.js").Network} network
 * @returns {Piece}
 */
function networkPiece({ layers, loss, inputs, seed = 0, dtype = "float32" }) {
  const items = layers.map(callPiece);
  items.push(named("loss=", callPiece(loss)));
  const names = Object.keys(inputs ?? {});
  if (names.length === 1 && names[0] === "x") {
    items.push(named("inputs=", valuePiece(inputs.x, "wholes")));
  }
  if (seed !== 0) items.push(`seed=${seed}`);
  if (dtype !== "float32") items.push(`dtype=${wordText(dtype)}`);
  return { head: "net = cr.Network", open: "(", close: ")", items, broken: items.length > 3 };
}

/**
 * @param {Record<string, any>} fit
 * @param {{ X: string, y: string }} variables
 * @returns {Piece}
 */
function fitPiece(fit, variables) {
  /** @type {Piece[]} */
  const items = [variables.X, variables.y];
  for (const [name, { kind, usual }] of Object.entries(FIT)) {
    const value = fit[name];
    if (value === undefined || same(value, usual)) continue;
    if (kind === "names") {
      const text = Array.isArray(value) ? `(${value.join(", ")})` : value;
      items.push(`${name}=${text}`);
    } else if (kind === "functions") {
      const text = value.map((/** @type {string} */ path) => `cr.${path}`).join(", ");
      items.push(`${name}=[${text}]`);
    } else items.push(named(`${name}=`, valuePiece(value, kind)));
  }
  return { head: "net.fit", open: "(", close: ")", items };
}

/**
 * Return Python code that makes a network and trains it.
 *
 * @param {import("../trace.js").Network} network
 * @param {Record<string, any> | null} [fit] the words of net.fit
 * @param {{ data?: string, X?: string, y?: string, after?: string }} [how] `data` is the code that
 *   makes X and y
 */
export function writePython(network, fit = null, { data = "", X = "X", y = "y", after = "" } = {}) {
  checkForm(network);
  const paragraphs = [["import chainrule as cr"]];
  const code = data.trim();
  // imports of the data stand with ours
  const imports = code.split("\n").filter((line) => /^(import|from) /.test(line));
  const others = code.split("\n").filter((line) => !/^(import|from) /.test(line));
  paragraphs[0].push(...imports.filter((line) => line !== "import chainrule as cr"));
  const rest = others.join("\n").trim();
  if (rest) paragraphs.push([rest]);
  const made = [lines(networkPiece(network), 0)];
  const frozen = network.frozen ?? [];
  const [freeze, scale] = METHODS;
  if (frozen.length) {
    const items = frozen.map(wordText);
    made.push(lines({ head: `net.${freeze}`, open: "(", close: ")", items }, 0));
  }
  if (Object.keys(network.rates ?? {}).length) {
    const items = [valuePiece(network.rates, "number")];
    made.push(lines({ head: `net.${scale}`, open: "(", close: ")", items }, 0));
  }
  if (fit) made.push(lines(fitPiece(fit, { X, y }), 0));
  paragraphs.push(made);
  if (after.trim()) paragraphs.push([after.trim()]);
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
