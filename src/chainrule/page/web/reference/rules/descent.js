// Gradient descent and momentum.
import { before, vector } from "./common.js";

/** @typedef {import("./common.js").Rule} Rule */

/** @type {Record<string, Rule>} */
export const descent = {
  SGD: ({ h, theta, g }) => ({
    parts: {
      theta: [before(theta), { formula: "−lr·g", value: vector(g.length, (k) => -h.lr * g[k]) }],
    },
  }),
  Momentum: ({ h, theta, g, old, fresh }) => {
    const parts = [
      { formula: "μ·old.v", value: vector(g.length, (k) => h.momentum * old.v[k]) },
      { formula: "lr·g", value: vector(g.length, (k) => h.lr * g[k]) },
    ];
    const v = fresh("v", parts);
    return {
      parts: {
        v: parts,
        theta: [before(theta), { formula: "−v", value: vector(g.length, (k) => -v[k]) }],
      },
    };
  },
  MomentumRateOutside: ({ h, theta, g, old, fresh }) => {
    const parts = [
      { formula: "μ·old.b", value: vector(g.length, (k) => h.momentum * old.b[k]) },
      { formula: "g", value: g },
    ];
    const b = fresh("b", parts);
    const step = { formula: "−lr·b", value: vector(g.length, (k) => -h.lr * b[k]) };
    return { parts: { b: parts, theta: [before(theta), step] } };
  },
  Nesterov: ({ h, theta, g, old, fresh }) => {
    const parts = [
      { formula: "μ·old.v", value: vector(g.length, (k) => h.momentum * old.v[k]) },
      { formula: "lr·g", value: vector(g.length, (k) => h.lr * g[k]) },
    ];
    const v = fresh("v", parts);
    return {
      parts: {
        v: parts,
        theta: [
          before(theta),
          { formula: "−μ·v", value: vector(g.length, (k) => -h.momentum * v[k]) },
          { formula: "−lr·g", value: vector(g.length, (k) => -h.lr * g[k]) },
        ],
      },
    };
  },
  NesterovRateOutside: ({ h, theta, g, old, fresh }) => {
    const parts = [
      { formula: "μ·old.b", value: vector(g.length, (k) => h.momentum * old.b[k]) },
      { formula: "g", value: g },
    ];
    const b = fresh("b", parts);
    return {
      parts: {
        b: parts,
        theta: [
          before(theta),
          { formula: "−lr·g", value: vector(g.length, (k) => -h.lr * g[k]) },
          { formula: "−lr·μ·b", value: vector(g.length, (k) => -h.lr * h.momentum * b[k]) },
        ],
      },
    };
  },
};
