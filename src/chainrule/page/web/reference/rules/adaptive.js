// Rules with a rate for each weight: Adagrad, RMSprop, Adadelta.
import { before, decayed, vector } from "./common.js";

/** @typedef {import("./common.js").Rule} Rule */
/** @typedef {import("./common.js").Given} Given */
/** @typedef {import("../formulas.js").Part} Part */

const { max, sqrt } = Math;

/**
 * @param {string} formula
 * @param {(G: number, h: Record<string, any>) => number} root
 * @returns {Rule}
 */
const adagrad =
  (formula, root) =>
  ({ h, theta, g, old, fresh }) => {
    const parts = [
      { formula: "old.G", value: old.G },
      { formula: "g²", value: vector(g.length, (k) => g[k] * g[k]) },
    ];
    const G = fresh("G", parts);
    const step = { formula, value: vector(g.length, (k) => (-h.lr * g[k]) / root(G[k], h)) };
    return { parts: { G: parts, theta: [before(theta), step] } };
  };

/**
 * Return the terms of the means, what is under the root, its symbol, and its equation.
 *
 * @param {Given} given
 * @returns {{ parts: Record<string, Part[]>, spread: ArrayLike<number>, symbol: string, notes: string[] }}
 */
function spreadOf({ h, g, old, fresh }) {
  const Eg2 = decayed("Eg2", "ρ", h.rho, old.Eg2, "g²", (k) => g[k] * g[k]);
  const square = fresh("Eg2", Eg2);
  if (!h.centered) return { parts: { Eg2 }, spread: square, symbol: "Eg2", notes: [] };
  const Eg = decayed("Eg", "ρ", h.rho, old.Eg, "g", (k) => g[k]);
  const mean = fresh("Eg", Eg);
  const spread = vector(g.length, (k) => max(square[k] - mean[k] * mean[k], 0));
  return { parts: { Eg2, Eg }, spread, symbol: "σ²", notes: ["σ² = max(Eg2 − Eg², 0)"] };
}

/** @param {boolean} outside ε and the rate are outside @returns {Rule} */
const rmsprop = (outside) => (given) => {
  const { h, theta, g, old, fresh } = given;
  const { parts, spread, symbol, notes } = spreadOf(given);
  const push = outside
    ? {
        formula: `g / (√${symbol} + ε)`,
        value: vector(g.length, (k) => g[k] / (sqrt(spread[k]) + h.eps)),
      }
    : {
        formula: `lr·g / √(${symbol} + ε)`,
        value: vector(g.length, (k) => (h.lr * g[k]) / sqrt(spread[k] + h.eps)),
      };
  const sum = [{ formula: "μ·old.b", value: vector(g.length, (k) => h.momentum * old.b[k]) }, push];
  const b = fresh("b", sum);
  const step = outside
    ? { formula: "−lr·b", value: vector(g.length, (k) => -h.lr * b[k]) }
    : { formula: "−b", value: vector(g.length, (k) => -b[k]) };
  return {
    parts: { ...parts, b: sum, theta: [before(theta), step] },
    names: { "σ²": spread },
    notes,
  };
};

/** @param {boolean} withRate @returns {Rule} */
const adadelta =
  (withRate) =>
  ({ h, theta, g, old, fresh }) => {
    const Eg2 = decayed("Eg2", "ρ", h.rho, old.Eg2, "g²", (k) => g[k] * g[k]);
    const square = fresh("Eg2", Eg2);
    const delta = vector(
      g.length,
      (k) => (sqrt(old.Ed2[k] + h.eps) / sqrt(square[k] + h.eps)) * g[k],
    );
    const Ed2 = decayed("Ed2", "ρ", h.rho, old.Ed2, "Δ²", (k) => delta[k] * delta[k]);
    fresh("Ed2", Ed2);
    const rate = withRate ? h.lr : 1;
    const step = {
      formula: withRate ? "−lr·Δ" : "−Δ",
      value: vector(g.length, (k) => -rate * delta[k]),
    };
    return {
      parts: { Eg2, Ed2, theta: [before(theta), step] },
      names: { Δ: delta },
      notes: ["Δ = √(old.Ed2 + ε) / √(Eg2 + ε)·g"],
    };
  };

/** @type {Record<string, Rule>} */
export const adaptive = {
  Adagrad: adagrad("−lr·g / √(G + ε)", (G, h) => sqrt(G + h.eps)),
  AdagradEpsOutside: adagrad("−lr·g / (√G + ε)", (G, h) => sqrt(G) + h.eps),
  RMSprop: rmsprop(false),
  RMSpropEpsOutside: rmsprop(true),
  Adadelta: adadelta(false),
  AdadeltaWithRate: adadelta(true),
};
