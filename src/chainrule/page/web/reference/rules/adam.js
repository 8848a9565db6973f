// Adam and its relatives: a step is the mean of the gradients over the root of their mean square.
import { before, decayed, length, moments, power, sign, vector } from "./common.js";
import { orthogonal } from "./newton_schulz.js";

/** @typedef {import("./common.js").Rule} Rule */
/** @typedef {import("./common.js").Given} Given */
/** @typedef {import("./common.js").Vector} Vector */

const { abs, max, sqrt } = Math;
const M_HAT = "m̂ = m / (1 − β1ᵗ)";
const V_HAT = "v̂ = v / (1 − β2ᵗ)";
const RATE = "lrₜ = lr·√(1 − β2ᵗ) / (1 − β1ᵗ)";

/** @param {Given} given @returns {{ c1: number, c2: number }} β1ᵗ and β2ᵗ */
const decays = ({ h, t }) => ({ c1: power(h.beta1, t), c2: power(h.beta2, t) });

/** @param {Vector} a @param {number} c @returns {Float64Array} the mean without the bias of its start */
const corrected = (a, c) => vector(a.length, (k) => a[k] / (1 - c));

/**
 * Return m̂ / (√v̂ + ε) with all that a reader wants to know of it.
 *
 * @param {Given} given
 */
function adamStep(given) {
  const { c1, c2 } = decays(given);
  const { parts, m, v } = moments(given);
  const [mHat, vHat] = [corrected(m, c1), corrected(v, c2)];
  const step = vector(m.length, (k) => mHat[k] / (sqrt(vHat[k]) + given.h.eps));
  return { parts, step, names: { m̂: mHat, v̂: vHat, β1ᵗ: c1, β2ᵗ: c2 }, notes: [M_HAT, V_HAT] };
}

/** @param {Vector} a @param {number} factor @returns {Float64Array} */
const times = (a, factor) => vector(a.length, (k) => factor * a[k]);

/** @param {boolean} decay @returns {Rule} */
const adam = (decay) => (given) => {
  const { h, theta } = given;
  const { parts, step, names, notes } = adamStep(given);
  const moved = [before(theta), { formula: "−lr·m̂ / (√v̂ + ε)", value: times(step, -h.lr) }];
  if (decay) moved.push({ formula: "−lr·λ·θ", value: times(theta, -h.lr * h.weight_decay) });
  return { parts: { ...parts, theta: moved }, names, notes };
};

/** @param {boolean} decay @returns {Rule} with ε before the bias is corrected */
const adamEpsHat = (decay) => (given) => {
  const { h, theta } = given;
  const { c1, c2 } = decays(given);
  const { parts, m, v } = moments(given);
  const lr = (h.lr * sqrt(1 - c2)) / (1 - c1);
  const step = vector(m.length, (k) => (-lr * m[k]) / (sqrt(v[k]) + h.eps));
  const moved = [before(theta), { formula: "−lrₜ·m / (√v + ε)", value: step }];
  if (decay) moved.push({ formula: "−lr·λ·θ", value: times(theta, -h.lr * h.weight_decay) });
  return { parts: { ...parts, theta: moved }, names: { lrₜ: lr, β1ᵗ: c1, β2ᵗ: c2 }, notes: [RATE] };
};

/**
 * @param {string} largest the formula of u
 * @param {(g: number, h: Record<string, any>) => number} size what is compared with the decayed u
 * @param {string} formula of the step
 * @param {(m: number, u: number, h: Record<string, any>) => number} ratio
 * @returns {Rule}
 */
const adamax = (largest, size, formula, ratio) => (given) => {
  const { h, t, theta, g, old, fresh } = given;
  const c1 = power(h.beta1, t);
  const m = decayed("m", "β1", h.beta1, old.m, "g", (k) => g[k]);
  const u = [
    { formula: largest, value: vector(g.length, (k) => max(h.beta2 * old.u[k], size(g[k], h))) },
  ];
  const [mean, most] = [fresh("m", m), fresh("u", u)];
  const step = vector(g.length, (k) => (-h.lr / (1 - c1)) * ratio(mean[k], most[k], h));
  return { parts: { m, u, theta: [before(theta), { formula, value: step }] }, names: { β1ᵗ: c1 } };
};

/**
 * @param {boolean} ofCorrected the maximum is that of v̂
 * @param {(given: Given, m: Vector, v: Vector, most: Vector) => Omit<import("./common.js").Said, "parts"> &
 *   { formula: string, step: (k: number) => number }} last
 * @returns {Rule}
 */
