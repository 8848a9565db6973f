// Schedules: a number for each step, with the bits of optimizers/schedules; step 1 is the first.
import { Refusal } from "../app/refusal.js";
import { classFacts, shortName } from "./facts.js";
import { cosPi, power, realPower, round } from "./scalar.js";
import { complete, isNumber, isWhole, number, oneOf, seen, whole, word } from "./settings.js";

/** @typedef {import("./facts.js").Description} Description */

/**
 * The steps of one call of fit.
 *
 * @typedef {object} RunLength
 * @property {number} perEpoch steps in one epoch
 * @property {number} epochs of this call
 * @property {number} [begin] updates before it, as schedules count them
 * @property {number} [shorter] steps that something else takes, such as a warm-up
 */

/**
 * @typedef {object} Schedule
 * @property {(step: number) => number} at
 * @property {(logs: Record<string, number>) => void} [observe] reads the numbers of an epoch
 */

/** @param {RunLength} run */
const stepsOf = ({ perEpoch, epochs, shorter = 0 }) => Math.max(1, perEpoch * epochs - shorter);

/** A length in steps. @param {any} length @param {RunLength} run */
function inSteps(length, run) {
  if (length === null) return stepsOf(run);
  return isWhole(length) ? length : Math.max(1, round(complete(length).number * run.perEpoch));
}

/** end + (start − end) (1 + cos π done) / 2. @param {number} start @param {number} end @param {number} done */
const between = (start, end, done) => end + ((start - end) * (1 + cosPi(done))) / 2;

/** @type {Record<string, (s: any, n: number) => (step: number) => number>} by class; n is its length */
const SCHEDULES = {
  Constant: (s) => () => s.start,
  Cosine: (s, n) => (step) => between(s.start, s.end, Math.min(step - 1, n) / n),
  CosineRestarts: (s, n) => (step) => {
    let done = step - 1;
    let period = n;
    if (s.growth === 1) done %= period;
    while (done >= period) [done, period] = [done - period, period * s.growth];
    return between(s.start, s.end, done / period);
  },
  Cyclic: (s, n) => (step) => {
    const cycle = 1 + Math.floor((step - 1) / (2 * n));
    const x = Math.abs((step - 1) / n - 2 * cycle + 1);
    return s.low + (s.high - s.low) * power(s.factor, cycle - 1) * Math.max(0, 1 - x);
  },
  ExponentialDecay: (s, n) => (step) => s.start * realPower(s.factor, (step - 1) / n),
  InverseTimeDecay: (s, n) => (step) => s.start / (1 + (step - 1) / n),
  OneCycle: (s, n) => (step) => {
    const start = s.peak / s.start_divisor;
    const done = Math.min(step, n) - 1;
    const last = n - 1;
    const top = Math.min(Math.max(s.rise * n - 1, 0), last); // steps before the peak
    if (done <= top && top > 0) return between(start, s.peak, done / top);
    return between(s.peak, start / s.end_divisor, (done - top) / (last - top));
  },
  PolynomialDecay: (s, n) => (step) =>
    s.end + (s.start - s.end) * realPower(1 - Math.min(step - 1, n) / n, s.power),
  StepDecay: (s, n) => (step) => s.start * power(s.factor, Math.floor((step - 1) / n)),
};

const positive = number({ above: 0 });
const notNegative = number({ atLeast: 0 });
const fraction = number({ above: 0, below: 1 });

/** A length: steps, epochs, or null where that is the default. @type {import("./settings.js").Rule} */
function length(where, name, value) {
  const facts = classFacts(`schedules.${where}`)?.settings[name];
  const least = where === "OneCycle" ? 2 : 1;
  if (value === null && facts?.kind === "length?") return;
  if (value?.class === "schedules.Epochs") {
    complete(value, { number: positive }, where);
    return;
  }
  if (!isWhole(value) || value < least) {
    throw new Refusal("graph.must_be_length", {
      where,
      setting: name,
      got: seen(value),
      low: least,
    });
  }
}

