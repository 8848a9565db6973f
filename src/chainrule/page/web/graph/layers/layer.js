// What a layer is for the tracer.

/**
 * @typedef {object} Layer
 * @property {Record<string, import("../settings.js").Rule>} [rules] the rules of its settings
 * @property {(x: import("../tape.js").Node, settings: any, apply: Apply) => import("../tape.js").Node} call
 *   records its ops
 */

/**
 * Records a layer inside another one.
 *
 * @typedef {(layer: import("../facts.js").Description, x: import("../tape.js").Node) => import("../tape.js").Node} Apply
 */

/** @type {import("../facts.js").Description} */
export const zeros = { class: "initializers.Zeros", settings: {} };

/** @type {import("../facts.js").Description} */
export const ones = { class: "initializers.Constant", settings: { value: 1 } };
