// Every optimizer on a vector, in float64: one small function a rule, with its equation.
//
// The numbers are those of Python's `step` up to rounding (a test compares them at 1e-12). Their last
// bits are not promised: the engine's own optimizers are in the WebAssembly module.
import { classFacts } from "../../graph/facts.js";
import { power, realPower } from "../../graph/scalar.js";

/** @typedef {Record<string, number | boolean>} Settings numbers and switches of a rule, by name */
/** @typedef {Record<string, Float64Array>} Slots what a rule remembers, by name */
/** @typedef {(t: number, theta: Float64Array, g: Float64Array, slots: Slots) => void} Step */
/**
 * @typedef {object} Rule
 * @property {string[]} slots the names of what it remembers; they begin at 0 unless `start` says so
 * @property {(s: any) => Step} step changes theta and the slots in place; t = 1 is the first step
 * @property {(s: any) => Record<string, number>} [start] the first value of a slot
 */

/** @param {number} n @param {(i: number) => void} each */
function all(n, each) {
  for (let i = 0; i < n; i++) each(i);
}

/** a ← β a + (1 − β) x
 * @param {Float64Array} a @param {number} beta @param {Float64Array} x */
const mean = (a, beta, x) => all(a.length, (i) => (a[i] += (1 - beta) * (x[i] - a[i])));

/** a ← β a + (1 − β) x²
 * @param {Float64Array} a @param {number} beta @param {Float64Array} x */
const meanSquare = (a, beta, x) =>
  all(a.length, (i) => (a[i] += (1 - beta) * (x[i] * x[i] - a[i])));

/** @param {Float64Array} x */
const length = (x) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));

/** θ ← θ − lr g
 * @type {Rule} */
const SGD = {
  slots: [],
  step: (s) => (_t, theta, g) => all(theta.length, (i) => (theta[i] -= s.lr * g[i])),
};

/** v ← μ v + lr g,  θ ← θ − v
 * @type {Rule} */
const Momentum = {
  slots: ["v"],
  step:
    (s) =>
    (_t, theta, g, { v }) =>
      all(theta.length, (i) => {
        v[i] = s.momentum * v[i] + s.lr * g[i];
        theta[i] -= v[i];
      }),
};

/** v ← μ v + lr g,  θ ← θ − (μ v + lr g)
 * @type {Rule} */
const Nesterov = {
  slots: ["v"],
  step:
    (s) =>
    (_t, theta, g, { v }) =>
      all(theta.length, (i) => {
        v[i] = s.momentum * v[i] + s.lr * g[i];
        theta[i] -= s.momentum * v[i] + s.lr * g[i];
      }),
};

/** G ← G + g²,  θ ← θ − lr g / √(G + ε)
 * @type {Rule} */
const Adagrad = {
  slots: ["G"],
  start: (s) => ({ G: s.initial_accumulator }),
  step:
    (s) =>
    (_t, theta, g, { G }) =>
      all(theta.length, (i) => {
        G[i] += g[i] * g[i];
        theta[i] -= (s.lr * g[i]) / Math.sqrt(G[i] + s.eps);
      }),
};

/** G ← G + g²,  θ ← θ − lr g / (√G + ε)
 * @type {Rule} */
const AdagradEpsOutside = {
  slots: ["G"],
  step:
    (s) =>
    (_t, theta, g, { G }) =>
      all(theta.length, (i) => {
        G[i] += g[i] * g[i];
        theta[i] -= (s.lr * g[i]) / (Math.sqrt(G[i]) + s.eps);
      }),
};

/** E[g²], or E[g²] − E[g]² if centered
 * @param {any} s @param {Float64Array} g @param {Slots} slots */
function spread(s, g, { Eg2, Eg }) {
  meanSquare(Eg2, s.rho, g);
  if (!s.centered) return Eg2;
  mean(Eg, s.rho, g);
  return Eg2.map((v, i) => Math.max(v - Eg[i] * Eg[i], 0)); // only rounding makes it negative
}