/** @type {Record<string, import("./settings.js").Rule>} */
const RULES = {
  start: positive,
  end: notNegative,
  low: positive,
  high(where, name, value, settings) {
    number({ atLeast: settings.low })(where, name, value, settings);
  },
  steps: length,
  every: length,
  half: length,
  growth: whole(1),
  factor: fraction,
  rise: fraction,
  peak: positive,
  power: positive,
  start_divisor: number({ atLeast: 1 }),
  end_divisor: number({ atLeast: 1 }),
  monitor: word,
  mode: oneOf("min", "max"),
  patience: whole(1),
  min_delta: notNegative,
  min_lr: notNegative,
  cooldown: whole(0),
};

/** @param {Description} description */
function settingsOf(description) {
  const name = shortName(description.class);
  const rules = name === "Cyclic" ? { ...RULES, factor: number({ above: 0, atMost: 1 }) } : RULES;
  return complete(description, rules);
}

/** @param {any} value @returns {value is Description} */
export const isSchedule = (value) =>
  typeof value?.class === "string" &&
  value.class.startsWith("schedules.") &&
  value.class !== "schedules.Epochs";

/** True if it begins and ends with a call of fit. @param {Description} description @returns {boolean} */
export function lastsOneRun(description) {
  if (shortName(description.class) === "LinearWarmup") {
    const then = description.settings?.then;
    return isSchedule(then) && lastsOneRun(then);
  }
  const name = classFacts(description.class)?.length;
  return name !== undefined && complete(description)[name] === null;
}

const DEEPEST = 20; // schedules inside each other

/** @param {any} description @param {number} [depth] */
function checkDepth(description, depth = 0) {
  if (depth > DEEPEST) throw new Refusal("graph.too_deep", { most: DEEPEST });
  if (isSchedule(description?.settings?.then)) checkDepth(description.settings.then, depth + 1);
}

/**
 * Return a schedule in a run of this length.
 *
 * @param {Description} description
 * @param {RunLength} run
 * @returns {Schedule}
 */
export function scheduleOf(description, run) {
  checkDepth(description);
  const made = placed(description, run);
  if (!lastsOneRun(description) || !run.begin) return made;
  const begin = run.begin;
  return { ...made, at: (step) => made.at(Math.max(step - begin, 1)) };
}

/** @param {Description} description @param {RunLength} run @returns {Schedule} */
function placed(description, run) {
  const name = shortName(description.class);
  if (name === "LinearWarmup") return warmup(description, run);
  const s = settingsOf(description);
  if (name === "ReduceOnPlateau") return plateau(s);
  if (!Object.hasOwn(SCHEDULES, name)) throw new Refusal("graph.no_schedule", { name });
  const own = classFacts(description.class)?.length;
  let n = own ? inSteps(s[own], run) : 1;
  if (name === "OneCycle" && !isWhole(s.steps)) n = Math.max(2, n);
  return { at: SCHEDULES[name](s, n) };
}

/** @param {Description} description @param {RunLength} run @returns {Schedule} */
function warmup(description, run) {
  const { then, steps: given } = complete(description, { steps: length });
  const steps = inSteps(given, run);
  const inner = isSchedule(then)
    ? placed(then, { ...run, shorter: (run.shorter ?? 0) + steps - 1 })
    : null;
  if (!inner) positive("LinearWarmup", "then", then, {});
  const value = (/** @type {number} */ step) => (inner ? inner.at(step) : then);
  return {
    at: (step) => (step < steps ? (value(1) * step) / steps : value(step - steps + 1)),
    ...(inner?.observe ? { observe: inner.observe } : {}),
  };
}

/** lr = max(start · factor^k, min_lr), k the number of plateaus so far. @param {any} s @returns {Schedule} */
function plateau(s) {
  let [best, wait, cooling, falls] = [Infinity, 0, 0, 0];
  return {
    at: () => Math.max(s.start * power(s.factor, falls), s.min_lr),
    observe(logs) {
      if (!isNumber(logs[s.monitor]) && logs[s.monitor] === undefined) {
        throw new Refusal("graph.no_monitor", {
          monitor: s.monitor,
          known: Object.keys(logs).join(", "),
        });
      }
      const cost = s.mode === "min" ? logs[s.monitor] : -logs[s.monitor];
      if (cooling > 0) [cooling, wait] = [cooling - 1, 0];
      if (cost < best - s.min_delta) [best, wait] = [cost, 0];
      else if (cooling === 0) {
        wait += 1;
        if (wait >= s.patience) [falls, cooling, wait] = [falls + 1, s.cooldown, 0];
      }
    },
  };
}
