// Normalizations, of ordinary ops.
import { Refusal } from "../../app/refusal.js";
import { number, oneOf, whole } from "../settings.js";
import { product, shown } from "../shapes.js";
import { ones, zeros } from "./layer.js";

const eps = number({ above: 0 });

/** @param {import("../tape.js").Node} x @param {string} key */
function expectChannels(x, key = "graph.channels") {
  if (x.shape.length < 2) throw new Refusal(key, { where: x.tape.where(), got: shown(x.shape) });
}

/** γ h + β. @param {import("../tape.js").Node} h @param {boolean} trainable */
function scaledAndShifted(h, trainable) {
  const channels = h.shape.slice(-1);
  const gamma = h.tape.param("gamma", channels, ones, { trainable });
  const beta = h.tape.param("beta", channels, zeros, { trainable });
  return h.tape.record("scale_and_shift", [h, gamma, beta]);
}

/** @type {import("./layer.js").Layer} */
export const BatchNorm = {
  rules: { rate: number({ above: 0, atMost: 1 }), eps },
  call(x, s) {
    expectChannels(x);
    const { tape } = x;
    const channels = x.shape.slice(-1);
    const gamma = tape.param("gamma", channels, ones, { trainable: s.trainable });
    const beta = tape.param("beta", channels, zeros, { trainable: s.trainable });
    const mean = tape.state("running_mean", channels, zeros);
    const variance = tape.state("running_variance", channels, ones);
    if (tape.mode !== "train") {
      return tape.record("normalise", [x, mean, variance, gamma, beta], { eps: s.eps });
    }
    let N = tape.input("N", []);
    const positions = product(x.shape.slice(1, -1)); // each counts as a row
    if (positions > 1) N = tape.record("count_positions", [N], { positions });
    const mu = tape.record("mean_rows", [x, N]);
    const v = tape.record("variance_rows", [x, mu, N]);
    tape.move(mean, mu, s.rate);
    tape.move(variance, v, s.rate);
    return tape.record("normalise", [x, mu, v, gamma, beta], { eps: s.eps });
  },
};

/** @type {import("./layer.js").Layer} */
export const LayerNorm = {
  rules: { eps },
  call(x, s) {
    expectChannels(x);
    return scaledAndShifted(x.tape.record("standardise", [x], { eps: s.eps }), s.trainable);
  },
};

/** @type {import("./layer.js").Layer} */
export const GroupNorm = {
  rules: { groups: whole(1), eps },
  call(x, { groups, eps: epsilon, trainable }) {
    expectChannels(x);
    const channels = x.shape[x.shape.length - 1];
    if (channels % groups) {
      const got = shown(x.shape);
      throw new Refusal("graph.groups", { where: x.tape.where(), groups, channels, got });
    }
    const attrs = { groups, eps: epsilon };
    return scaledAndShifted(x.tape.record("standardise_groups", [x], attrs), trainable);
  },
};

/** @type {import("./layer.js").Layer} */
export const Standardize = {
  rules: { per: oneOf("channel", "place") },
  call(x, { per }) {
    x.expectReal();
    expectChannels(x);
    const { tape } = x;
    const whole = per === "place" && x.shape.length > 2;
    const columns = whole ? [product(x.shape.slice(1))] : x.shape.slice(-1);
    const mean = tape.state("mean", columns, zeros);
    const deviation = tape.state("std", columns, ones);
    const flat = whole ? tape.record("flatten", [x]) : x;
    const u = tape.record("center_and_scale", [flat, mean, deviation]);
    return whole ? tape.record("reshape", [u], { shape: x.shape.slice(1) }) : u;
  },
};