/** E[g²] ← ρ E[g²] + (1 − ρ) g²,  b ← μ b + lr g / √(E[g²] + ε),  θ ← θ − b
 * @type {Rule} */
const RMSprop = {
  slots: ["Eg2", "Eg", "b"],
  start: (s) => ({ Eg2: s.initial_accumulator }),
  step: (s) => (_t, theta, g, slots) => {
    const under = spread(s, g, slots);
    const { b } = slots;
    all(theta.length, (i) => {
      b[i] = s.momentum * b[i] + (s.lr * g[i]) / Math.sqrt(under[i] + s.eps);
      theta[i] -= b[i];
    });
  },
};

/** E[g²] ← ρ E[g²] + (1 − ρ) g²,  b ← μ b + g / (√E[g²] + ε),  θ ← θ − lr b
 * @type {Rule} */
const RMSpropEpsOutside = {
  slots: ["Eg2", "Eg", "b"],
  step: (s) => (_t, theta, g, slots) => {
    const under = spread(s, g, slots);
    const { b } = slots;
    all(theta.length, (i) => {
      b[i] = s.momentum * b[i] + g[i] / (Math.sqrt(under[i]) + s.eps);
      theta[i] -= s.lr * b[i];
    });
  },
};

/** Δ = √(E[Δ²] + ε) / √(E[g²] + ε) g,  θ ← θ − lr Δ; both mean squares follow
 * @param {number} lr @param {any} s @returns {Step} */
const delta =
  (lr, s) =>
  (_t, theta, g, { Eg2, Ed2 }) => {
    meanSquare(Eg2, s.rho, g);
    all(theta.length, (i) => {
      const d = (Math.sqrt(Ed2[i] + s.eps) / Math.sqrt(Eg2[i] + s.eps)) * g[i];
      Ed2[i] += (1 - s.rho) * (d * d - Ed2[i]);
      theta[i] -= lr * d;
    });
  };

/** @type {Rule} */
const Adadelta = {
  slots: ["Eg2", "Ed2"],
  step: (s) => delta(1, s),
};

/** @type {Rule} */
const AdadeltaWithRate = {
  slots: ["Eg2", "Ed2"],
  step: (s) => delta(s.lr, s),
};

/** m̂ / (√v̂ + ε) of Adam, after both means took the gradient
 * @param {any} s @param {number} t @param {Float64Array} g @param {Slots} slots */
function adamDirection(s, t, g, { m, v }) {
  mean(m, s.beta1, g);
  meanSquare(v, s.beta2, g);
  const c1 = 1 / (1 - power(s.beta1, t));
  const c2 = 1 / Math.sqrt(1 - power(s.beta2, t));
  return m.map((mean, i) => (mean * c1) / (Math.sqrt(v[i]) * c2 + s.eps));
}

/** m̂ = m / (1 − β1ᵗ),  v̂ = v / (1 − β2ᵗ),  θ ← θ − lr m̂ / (√v̂ + ε)
 * @type {Rule} */
const Adam = {
  slots: ["m", "v"],
  step: (s) => (t, theta, g, slots) => {
    const direction = adamDirection(s, t, g, slots);
    all(theta.length, (i) => (theta[i] -= s.lr * direction[i]));
  },
};

/** θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε)
 * @type {Rule} */
const AdamEpsHat = {
  slots: ["m", "v"],
  step:
    (s) =>
    (t, theta, g, { m, v }) => {
      mean(m, s.beta1, g);
      meanSquare(v, s.beta2, g);
      const lr = (s.lr * Math.sqrt(1 - power(s.beta2, t))) / (1 - power(s.beta1, t));
      all(theta.length, (i) => (theta[i] -= (lr * m[i]) / (Math.sqrt(v[i]) + s.eps)));
    },
};

/** θ ← θ − lr (m̂ / (√v̂ + ε) + λ θ)
 * @type {Rule} */
