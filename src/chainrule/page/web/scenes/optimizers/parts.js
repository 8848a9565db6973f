// A rule put together from parts: switch one and see which named rule it becomes.
import { power } from "../../graph/scalar.js";

/**
 * @typedef {object} Parts
 * @property {boolean} m a mean of the gradients gives the direction
 * @property {"none" | "sum" | "mean" | "surprise" | "never" | "max"} v what divides the step: nothing,
 *   the root of the sum of g², of the mean of g², of the mean of (g − m)², of the largest mean so far,
 *   or the largest |g|
 * @property {boolean} correct the bias of means that began at 0 is removed
 * @property {boolean} ahead Nesterov's look-ahead
 * @property {boolean} decay decoupled weight decay
 * @property {boolean} sign only the sign of the direction counts
 */

/** @type {Parts} Adam */
export const ADAM = {
  m: true,
  v: "mean",
  correct: true,
  ahead: false,
  decay: false,
  sign: false,
};

export const DENOMINATORS = /** @type {const} */ ([
  "none",
  "sum",
  "mean",
  "surprise",
  "never",
  "max",
]);

/** Parts that have no effect beside the others: they are shown as off. @param {Parts} parts @returns {Parts} */
export function effective(parts) {
  const v = parts.sign ? "none" : parts.v === "surprise" && !parts.m ? "mean" : parts.v;
  // bias exists only in means; a common factor does not change a sign
  const means = (parts.m && !parts.sign) || v === "mean" || v === "surprise" || v === "never";
  return { ...parts, v, ahead: parts.ahead && parts.m, correct: parts.correct && means };
}

/** @typedef {{ lr: number, beta1: number, beta2: number, eps: number, weight_decay: number }} Numbers */

/** The numbers with which it begins. @type {Numbers} */
export const NUMBERS = { lr: 0.001, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01 };

/**
 * The rule of these parts, as in `rules.js`.
 *
 * @param {Parts} given
 * @returns {import("./rules.js").Rule}
 */
export function ruleOf(given) {
  const p = effective(given);
  return {
    slots: ["m", "v", "vmax"],
    step:
      (s) =>
      (t, theta, g, { m, v, vmax }) => {
        const c1 = p.correct ? 1 - power(s.beta1, t) : 1;
        const c2 = p.correct ? 1 - power(s.beta2, t) : 1;
        for (let i = 0; i < theta.length; i++) {
          let d = g[i];
          if (p.m) {
            m[i] += (1 - s.beta1) * (g[i] - m[i]); // m ← β1 m + (1 − β1) g
            d = p.ahead ? s.beta1 * m[i] + (1 - s.beta1) * g[i] : m[i];
            d /= c1;
          }
          if (p.sign) d = Math.sign(d);
          else d = divided(p, s, d, g[i], m, v, vmax, i, c2);
          theta[i] -= s.lr * (d + (p.decay ? s.weight_decay * theta[i] : 0));
        }
      },
  };
}

/**
 * The direction over what divides it.
 *
 * @param {Parts} p @param {Numbers} s @param {number} d @param {number} g
 * @param {Float64Array} m @param {Float64Array} v @param {Float64Array} vmax @param {number} i
 * @param {number} c2 1 − β2ᵗ, or 1
 */
function divided(p, s, d, g, m, v, vmax, i, c2) {
  switch (p.v) {
    case "sum":
      v[i] += g * g; // v ← v + g²
      return d / (Math.sqrt(v[i]) + s.eps);
    case "mean":
      v[i] += (1 - s.beta2) * (g * g - v[i]); // v ← β2 v + (1 − β2) g²
      return d / (Math.sqrt(v[i] / c2) + s.eps);
    case "surprise": {
      const surprise = g - m[i];
      v[i] += (1 - s.beta2) * (surprise * surprise - v[i]) + s.eps; // s ← β2 s + (1 − β2) (g − m)² + ε
      return d / (Math.sqrt(v[i] / c2) + s.eps);
    }
    case "never":
      v[i] += (1 - s.beta2) * (g * g - v[i]);
      vmax[i] = Math.max(vmax[i], v[i]); // v̌ ← max(v̌, v)
      return d / (Math.sqrt(vmax[i] / c2) + s.eps);
    case "max":
      v[i] = Math.max(s.beta2 * v[i], Math.abs(g)); // u ← max(β2 u, |g|)
      return v[i] > 0 ? d / v[i] : 0;
    default:
      return d;
  }
}

/**
 * What these parts are called, and how Python makes the same points.
 *
 * @param {Parts} given
 * @param {Numbers} n
 * @returns {{ name: string, note: string, python: { class: string, settings: Record<string, any> } | null }}
 *   `name` is a class of `cr.optimizers` or "own", `note` the key of a sentence
 */