const amsgrad = (ofCorrected, last) => (given) => {
  const { h, t, theta, g, old, fresh } = given;
  const { parts, m, v } = moments(given);
  const c2 = power(h.beta2, t);
  const largest = vector(g.length, (k) => max(old.vmax[k], ofCorrected ? v[k] / (1 - c2) : v[k]));
  const vmax = [{ formula: ofCorrected ? "max(old.vmax, v̂)" : "max(old.vmax, v)", value: largest }];
  const most = fresh("vmax", vmax);
  const { formula, step, names, notes } = last(given, m, v, most);
  const moved = [before(theta), { formula, value: vector(g.length, (k) => -step(k)) }];
  return { parts: { ...parts, vmax, theta: moved }, names, notes };
};

/**
 * Return r of step t; 0 if ρ is not above the threshold.
 *
 * @param {number} beta2
 * @param {number} t
 * @param {number} threshold
 */
function rectified(beta2, t, threshold) {
  const b2t = power(beta2, t);
  const end = 2 / (1 - beta2) - 1;
  const rho = end - (2 * t * b2t) / (1 - b2t);
  if (rho <= threshold) return 0;
  // the variance of the root at this step, over the variance at the end
  return sqrt(((rho - 4) * (rho - 2) * end) / ((end - 4) * (end - 2) * rho));
}

/** @param {boolean} eps ε is added to the corrected root @returns {Rule} */
const radam = (eps) => (given) => {
  const { h, t, theta } = given;
  const { c1, c2 } = decays(given);
  const { parts, m, v } = moments(given);
  const r = rectified(h.beta2, t, h.threshold);
  const mHat = corrected(m, c1);
  /** @type {Record<string, number | Vector>} */
  const names = { m̂: mHat, β1ᵗ: c1, β2ᵗ: c2, r };
  const notes = [M_HAT];
  let part = { formula: "−lr·m̂", value: times(mHat, -h.lr) };
  if (r > 0 && eps) {
    const vHat = corrected(v, c2);
    names["v̂"] = vHat;
    notes.push(V_HAT);
    const value = vector(m.length, (k) => (-h.lr * r * mHat[k]) / (sqrt(vHat[k]) + h.eps));
    part = { formula: "−lr·r·m̂ / (√v̂ + ε)", value };
  } else if (r > 0) {
    const factor = -h.lr * r * sqrt(1 - c2);
    const value = vector(m.length, (k) => (factor * mHat[k]) / (sqrt(v[k]) + h.eps));
    part = { formula: "−lr·r·√(1 − β2ᵗ)·m̂ / (√v + ε)", value };
  }
  return { parts: { ...parts, theta: [before(theta), part] }, names, notes };
};

/** @type {Rule} */
const nadam = (given) => {
  const { h, theta, g } = given;
  const { c1, c2 } = decays(given);
  const { parts, m, v } = moments(given);
  const [mHat, vHat] = [corrected(m, c1), corrected(v, c2)];
  const root = vector(g.length, (k) => sqrt(vHat[k]) + h.eps);
  const moved = [
    before(theta),
    {
      formula: "−lr·β1·m̂ / (√v̂ + ε)",
      value: vector(g.length, (k) => (-h.lr * h.beta1 * mHat[k]) / root[k]),
    },
    {
      formula: "−lr·(1 − β1)·g / (1 − β1ᵗ) / (√v̂ + ε)",
      value: vector(g.length, (k) => (-h.lr * (1 - h.beta1) * g[k]) / (1 - c1) / root[k]),
    },
  ];
  return {
    parts: { ...parts, theta: moved },
    names: { m̂: mHat, v̂: vHat, β1ᵗ: c1, β2ᵗ: c2 },
    notes: [M_HAT, V_HAT],
  };
};

/** @type {Rule} */
const nadamNextStep = (given) => {
  const { h, theta, g } = given;
  const { c1, c2 } = decays(given);
  const { parts, m, v } = moments(given);
  const vHat = corrected(v, c2);
  const root = vector(g.length, (k) => sqrt(vHat[k]) + h.eps);
  const moved = [
    before(theta),
    {
      formula: "−lr·β1·m / (1 − β1·β1ᵗ) / (√v̂ + ε)",
      value: vector(g.length, (k) => (-h.lr * h.beta1 * m[k]) / (1 - h.beta1 * c1) / root[k]),
    },
    {
      formula: "−lr·(1 − β1)·g / (1 − β1ᵗ) / (√v̂ + ε)",
      value: vector(g.length, (k) => (-h.lr * (1 - h.beta1) * g[k]) / (1 - c1) / root[k]),
    },
  ];
  return {
    parts: { ...parts, theta: moved },
    names: { v̂: vHat, β1ᵗ: c1, β2ᵗ: c2 },
    notes: [V_HAT],
  };
};