const AdamW = {
  slots: ["m", "v"],
  step: (s) => (t, theta, g, slots) => {
    const direction = adamDirection(s, t, g, slots);
    all(theta.length, (i) => (theta[i] -= s.lr * (direction[i] + s.weight_decay * theta[i])));
  },
};

/** θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε) − lr λ θ
 * @type {Rule} */
const AdamWEpsHat = {
  slots: ["m", "v"],
  step:
    (s) =>
    (t, theta, g, { m, v }) => {
      mean(m, s.beta1, g);
      meanSquare(v, s.beta2, g);
      const lr = (s.lr * Math.sqrt(1 - power(s.beta2, t))) / (1 - power(s.beta1, t));
      all(theta.length, (i) => {
        theta[i] -= (lr * m[i]) / (Math.sqrt(v[i]) + s.eps) + s.lr * s.weight_decay * theta[i];
      });
    },
};

/** u ← max(β2 u, |g|),  θ ← θ − lr / (1 − β1ᵗ) m / u; `inside` and `outside` are the places of ε
 * @param {any} s @param {number} inside @param {number} outside @returns {Step} */
const largest =
  (s, inside, outside) =>
  (t, theta, g, { m, u }) => {
    mean(m, s.beta1, g);
    const lr = s.lr / (1 - power(s.beta1, t));
    all(theta.length, (i) => {
      u[i] = Math.max(s.beta2 * u[i], Math.abs(g[i]) + inside);
      // 0 / 0: a weight that has had no gradient yet stays
      theta[i] -= u[i] + outside > 0 ? lr * (m[i] / (u[i] + outside)) : 0;
    });
  };

/** @type {Rule} */
const AdaMax = {
  slots: ["m", "u"],
  step: (s) => largest(s, 0, 0),
};

/** @type {Rule} */
const AdaMaxEpsInside = {
  slots: ["m", "u"],
  step: (s) => largest(s, s.eps, 0),
};

/** @type {Rule} */
const AdaMaxEpsOutside = {
  slots: ["m", "u"],
  step: (s) => largest(s, 0, s.eps),
};

/** v̌ ← max(v̌, v / r),  θ ← θ − rate m / (√(v̌ / q) + ε)
 * @param {any} s @param {(b1: number, b2: number) => [number, number, number]} corrections
 * rate over lr, q and r, from β1ᵗ and β2ᵗ
 * @returns {Step} */
const neverFalls =
  (s, corrections) =>
  (t, theta, g, { m, v, vmax }) => {
    mean(m, s.beta1, g);
    meanSquare(v, s.beta2, g);
    const [rate, q, r] = corrections(power(s.beta1, t), power(s.beta2, t));
    all(theta.length, (i) => {
      vmax[i] = Math.max(vmax[i], v[i] / r);
      theta[i] -= (s.lr * rate * m[i]) / (Math.sqrt(vmax[i] / q) + s.eps);
    });
  };

/** @type {Rule} */
const AMSGrad = {
  slots: ["m", "v", "vmax"],
  step: (s) => neverFalls(s, () => [1, 1, 1]),
};

/** @type {Rule} */
const AMSGradCorrected = {
  slots: ["m", "v", "vmax"],
  step: (s) => neverFalls(s, (b1, b2) => [1 / (1 - b1), 1 - b2, 1]),
};

/** @type {Rule} */
const AMSGradEpsHat = {
  slots: ["m", "v", "vmax"],
  step: (s) => neverFalls(s, (b1, b2) => [Math.sqrt(1 - b2) / (1 - b1), 1, 1]),
};

/** @type {Rule} */
const AMSGradOfCorrected = {
  slots: ["m", "v", "vmax"],
  step: (s) => neverFalls(s, (b1, b2) => [1 / (1 - b1), 1, 1 - b2]),
};

/** s ← β2 s + (1 − β2) (g − m)² + ε,  θ ← θ − lr m̂ / (√ŝ + ε)
 * @type {Rule} */
