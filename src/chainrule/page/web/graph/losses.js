// Losses: the cost of one row, the link from outputs to predictions, and the targets.
import { Refusal } from "../app/refusal.js";
import { shortName } from "./facts.js";
import { complete, number } from "./settings.js";
import { product, shown } from "./shapes.js";

/** @typedef {import("./tape.js").Node} Node */
/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {{ number: "real" | "index", shape: number[] }} Target */

/**
 * @typedef {object} Loss
 * @property {Record<string, import("./settings.js").Rule>} [rules]
 * @property {string} [link] the op that makes predictions of outputs
 * @property {string[]} [refuses] ops that may not be the last layer
 * @property {(output: Shape, given: Target | undefined) => { shape: Shape, number: "real" | "index" }} [target]
 * @property {(z: Node, y: Node, settings: any) => Node} call
 */

/** 1, or one over the number of outputs. @param {Node} z @param {any} s */
const scaleOf = (z, s) => (s.outputs === "mean" ? 1 / product(z.shape.slice(1)) : 1);

/**
 * A loss that compares each output with its own target.
 *
 * @param {string} op
 * @param {string[]} [names] settings that the op takes as they are
 * @param {Partial<Loss>} [more]
 * @returns {Loss}
 */
const elementwise = (op, names = [], more = {}) => ({
  ...more,
  call: (z, y, s) =>
    z.tape.record(op, [z, y], {
      ...Object.fromEntries(names.map((name) => [name, s[name]])),
      scale: scaleOf(z, s),
    }),
});

/** @param {Node} z */
function checkScores(z) {
  z.expect(2, "graph.scores");
  if (z.shape[1] === 1) {
    throw new Refusal("graph.one_score", { where: z.tape.where(), got: shown(z.shape) });
  }
}

const ofSoftmax = { link: "softmax", refuses: ["softmax", "log_softmax"] };
const ofSigmoid = { link: "sigmoid", refuses: ["sigmoid"] };

/** @type {Record<string, Loss>} */
const LOSSES = {
  SquaredError: {
    call: (p, y, s) =>
      p.tape.record("squared_error", [p, y], { scale: scaleOf(p, s) * (s.half ? 0.5 : 1) }),
  },
  AbsoluteError: elementwise("absolute_error"),
  LogCosh: elementwise("log_cosh"),
  Huber: elementwise("huber", ["delta"], { rules: { delta: number({ above: 0 }) } }),
  Quantile: elementwise("quantile_loss", ["q"], { rules: { q: number({ above: 0, below: 1 }) } }),
  Hinge: elementwise("hinge"),
  SquaredHinge: elementwise("squared_hinge"),
  Poisson: elementwise("poisson", [], { link: "exp", refuses: ["exp"] }),
  SigmoidCrossEntropy: elementwise("sigmoid_cross_entropy", [], ofSigmoid),
  Focal: elementwise("focal", ["gamma", "alpha"], {
    ...ofSigmoid,
    rules: { gamma: number({ atLeast: 0 }), alpha: number({ atLeast: 0, atMost: 1 }) },
  }),
  CosineDistance: {
    call(p, y) {
      p.expect(2, "graph.vectors");
      return p.tape.record("cosine_distance", [p, y], { eps: 1e-12 });
    },
  },
  KLDivergence: {
    ...ofSoftmax,
    call(z, y) {
      checkScores(z);
      return z.tape.record("kl_divergence", [z, y]);
    },
  },
  GaussianNLL: {
    link: "means_and_deviations",
    refuses: ["means_and_deviations"],
    target: (output) => ({
      shape: [0, ...output.slice(1).map((n) => Math.floor(n / 2))],
      number: "real",
    }),
    call(z, y) {
      z.expect(2, "graph.means_and_logs");
      if (z.shape[1] % 2) {
        throw new Refusal("graph.means_and_logs", { where: z.tape.where(), got: shown(z.shape) });
      }
      return z.tape.record("gaussian_nll", [z, y]);
    },
  },
  SoftmaxCrossEntropy: {
    ...ofSoftmax,
    rules: { label_smoothing: number({ atLeast: 0, below: 1 }) },
    target: (output, given) =>
      given && given.shape.length + 1 === output.length
        ? { shape: output, number: "real" }
        : { shape: [0], number: "index" },
    call(z, y, { label_smoothing: rate }) {
      checkScores(z);
      const { tape } = z;
      if (y.value.number === "index") {
        return rate
          ? tape.record("smoothed_cross_entropy", [z, y], { rate })
          : tape.record("softmax_cross_entropy", [z, y]);
      }
      const t = rate ? tape.record("smooth", [y], { rate }) : y;
      return tape.record("distribution_cross_entropy", [z, t]);
    },
  },
};

/** Return the names of the losses that the page can trace. */
export const lossNames = () => Object.keys(LOSSES);

/**
 * Return a loss with its settings.
 *
 * @param {import("./facts.js").Description} description
 */
export function lossOf(description) {
  const name = shortName(String(description?.class ?? ""));
  if (!Object.hasOwn(LOSSES, name) || description.class !== `losses.${name}`) {
    throw new Refusal("graph.no_loss", { name: name || "—" });
  }
  const loss = LOSSES[name];
  const settings = complete(description, loss.rules);
  return {
    name,
    refuses: loss.refuses ?? [],
    /** @param {Node} z */
    link: (z) => (loss.link ? z.tape.record(loss.link, [z]) : z),
    /** @param {Shape} output @param {Target | undefined} given */
    target: (output, given) =>
      loss.target
        ? loss.target(output, given)
        : { shape: output, number: /** @type {const} */ ("real") },
    /** @param {Node} z @param {Node} y */
    call: (z, y) => loss.call(z, y, settings),
  };
}
