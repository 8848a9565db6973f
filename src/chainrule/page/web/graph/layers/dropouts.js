// Dropout and noise: functions of a key, recorded where the network draws.
import { Refusal } from "../../app/refusal.js";
import { pathHash } from "../random.js";
import { number } from "../settings.js";
import { shown } from "../shapes.js";

const rate = number({ atLeast: 0, below: 1 });
const LOWEST = -1.7580993408473766; // −λ α, the limit of SELU for z → −∞

/**
 * Record a random op; its numbers depend on the key, the row and the layer's path.
 *
 * @param {string} op
 * @param {import("../tape.js").Node} x
 * @param {Record<string, number>} attrs
 */
function drawn(op, x, attrs) {
  const { tape } = x;
  const key = tape.input("key", [2], "index");
  const row = tape.input("row", [0], "index");
  return tape.record(op, [x, key, row], { ...attrs, path: pathHash(tape.scope) });
}

/** @type {import("./layer.js").Layer} */
export const Dropout = {
  rules: { rate },
  call: (x, s) => (x.tape.draws ? drawn("dropout", x, { rate: s.rate }) : x),
};

/** @type {import("./layer.js").Layer} */
export const SpatialDropout = {
  rules: { rate },
  call(x, s) {
    if (x.shape.length < 3) {
      throw new Refusal("graph.positions", { where: x.tape.where(), got: shown(x.shape) });
    }
    return x.tape.draws ? drawn("spatial_dropout", x, { rate: s.rate }) : x;
  },
};

/** @type {import("./layer.js").Layer} */
export const AlphaDropout = {
  rules: { rate },
  call(x, s) {
    if (!x.tape.draws) return x;
    const q = 1 - s.rate; // the share that stays
    const a = 1 / Math.sqrt(q * (1 + (1 - q) * (LOWEST * LOWEST)));
    const d = drawn("alpha_dropout", x, { lowest: LOWEST, rate: 1 - q });
    return d.times(a).shifted(-(a * (1 - q) * LOWEST));
  },
};

/** @type {import("./layer.js").Layer} */
export const GaussianNoise = {
  rules: { std: number({ atLeast: 0 }) },
  call(x, { std }) {
    x.expectReal();
    return x.tape.draws ? drawn("gaussian_noise", x, { std }) : x;
  },
};