const AdaBelief = {
  slots: ["m", "s"],
  step:
    (set) =>
    (t, theta, g, { m, s }) => {
      mean(m, set.beta1, g);
      const c1 = 1 / (1 - power(set.beta1, t));
      const c2 = 1 / Math.sqrt(1 - power(set.beta2, t));
      all(theta.length, (i) => {
        const surprise = g[i] - m[i];
        s[i] += (1 - set.beta2) * (surprise * surprise - s[i]) + set.eps;
        theta[i] -= (set.lr * m[i] * c1) / (Math.sqrt(s[i]) * c2 + set.eps);
      });
    },
};

/** θ ← θ − lr (a m + b g) / (√v̂ + ε)
 * @param {any} s
 * @param {(t: number, slots: Slots) => [number, number]} shares a and b
 * @returns {Step} */
const lookAhead = (s, shares) => (t, theta, g, slots) => {
  const { m, v } = slots;
  const [a, b] = shares(t, slots);
  mean(m, s.beta1, g);
  meanSquare(v, s.beta2, g);
  const c2 = 1 - power(s.beta2, t);
  all(theta.length, (i) => {
    theta[i] -= (s.lr * (a * m[i] + b * g[i])) / (Math.sqrt(v[i] / c2) + s.eps);
  });
};

/** θ ← θ − lr (β1 m̂ + (1 − β1) g / (1 − β1ᵗ)) / (√v̂ + ε)
 * @type {Rule} */
const Nadam = {
  slots: ["m", "v"],
  step: (s) =>
    lookAhead(s, (t) => {
      const c = 1 - power(s.beta1, t);
      return [s.beta1 / c, (1 - s.beta1) / c];
    }),
};

/** θ ← θ − lr (β1 m / (1 − β1ᵗ⁺¹) + (1 − β1) g / (1 − β1ᵗ)) / (√v̂ + ε)
 * @type {Rule} */
const NadamNextStep = {
  slots: ["m", "v"],
  step: (s) =>
    lookAhead(s, (t) => [
      s.beta1 / (1 - power(s.beta1, t + 1)),
      (1 - s.beta1) / (1 - power(s.beta1, t)),
    ]),
};

/** μ_t = β1 (1 − 0.96^(ψ t) / 2),  P_t = μ_1 ... μ_t,
 * θ ← θ − lr (μ_{t+1} m / (1 − P_{t+1}) + (1 − μ_t) g / (1 − P_t)) / (√v̂ + ε)
 * @type {Rule} */
const NadamScheduled = {
  slots: ["m", "v", "P"],
  start: () => ({ P: 1 }),
  step: (s) =>
    lookAhead(s, (t, { P }) => {
      const mu = s.beta1 * (1 - 0.5 * realPower(0.96, s.momentum_decay * t));
      const next = s.beta1 * (1 - 0.5 * realPower(0.96, s.momentum_decay * (t + 1)));
      P.forEach((_, i) => (P[i] *= mu)); // the same number everywhere
      return [next / (1 - P[0] * next), (1 - mu) / (1 - P[0])];
    }),
};

/** r = √((ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ)), or 0 if ρ is not above the threshold
 * @param {number} beta2 @param {number} t @param {number} threshold */
function rectified(beta2, t, threshold) {
  const b2t = power(beta2, t);
  const end = 2 / (1 - beta2) - 1; // ρ∞
  const rho = end - (2 * t * b2t) / (1 - b2t);
  if (rho <= threshold) return 0;
  return Math.sqrt(((rho - 4) * (rho - 2) * end) / ((end - 4) * (end - 2) * rho));
}

/** θ ← θ − lr r m̂ √(1 − β2ᵗ) / (√v + ε), or θ ← θ − lr m̂ while r = 0
 * @type {Rule} */
