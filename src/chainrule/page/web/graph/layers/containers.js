// Layers made of layers.
import { Refusal } from "../../app/refusal.js";
import { classFacts, shortName } from "../facts.js";
import { complete, penalty, seen } from "../settings.js";
import * as activations from "./activations.js";
import * as convolutions from "./convolutions.js";
import * as dense from "./dense.js";
import * as dropouts from "./dropouts.js";
import * as normalizations from "./normalizations.js";
import * as poolings from "./poolings.js";

/** @typedef {import("../tape.js").Node} Node */
/** @typedef {import("../facts.js").Description} Description */
/** @typedef {import("./layer.js").Layer} Layer */

/** @type {import("../settings.js").Rule} */
const someLayers = (where, name, value) => {
  if (!Array.isArray(value) || !value.length) throw new Refusal("graph.no_layers", { where });
};

/** @type {Layer} */
const Sequential = {
  rules: { layers: someLayers },
  call: (x, { layers }, apply) =>
    layers.reduce((/** @type {Node} */ h, /** @type {Description} */ layer) => apply(layer, h), x),
};

/** @type {Layer} */
const Residual = {
  rules: { layers: someLayers },
  call(x, { layers, shortcut }, apply) {
    let f = x;
    for (const layer of layers) f = apply(layer, f);
    return (shortcut === null ? x : apply(shortcut, x)).plus(f);
  },
};

/** A penalty on the values of a layer. @type {Layer} */
const ActivityPenalty = {
  rules: {
    penalty(where, name, value, settings) {
      if (value === null)
        throw new Refusal("graph.must_be_penalty", { where, setting: name, got: "null" });
      penalty(where, name, value, settings);
    },
  },
  call(x, settings) {
    x.expectReal();
    x.tape.rowPenalties.push({ path: x.tape.scope, node: x, penalty: settings.penalty });
    return x;
  },
};

/** @type {Record<string, Layer>} by name, all that the page can trace */
const LAYERS = {
  Sequential,
  Residual,
  ActivityPenalty,
  ...dense,
  ...activations,
  ...dropouts,
  ...normalizations,
  ...convolutions,
  ...poolings,
};

/** Return the names of the layers that the page can trace. */
export const layerNames = () => Object.keys(LAYERS).filter((name) => classFacts(`layers.${name}`));

/**
 * Record a layer for a value: its ops, its parameters, its checks.
 *
 * @param {Description} layer
 * @param {Node} x
 * @returns {Node}
 */
export function applyLayer(layer, x) {
  if (typeof layer?.class !== "string") {
    throw new Refusal("graph.not_a_layer", { got: seen(layer) });
  }
  const name = shortName(layer.class);
  const own = layer.class.startsWith("layers.") && Object.hasOwn(LAYERS, name);
  if (!own || !classFacts(layer.class)) throw new Refusal("graph.no_layer", { name });
  const { rules, call } = LAYERS[name];
  const { tape } = x;
  const settings = complete(layer, rules, tape.scope ? `${tape.scope}, ${name}` : name);
  return tape.inside(name, settings.name, () => call(x, settings, applyLayer));
}