/** @type {Rule} */
const nadamScheduled = (given) => {
  const { h, t, theta, g, old, fresh } = given;
  const mu = h.beta1 * (1 - 0.5 * 0.96 ** (h.momentum_decay * t)); // μ_t
  const next = h.beta1 * (1 - 0.5 * 0.96 ** (h.momentum_decay * (t + 1))); // μ_{t+1}
  const c2 = power(h.beta2, t);
  const { parts, m, v } = moments(given);
  const product = [{ formula: "μₜ·old.P", value: times(old.P, mu) }];
  const P = fresh("P", product);
  const vHat = corrected(v, c2);
  const step = vector(g.length, (k) => h.lr / (sqrt(vHat[k]) + h.eps));
  const moved = [
    before(theta),
    {
      formula: "−lr·ν·m / (1 − P·ν) / (√v̂ + ε)",
      value: vector(g.length, (k) => -step[k] * ((next * m[k]) / (1 - P[k] * next))),
    },
    {
      formula: "−lr·(1 − μₜ)·g / (1 − P) / (√v̂ + ε)",
      value: vector(g.length, (k) => -step[k] * (((1 - mu) * g[k]) / (1 - P[k]))),
    },
  ];
  return {
    parts: { ...parts, P: product, theta: moved },
    names: { v̂: vHat, β2ᵗ: c2, μₜ: mu, ν: next },
    notes: [V_HAT, "ν is μₜ of the next step"],
  };
};

/** @type {Rule} */
const adaBelief = (given) => {
  const { h, theta, g, old, fresh } = given;
  const { c1, c2 } = decays(given);
  const m = decayed("m", "β1", h.beta1, old.m, "g", (k) => g[k]);
  const mean = fresh("m", m);
  const s = [
    ...decayed("s", "β2", h.beta2, old.s, "(g − m)²", (k) => (g[k] - mean[k]) ** 2),
    { formula: "ε", value: vector(g.length, () => h.eps) },
  ];
  const [mHat, sHat] = [corrected(mean, c1), corrected(fresh("s", s), c2)];
  const step = vector(g.length, (k) => (-h.lr * mHat[k]) / (sqrt(sHat[k]) + h.eps));
  return {
    parts: { m, s, theta: [before(theta), { formula: "−lr·m̂ / (√ŝ + ε)", value: step }] },
    names: { m̂: mHat, ŝ: sHat, β1ᵗ: c1, β2ᵗ: c2 },
    notes: [M_HAT, "ŝ = s / (1 − β2ᵗ)"],
  };
};

/** @type {Rule} */
const lion = ({ h, theta, g, old, fresh }) => {
  const ahead = vector(g.length, (k) => old.m[k] + (1 - h.beta1) * (g[k] - old.m[k]));
  const m = decayed("m", "β2", h.beta2, old.m, "g", (k) => g[k]);
  fresh("m", m);
  return {
    parts: {
      theta: [
        before(theta),
        { formula: "−lr·sign(c)", value: vector(g.length, (k) => -h.lr * sign(ahead[k])) },
        { formula: "−lr·λ·θ", value: times(theta, -h.lr * h.weight_decay) },
      ],
      m,
    },
    names: { c: ahead },
    notes: ["c = β1·old.m + (1 − β1)·g"],
  };
};

/** @type {Rule} */
const lamb = (given) => {
  const { h, theta } = given;
  const { parts, step, names, notes } = adamStep(given);
  const u = vector(step.length, (k) => step[k] + h.weight_decay * theta[k]);
  const [long, short] = [length(theta), length(u)];
  const ratio = long > 0 && short > 0 ? long / short : 1;
  const scale = h.lr * ratio;
  return {
    parts: {
      ...parts,
      theta: [
        before(theta),
        { formula: "−lr·ratio·m̂ / (√v̂ + ε)", value: times(step, -scale) },
        { formula: "−lr·ratio·λ·θ", value: times(theta, -scale * h.weight_decay) },
      ],
    },
    names: { ...names, ratio, "‖θ‖": long, "‖u‖": short },
    notes: [...notes, "ratio = ‖θ‖ / ‖u‖"],
  };
};