const RAdam = {
  slots: ["m", "v"],
  step:
    (s) =>
    (t, theta, g, { m, v }) => {
      mean(m, s.beta1, g);
      meanSquare(v, s.beta2, g);
      const r = rectified(s.beta2, t, s.threshold);
      let lr = s.lr / (1 - power(s.beta1, t));
      if (r > 0) lr *= r * Math.sqrt(1 - power(s.beta2, t));
      all(theta.length, (i) => (theta[i] -= (lr * m[i]) / (r > 0 ? Math.sqrt(v[i]) + s.eps : 1)));
    },
};

/** θ ← θ − lr r m̂ / (√v̂ + ε), or θ ← θ − lr m̂ while r = 0
 * @type {Rule} */
const RAdamCorrected = {
  slots: ["m", "v"],
  step:
    (s) =>
    (t, theta, g, { m, v }) => {
      mean(m, s.beta1, g);
      meanSquare(v, s.beta2, g);
      const r = rectified(s.beta2, t, s.threshold);
      const lr = s.lr / (1 - power(s.beta1, t));
      const c2 = 1 / Math.sqrt(1 - power(s.beta2, t));
      all(theta.length, (i) => {
        theta[i] -= r > 0 ? (lr * r * m[i]) / (Math.sqrt(v[i]) * c2 + s.eps) : lr * m[i];
      });
    },
};

/** θ ← θ − lr (sign(β1 m + (1 − β1) g) + λ θ),  m ← β2 m + (1 − β2) g
 * @type {Rule} */
const Lion = {
  slots: ["m"],
  step:
    (s) =>
    (_t, theta, g, { m }) => {
      all(theta.length, (i) => {
        const ahead = m[i] + (1 - s.beta1) * (g[i] - m[i]);
        theta[i] -= s.lr * (Math.sign(ahead) + s.weight_decay * theta[i]);
      });
      mean(m, s.beta2, g);
    },
};

/** u = m̂ / (√v̂ + ε) + λ θ,  θ ← θ − lr ‖θ‖ / ‖u‖ · u
 * @type {Rule} */
const LAMB = {
  slots: ["m", "v"],
  step: (s) => (t, theta, g, slots) => {
    const u = adamDirection(s, t, g, slots).map((d, i) => d + s.weight_decay * theta[i]);
    const long = length(theta);
    const short = length(u);
    const ratio = long > 0 && short > 0 ? long / short : 1;
    all(theta.length, (i) => (theta[i] -= s.lr * ratio * u[i]));
  },
};

/** AdamW with the learning rate adamw_ratio · lr: a point of a map is no matrix of weights
 * @type {Rule} */
const Muon = {
  slots: ["m", "v"],
  step: (s) => (t, theta, g, slots) => {
    const direction = adamDirection(s, t, g, slots);
    const lr = s.lr * s.adamw_ratio;
    all(theta.length, (i) => (theta[i] -= lr * (direction[i] + s.weight_decay * theta[i])));
  },
};

/** Δ after this step: η⁺ Δ where the sign is kept (same = 1), η⁻ Δ where it changed (−1)
 * @param {any} s @param {number} same @param {number} delta */
const resized = (s, same, delta) =>
  Math.min(Math.max(delta * (same > 0 ? s.grow : same < 0 ? s.shrink : 1), s.smallest), s.largest);

/** Δ ← η⁺ Δ or η⁻ Δ,  θ ← θ − sign(g) Δ
 * @type {Rule} */
const Rprop = {
  slots: ["delta", "g_last"],
  step:
    (s) =>
    (t, theta, g, { delta, g_last }) => {
      if (t === 1) delta.fill(s.lr);
      all(theta.length, (i) => {
        delta[i] = resized(s, Math.sign(g[i]) * Math.sign(g_last[i]), delta[i]);
        theta[i] -= Math.sign(g[i]) * delta[i];
        g_last[i] = g[i];
      });
    },
};

/** The same, but no move after a change of sign (iRprop⁻)
 * @type {Rule} */
