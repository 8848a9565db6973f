// The learning rate with which a rule does best on a map.
import { pathOf } from "./race.js";
import { defaultsOf } from "./rules.js";

/** 1, 2 and 5 in each power of ten. */
export const RATES = [-5, -4, -3, -2, -1]
  .flatMap((p) => [1, 2, 5].map((digit) => Number(`${digit}e${p}`)))
  .concat(1);

/** True if a rule has a learning rate. @param {import("./race.js").Racer} racer */
export const hasRate = ({ rule }) => rule === "parts" || "lr" in defaultsOf(rule);

/**
 * The rate of the earliest arrival, or of the lowest last loss if none arrives.
 *
 * @param {import("./surfaces.js").Surface} surface
 * @param {[number, number]} start
 * @param {import("./race.js").Racer} racer
 * @param {number} steps
 * @param {Float64Array | null} noise
 */
export function bestRate(surface, start, racer, steps, noise) {
  let best = { lr: 0, arrived: Infinity, last: Infinity };
  for (const lr of RATES) {
    const one = { ...racer, settings: { ...racer.settings, lr } };
    const path = pathOf(surface, start, one, steps, noise);
    if (path.diverged >= 0) continue;
    const end = path.loss.subarray(-Math.max(1, Math.floor(steps / 20)));
    const last = end.reduce((sum, v) => sum + v, 0) / end.length;
    const arrived = path.arrived < 0 ? Infinity : path.arrived;
    if (arrived < best.arrived || (arrived === best.arrived && last < best.last))
      best = { lr, arrived, last };
  }
  return best.lr || RATES[0];
}
