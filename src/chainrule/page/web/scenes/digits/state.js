// What the scene shows: the network, how it learns, what is drawn, and what is looked at.
import { between, createFields, oneOf, whole } from "../../data/fields.js";
import { areStrokes, readStrokes, writeStrokes } from "../../data/strokes.js";
import { ACTIVATIONS, areOwn, OPTIMIZERS, RATES } from "./networks.js";

/** The tabs that explain what was read. */
export const VIEWS = /** @type {const} */ (["saliency", "hidden", "near", "convolution"]);

export const LAST_ROW = 449;

const fields = createFields(
  {
    network: { first: "small", ok: oneOf("small", "wide", "conv", "own") },
    own: {
      first: [
        { kind: "conv", filters: 8, kernel: 3, activation: "relu" },
        { kind: "pool", mode: "max" },
        { kind: "dense", units: 32, activation: "relu" },
      ],
      ok: areOwn,
    },
    activation: { first: "relu", ok: oneOf(...Object.keys(ACTIVATIONS)) },
    optimizer: { first: "adam", ok: oneOf(...Object.keys(OPTIMIZERS)) },
    lr: { first: 0.002, ok: between(1e-6, 10) },
    dropout: { first: 0, ok: between(0, 0.9) },
    penalty: { first: 0, ok: between(0, 0.1) },
    batch: { first: 32, ok: whole(1, 1347) },
    epochs: { first: 40, ok: whole(1, 200) },
    seed: { first: 0, ok: whole(0, 2 ** 32 - 1) },
    moved: { first: false, ok: oneOf(true, false) },
    pen: { first: "medium", ok: oneOf("thin", "medium", "thick") },
    strokes: { first: [], ok: areStrokes },
    row: { first: -1, ok: whole(-1, LAST_ROW) }, // a held-out picture instead of the drawing
    view: { first: "saliency", ok: oneOf(...VIEWS) },
    map: { first: "gradient", ok: oneOf("gradient", "occlusion") },
    unit: { first: -1, ok: whole(-1, 255) }, // −1: the most active one
    layer: { first: 0, ok: whole(0, 8) },
    kernel: { first: "learned", ok: oneOf("learned", "vertical", "horizontal", "blur", "edges") },
    filter: { first: 0, ok: whole(0, 15) },
    at: {
      first: [2, 2],
      ok: (value) => Array.isArray(value) && value.length === 2 && value.every(whole(0, 7)),
    },
    cell: {
      first: [-1, -1],
      ok: (value) => Array.isArray(value) && value.length === 2 && value.every(whole(-1, 9)),
    },
  },
  { unknown: "digits.link.unknown", wrong: "digits.link.wrong" },
);

/** @typedef {Record<string, any>} State */

export const initial = fields.initial;

/**
 * @param {State} state
 * @param {any} action `set` changes fields; `stroke` adds one; `undo` takes the last one away
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "set": {
      const changes = { ...action.changes };
      // an optimizer comes with a learning rate that suits it
      if (changes.optimizer && changes.optimizer !== state.optimizer && changes.lr === undefined)
        changes.lr = RATES[/** @type {keyof typeof RATES} */ (changes.optimizer)];
      return fields.set(state, changes);
    }
    case "stroke":
      return fields.set(state, { strokes: [...state.strokes, action.stroke], row: -1 });
    case "undo":
      return state.strokes.length
        ? fields.set(state, { strokes: state.strokes.slice(0, -1), row: -1 })
        : state;
    default:
      return state;
  }
}

export const link = {
  /** @param {State} state */
  write(state) {
    const value = fields.write(state);
    if (value.strokes) value.strokes = writeStrokes(value.strokes);
    return value;
  },
  /** @param {any} value */
  read(value) {
    if (typeof value === "object" && value !== null && Object.hasOwn(value, "strokes"))
      value = { ...value, strokes: readStrokes(value.strokes) };
    return fields.read(value);
  },
};
