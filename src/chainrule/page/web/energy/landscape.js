// All 2ᴺ states of a small network: energies, valleys and their basins. Bit i of a number is unit i.
import { energy } from "./couplings.js";
import { namer } from "./names.js";

export const MOST = 12; // units whose every state the page visits

/** The state with this number. @param {number} k @param {number} N */
export const stateOf = (k, N) => Int8Array.from({ length: N }, (_, i) => ((k >> i) & 1 ? 1 : -1));

/** The number of a state. @param {ArrayLike<number>} s */
export const numberOf = (s) => Array.from(s).reduce((k, v, i) => k + (v > 0 ? 2 ** i : 0), 0);

/**
 * @typedef {object} Valley
 * @property {number} bottom the number of its lowest state
 * @property {number} energy
 * @property {number} basin how many states run down to it
 * @property {import("./names.js").Name} name
 */

/**
 * @param {import("./couplings.js").Couplings} c symmetric, N ≤ MOST
 * @param {ArrayLike<number>[]} patterns
 */
export function landscape(c, patterns) {
  const N = c.units;
  const energies = Float64Array.from({ length: 2 ** N }, (_, k) => energy(c, stateOf(k, N)));
  // each step flips the unit that lowers E most, or the first of several equal ones
  const tiny = 1e-13 * energies.reduce((a, e) => Math.max(a, Math.abs(e)), 0);
  const towards = Int32Array.from(energies, (e, k) => {
    let [best, to] = [e - tiny, k];
    for (let i = 0; i < N; i++) {
      const other = k ^ (1 << i);
      if (energies[other] < best) [best, to] = [energies[other], other];
    }
    return to;
  });
  const bottom = towards.map((_, k) => {
    while (towards[k] !== k) k = towards[k];
    return k;
  });
  const name = namer(patterns);
  /** @type {Map<number, number>} */
  const basins = new Map();
  for (const b of bottom) basins.set(b, (basins.get(b) ?? 0) + 1);
  /** @type {Valley[]} */
  const valleys = [...basins]
    .map(([b, basin]) => ({ bottom: b, energy: energies[b], basin, name: name(stateOf(b, N)) }))
    .sort(
      (a, b) =>
        Number(a.energy.toFixed(12)) - Number(b.energy.toFixed(12)) ||
        b.basin - a.basin ||
        a.bottom - b.bottom,
    );
  return { energies, towards, bottom, valleys };
}
