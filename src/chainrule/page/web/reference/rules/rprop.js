// Rprop: every weight has its own step, which depends on the signs of its gradients.
import { before, sign, vector } from "./common.js";

/** @typedef {import("./common.js").Rule} Rule */
/** @typedef {import("./common.js").Given} Given */

const { max, min } = Math;

/**
 * Return the terms of the new Δ, one for each entry, the old Δ, and the product of the two signs.
 *
 * @param {Given} given
 * @param {string} last the slot whose sign is compared
 */
function sizes({ h, t, g, old }, last) {
  const same = vector(g.length, (k) => sign(g[k]) * sign(old[last][k]));
  const delta = vector(g.length, (k) => (t === 1 ? h.lr : old.delta[k])); // Δ_0
  const size = vector(g.length, (k) => {
    const factor = same[k] > 0 ? h.grow : same[k] < 0 ? h.shrink : 1;
    return min(max(delta[k] * factor, h.smallest), h.largest);
  });
  /** @param {(s: number) => boolean} holds */
  const where = (holds) => Array.from(same, holds);
  const parts = [
    {
      formula: "min(max(η⁺·old.delta, smallest), largest)",
      value: size,
      where: where((s) => s > 0),
    },
    {
      formula: "min(max(η⁻·old.delta, smallest), largest)",
      value: size,
      where: where((s) => s < 0),
    },
    {
      formula: "min(max(old.delta, smallest), largest)",
      value: size,
      where: where((s) => s === 0),
    },
  ];
  return { parts, delta, same, where };
}

/** @type {Record<string, Rule>} */
export const resilient = {
  Rprop: (given) => {
    const { theta, g, fresh } = given;
    const { parts, delta } = sizes(given, "g_last");
    const now = fresh("delta", parts);
    fresh("g_last", [{ formula: "g", value: g }]);
    const step = {
      formula: "−sign(g)·delta",
      value: vector(g.length, (k) => -sign(g[k]) * now[k]),
    };
    return {
      parts: { delta: parts, theta: [before(theta), step], g_last: [{ formula: "g", value: g }] },
      names: { "old.delta": delta },
    };
  },
  RpropPausing: (given) => {
    const { theta, g, fresh } = given;
    const { parts, delta, where } = sizes(given, "g_last");
    const kept = [
      { formula: "g", value: g, where: where((s) => !(s < 0)) },
      { formula: "0", value: vector(g.length, () => 0), where: where((s) => s < 0) },
    ];
    const [now, last] = [fresh("delta", parts), fresh("g_last", kept)];
    const value = vector(g.length, (k) => -sign(last[k]) * now[k]);
    return {
      parts: {
        delta: parts,
        g_last: kept,
        theta: [before(theta), { formula: "−sign(g_last)·delta", value }],
      },
      names: { "old.delta": delta },
    };
  },
  RpropOneLate: (given) => {
    const { theta, g, old, fresh } = given;
    const { parts: all, delta, where } = sizes(given, "d_last");
    const parts = [
      all[0],
      all[1],
      { formula: "old.delta", value: delta, where: where((s) => s === 0) },
    ];
    const now = fresh("delta", parts);
    const zero = { formula: "0", value: vector(g.length, () => 0), where: where((s) => s < 0) };
    const moves = [
      before(theta),
      {
        formula: "−old.d_last",
        value: vector(g.length, (k) => -old.d_last[k]),
        where: where((s) => !(s < 0)),
      },
      zero,
    ];
    const last = [
      {
        formula: "sign(g)·delta",
        value: vector(g.length, (k) => sign(g[k]) * now[k]),
        where: where((s) => !(s < 0)),
      },
      zero,
    ];
    fresh("d_last", last);
    return { parts: { delta: parts, theta: moves, d_last: last }, names: { "old.delta": delta } };
  },
};
