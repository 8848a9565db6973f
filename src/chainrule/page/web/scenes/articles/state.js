// What the scene shows: the article, its options, the step and the line, and the question.
import { between, createFields, listOf, oneOf, whole } from "../../data/fields.js";
import { neuron } from "./neuron.js";
import { twoLayer } from "./two_layer.js";
import { xor } from "./xor.js";

/** @type {Record<string, import("./article.js").Article>} */
export const ARTICLES = { neuron, two_layer: twoLayer, xor };

/** The largest input that a question may have. */
export const LARGEST = 1e6;
const MOST = 15000;
const LAST_SEED = 2 ** 32 - 1;
const number = between(-LARGEST, LARGEST);

const fields = createFields(
  {
    article: { first: "neuron", ok: oneOf("neuron", "two_layer", "xor") },
    early: { first: false, ok: oneOf(true, false) }, // the curves show the beginning only
    "neuron.steps": { first: 10000, ok: oneOf(10000, 15000) },
    "neuron.step": { first: 0, ok: whole(0, MOST) },
    "neuron.line": { first: neuron.lines.length, ok: whole(1, neuron.lines.length) },
    "neuron.ask": { first: [1, 0, 0], ok: listOf(3, number) },
    "two_layer.seed": { first: 0, ok: whole(0, LAST_SEED) },
    "two_layer.step": { first: 0, ok: whole(0, 1500) },
    "two_layer.line": { first: twoLayer.lines.length, ok: whole(1, twoLayer.lines.length) },
    "two_layer.ask": { first: [0, 1, 1], ok: listOf(3, number) },
    "xor.activation": { first: "tanh", ok: oneOf("tanh", "logistic") },
    "xor.derivative": { first: "right", ok: oneOf("right", "published") },
    "xor.seed": { first: 0, ok: whole(0, LAST_SEED) },
    "xor.step": { first: 0, ok: whole(0, 10000) },
    "xor.line": { first: xor.lines.length, ok: whole(1, xor.lines.length) },
    "xor.ask": { first: [0, 1], ok: listOf(2, number) },
  },
  { unknown: "articles.link.unknown", wrong: "articles.link.wrong" },
);

/** @typedef {Record<string, any>} State */

export const initial = fields.initial;

/** How many updates the shown article makes. @param {State} state @returns {number} */
export const stepsOf = (state) =>
  ({ neuron: state["neuron.steps"], two_layer: 1500, xor: 10000 })[
    /** @type {"neuron" | "two_layer" | "xor"} */ (state.article)
  ];

/** The article that is shown, its options and where it stands. @param {State} state */
export function shown(state) {
  const id = state.article;
  return {
    article: ARTICLES[id],
    steps: stepsOf(state),
    step: state[`${id}.step`],
    line: state[`${id}.line`],
    ask: state[`${id}.ask`],
    options: optionsOf(state),
  };
}

/** @param {State} state @returns {import("./article.js").Options} */
const optionsOf = (state) => ({
  seed: state.article === "neuron" ? 1 : state[`${state.article}.seed`],
  activation: state["xor.activation"],
  derivative: state["xor.derivative"],
});

/**
 * @param {State} state
 * @param {any} action `set` changes fields; `go` moves by some steps or to one; `line` moves by one
 *   line, through the ends of steps
 * @returns {State}
 */
export function reduce(state, action) {
  const id = state.article;
  switch (action.type) {
    case "set":
      return within(fields.set(state, action.changes ?? {}));
    case "go": {
      const to = action.to ?? state[`${id}.step`] + (action.by ?? 0);
      if (!Number.isFinite(to)) return state;
      const step = Math.min(stepsOf(state), Math.max(0, Math.round(to)));
      return fields.set(state, { [`${id}.step`]: step, [`${id}.line`]: last(id) });
    }
    case "line": {
      const { step, line, steps } = shown(state);
      if (action.by > 0) {
        if (line < last(id)) return fields.set(state, { [`${id}.line`]: line + 1 });
        return step < steps
          ? fields.set(state, { [`${id}.step`]: step + 1, [`${id}.line`]: 1 })
          : state;
      }
      if (line > 1) return fields.set(state, { [`${id}.line`]: line - 1 });
      return step > 0
        ? fields.set(state, { [`${id}.step`]: step - 1, [`${id}.line`]: last(id) })
        : state;
    }
    default:
      return state;
  }
}

/** @param {string} id */
const last = (id) => ARTICLES[id].lines.length;

/** A shorter run cannot stand at a later step. @param {State} state @returns {State} */
const within = (state) =>
  state["neuron.step"] > state["neuron.steps"]
    ? { ...state, "neuron.step": state["neuron.steps"] }
    : state;

export const link = {
  write: fields.write,
  /** @param {any} value */
  read: (value) => within(fields.read(value)),
};