export function nameOf(given, n) {
  const p = effective(given);
  const adam = { lr: n.lr, beta1: n.beta1, beta2: n.beta2, eps: n.eps };
  const rate = n.lr * (1 - n.beta1);
  const of = (
    /** @type {string} */ name,
    /** @type {string} */ note,
    /** @type {Record<string, any>} */ settings,
    library = "",
  ) => ({ name, note, python: { class: library ? `${name}|${library}` : name, settings } });
  const own = { name: "own", note: "own", python: null };
  if (p.sign) {
    if (p.ahead) return own;
    const lion = { lr: n.lr, beta1: p.m ? n.beta1 : 0, beta2: p.m ? n.beta1 : 0 };
    return of(
      "Lion",
      p.m ? "signum" : "sign",
      p.decay ? { ...lion, weight_decay: n.weight_decay } : lion,
    );
  }
  if (p.decay) {
    if (p.m && p.v === "mean" && p.correct && !p.ahead)
      return of("AdamW", "exact", { ...adam, weight_decay: n.weight_decay });
    if (!p.m && p.v === "mean" && p.correct)
      return of("AdamW", "nomean", { ...adam, beta1: 0, weight_decay: n.weight_decay });
    return own;
  }
  switch (p.v) {
    case "none":
      if (!p.m) return of("SGD", "exact", { lr: n.lr });
      if (p.correct) return own;
      return of(p.ahead ? "Nesterov" : "Momentum", "mean", { lr: rate, momentum: n.beta1 });
    case "sum":
      return p.m ? own : of("Adagrad", "outside", { lr: n.lr, eps: n.eps }, "torch");
    case "mean":
      if (!p.m && !p.correct)
        return of("RMSprop", "outside", { lr: n.lr, rho: n.beta2, eps: n.eps }, "torch");
      if (!p.m) return of("Adam", "nomean", { ...adam, beta1: 0 });
      if (!p.correct) return own;
      return of(p.ahead ? "Nadam" : "Adam", "exact", adam);
    case "surprise":
      return p.correct && !p.ahead ? of("AdaBelief", "exact", adam) : own;
    case "never":
      if (p.ahead) return own;
      if (!p.m) return of("AMSGrad", "nomean", { ...adam, beta1: 0 }, p.correct ? "torch" : "");
      return p.correct ? of("AMSGrad", "corrected", adam, "torch") : of("AMSGrad", "exact", adam);
    default:
      if (p.ahead) return own;
      if (!p.m) return of("AdaMax", "nomean", { lr: n.lr, beta1: 0, beta2: n.beta2 });
      return p.correct ? of("AdaMax", "exact", { lr: n.lr, beta1: n.beta1, beta2: n.beta2 }) : own;
  }
}

/**
 * The equations of these parts, one a line, in the words of the docstrings.
 *
 * @param {Parts} given
 * @returns {string[]}
 */
export function equationsOf(given) {
  const p = effective(given);
  const lines = [];
  if (p.m) lines.push("m ← β1 m + (1 − β1) g");
  const second = {
    none: "",
    sum: "v ← v + g²",
    mean: "v ← β2 v + (1 − β2) g²",
    surprise: "s ← β2 s + (1 − β2) (g − m)² + ε",
    never: "v ← β2 v + (1 − β2) g²,  v̌ ← max(v̌, v)",
    max: "u ← max(β2 u, |g|)",
  }[p.v];
  if (second) lines.push(second);
  let top = !p.m ? "g" : p.ahead ? "β1 m + (1 − β1) g" : "m";
  if (p.m && p.correct) {
    lines.push(p.ahead ? "n = (β1 m + (1 − β1) g) / (1 − β1ᵗ)" : "m̂ = m / (1 − β1ᵗ)");
    top = p.ahead ? "n" : "m̂";
  }
  let root = {
    none: "",
    sum: "√v + ε",
    mean: "√v + ε",
    surprise: "√s + ε",
    never: "√v̌ + ε",
    max: "u",
  }[p.v];
  if (p.correct && p.v === "mean") {
    lines.push("v̂ = v / (1 − β2ᵗ)");
    root = "√v̂ + ε";
  } else if (p.correct && p.v === "surprise") {
    lines.push("ŝ = s / (1 − β2ᵗ)");
    root = "√ŝ + ε";
  } else if (p.correct && p.v === "never") root = "√(v̌ / (1 − β2ᵗ)) + ε";
  const simple = !top.includes("+");
  if (p.sign) top = `sign(${top})`;
  else if (root) top = `${simple ? top : `(${top})`} / ${p.v === "max" ? root : `(${root})`}`;
  const bracket = p.decay || (!p.sign && !root && !simple);
  const inside = p.decay ? `${top} + λ θ` : top;
  lines.push(`θ ← θ − lr ${bracket ? `(${inside})` : inside}`);
  return lines;
}
