// Layers made of layers.
import { Refusal } from "../../app/refusal.js";
import { classFacts, shortName } from "../facts.js";
import { complete, penalty, seen } from "../settings.js";
import { sameShape, shown } from "../shapes.js";
import * as activations from "./activations.js";
import * as convolutions from "./convolutions.js";
import * as dense from "./dense.js";
import * as dropouts from "./dropouts.js";
import * as normalizations from "./normalizations.js";
import * as poolings from "./poolings.js";
import * as tables from "./tables.js";

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

/** Several branches of one input, their channels joined. @type {Layer} */
const Concatenate = {
  rules: {
    layers(where, name, value) {
      if (!Array.isArray(value) || value.length < 2)
        throw new Refusal("graph.two_layers", { where });
    },
  },
  call(x, { layers }, apply) {
    /** @type {Node[]} */
    const branches = layers.map((/** @type {Description} */ layer) => apply(layer, x));
    const [first, ...others] = branches;
    const fits = (/** @type {Node} */ b) =>
      b.shape.length >= 2 && sameShape(b.shape.slice(0, -1), first.shape.slice(0, -1));
    if (!branches.every(fits)) {
      const got = branches.map((b) => shown(b.shape)).join(", ");
      throw new Refusal("graph.branches", { where: x.tape.where(), got });
    }
    return others.reduce((a, b) => x.tape.record("concatenate", [a, b], { axis: -1 }), first);
  },
};

/** The same parameters in several places. @type {Layer} */
const Shared = {
  rules: {
    tower(where, name, value) {
      if (typeof value !== "string" || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(value)) {
        throw new Refusal("graph.must_be_word", { where, setting: name, got: seen(value) });
      }
    },
  },
  call: (x, { tower, layer }, apply) => x.tape.sharing(tower, layer, () => apply(layer, x)),
};

/** The same layer on every step of a sequence. @type {Layer} */
const EachStep = {
  call(x, { layer }, apply) {
    if (x.shape.length < 3) x.expect(3, "graph.sequence");
    const { tape } = x;
    const { scope } = tape;
    const steps = Array.from({ length: x.shape[1] }, (_, t) => {
      const y = tape.sharing(scope, layer, () =>
        apply(layer, tape.record("take_step", [x], { t })),
      );
      return tape.record("reshape", [y], { shape: [1, ...y.shape.slice(1)] });
    });
    return joined(steps);
  },
};

/** Join two by two: concat(concat(y₀, y₁), concat(y₂, y₃)). @param {Node[]} steps @returns {Node} */
function joined(steps) {
  if (steps.length === 1) return steps[0];
  const half = Math.ceil(steps.length / 2);
  const [a, b] = [joined(steps.slice(0, half)), joined(steps.slice(half))];
  return a.tape.record("concatenate", [a, b], { axis: 1 });
}

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
  Concatenate,
  Shared,
  EachStep,
  ActivityPenalty,
  ...tables,
  ...dense,
  ...activations,
  ...dropouts,
  ...normalizations,
  ...convolutions,
  ...poolings,
};

const DEEPEST = 100; // layers inside each other

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
  if (tape.layers.length >= DEEPEST) throw new Refusal("graph.too_deep", { most: DEEPEST });
  const settings = complete(layer, rules, tape.scope ? `${tape.scope}, ${name}` : name);
  return tape.inside(name, settings.name, () => call(x, settings, applyLayer));
}
