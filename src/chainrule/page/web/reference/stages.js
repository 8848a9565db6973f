// One update of a network as stages: every number of it, and of which numbers each is the sum.
import { array } from "./arrays.js";
import { given } from "./formulas.js";
import { programStages } from "./program_stages.js";
import { madeHere, ruleStages, tensorsOf } from "./rule_stages.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("../graph/trace.js").Program} Program */
/** @typedef {import("./term_list.js").Terms} Terms */
/**
 * What one update leads to.
 *
 * @typedef {object} After
 * @property {number} loss of the batch before the update
 * @property {Float32Array | Float64Array} g before clips; for state, the statistic of the batch
 * @property {Float32Array | Float64Array} theta
 * @property {Record<string, Float32Array | Float64Array>} slots
 */
/**
 * Everything that one update is made of.
 *
 * @typedef {object} Update
 * @property {Program} program train
 * @property {Float32Array | Float64Array} theta before the update
 * @property {Record<string, Float32Array | Float64Array>} slots before the update
 * @property {Record<string, ArrayLike<number> | number>} batch x, y, c, row, N
 * @property {[number, number]} key seed and step
 * @property {number} t the number of the update for the optimizer, from 1
 * @property {import("./update_list.js").UpdateList} list
 * @property {readonly string[]} frozen paths
 * @property {ArrayLike<number>} [numbers] the numbers of the rows in the user's data, if the run had
 *   a part of them
 * @property {Pick<After, "loss" | "g"> & Partial<After>} [after] the run's own numbers; what is
 *   missing, the reference makes
 */
/**
 * An array of one update, with its name and its equation.
 *
 * @typedef {object} Quantity
 * @property {string} symbol z1, dW1, m.W1, new.W1
 * @property {string} equation how it is made; for what is given, a text
 * @property {NumberArray} array
 * @property {string} path dense1/W
 * @property {(at: number[]) => Terms} [terms] what one entry is made of
 * @property {boolean} [given] it is not computed in this update
 * @property {boolean} [ofRun] its numbers are the run's own, bit for bit
 */
/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {Quantity[]} quantities in the order in which they are computed
 * @property {string} text a sentence that says what happens
 */

/**
 * Return the stages of an update: forward, loss, deltas, gradients, and what its update list has of
 * clips, slots, new weights, constraints, average, running statistics.
 *
 * @param {Update} update
 * @returns {Stage[]}
 */
export function stages(update) {
  const { stages: first, pass } = programStages(update);
  const own = update.after ?? {
    loss: pass.value[update.program.output].data[0],
    g: gradientOf(update, pass),
  };
  const after =
    own.theta && own.slots ? /** @type {After} */ (own) : madeHere(update, own.g, own.loss);
  const found = [...first, ...ruleStages(update, after)];
  const known = new Set(found.flatMap((stage) => stage.quantities.map((q) => q.symbol)));
  const unread = tensorsOf(update.program)
    .filter((t) => !known.has(t.symbol))
    .map((t) => {
      const what = `${t.state ? "a running statistic" : "a parameter"}, before the update`;
      return given(t.symbol, what, array(update.theta.subarray(t.start, t.stop), t.shape), t.path);
    });
  const last = found[found.length - 1];
  found[found.length - 1] = { ...last, quantities: [...unread, ...last.quantities] };
  return found;
}

/**
 * Return the stages that follow the gradient, for an update whose rows are not known.
 *
 * @param {Update & { after: After }} update
 * @returns {Stage[]}
 */
export function afterGradient(update) {
  const quantities = tensorsOf(update.program)
    .filter((t) => !t.state)
    .map((t) => {
      const cut = t.path.lastIndexOf("/") + 1;
      const path = `${t.path.slice(0, cut)}d${t.path.slice(cut)}`;
      const numbers = array(update.after.g.subarray(t.start, t.stop), t.shape);
      return given(t.gradient, "a gradient of the run", numbers, path);
    });
  const loss = given("L", "the loss of the run", array(Float64Array.of(update.after.loss), []));
  const gradients = { name: "gradients", quantities: [loss, ...quantities], text: "" };
  const weights = tensorsOf(update.program).map((t) => {
    const what = `${t.state ? "a running statistic" : "a parameter"}, before the update`;
    return given(t.symbol, what, array(update.theta.subarray(t.start, t.stop), t.shape), t.path);
  });
  const found = ruleStages(update, update.after);
  const last = found[found.length - 1];
  found[found.length - 1] = { ...last, quantities: [...weights, ...last.quantities] };
  return [gradients, ...found];
}

/**
 * Return the gradient as one vector: [gradient | this batch's statistics].
 *
 * @param {Update} update
 * @param {import("./pass.js").Pass} pass
 */
function gradientOf(update, pass) {
  const g = update.theta.slice().fill(0);
  for (const p of update.program.params) {
    const own = pass.gradient.get(p.value);
    if (own) g.set(own.data, p.start);
  }
  for (const { state, value } of update.program.moves) {
    const p = update.program.params.find(({ path }) => path === state);
    if (p) g.set(pass.value[value].data, p.start);
  }
  return g;
}
