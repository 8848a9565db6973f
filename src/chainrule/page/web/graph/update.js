// optimizer= as the engine needs it: clips, the rule with its numbers at each step, constraints
// and an average.
import { Refusal } from "../app/refusal.js";
import { classFacts, shortName } from "./facts.js";
import { isSchedule, scheduleOf } from "./schedules.js";
import { complete, number, seen, whole } from "./settings.js";

/** @typedef {import("./facts.js").Description} Description */

/**
 * A rule with a twin in C.
 *
 * @typedef {object} Rule
 * @property {string} twin its name in C
 * @property {string[]} slots the vectors that it keeps
 * @property {Record<string, number>} start what a slot is filled with; 0 if it is not named
 * @property {string[]} names of its numbers, in the order of the twin
 * @property {boolean} byTensor each tensor is a group of its own
 * @property {boolean} hidesOverflow θ may stay finite where the gradient is not
 * @property {boolean} scheduled some number changes with the step
 * @property {number} lr the place of lr among the numbers, or -1
 * @property {(step: number) => number[]} numbers at step 1, 2, ..., in the order of the twin
 * @property {(logs: Record<string, number>) => void} observe schedules read the numbers of an epoch
 */

/**
 * @typedef {object} UpdateParts
 * @property {Rule} rule
 * @property {{ name: string, limit: number, hidesOverflow: boolean }[]} clips in their order
 * @property {Required<Description>[]} constraints with all their settings
 * @property {Required<Description> | null} average with all its settings
 */

/** @type {Record<string, import("./settings.js").Rule>} limits of hyperparameters, by name */
const LIMITS = {
  lr: number({ above: 0 }),
  momentum: number({ atLeast: 0, below: 1 }),
  rho: number({ atLeast: 0, below: 1 }),
  beta1: number({ atLeast: 0, below: 1 }),
  beta2: number({ atLeast: 0, below: 1 }),
  eps: number({ above: 0 }),
  weight_decay: number({ atLeast: 0 }),
  adamw_ratio: number({ above: 0 }),
  threshold: number({ atLeast: 4 }),
  initial_accumulator: number({ atLeast: 0 }),
  momentum_decay: number({ atLeast: 0 }),
  grow: number({ above: 1 }),
  shrink: number({ above: 0, below: 1 }),
  smallest: number({ above: 0 }),
  largest(where, name, value, settings) {
    number({ atLeast: settings.smallest })(where, name, value, settings);
  },
};

const CONSTRAINTS = ["MaxNorm", "NonNegative", "UnitNorm"];
const AVERAGES = ["EMA", "SWA"];
const CLIPS = ["ClipValue", "ClipNorm", "ClipGlobalNorm"];

/** @type {Record<string, import("./settings.js").Rule>} */
const BEHIND = {
  limit: number({ above: 0 }),
  decay: number({ atLeast: 0, below: 1 }),
  start: whole(1),
  every: whole(1),
  layers(where, name, value) {
    if (!Array.isArray(value) || !value.every((path) => typeof path === "string" && path)) {
      throw new Refusal("graph.must_be_paths", { where, setting: name, got: seen(value) });
    }
  },
};

/** @param {Description} part @param {string[]} names */
const isOneOf = (part, names) =>
  typeof part?.class === "string" &&
  part.class.startsWith("optimizers.") &&
  names.includes(shortName(part.class));

/** @param {Description} part @returns {Required<Description>} */
const completed = (part) => ({ class: part.class, settings: complete(part, BEHIND) });

/**
 * Return the parts of `optimizer=`: one optimizer, or a list of clips, the optimizer, constraints
 * and an average.
 *
 * @param {Description | Description[]} optimizer
 * @param {import("./schedules.js").RunLength} [run] the steps of the run, for schedules
 * @returns {UpdateParts}
 */