/** @type {Rule} */
const muon = (given) => {
  const { h, theta, g, old, rows, fresh } = given;
  if (!rows) {
    const { parts, step, names, notes } = adamStep(given);
    const lr = h.lr * h.adamw_ratio;
    const moved = [
      before(theta),
      { formula: "−lr·adamw_ratio·m̂ / (√v̂ + ε)", value: times(step, -lr) },
      { formula: "−lr·adamw_ratio·λ·θ", value: times(theta, -lr * h.weight_decay) },
    ];
    return { parts: { ...parts, theta: moved }, names, notes };
  }
  const columns = theta.length / rows;
  const m = decayed("m", "μ", h.momentum, old.m, "g", (k) => g[k]);
  const mean = fresh("m", m);
  const ahead = vector(g.length, (k) => mean[k] + (1 - h.momentum) * (g[k] - mean[k]));
  const [s, O] = [sqrt(max(1, columns / rows)), orthogonal(ahead, rows)];
  return {
    parts: {
      m,
      theta: [
        before(theta),
        { formula: "−lr·s·O", value: times(O, -h.lr * s) },
        { formula: "−lr·λ·θ", value: times(theta, -h.lr * h.weight_decay) },
      ],
    },
    names: { O, s, rows, columns },
    notes: ["O is NS(μ·m + (1 − μ)·g) of the whole matrix", "s = √max(1, columns / rows)"],
  };
};

/** @type {Record<string, Rule>} */
export const adams = {
  Adam: adam(false),
  AdamEpsHat: adamEpsHat(false),
  AdamW: adam(true),
  AdamWEpsHat: adamEpsHat(true),
  // 0 / 0: a weight that has had no gradient yet stays
  AdaMax: adamax("max(β2·old.u, |g|)", abs, "−lr / (1 − β1ᵗ)·m / u", (m, u) => (u > 0 ? m / u : 0)),
  AdaMaxEpsInside: adamax(
    "max(β2·old.u, |g| + ε)",
    (g, h) => abs(g) + h.eps,
    "−lr / (1 − β1ᵗ)·m / u",
    (m, u) => m / u,
  ),
  AdaMaxEpsOutside: adamax(
    "max(β2·old.u, |g|)",
    abs,
    "−lr / (1 − β1ᵗ)·m / (u + ε)",
    (m, u, h) => m / (u + h.eps),
  ),
  AMSGrad: amsgrad(false, ({ h }, m, _v, most) => ({
    formula: "−lr·m / (√vmax + ε)",
    step: (k) => (h.lr * m[k]) / (sqrt(most[k]) + h.eps),
  })),
  AMSGradCorrected: amsgrad(false, (given, m, _v, most) => {
    const { c1, c2 } = decays(given);
    const [mHat, vHat] = [corrected(m, c1), corrected(most, c2)];
    return {
      formula: "−lr·m̂ / (√v̂ + ε)",
      step: (k) => (given.h.lr * mHat[k]) / (sqrt(vHat[k]) + given.h.eps),
      names: { m̂: mHat, v̂: vHat, β1ᵗ: c1, β2ᵗ: c2 },
      notes: [M_HAT, "v̂ = vmax / (1 − β2ᵗ)"],
    };
  }),
  AMSGradEpsHat: amsgrad(false, (given, m, _v, most) => {
    const { c1, c2 } = decays(given);
    const lr = (given.h.lr * sqrt(1 - c2)) / (1 - c1);
    return {
      formula: "−lrₜ·m / (√vmax + ε)",
      step: (k) => (lr * m[k]) / (sqrt(most[k]) + given.h.eps),
      names: { lrₜ: lr, β1ᵗ: c1, β2ᵗ: c2 },
      notes: [RATE],
    };
  }),
  AMSGradOfCorrected: amsgrad(true, (given, m, v, most) => {
    const { c1, c2 } = decays(given);
    const [mHat, vHat] = [corrected(m, c1), corrected(v, c2)];
    return {
      formula: "−lr·m̂ / (√vmax + ε)",
      step: (k) => (given.h.lr * mHat[k]) / (sqrt(most[k]) + given.h.eps),
      names: { m̂: mHat, v̂: vHat, β1ᵗ: c1, β2ᵗ: c2 },
      notes: [M_HAT, V_HAT],
    };
  }),
  Nadam: nadam,
  NadamNextStep: nadamNextStep,
  NadamScheduled: nadamScheduled,
  RAdam: radam(false),
  RAdamCorrected: radam(true),
  AdaBelief: adaBelief,
  Lion: lion,
  LAMB: lamb,
  Muon: muon,
};
