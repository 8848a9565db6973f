// Reads cases as JSON from stdin, runs the page's energy models, writes JSON.
import { readFileSync } from "node:fs";
import {
  energy,
  fields,
  overlaps,
  stable,
  symmetric,
} from "../../../src/chainrule/page/web/energy/couplings.js";
import { denseEnergy, denseRecall } from "../../../src/chainrule/page/web/energy/dense.js";
import { landscape } from "../../../src/chainrule/page/web/energy/landscape.js";
import * as modern from "../../../src/chainrule/page/web/energy/modern.js";
import { namer } from "../../../src/chainrule/page/web/energy/names.js";
import * as rbm from "../../../src/chainrule/page/web/energy/rbm.js";
import {
  energiesAlong,
  glauber,
  settle,
  settleAll,
  stateBefore,
} from "../../../src/chainrule/page/web/energy/recall.js";
import { RULES, store } from "../../../src/chainrule/page/web/energy/rules.js";

/** @param {any} value */
const plain = (value) =>
  JSON.parse(
    JSON.stringify(value, (_, v) =>
      ArrayBuffer.isView(v)
        ? Array.from(/** @type {any} */ (v))
        : typeof v === "number" && !Number.isFinite(v)
          ? null
          : v,
    ),
  );

/** @param {any} given */
const memories = ({ rule, patterns, starts, seed, T, thresholds }) => {
  let c;
  try {
    c = { ...store(rule, patterns), thresholds };
  } catch (error) {
    const { key, values } = /** @type {any} */ (error);
    return { refused: key, values };
  }
  const name = namer(patterns);
  return {
    weights: c.weights,
    symmetric: symmetric(c),
    recalls: starts.map((/** @type {number[]} */ start) => {
      const random = settle(c, start, { seed, visits: true });
      const fixed = settle(c, start, { order: "fixed" });
      const all = settleAll(c, start);
      const warm = glauber(c, start, { seed, temperature: T, sweeps: 5 });
      return {
        energy: energy(c, start),
        fields: fields(c, start),
        overlaps: overlaps(patterns, start),
        stable: stable(c, start),
        random,
        energies: energiesAlong(c, start, random),
        middle: stateBefore(start, random, 5),
        fixed: fixed.state,
        all: { state: all.state, ended: all.ended, sweeps: all.sweeps },
        warm: warm.state,
        name: name(random.state),
      };
    }),
    landscape: patterns[0].length <= 8 && symmetric(c) ? landscape(c, patterns) : null,
    modern: starts.map((/** @type {number[]} */ start) => {
      const found = modern.modernRecall(patterns, start, 0.2);
      const p = modern.attention(patterns, found.path[found.path.length - 1], 0.2);
      return {
        update: modern.update(patterns, start, 0.2),
        attention: modern.attention(patterns, start, 0.2),
        energy: modern.modernEnergy(patterns, start, 0.2),
        steps: found.path.length - 1,
        ended: found.ended,
        end: found.path[found.path.length - 1],
        kind: modern.kindOf(p),
      };
    }),
    dense: starts.map((/** @type {number[]} */ start) => ({
      energy: denseEnergy(patterns, start, 4),
      ...denseRecall(patterns, start, { n: 4, seed }),
    })),
  };
};

/** @param {any} given */
const machine = ({ units, data, settings, seed, steps, dream }) => {
  const t = rbm.training(units, Float64Array.from(data.flat()), settings, seed);
  const start = t.theta.slice();
  const errors = Array.from({ length: steps }, () => rbm.advance(t));
  const next = rbm.look(t);
  const n = dream.n;
  const known = dream.known ? { known: dream.known, values: dream.values } : null;
  let free = rbm.beginDream(t.w, n, dream.seed, null);
  let filled = rbm.beginDream(t.w, n, dream.seed, null, known);
  for (let k = 0; k < dream.steps; k++) {
    free = rbm.dreamOn(t.w, free, n, dream.seed);
    filled = rbm.dreamOn(t.w, filled, n, dream.seed, known);
  }
  return {
    start,
    theta: t.theta,
    errors,
    step: t.step,
    epoch: t.epoch,
    g: next.g,
    hidden: rbm.hiddenMean(t.w, t.data, t.n),
    F: rbm.freeEnergy(t.w, t.data, t.n),
    likelihood: rbm.pseudoLikelihood(t.w, t.data, t.n),
    dream: free.mean,
    filled: filled.mean,
  };
};

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(
  JSON.stringify(
    plain({
      rules: RULES,
      memories: (asked.memories ?? []).map(memories),
      machines: (asked.machines ?? []).map(machine),
    }),
  ),
);