const RpropPausing = {
  slots: ["delta", "g_last"],
  step:
    (s) =>
    (t, theta, g, { delta, g_last }) => {
      if (t === 1) delta.fill(s.lr);
      all(theta.length, (i) => {
        const same = Math.sign(g[i]) * Math.sign(g_last[i]);
        delta[i] = resized(s, same, delta[i]);
        g_last[i] = same < 0 ? 0 : g[i];
        theta[i] -= Math.sign(g_last[i]) * delta[i];
      });
    },
};

/** The same, one step late: d_t = sign(g) Δ, or 0 where the sign changes,  θ ← θ − d_{t−1}
 * @type {Rule} */
const RpropOneLate = {
  slots: ["delta", "d_last"],
  step:
    (s) =>
    (t, theta, g, { delta, d_last }) => {
      if (t === 1) delta.fill(s.lr);
      all(theta.length, (i) => {
        const same = Math.sign(g[i]) * Math.sign(d_last[i]);
        if (same !== 0) delta[i] = resized(s, same, delta[i]);
        theta[i] -= same < 0 ? 0 : d_last[i];
        d_last[i] = same < 0 ? 0 : Math.sign(g[i]) * delta[i];
      });
    },
};

/** v ← b form of momentum: b ← μ b + g,  θ ← θ − lr b
 * @type {Rule} */
const MomentumRateOutside = {
  slots: ["b"],
  step:
    (s) =>
    (_t, theta, g, { b }) =>
      all(theta.length, (i) => {
        b[i] = s.momentum * b[i] + g[i];
        theta[i] -= s.lr * b[i];
      }),
};

/** b ← μ b + g,  θ ← θ − lr (g + μ b)
 * @type {Rule} */
const NesterovRateOutside = {
  slots: ["b"],
  step:
    (s) =>
    (_t, theta, g, { b }) =>
      all(theta.length, (i) => {
        b[i] = s.momentum * b[i] + g[i];
        theta[i] -= s.lr * (g[i] + s.momentum * b[i]);
      }),
};

/** The rules that race, by their names in `cr.optimizers`. @type {Record<string, Rule>} */
export const RULES = {
  SGD,
  Momentum,
  Nesterov,
  Adagrad,
  RMSprop,
  Adadelta,
  Adam,
  AdamW,
  Nadam,
  RAdam,
  AMSGrad,
  AdaMax,
  AdaBelief,
  Lion,
  LAMB,
  Muon,
  Rprop,
};

/** The forms of other libraries, which `like(library)` makes in Python. @type {Record<string, Rule>} */
export const FORMS = {
  MomentumRateOutside,
  NesterovRateOutside,
  AdagradEpsOutside,
  RMSpropEpsOutside,
  AdadeltaWithRate,
  AdamEpsHat,
  AdamWEpsHat,
  AdaMaxEpsInside,
  AdaMaxEpsOutside,
  AMSGradCorrected,
  AMSGradEpsHat,
  AMSGradOfCorrected,
  NadamNextStep,
  NadamScheduled,
  RAdamCorrected,
  RpropPausing,
  RpropOneLate,
};

/** Every setting of a rule with Python's default. @param {string} name @returns {Settings} */
export const defaultsOf = (name) =>
  Object.fromEntries(
    Object.entries(classFacts(`optimizers.${name}`)?.settings ?? {}).map(([setting, facts]) => [
      setting,
      facts.default,
    ]),
  );

/**
 * New slots for n parameters and all settings of a rule.
 *
 * @param {Rule} rule
 * @param {Settings} defaults
 * @param {Settings} settings those that differ
 * @param {number} n
 */
export function begin(rule, defaults, settings, n) {
  const all = { ...defaults, ...settings };
  const first = rule.start?.(all) ?? {};
  /** @type {Slots} */
  const slots = {};
  for (const name of rule.slots) slots[name] = new Float64Array(n).fill(first[name] ?? 0);
  return { settings: all, slots };
}