export function updateParts(optimizer, run = { perEpoch: 1, epochs: 1 }) {
  const parts = Array.isArray(optimizer) ? [...optimizer] : [optimizer];
  let average = null;
  if (parts.length > 1 && isOneOf(parts[parts.length - 1], AVERAGES)) {
    average = completed(/** @type {Description} */ (parts.pop()));
  }
  /** @type {Required<Description>[]} */
  const constraints = [];
  while (parts.length > 1 && isOneOf(parts[parts.length - 1], CONSTRAINTS)) {
    constraints.unshift(completed(/** @type {Description} */ (parts.pop())));
  }
  const last = parts.pop();
  for (const clip of parts) {
    if (!isOneOf(clip, CLIPS)) throw new Refusal("graph.update_order", { got: named(clip) });
  }
  const clips = parts.map((clip) => ({
    name: shortName(clip.class),
    limit: complete(clip, BEHIND).limit,
    hidesOverflow: classFacts(clip.class)?.hidesOverflow ?? false,
  }));
  return { rule: ruleOf(last, run), clips, constraints, average };
}

/** @param {any} part */
const named = (part) => (typeof part?.class === "string" ? shortName(part.class) : seen(part));

/**
 * @param {any} description
 * @param {import("./schedules.js").RunLength} run
 * @returns {Rule}
 */
function ruleOf(description, run) {
  const facts = typeof description?.class === "string" ? classFacts(description.class) : undefined;
  if (!facts?.slots) throw new Refusal("graph.no_optimizer", { got: named(description) });
  const name = shortName(description.class);
  if (!facts.twin) throw new Refusal("graph.no_twin", { name });
  const settings = complete(description, rulesOf(name));
  const names = Object.keys(settings);
  const schedules = Object.fromEntries(
    names.filter((n) => isSchedule(settings[n])).map((n) => [n, scheduleOf(settings[n], run)]),
  );
  return {
    twin: name,
    slots: facts.slots,
    start: startOf(name, settings),
    names,
    byTensor: facts.byTensor ?? false,
    hidesOverflow: facts.hidesOverflow ?? false,
    scheduled: Object.keys(schedules).length > 0,
    lr: names.indexOf("lr"),
    numbers: (step) => names.map((n) => numberAt(name, n, settings[n], schedules[n], step)),
    observe(logs) {
      for (const schedule of Object.values(schedules)) schedule.observe?.(logs);
    },
  };
}

/** @param {string} optimizer @param {string} name @param {any} value @param {import("./schedules.js").Schedule | undefined} schedule @param {number} step */
function numberAt(optimizer, name, value, schedule, step) {
  if (!schedule) return Number(value);
  const found = schedule.at(step);
  if (!Number.isFinite(found) || found < 0) {
    throw new Refusal("graph.schedule_number", {
      where: optimizer,
      setting: name,
      step,
      got: found,
    });
  }
  return found;
}

/** Rules that let a schedule through. @param {string} optimizer */
function rulesOf(optimizer) {
  /** @type {Record<string, import("./settings.js").Rule>} */
  const rules = { ...LIMITS };
  if (optimizer.startsWith("Adagrad")) rules.eps = number({ atLeast: 0 });
  const own = Object.entries(rules).map(([name, rule]) => {
    /** @type {import("./settings.js").Rule} */
    const either = (where, setting, value, settings) => {
      const mayChange = classFacts(`optimizers.${optimizer}`)?.settings[name]?.kind === "rate";
      if (!(mayChange && isSchedule(value))) rule(where, setting, value, settings);
    };
    return [name, either];
  });
  return Object.fromEntries(own);
}

/** What slots are filled with, if not with 0. @param {string} name @param {any} settings */
function startOf(name, settings) {
  /** @type {Record<string, number>} */
  const start = {};
  if (name === "NadamScheduled") start.P = 1;
  if ("initial_accumulator" in settings) {
    start[name.startsWith("RMSprop") ? "Eg2" : "G"] = settings.initial_accumulator;
  }
  return start;
}
