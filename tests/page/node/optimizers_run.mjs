// Reads cases as JSON from stdin, runs the page's optimizers, schedules and parts, writes JSON.
import { readFileSync } from "node:fs";
import * as parts from "../../../src/chainrule/page/web/scenes/optimizers/parts.js";
import { noiseOf, pathOf } from "../../../src/chainrule/page/web/scenes/optimizers/race.js";
import {
  begin,
  defaultsOf,
  FORMS,
  RULES,
} from "../../../src/chainrule/page/web/scenes/optimizers/rules.js";
import { rateAt, SCHEDULES } from "../../../src/chainrule/page/web/scenes/optimizers/schedules.js";
import { lowest, SURFACES } from "../../../src/chainrule/page/web/scenes/optimizers/surfaces.js";
import { WHOLE } from "../../../src/chainrule/page/web/scenes/optimizers/whole_rules.js";

/** @param {any} rule @param {any} defaults @param {any} one @returns {number[][]} */
function run(rule, defaults, { settings, theta, gradients }) {
  const own = begin(rule, defaults, settings, theta.length);
  const now = Float64Array.from(theta);
  const step = rule.step(own.settings);
  return gradients.map((/** @type {number[]} */ g, /** @type {number} */ k) => {
    step(k + 1, now, Float64Array.from(g), own.slots);
    return Array.from(now);
  });
}

const {
  cases = [],
  combinations = [],
  schedules = [],
  noise,
} = JSON.parse(readFileSync(0, "utf8"));
/** @type {Record<string, any>} */
const rules = { ...RULES, ...FORMS };
const answer = {
  defaults: Object.fromEntries(
    Object.entries(rules).map(([name, r]) => [
      name,
      { slots: r.slots, settings: defaultsOf(name) },
    ]),
  ),
  racers: Object.keys(RULES),
  schedules: Object.keys(SCHEDULES),
  paths: cases.map((/** @type {any} */ one) => run(rules[one.rule], defaultsOf(one.rule), one)),
  combinations: combinations.map((/** @type {any} */ one) => ({
    ...parts.nameOf(one.parts, { ...parts.NUMBERS, ...one.settings }),
    equations: parts.equationsOf(one.parts),
    path: run(parts.ruleOf(one.parts), parts.NUMBERS, one),
  })),
  rates: schedules.map((/** @type {any} */ { name, rate, steps, at }) => {
    const lr = rateAt(name, rate, steps);
    return at.map((/** @type {number} */ t) => lr(t));
  }),
  noise: noise ? Array.from(noiseOf(noise.seed, noise.steps)) : [],
  surfaces: SURFACES.map(({ id, formula, minima, start, f, gradient, ...rest }) => ({
    id,
    formula,
    gradient: rest.slope,
    minima: minima.map(([x, y]) => ({ f: f(x, y), g: gradient(x, y) })),
    lowest: f(...lowest({ id, formula, minima, start, f, gradient, ...rest })),
    points: [start, [0.3, -0.7], [1.2, 0.4]].map(([x, y]) => {
      const h = 1e-6;
      return {
        x,
        y,
        f: f(x, y),
        g: gradient(x, y),
        slope: [(f(x + h, y) - f(x - h, y)) / (2 * h), (f(x, y + h) - f(x, y - h)) / (2 * h)],
      };
    }),
  })),
  whole: SURFACES.filter(({ noise }) => !noise).map((surface) => ({
    id: surface.id,
    ends: Object.keys(WHOLE).map((rule) => {
      const racer = { rule, settings: {}, schedule: "Constant", length: 100 };
      const path = pathOf(surface, surface.start, racer, 40, null);
      return {
        rule,
        defaults: defaultsOf(rule),
        x: [...path.x],
        y: [...path.y],
        loss: [...path.loss],
      };
    }),
  })),
  race: (() => {
    const racer = { rule: "SGD", settings: { lr: 1 }, schedule: "Constant", length: 100 };
    const path = pathOf(SURFACES[3], [-3.5, 1], racer, 1000, null);
    return { diverged: path.diverged, steps: path.x.length - 1 };
  })(),
};
process.stdout.write(JSON.stringify(answer));
