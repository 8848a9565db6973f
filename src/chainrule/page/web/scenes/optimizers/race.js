// A race: the points of every rule from one start, and when each arrives or leaves the map for good.
import { normal, pathHash, SAMPLE } from "../../energy/random.js";
import { NUMBERS, ruleOf } from "./parts.js";
import { begin, defaultsOf, RULES } from "./rules.js";
import { rateAt } from "./schedules.js";
import { WHOLE } from "./whole_rules.js";

/** A point farther away than this has left: the rule diverges. */
export const FAR = 1e6;
/** A racer is near within this part of the width of the map from a lowest point, */
const NEAR = 0.02;
/** and has arrived at the first of this many steps near it: flying past does not count. */
const STAY = 20;

/**
 * @typedef {object} Racer
 * @property {string} rule a name in `RULES`, or "parts"
 * @property {import("./rules.js").Settings} settings those that differ from the defaults
 * @property {string} schedule a name in `SCHEDULES`
 * @property {number} length of the schedule, in steps
 * @property {import("./parts.js").Parts} [parts]
 */

/**
 * @typedef {object} Path
 * @property {Float64Array} x one more than the steps made
 * @property {Float64Array} y
 * @property {Float64Array} loss f at each point
 * @property {number} arrived the first step of those that stay at a lowest point, or −1
 * @property {number} diverged the step whose point is not finite or too far away, or −1
 * @property {number} lowest the smallest loss of all steps
 */

/** The noise of the gradients: the same for every racer, one row a step. @param {number} seed @param {number} steps */
export function noiseOf(seed, steps) {
  const path = pathHash("race/noise");
  return normal([seed, 0], SAMPLE, path, 0, steps, 2);
}

/**
 * @param {import("./surfaces.js").Surface} surface
 * @param {[number, number]} start
 * @param {Racer} racer
 * @param {number} steps
 * @param {Float64Array | null} noise two numbers a step
 * @returns {Path}
 */
export function pathOf(surface, start, racer, steps, noise) {
  const work = running(surface, start, racer, steps, noise);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * The paths of all racers, with stops between which a page can draw.
 *
 * @param {import("./surfaces.js").Surface} surface
 * @param {[number, number]} start
 * @param {Racer[]} racers
 * @param {number} steps
 * @param {Float64Array | null} noise
 * @returns {Generator<undefined, Path[]>}
 */
export function* race(surface, start, racers, steps, noise) {
  const paths = [];
  for (const racer of racers) paths.push(yield* running(surface, start, racer, steps, noise));
  return paths;
}

/**
 * @param {import("./surfaces.js").Surface} surface
 * @param {[number, number]} start
 * @param {Racer} racer
 * @param {number} steps
 * @param {Float64Array | null} noise
 * @returns {Generator<undefined, Path>}
 */
function* running(surface, start, racer, steps, noise) {
  const theta = Float64Array.of(...start);
  const step = stepOf(surface, racer, theta, noise);
  const [x0, x1, y0, y1] = surface.view;
  const near = (/** @type {number} */ x, /** @type {number} */ y) =>
    surface.minima.some(([a, b]) => Math.hypot((x - a) / (x1 - x0), (y - b) / (y1 - y0)) <= NEAR);
  const x = [theta[0]];
  const y = [theta[1]];
  const loss = [surface.f(theta[0], theta[1])];
  let since = near(theta[0], theta[1]) ? 0 : -1;
  let arrived = -1;
  let diverged = -1;
  for (let t = 1; t <= steps; t++) {
    if (t % 200 === 0) yield;
    const ended = step(t);
    const here = surface.f(theta[0], theta[1]);
    if (!(Math.hypot(theta[0], theta[1]) <= FAR) || !Number.isFinite(here)) {
      diverged = t;
      break;
    }
    x.push(theta[0]);
    y.push(theta[1]);
    loss.push(here);
    if (!near(theta[0], theta[1])) since = -1;
    else if (since < 0) since = t;
    if (arrived < 0 && since >= 0 && t - since >= STAY) arrived = since;
    if (ended) break;
  }
  if (arrived < 0 && since >= 0 && diverged < 0) arrived = since; // still there at the end
  return {
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    loss: Float64Array.from(loss),
    arrived,
    diverged,
    lowest: loss.reduce((a, b) => Math.min(a, b)),
  };
}

/**
 * A function that makes step t, in place on theta; it returns true if nothing follows.
 *
 * @param {import("./surfaces.js").Surface} surface
 * @param {Racer} racer
 * @param {Float64Array} theta
 * @param {Float64Array | null} noise
 * @returns {(t: number) => boolean}
 */
function stepOf(surface, racer, theta, noise) {
  if (Object.hasOwn(WHOLE, racer.rule)) {
    const iterate = WHOLE[racer.rule]({ ...defaultsOf(racer.rule), ...racer.settings });
    // a line search compares values of f, so it sees f without noise, as of a whole data set
    const f = (/** @type {Float64Array} */ p) => ({
      loss: surface.f(p[0], p[1]),
      g: Float64Array.from(surface.gradient(p[0], p[1])),
    });
    return () => iterate(f, theta);
  }
  const parted = racer.rule === "parts" && racer.parts;
  const rule = parted ? ruleOf(parted) : RULES[racer.rule];
  const defaults = parted ? /** @type {any} */ (NUMBERS) : defaultsOf(racer.rule);
  const { settings, slots } = begin(rule, defaults, racer.settings, 2);
  const g = new Float64Array(2);
  const lr = typeof settings.lr === "number" ? settings.lr : 0;
  const rate = rateAt(racer.schedule, lr, racer.length);
  const constant = racer.schedule === "Constant" ? rule.step(settings) : null;
  return (t) => {
    const slope = surface.gradient(theta[0], theta[1]);
    for (let i = 0; i < 2; i++)
      g[i] = slope[i] + (noise && surface.noise ? surface.noise * noise[2 * (t - 1) + i] : 0);
    (constant ?? rule.step({ ...settings, lr: rate(t) }))(t, theta, g, slots);
    return false;
  };
}
